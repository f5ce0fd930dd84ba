// SPDX-License-Identifier: Apache-2.0
// A sliding window of event time over the records of one rule and key.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "clawtrail/base/names.h"
#include "clawtrail/base/time.h"

namespace clawtrail::alert {

/// When a record happened, and its place in the log.
struct Instant {
  Timestamp at;
  RecordIndex index = 0;
  bool operator==(const Instant&) const = default;
};

/// Shape.   The window that ends at instant e is (e - length, e]: two records exactly `length` apart never
/// count
///          together. Instants are kept sorted by time; equal times in the order of the log.
/// Threads. Confined. Value type.
class SlidingWindow {
 public:
  /// That more than `threshold` instants lie in a window, after an instant was added.
  struct Excess {
    Timestamp end;       ///< of the first such window: the instant that is one too many
    Instant first;       ///< oldest of the threshold + 1 newest instants of that window
    Timestamp lasts_to;  ///< from here on the count is at the threshold or below, unless more instants come
  };
  /// Takes an instant, in or out of order, and looks at every window that it changed. Exact as long as
  /// nothing that could share a window with it has been dropped.
  std::optional<Excess> add(Instant instant, Duration length, std::uint64_t threshold);

  void drop_until(Timestamp time);         ///< drops instants at or before `time`
  void keep_newest(std::size_t instants);  ///< drops the oldest until so many are left

  bool empty() const { return size() == 0; }
  std::size_t size() const { return instants_.size() - begin_; }
  const Instant& operator[](std::size_t i) const { return instants_[begin_ + i]; }
  const Instant& newest() const { return instants_.back(); }
  /// Memory, roughly; a function of size() alone, so that bounds act alike before and after a restore.
  std::size_t bytes() const { return 2 * size() * sizeof(Instant); }
  /// For restore(): instants in the order of the window.
  void append(Instant instant);

 private:
  void drop_front(std::size_t count);
  // A vector with a lazy front: an idle deque costs half a KiB, and there are up to limits::kAlertKeysMax of
  // these.
  std::vector<Instant> instants_;
  std::size_t begin_ = 0;
};

}  // namespace clawtrail::alert
