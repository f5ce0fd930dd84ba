// SPDX-License-Identifier: Apache-2.0
// The closed sets of names that conditions speak of: fields, values, `<event>_<result>` pairs, secret rules.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "alert/condition.h"

namespace clawtrail::alert {

/// A field by name, `details.a.b` included; nothing if there is no such field.
std::optional<FieldRef> field_ref(const std::string& name);
/// Names of all fields but details.*, for suggestions.
const std::vector<std::string>& field_names();

/// Values that a closed field may have (event_type, result, level, severity); empty for open fields.
/// clawtrail's own event types are left out: its own records feed no rule.
std::vector<std::string> values_of(const FieldRef& field);

/// What `<event>_<result>` or a bare event type selects.
struct Pair {
  EventType type = EventType::kLog;
  std::vector<std::string> results;  ///< empty: any
};
std::optional<Pair> pair_of(const std::string& name);
const std::vector<std::string>& pair_names();

/// True if the secret rule `id` knows an issuer's secrets, `gateway-masked` included. False for the ambiguous
/// rules that name no issuer (patterns/secrets/{generic,formats}.yaml: fields, headers, addresses), and for
/// ids that begin with field-, assignment, known-, generic- or user- (README.md, "secret_found").
bool is_certain_secret_rule(std::string_view id);

}  // namespace clawtrail::alert
