// SPDX-License-Identifier: Apache-2.0
// One rule of a pack, compiled. The grammar of packs is in patterns/secrets/README.md.
#pragma once

#include <bitset>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "clawtrail/match/literals.h"
#include "clawtrail/match/regex.h"
#include "clawtrail/text/yaml.h"
#include "redact/values.h"

namespace clawtrail::redact {

using ByteSet = std::bitset<256>;
inline bool has(const ByteSet& set, char c) { return set[static_cast<unsigned char>(c)]; }
/// A class of the form [A-Za-z0-9_-] (ranges, \w, \d, \s, a '-' at an end); nothing if it is not one.
std::optional<ByteSet> parse_byte_set(const std::string& text);

/// Where a match may end.
enum class EndMode {
  kExtend,  ///< anywhere: the secret goes on over the token's alphabet and [A-Za-z0-9_]
  kExact,   ///< only where the token's alphabet ends
  kFree,    ///< where the pattern says
  kPem,     ///< the secret goes on to "-----END", or to the end of the text if that was cut off
};

/// A line that shows what a rule does; markers in it are expanded by redact/generate.h.
struct Example {
  std::string text;
  Location where;
};

struct Rule {
  std::string id, description, source;
  bool unique = false;  ///< masked always: no entropy, no placeholder lists
  /// Set for rules about field names; these have no pattern.
  std::optional<NameKind> field;
  std::vector<Literal> literals;
  std::optional<Regex> regex;
  bool issuer = false;             ///< literals are words before the token; `regex` is its shape and borders
  bool anchored = true;            ///< the match begins with the literal; else it is searched around it
  std::size_t before = 0;          ///< bytes before the literal where a match may begin, if not anchored
  bool has_run = false;            ///< every match has 16 or more bytes of [A-Za-z0-9+/_-] in a row, soon
  bool token_shaped = false;       ///< after the literal a match has no white space and no quotes
  std::size_t window_bytes = 512;  ///< longest match; what is longer is reached by kExtend
  int group = 0;                   ///< the capture that is the secret
  EndMode end = EndMode::kExtend;
  ByteSet alphabet;
  bool border = true;  ///< the match begins where a token begins
  double entropy_min = 0;
  std::vector<Validator> validators;
  std::vector<std::string> keywords;  ///< one of them (lower case) stands within `within` bytes of the match
  std::size_t within = 0;
  std::vector<Example> match, no_match;
  Location where;
};

/// Reads the rules of one document. Mistakes go to `diagnostics`; a rule with a mistake is left out.
std::vector<Rule> load_rules(const YamlNode& pack, Diagnostics& diagnostics);

}  // namespace clawtrail::redact
