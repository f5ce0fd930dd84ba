// SPDX-License-Identifier: Apache-2.0
// Rules of a gitleaks.toml (version 8), read unchanged: https://github.com/gitleaks/gitleaks#configuration
// What a stream has no use for (paths, commits) is said in a note; comments "gitleaks:allow" are not obeyed.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clawtrail/match/literals.h"
#include "clawtrail/match/regex.h"
#include "clawtrail/redact/redactor.h"

namespace clawtrail::redact {

/// What takes a finding back. Threads: immutable.
struct GitleaksAllowlist {
  enum class Target { kSecret, kMatch, kLine };
  bool all = false;  ///< AND: every kind of check that is given must hold; else one is enough
  Target target = Target::kSecret;
  std::vector<Regex> regexes;
  std::vector<std::string> stop_words;  ///< small letters; looked for in the secret in any case
};

/// Threads: immutable.
struct GitleaksRule {
  std::string id;
  std::optional<Regex> regex;
  int secret_group = 0;  ///< 0: the first group that is not empty, else the whole match
  double entropy = 0;    ///< a secret must have more bits a byte; 0: no floor
  std::vector<std::string> keywords;
  std::vector<std::shared_ptr<const GitleaksAllowlist>> allowlists;
  std::vector<Literal> literals;  ///< the keywords; empty: every line is searched
  std::string digest;             ///< all that decides what the rule masks
  Location where;
};

/// The rules of one configuration, those of the files it extends included, merged as gitleaks does. A rule
/// that cannot be used is an error with its place, never left out in silence.
std::vector<std::shared_ptr<const GitleaksRule>> load_gitleaks(const GitleaksConfig& config,
                                                               Diagnostics& diagnostics);

/// Secrets that `rule` finds in `text`; each goes on to the end of its token. Adds the bytes that were
/// searched to `work`, and stops when it exceeds `work_max`: then false.
bool find_gitleaks_matches(const GitleaksRule& rule, std::string_view text, std::size_t& work,
                           std::size_t work_max, std::vector<Span>& spans);

}  // namespace clawtrail::redact
