// SPDX-License-Identifier: Apache-2.0
// One notifier: reads the `alert` records of the trail and sends those that are for it, at least once each.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>

#include "clawtrail/alert/notifier.h"
#include "clawtrail/alert/rules.h"
#include "clawtrail/event/json.h"
#include "clawtrail/trail/trail_reader.h"
#include "pipeline/appender.h"
#include "pipeline/reader_state.h"

namespace clawtrail {

/// A receiver that is down is only lag: the position does not move until it has answered. Each notifier has
/// its own reader and thread, so a dead one delays nobody. Threads: confined, but for position() and
/// set_rules().
class NotifyReader {
 public:
  struct Parts {
    Files& files;
    Clock& clock;
    DurableSignal& durable;
    OwnRecordQueue& own;
    RunStats& stats;
    std::string trail_dir, log_id;
    std::shared_ptr<const AlertRules> rules;
    std::unique_ptr<Notifier> notifier;
  };
  static Result<std::unique_ptr<NotifyReader>> open(Parts parts);

  /// Makes at most one attempt to send. True if there was something to do; false while it waits or backs off.
  Result<bool> step();
  Status save();
  void set_rules(std::shared_ptr<const AlertRules> rules);
  const std::string& name() const { return parts_.notifier->name(); }
  RecordIndex position() const { return position_.load(); }

 private:
  explicit NotifyReader(Parts parts);
  bool is_for_me(const JsonValue& record);
  bool attempt();

  Parts parts_;
  ReaderStateFile file_;
  std::unique_ptr<TrailReader> reader_;
  JsonParser parser_;
  std::mutex rules_mutex_;
  std::string payload_;  ///< being sent; "" for none
  std::string alert_id_;
  std::atomic<RecordIndex> position_{0};
  RecordIndex saved_position_ = 0;
  std::int64_t backoff_ns_ = 0, retry_at_ns_ = 0;
};

}  // namespace clawtrail
