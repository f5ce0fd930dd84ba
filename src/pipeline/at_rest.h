// SPDX-License-Identifier: Apache-2.0
// Scans for secrets at rest at the start and at an interval, and records what is new.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "clawtrail/intake/lane.h"
#include "clawtrail/pipeline/options.h"
#include "clawtrail/scan/scan.h"
#include "pipeline/appender.h"
#include "pipeline/reader_state.h"

namespace clawtrail {

/// A finding is recorded once (event_type system, action secret_at_rest) and not again while every scan finds
/// it: the same path, rule and fingerprint. State: DIR/readers/scan.json, those three only. A crash between a
/// record and the next save records it twice, never not at all. Threads: confined; save() after the others.
class AtRestScan {
 public:
  struct Parts {
    Files& files;
    Clock& clock;
    OwnRecordQueue& own;
    Metrics& metrics;
    AtRestOptions options;
    std::vector<std::string> secret_files;
    std::string replacement;
    std::string trail_dir, log_id;
    std::function<std::shared_ptr<const LaneProgram>()> program;
    std::function<bool()> stop;
  };
  explicit AtRestScan(Parts parts);

  /// Scans if it is time to; returns when that is done or stop() says so.
  void step();
  /// Remembers what has been recorded; called once all records are durable.
  Status save();

 private:
  bool due() const;
  void scan();
  void found(const ScanFinding& finding, std::set<std::string>& seen);
  bool wait_for_records();

  Parts parts_;
  ReaderStateFile file_;
  std::set<std::string> told_;  ///< JSON arrays [path, rule, fp], or their hashes
  bool changed_ = false;
  std::int64_t last_ns_ = -1;  ///< monotonic; -1 before the first scan
};

}  // namespace clawtrail
