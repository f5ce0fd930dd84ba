// SPDX-License-Identifier: Apache-2.0
#include "alert/streams.h"

#include <algorithm>

#include "clawtrail/base/limits.h"

namespace clawtrail::alert {

namespace {
constexpr Duration kLateness =
    Duration::from_seconds(std::chrono::duration_cast<std::chrono::seconds>(limits::kAlertLateness).count());
}

bool Streams::record(std::string_view name, Timestamp time) {
  Entry& stream = last_ != nullptr && last_->first == name ? *last_ : entry(name, time);
  last_ = &stream;
  const bool was_silent = stream.second.epoch + 1 < epoch_;
  stream.second.epoch = epoch_;
  if (time < stream.second.clock) {
    if (was_silent) find_active();
    return stream.second.clock - time <= kLateness;
  }
  // The watermark moves only with the stream that holds it; mostly there is one, or another one is behind.
  const bool holds_watermark = was_silent || stream.second.clock - kLateness <= watermark_;
  stream.second.clock = time;
  if (was_silent) {
    find_active();
  } else if (holds_watermark) {
    find_watermark();
  }
  return true;
}

void Streams::own_record(Timestamp time, bool is_checkpoint) {
  own_ = std::max(own_, time);
  if (is_checkpoint) {
    ++epoch_;
    find_active();
  } else if (active_.empty()) {
    find_watermark();
  }
}

void Streams::restore(std::map<std::string, Stream, std::less<>> streams, std::uint64_t epoch,
                      Timestamp own) {
  streams_ = std::move(streams);
  epoch_ = epoch;
  own_ = own;
  last_ = nullptr;
  find_active();
}

Streams::Entry& Streams::entry(std::string_view name, Timestamp time) {
  const auto found = streams_.find(name);
  if (found != streams_.end()) return *found;
  if (streams_.size() >= limits::kAlertStreamsMax) {
    const auto oldest =
        std::min_element(streams_.begin(), streams_.end(), [](const Entry& a, const Entry& b) {
          return std::pair(a.second.epoch, a.second.clock) < std::pair(b.second.epoch, b.second.clock);
        });
    streams_.erase(oldest);
  }
  Entry& made = *streams_.emplace(std::string(name), Stream{time, epoch_}).first;
  find_active();
  return made;
}

void Streams::find_active() {
  active_.clear();
  for (Entry& stream : streams_) {
    if (stream.second.epoch + 1 >= epoch_) active_.push_back(&stream);
  }
  find_watermark();
}

void Streams::find_watermark() {
  Timestamp oldest = own_;
  for (std::size_t i = 0; i < active_.size(); ++i) {
    oldest = i == 0 ? active_[i]->second.clock : std::min(oldest, active_[i]->second.clock);
  }
  watermark_ = oldest == kNever ? kNever : oldest - kLateness;
}

}  // namespace clawtrail::alert
