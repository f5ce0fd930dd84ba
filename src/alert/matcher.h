// SPDX-License-Identifier: Apache-2.0
// Tests a record against a condition, and tells beforehand which records can pass at all.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "alert/condition.h"
#include "clawtrail/event/json.h"

namespace clawtrail::alert {

/// Which records a selection can want, judged by what a peek at a record's first bytes tells. A record that
/// fits none of the three cannot pass. Never too narrow; too wide only costs time.
struct Guard {
  std::uint32_t types = 0;  ///< bit n: records of EventType n
  bool redactions = false;  ///< records with `redactions`
  bool matched = false;     ///< records with `matched`
  bool operator==(const Guard&) const = default;
};
Guard guard_of(const Node& node);
/// True if the selection reads `details`, so that the whole line must be parsed.
bool reads_details(const Node& node);
bool reads_details(const std::vector<FieldRef>& fields);

/// True if `record` passes. `literal_names[n]` is the name that log_contains number n has in `matched`.
/// A missing field equals nothing: `!=` is true for it, every other comparison false.
bool matches(const Node& node, const JsonValue& record, const std::vector<std::string>& literal_names);

/// The field's value as text, cut to limits::kFieldBytesMax; "" if it is missing or no scalar.
std::string text_of(const FieldRef& field, const JsonValue& record);

}  // namespace clawtrail::alert
