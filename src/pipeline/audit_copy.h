// SPDX-License-Identifier: Apache-2.0
// The guide's `audit.log_path`: a plain copy of the chosen records in one file, for grep and fail2ban.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "clawtrail/trail/trail_reader.h"
#include "pipeline/appender.h"
#include "pipeline/reader_state.h"

namespace clawtrail {

/// At least once: after a crash the last lines may stand there twice. The file is opened anew for each block,
/// so that logrotate may move it away. Threads: confined, but for position().
class AuditCopy {
 public:
  struct Parts {
    Files& files;
    DurableSignal& durable;
    std::string trail_dir, log_id;
    std::string path;
    std::vector<std::string> event_types;  ///< empty: all
  };
  static Result<std::unique_ptr<AuditCopy>> open(Parts parts);
  Result<bool> step();
  RecordIndex position() const { return position_.load(); }

 private:
  explicit AuditCopy(Parts parts);
  bool wanted(std::string_view line) const;
  Status write_block();

  Parts parts_;
  ReaderStateFile file_;
  std::unique_ptr<TrailReader> reader_;
  std::string block_;
  std::atomic<RecordIndex> position_{0};
};

}  // namespace clawtrail
