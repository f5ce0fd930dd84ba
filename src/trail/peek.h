// SPDX-License-Identifier: Apache-2.0
// What a line says in its first bytes, without parsing JSON.  The order of a record's first fields is fixed
// (src/trail/FORMAT.md), and a quote inside a string is always escaped, so `,"source":[` cannot be part of
// one.
#pragma once

#include <optional>
#include <string_view>

#include "clawtrail/base/names.h"

namespace clawtrail {

/// `event_type`, if the line starts as a record does.
std::optional<EventType> peek_event_type(std::string_view line);

/// `source` (and `unterminated`) of a record.
struct SourcePlace {
  std::string_view name;  ///< as spelled in the line: names hold nothing that JSON escapes
  Generation generation = 0;
  std::uint64_t position = 0;
  std::uint64_t unterminated = 0;
};
/// Nothing if the record has no `source` before its `details`.
std::optional<SourcePlace> peek_source(std::string_view line);

/// True if the line is a record that the trail itself wrote: of that type, and without a source.
bool is_own_line(std::string_view line, EventType type);

/// True if the line could be a whole record: starts and ends like one and has no NUL byte.
bool has_record_shape(std::string_view line);

}  // namespace clawtrail
