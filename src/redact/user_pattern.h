// SPDX-License-Identifier: Apache-2.0
// The operator's own patterns (the guide's `redact_patterns`).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "clawtrail/match/literals.h"
#include "clawtrail/match/regex.h"
#include "clawtrail/redact/redactor.h"

namespace clawtrail::redact {

struct GitleaksRule;

/// One entry, compiled. A word is a field name; anything else is a regular expression.
struct CompiledPattern {
  std::vector<std::string> name;  ///< of a word: name_words(); `regex` is unset then
  std::optional<Regex> regex;
  /// What every match contains; empty bytes if nothing is known: then every line must be searched.
  Literal literal;
  std::shared_ptr<const GitleaksRule> gitleaks;  ///< set for a rule of a gitleaks file, which is all of it
};

/// A part of at least two bytes that every match of `pattern` contains, or "". Understands enough of RE2's
/// syntax to be sure; where it is not, it says "".
std::string required_literal(const std::string& pattern);

/// Errors (a pattern that RE2 refuses, an empty one) go to `diagnostics`.
std::vector<CompiledPattern> compile_patterns(const std::vector<UserPattern>& patterns,
                                              Diagnostics& diagnostics);

/// Matches of `regex` in text[from, to) that begin where a token begins; each extended to the token's end.
/// Adds the bytes that were searched to `work`, and stops when it exceeds `work_max`: then false.
bool find_user_matches(const Regex& regex, std::string_view text, std::size_t& work, std::size_t work_max,
                       std::vector<Span>& spans);

}  // namespace clawtrail::redact
