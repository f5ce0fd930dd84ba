// SPDX-License-Identifier: Apache-2.0
// What a record says in its first bytes, read without parsing JSON.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "clawtrail/base/names.h"
#include "clawtrail/base/time.h"

namespace clawtrail::alert {

/// Shape of a record line: {"timestamp":"…","event_type":"…"[,members][,"details":{…}]}. Inside a JSON string
/// a quote is always escaped, so the byte sequence ,"name": occurs only where a member begins. Views into the
/// line.
struct RecordPeek {
  Timestamp time;
  EventType type = EventType::kLog;
  std::string_view header;  ///< the line up to `,"details":`; all of it if there is none
  std::string_view stream;  ///< `"name",generation` of the member `source`, as written; "" if there is none
  bool redactions = false;  ///< has the member
  bool matched = false;     ///< has the member
  bool has_details = false;
};
/// Nothing if the line does not begin as a record does.
std::optional<RecordPeek> peek(std::string_view line);

}  // namespace clawtrail::alert
