// SPDX-License-Identifier: Apache-2.0
// Made-up secrets for examples and tests, so that no secret-looking text stands in the tree.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clawtrail/match/regex.h"

namespace clawtrail::redact {

/// Random numbers from a seed; the same on every machine (splitmix64). Threads: confined.
class Seed {
 public:
  explicit Seed(std::uint64_t state) : state_(state) {}
  std::uint64_t next();
  std::size_t below(std::size_t limit) { return static_cast<std::size_t>(next() % limit); }

 private:
  std::uint64_t state_;
};

/// A text that matches `pattern`: letters, classes, \d \w, groups, '|', '?', {n}, {n,m}. Nothing if the
/// pattern holds anything else or repeats more than 4096 times.
std::optional<std::string> generate(std::string_view pattern, Seed& seed);

/// A text with the places of the secrets that were put into it.
struct Expanded {
  std::string text;
  std::vector<Span> secrets;
};

/// Expands the markers of an example:
///   {gen:PATTERN} {hex:N} {b64:N} {jwt} {crc_token:PREFIX} {pem:KIND} {card} {bot_id}  secrets
///   {any:PATTERN}  made the same way as {gen:}, but no secret
///   {lf}           a newline
/// Other braces stay. Nothing if a marker is malformed.
std::optional<Expanded> expand_example(std::string_view text, Seed& seed);

}  // namespace clawtrail::redact
