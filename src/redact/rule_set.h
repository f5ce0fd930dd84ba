// SPDX-License-Identifier: Apache-2.0
// Everything a redactor looks for, and what each literal leads to.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "clawtrail/match/literals.h"
#include "redact/fields.h"
#include "redact/rule.h"
#include "redact/spellings.h"
#include "redact/user_pattern.h"

namespace clawtrail::redact {

/// What to do at a literal.
struct Action {
  enum class Kind : std::uint8_t {
    kRule,        ///< rules[index] may match
    kField,       ///< the name around it may be a secret's
    kKnown,       ///< spellings[index] may stand here
    kUser,        ///< patterns[index] may match somewhere in the text
    kMask,        ///< a mask of the gateway may stand here
    kRun,         ///< a long run of token bytes ends here: it may be encoded, or belong to an issuer
    kContext,     ///< a secret word: an issuer's word may stand before, a token after it
    kBase64,      ///< (in windows) a rule's literal in base64, `index` characters into a group of four
    kHex,         ///< (in windows) a rule's literal in hex digits
    kJsonEscape,  ///< the text spells ASCII characters as JSON escapes: literals may hide in it
    kEscape,      ///< the same, in percent triples, entities, \xXX or by characters without width
  };
  Kind kind = Kind::kRule;
  std::uint32_t index = 0;
};

/// Which secret is named where several were found at one place.
enum class Priority : std::uint8_t { kField, kAmbiguous, kUser, kUnique, kKnown };

/// Threads: immutable after build().
struct RuleSet {
  std::vector<Rule> rules;
  std::vector<Spelling> spellings;
  std::vector<CompiledPattern> patterns;
  std::vector<std::uint32_t> always;  ///< patterns without a literal: searched in every line
  UserNames user_names;
  /// Rule ids of field names, by NameKind; empty if no pack has a rule about them.
  std::array<std::string_view, 8> field_ids;
  /// Literals and what each leads to.
  struct Lookup {
    LiteralSet literals;
    std::vector<std::vector<Action>> actions;  ///< of each literal
    std::map<std::string, std::uint32_t> places;
    void add(const Literal& literal, Action action);
  };
  Lookup text;     ///< looked for in all text
  Lookup windows;  ///< looked for only around runs and secret words

  /// Fills the look-ups from the rest.
  void build();

 private:
  void add_encoded(std::string_view bytes);
  void add_escapes();
  void add_contexts();
};

inline constexpr std::string_view kKnownSecretId = "known-secret";
inline constexpr std::string_view kUserPatternId = "user-pattern";
inline constexpr std::string_view kGatewayMaskedId = "gateway-masked";
inline constexpr std::string_view kOverBudgetId = "over-budget";

}  // namespace clawtrail::redact
