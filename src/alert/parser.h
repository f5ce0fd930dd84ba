// SPDX-License-Identifier: Apache-2.0
// Text of a condition to its meaning (grammar: README.md).
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "alert/condition.h"
#include "alert/token.h"

namespace clawtrail::alert {

/// Pure and total. Nothing with `error` set if `text` is no condition.
std::optional<Condition> parse_condition(std::string_view text, ConditionError& error);

/// Reads the fields of `by`; used for the YAML key too. Nothing with `error` set if one is unknown.
std::optional<std::vector<FieldRef>> parse_fields(std::string_view text, ConditionError& error);

}  // namespace clawtrail::alert
