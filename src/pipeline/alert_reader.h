// SPDX-License-Identifier: Apache-2.0
// Reads the trail, feeds the alert engine, and has each alert written as a record.
#pragma once

#include <atomic>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "clawtrail/alert/engine.h"
#include "clawtrail/trail/trail_reader.h"
#include "pipeline/appender.h"
#include "pipeline/reader_state.h"

namespace clawtrail {

/// Alerts are a function of the log. After a crash the engine goes back to its last snapshot and reads on
/// from there; alerts that are in the trail already are recognised by their ids and not written again.
/// Threads: confined, but for position().
class AlertReader {
 public:
  struct Parts {
    Files& files;
    Clock& clock;
    DurableSignal& durable;
    OwnRecordQueue& own;
    RunStats& stats;
    Metrics& metrics;
    std::string trail_dir, log_id, gateway;
    std::shared_ptr<const AlertRules> rules;
    std::vector<std::string> notifiers;  ///< names that are configured
    Duration notify_max_age;
    bool terminal;  ///< show firing alerts in the program's own log
  };
  static Result<std::unique_ptr<AlertReader>> open(Parts parts);

  /// Takes a bounded number of records. True if there was something to do.
  Result<bool> step();
  /// Saves the snapshot, if all alerts up to it are durable.
  Status save();
  void set_rules(std::shared_ptr<const AlertRules> rules);
  RecordIndex position() const { return position_.load(); }

 private:
  explicit AlertReader(Parts parts);
  Status resume();
  Status collect_written(RecordIndex from);
  bool hand_over();
  OwnRecord record_of(Alert& alert) const;
  std::string undelivered(const Alert& alert) const;

  Parts parts_;
  ReaderStateFile file_;
  std::unique_ptr<TrailReader> reader_;
  std::unique_ptr<AlertEngine> engine_;
  std::vector<Alert> pending_;     ///< raised, not yet handed to the appender
  std::set<std::string> written_;  ///< ids that the trail holds after the snapshot
  std::atomic<RecordIndex> position_{0};
  std::int64_t saved_ns_ = 0;
  RecordIndex saved_position_ = 0;
};

}  // namespace clawtrail
