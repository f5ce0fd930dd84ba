// SPDX-License-Identifier: Apache-2.0
#include "redact/rule_set.h"

#include "clawtrail/base/check.h"

namespace clawtrail::redact {

namespace {

/// What stands right after the ellipsis of the gateway's mask.
constexpr std::uint8_t kMaskTail = 4;

/// Bytes that make two literals the same for Hyperscan and its context tests.
std::string key_of(const Literal& literal) {
  std::string key{static_cast<char>(literal.caseless), static_cast<char>(literal.follow),
                  static_cast<char>(literal.tail_min), static_cast<char>(literal.border)};
  return key + literal.bytes;
}

}  // namespace

void RuleSet::add(const Literal& literal, Action action) {
  const auto [place, fresh] =
      places_.try_emplace(key_of(literal), static_cast<std::uint32_t>(literals.size()));
  if (fresh) {
    literals.push_back(literal);
    actions.emplace_back();
  }
  literals[place->second].secret |= literal.secret;
  actions[place->second].push_back(action);
}

void RuleSet::build() {
  CHECK(literals.empty());
  for (std::uint32_t i = 0; i < rules.size(); ++i) {
    const Rule& rule = rules[i];
    if (rule.field) {
      field_ids[static_cast<std::size_t>(*rule.field)] = rule.id;
      if (*rule.field == NameKind::kCookie)
        field_ids[static_cast<std::size_t>(NameKind::kSetCookie)] = rule.id;
    }
    for (const Literal& literal : rule.literals) {
      add(literal, {rule.field ? Action::Kind::kField : Action::Kind::kRule, i});
    }
  }
  field_ids[static_cast<std::size_t>(NameKind::kUser)] = kUserPatternId;
  for (std::uint32_t i = 0; i < spellings.size(); ++i) {
    const Spelling& spelling = spellings[i];
    add({std::string(spelling.bytes.view().substr(0, kSpellingLiteralBytes)), spelling.caseless, Follow::kAny,
         0, false, true},
        {Action::Kind::kKnown, i});
  }
  for (std::uint32_t i = 0; i < patterns.size(); ++i) {
    const CompiledPattern& pattern = patterns[i];
    if (!pattern.regex) {
      user_names.push_back(pattern.name);
      add(pattern.literal, {Action::Kind::kField, i});
    } else if (pattern.literal.bytes.empty()) {
      always.push_back(i);
    } else {
      add(pattern.literal, {Action::Kind::kUser, i});
    }
  }
  add({"\xE2\x80\xA6", false, Follow::kTokenTail, kMaskTail, false, false}, {Action::Kind::kMask, 0});
  add({"\\u2026", false, Follow::kTokenTail, kMaskTail, false, false}, {Action::Kind::kMask, 0});
  // Control characters (\u001b) hide nothing; printable ones and the slash can stand inside a literal.
  for (const char* escape : {"\\u002", "\\u003", "\\u004", "\\u005", "\\u006", "\\u007", "\\/"}) {
    add({escape, false, Follow::kAny, 0, false, false}, {Action::Kind::kEscape, 0});
  }
  places_.clear();
}

}  // namespace clawtrail::redact
