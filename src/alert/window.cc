// SPDX-License-Identifier: Apache-2.0
#include "alert/window.h"

#include <algorithm>

#include "clawtrail/base/check.h"
#include "clawtrail/base/limits.h"

namespace clawtrail::alert {

std::optional<SlidingWindow::Excess> SlidingWindow::add(Instant instant, Duration length,
                                                        std::uint64_t threshold) {
  CHECK(length.ns > 0);
  CHECK(threshold < limits::kAlertWindowEventsMax);
  const auto place =
      std::upper_bound(instants_.begin() + static_cast<std::ptrdiff_t>(begin_), instants_.end(), instant,
                       [](const Instant& a, const Instant& b) { return a.at < b.at; });
  const auto added = static_cast<std::size_t>(place - instants_.begin()) - begin_;
  instants_.insert(place, instant);

  // Only windows that contain the new instant have changed: those that end at it or less than `length` later.
  std::optional<Excess> excess;
  for (std::size_t end = added; end < size() && (*this)[end].at - instant.at < length; ++end) {
    if (end < threshold) continue;
    const Instant& first = (*this)[end - threshold];
    if ((*this)[end].at - first.at >= length) continue;
    if (!excess) excess = Excess{(*this)[end].at, first, {}};
    excess->lasts_to = first.at + length;
  }
  keep_newest(limits::kAlertWindowEventsMax);
  return excess;
}

void SlidingWindow::drop_until(Timestamp time) {
  std::size_t count = 0;
  while (count < size() && (*this)[count].at <= time) ++count;
  drop_front(count);
}

void SlidingWindow::keep_newest(std::size_t instants) {
  if (size() > instants) drop_front(size() - instants);
}

void SlidingWindow::append(Instant instant) {
  CHECK(empty() || newest().at <= instant.at);
  instants_.push_back(instant);
}

void SlidingWindow::drop_front(std::size_t count) {
  begin_ += count;
  CHECK(begin_ <= instants_.size());
  // Moving the rest costs as much as was dropped, so each instant is moved about once.
  if (begin_ * 2 < instants_.size()) return;
  instants_.erase(instants_.begin(), instants_.begin() + static_cast<std::ptrdiff_t>(begin_));
  begin_ = 0;
}

}  // namespace clawtrail::alert
