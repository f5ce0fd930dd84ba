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

/// Cheap test on raw text, before any decoding: could a token belong to the word at `word`? In valid JSON
/// (`json`) it stands in the same string.
bool may_belong_to_issuer(std::string_view raw, Span word, bool json);

}  // namespace clawtrail::redact
