// SPDX-License-Identifier: Apache-2.0
// The one writer of the trail: appends in order, syncs in groups, acknowledges sources after the sync.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "clawtrail/intake/lane.h"
#include "clawtrail/trail/trail_writer.h"
#include "pipeline/run_stats.h"

namespace clawtrail {

/// Tells readers how far the trail is durable. Threads: shared.
class DurableSignal {
 public:
  void publish(TreeSize size);
  TreeSize size() const { return size_.load(std::memory_order_acquire); }
  /// Waits until size() > `seen`, wake() or `wait_ms`.
  void wait_beyond(TreeSize seen, int wait_ms);
  void wake();

 private:
  std::atomic<TreeSize> size_{0};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t wakes_ = 0;
};

/// Own records on their way to the appender. Threads: shared.
class OwnRecordQueue {
 public:
  /// False if limits::kOwnRecordsQueueMax are waiting: the caller keeps the record and tries again.
  bool push(OwnRecord record);
  std::vector<OwnRecord> take();
  bool empty() const;
  /// Records pushed and records made durable so far.
  std::uint64_t pushed() const { return pushed_.load(); }
  std::uint64_t durable() const { return durable_.load(); }

 private:
  friend class Appender;
  mutable std::mutex mutex_;
  std::vector<OwnRecord> waiting_;
  std::atomic<std::uint64_t> pushed_{0}, durable_{0};
};

/// Threads: confined, but for failure() and the objects it shares.
class Appender {
 public:
  struct Parts {
    TrailWriter& trail;
    DurableSignal& durable;
    OwnRecordQueue& own;
    RunStats& stats;
    Metrics& metrics;
    Clock& clock;
    int sync_interval_ms;
    std::string gateway;
    std::function<void(const SourceProgress&)> acknowledge;
    std::function<bool()> give_up;                        ///< true: stop waiting for disk space
    std::function<void(TrailWriter&)> before_checkpoint;  ///< tells the trail where the readers are
  };
  explicit Appender(Parts parts) : parts_(std::move(parts)) {}

  /// Appends the batch; waits (back-pressure) while the disk is full. Errors: kBroken, kIo: nothing can be
  /// written any more; kNoSpace only if give_up() said so.
  Status append(const RedactedBatch& batch, bool gateway);
  /// Own records, group sync when due, checkpoint when due. A first event after a quiet time is synced at
  /// once, and own records (alerts) always are; under load syncs are sync_interval_ms apart.
  Status maintain();
  /// Until maintain() has something to do, if nothing comes in.
  int wait_ms() const;
  /// Everything durable, final checkpoint, closed.
  Status finish();
  /// "" or why events are not taken in at present. Threads: any.
  std::string trouble() const;

 private:
  Status append_with_patience(const RedactedBatch& batch);
  Status append_own();
  Status sync();
  void settle();
  void set_trouble(std::string text);

  Parts parts_;
  std::vector<SourceProgress> unacknowledged_;
  std::uint64_t own_appended_ = 0;
  bool unsynced_ = false;
  bool urgent_ = false;            ///< own records wait for the sync
  std::int64_t last_sync_ns_ = 0;  ///< monotonic
  mutable std::mutex trouble_mutex_;
  std::string trouble_;
};

}  // namespace clawtrail
