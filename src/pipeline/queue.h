// SPDX-License-Identifier: Apache-2.0
// Bounded queues between the threads of the pipeline. Full means the producer waits: back-pressure, never
// drop.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>

#include "clawtrail/base/check.h"

namespace clawtrail {

/// First in, first out. Threads: shared.
template <typename T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t capacity) : capacity_(capacity) { CHECK(capacity > 0); }

  /// Waits for room. False if the queue was closed (the item is dropped: only after a fatal error).
  bool push(T item) {
    std::unique_lock lock(mutex_);
    not_full_.wait(lock, [&] { return closed_ || items_.size() < capacity_; });
    if (closed_) return false;
    items_.push_back(std::move(item));
    not_empty_.notify_one();
    return true;
  }

  /// Waits up to `wait` for an item. Nothing: time is over, or closed and empty.
  std::optional<T> pop(std::chrono::milliseconds wait) {
    std::unique_lock lock(mutex_);
    not_empty_.wait_for(lock, wait, [&] { return closed_ || !items_.empty(); });
    if (items_.empty()) return std::nullopt;
    T item = std::move(items_.front());
    items_.pop_front();
    not_full_.notify_one();
    return item;
  }

  /// No more pushes; what is inside can still be popped.
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    not_full_.notify_all();
    not_empty_.notify_all();
  }

  /// Wakes a pop() that waits, although nothing came.
  void wake() { not_empty_.notify_all(); }

  bool drained() const {
    const std::lock_guard lock(mutex_);
    return closed_ && items_.empty();
  }
  bool empty() const {
    const std::lock_guard lock(mutex_);
    return items_.empty();
  }

 private:
  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::condition_variable not_full_, not_empty_;
  std::deque<T> items_;
  bool closed_ = false;
};

/// Lets workers that finish in any order hand over in the order of their numbers. Threads: shared.
class Turnstile {
 public:
  /// Blocks until all numbers below `number` have passed. False if stopped.
  bool wait_for_turn(std::uint64_t number) {
    std::unique_lock lock(mutex_);
    turn_.wait(lock, [&] { return stopped_ || next_ == number; });
    return !stopped_;
  }
  void pass() {
    const std::lock_guard lock(mutex_);
    ++next_;
    turn_.notify_all();
  }
  void stop() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    turn_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable turn_;
  std::uint64_t next_ = 0;
  bool stopped_ = false;
};

}  // namespace clawtrail
