// SPDX-License-Identifier: Apache-2.0
// Tokens without a prefix of their own, known by their shape and the issuer's word before them.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "clawtrail/match/regex.h"
#include "redact/rule.h"

namespace clawtrail::redact {

/// The token that belongs to the issuer's word at `word`: BANNERBEAR_KEY="…", coda token …, wandb/…. Adds the
/// bytes that were looked at to `work`.
std::optional<Span> match_issuer(const Rule& rule, std::string_view text, Span word, std::size_t& work);

}  // namespace clawtrail::redact
