// SPDX-License-Identifier: Apache-2.0
// Where the parts of a gateway line are, whichever of its forms it has.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clawtrail/base/names.h"
#include "clawtrail/base/time.h"
#include "clawtrail/event/json.h"

namespace clawtrail {

/// Top-level members that rules ask for ("traceId", "agent_id", …). Immutable after load.
using TopNames = std::vector<std::string>;
inline constexpr std::size_t kTopNamesMax = 16;

/// One JSON line. Views into the parsers that LineReader holds.
///
/// Forms.  File log: "0" holds the bindings ({"subsystem":…} or {"module":…}) as a JSON string, "1" and "2"
/// the
///         message and an object in either order; or "0" is the message, or an object with a message.
///         Console: "subsystem", "level", "message", and the object's members flattened beside them.
///         Other JSON logs: the usual names for time, level and message.
struct LineView {
  JsonValue root;
  JsonValue meta;              ///< the object; the root itself in a flat form
  std::string_view subsystem;  ///< or the module; "" if the line names none
  std::string_view message;
  Level level = Level::kNone;
  bool has_time = false;  ///< a member for the time is there, readable or not
  std::optional<Timestamp> time;
  std::string_view event_type;                ///< of the audit shape; "" for the gateway's own forms
  std::array<JsonValue, kTopNamesMax> top{};  ///< by index of TopNames
};

/// RFC 3339 with milliseconds, quickly for times of the same minute and zone as the last one. Never says
/// anything else than parse_rfc3339(). Threads: confined.
class TimeReader {
 public:
  std::optional<Timestamp> read(std::string_view text);

 private:
  static constexpr std::size_t kSecondAt = 17;  ///< "2026-11-21T04:02:" before it
  static constexpr std::size_t kZoneAt = 23;    ///< after ".937"
  std::string minute_, zone_;
  Timestamp minute_start_;
};

/// Reads lines. Threads: confined.
class LineReader {
 public:
  explicit LineReader(const TopNames& names);
  /// `root` is an object. The view holds until the next call.
  const LineView& read(const JsonValue& root);

 private:
  struct Arguments;
  void read_member(std::string_view key, const JsonValue& value, Arguments& arguments);
  void read_arguments(const Arguments& arguments);
  bool read_bindings(std::string_view text);
  void read_tslog_meta(const JsonValue& meta);
  void read_time(const JsonValue& value);

  const TopNames& names_;
  JsonParser bindings_;
  TimeReader times_;
  LineView view_;
};

}  // namespace clawtrail
