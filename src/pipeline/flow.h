// SPDX-License-Identifier: Apache-2.0
// The way of a batch from its source to the appender: numbers, queues, lanes, used buffers.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>

#include "clawtrail/base/limits.h"
#include "clawtrail/intake/lane.h"
#include "pipeline/queue.h"

namespace clawtrail {

/// A redacted batch and the program that its views point into.
struct LaneOutput {
  RedactedBatch batch;
  std::shared_ptr<const LaneProgram> program;
};

/// Batches enter with submit() and leave with next() in the same order, whatever lane has worked on them.
/// Threads: shared.
class Flow {
 public:
  explicit Flow(std::shared_ptr<const LaneProgram> program) : program_(std::move(program)) {}

  /// Gives the batch its number; waits while the queue is full. False after abort().
  bool submit(RawBatch batch);
  /// A used batch to fill again, or a new one.
  RawBatch spare_raw();
  /// No more batches will come.
  void end_of_input() { raw_.close(); }
  /// Next batch for the trail. Nothing: none within the wait, or all is done (see drained()).
  std::optional<LaneOutput> next(std::chrono::milliseconds wait) { return redacted_.pop(wait); }
  void wake() { redacted_.wake(); }
  void give_back(RedactedBatch batch);
  bool drained() const { return redacted_.drained(); }
  /// After a fatal error: lets every waiting thread go.
  void abort();

  /// Body of a lane thread; returns when the input has ended. The last of `lanes` to leave closes the way
  /// out.
  void work(int lanes);

  void set_program(std::shared_ptr<const LaneProgram> program);
  std::shared_ptr<const LaneProgram> program() const;

 private:
  mutable std::mutex program_mutex_;
  std::shared_ptr<const LaneProgram> program_;
  std::mutex submit_mutex_;
  std::uint64_t submitted_ = 0;
  BoundedQueue<RawBatch> raw_{limits::kQueueBatchesMax};
  BoundedQueue<LaneOutput> redacted_{limits::kQueueBatchesMax};
  Turnstile turnstile_;
  Turnstile carry_turnstile_;  ///< the same order, earlier: what a batch leaves behind for the next
  CarryBook book_;             ///< of whoever has passed the one before
  std::atomic<int> lanes_done_{0};
  std::mutex spare_mutex_;
  std::vector<RawBatch> spare_raw_;
  std::vector<RedactedBatch> spare_redacted_;
};

}  // namespace clawtrail
