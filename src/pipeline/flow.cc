// SPDX-License-Identifier: Apache-2.0
#include "pipeline/flow.h"

namespace clawtrail {

namespace {

constexpr std::chrono::milliseconds kWait{200};
/// Buffers of one huge line are not kept.
constexpr std::size_t kSpareBytesMax = 2 * limits::kBatchBytesSoft;
constexpr std::size_t kSparesMax = limits::kQueueBatchesMax + 4;

}  // namespace

bool Flow::submit(RawBatch batch) {
  // The number and the place in the queue must agree, so both are given under one lock.
  const std::lock_guard lock(submit_mutex_);
  batch.sequence = submitted_++;
  return raw_.push(std::move(batch));
}

RawBatch Flow::spare_raw() {
  const std::lock_guard lock(spare_mutex_);
  if (spare_raw_.empty()) return {};
  RawBatch batch = std::move(spare_raw_.back());
  spare_raw_.pop_back();
  return batch;
}

void Flow::give_back(RedactedBatch batch) {
  const std::lock_guard lock(spare_mutex_);
  if (spare_redacted_.size() < kSparesMax && batch.bytes().size() <= 2 * kSpareBytesMax) {
    spare_redacted_.push_back(std::move(batch));
  }
}

void Flow::abort() {
  raw_.close();
  redacted_.close();
  turnstile_.stop();
  carry_turnstile_.stop();
}

void Flow::work(int lanes) {
  std::shared_ptr<const LaneProgram> in_force = program();
  auto lane = std::make_unique<Lane>(in_force);
  while (!raw_.drained()) {
    std::optional<RawBatch> raw = raw_.pop(kWait);
    if (!raw) continue;
    if (auto current = program(); current != in_force) {
      in_force = std::move(current);
      lane = std::make_unique<Lane>(in_force);
    }
    {
      const std::lock_guard lock(spare_mutex_);
      if (!spare_redacted_.empty()) {
        lane->recycle(std::move(spare_redacted_.back()));
        spare_redacted_.pop_back();
      }
    }
    const std::uint64_t number = raw->sequence;
    RedactedBatch batch = lane->process(*raw, [&](const std::function<void(CarryBook&)>& step) {
      if (!carry_turnstile_.wait_for_turn(number)) return false;
      step(book_);
      carry_turnstile_.pass();
      return true;
    });
    {
      const std::lock_guard lock(spare_mutex_);
      if (spare_raw_.size() < kSparesMax && raw->bytes.capacity() <= kSpareBytesMax) {
        raw->clear();
        spare_raw_.push_back(std::move(*raw));
      }
    }
    if (!turnstile_.wait_for_turn(number)) break;
    if (!redacted_.push({std::move(batch), in_force})) break;
    turnstile_.pass();
  }
  if (lanes_done_.fetch_add(1) + 1 == lanes) redacted_.close();
}

void Flow::set_program(std::shared_ptr<const LaneProgram> program) {
  const std::lock_guard lock(program_mutex_);
  program_ = std::move(program);
}

std::shared_ptr<const LaneProgram> Flow::program() const {
  const std::lock_guard lock(program_mutex_);
  return program_;
}

}  // namespace clawtrail
