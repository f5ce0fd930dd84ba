// SPDX-License-Identifier: Apache-2.0
// The confirm stage of one rule at one candidate.
#pragma once

#include <optional>
#include <string_view>

#include "redact/rule.h"

namespace clawtrail::redact {

/// The secret that `rule` finds at the literal text[literal.begin, literal.end), or nothing. Adds the bytes
/// it looked at to `work`.
std::optional<Span> match_rule(const Rule& rule, std::string_view text, Span literal, std::size_t& work);

/// Cheap test on raw text, before any decoding: false only if `rule` cannot match at `literal` in what the
/// text says.
bool may_match(const Rule& rule, std::string_view raw, Span literal);

}  // namespace clawtrail::redact
