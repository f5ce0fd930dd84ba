// SPDX-License-Identifier: Apache-2.0
// Event time: one clock for each generation of each source, and the watermark over those that speak.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "clawtrail/base/time.h"

namespace clawtrail::alert {

/// Clock.      Of a stream: the newest event time it has shown. A record more than limits::kAlertLateness
/// older than
///             its stream's clock is late.
/// Watermark.  The oldest clock of the streams that speak, minus the lateness: no record in order will be
/// older. A
///             stream speaks until two checkpoint records have passed without a record of it; if none does,
///             the time of clawtrail's own records counts. It may step back when a stream with old events
///             begins.
/// Threads.    Confined. A function of the records seen.
class Streams {
 public:
  /// Before every event; far enough from the ends of the range that lengths can be added and taken away.
  static constexpr Timestamp kNever{INT64_MIN / 2};

  /// Takes a record of stream `name`; false if it is late.
  bool record(std::string_view name, Timestamp time);
  void own_record(Timestamp time, bool is_checkpoint);
  /// Before any record: the earliest instant.
  Timestamp watermark() const { return watermark_; }

  struct Stream {
    Timestamp clock;
    std::uint64_t epoch = 0;  ///< checkpoints seen when it last spoke
  };
  // State, for snapshots.
  const std::map<std::string, Stream, std::less<>>& all() const { return streams_; }
  std::uint64_t epoch() const { return epoch_; }
  Timestamp own() const { return own_; }
  void restore(std::map<std::string, Stream, std::less<>> streams, std::uint64_t epoch, Timestamp own);

 private:
  using Entry = std::map<std::string, Stream, std::less<>>::value_type;
  void find_active();
  void find_watermark();
  Entry& entry(std::string_view name, Timestamp time);

  std::map<std::string, Stream, std::less<>> streams_;
  std::uint64_t epoch_ = 0;
  Timestamp own_ = kNever;
  std::vector<Entry*> active_;  ///< streams that speak
  Entry* last_ = nullptr;       ///< of the last record
  Timestamp watermark_ = kNever;
};

}  // namespace clawtrail::alert
