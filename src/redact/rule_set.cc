// SPDX-License-Identifier: Apache-2.0
#include "redact/rule_set.h"

#include <algorithm>

#include "clawtrail/base/check.h"
#include "clawtrail/base/encoding.h"
#include "redact/gitleaks.h"

namespace clawtrail::redact {

namespace {

/// What stands right after the ellipsis of the gateway's mask.
constexpr std::uint8_t kMaskTail = 4;

/// Shorter spellings stand in any text.
constexpr std::size_t kBase64LiteralMin = 3;
constexpr std::size_t kHexLiteralMin = 3;
/// So much of the encoding comes at least after the literal.
constexpr std::uint8_t kBase64Tail = 10;
constexpr std::uint8_t kHexTail = 16;

/// A short prefix of a token with a long run in it: found from the run. Short literals cost the scan of all
/// text most.
constexpr std::size_t kShortPrefixMax = 4;
bool is_short_prefix(const Rule& rule, const Literal& literal) {
  return literal.follow == Follow::kTokenTail && literal.border && literal.bytes.size() <= kShortPrefixMax &&
         rule.has_run;
}

/// Bytes that make two literals the same for Hyperscan and its context tests. A secret one is never the same
/// as one of a rule: the rules' database is kept on the disk, and nothing in it may depend on a secret.
std::string key_of(const Literal& literal) {
  std::string key{static_cast<char>(literal.caseless), static_cast<char>(literal.follow),
                  static_cast<char>(literal.tail_min), static_cast<char>(literal.border),
                  static_cast<char>(literal.secret)};
  return key + literal.bytes;
}

}  // namespace

void RuleSet::Lookup::add(const Literal& literal, Action action) {
  const auto [place, fresh] =
      places.try_emplace(key_of(literal), static_cast<std::uint32_t>(literals.size()));
  if (fresh) {
    literals.push_back(literal);
    actions.emplace_back();
  }
  actions[place->second].push_back(action);
}

/// The literal as it stands in base64 (at each of three alignments) and in hex.
void RuleSet::add_encoded(std::string_view bytes) {
  for (std::size_t shift = 0; shift < 3; ++shift) {
    const std::string encoded = base64(std::string(shift, '\0') + std::string(bytes));
    // Only the characters that hold nothing but bits of the literal.
    const std::size_t begin = (8 * shift + 5) / 6, end = 8 * (shift + bytes.size()) / 6;
    if (end - begin < kBase64LiteralMin) continue;
    const auto place = static_cast<std::uint32_t>(begin % 4);
    for (const bool url : {false, true}) {
      std::string spelled = encoded.substr(begin, end - begin);
      if (url && spelled.find_first_of("+/") == std::string::npos) continue;
      if (url) {
        std::replace(spelled.begin(), spelled.end(), '+', '-');
        std::replace(spelled.begin(), spelled.end(), '/', '_');
      }
      windows.add({spelled, false, Follow::kTokenTail, kBase64Tail, false, false},
                  {Action::Kind::kBase64, place});
    }
  }
  if (bytes.size() >= kHexLiteralMin)
    windows.add({hex(bytes), true, Follow::kTokenTail, kHexTail, false, false}, {Action::Kind::kHex, 0});
}

void RuleSet::add_escapes() {
  // Control characters (\u001b) hide nothing; printable ones and the slash can stand inside a literal.
  for (const char* escape : {"\\u002", "\\u003", "\\u004", "\\u005", "\\u006", "\\u007", "\\/"}) {
    text.add({escape, false, Follow::kAny, 0, false, false}, {Action::Kind::kJsonEscape, 0});
  }
  for (const char* escape : {"%2", "%3", "%4", "%5", "%6", "%7", "\\x2", "\\x3", "\\x4", "\\x5", "\\x6",
                             "\\x7", "&#", "\\u200", "\\u2060", "\\u00a", "\\u00A"}) {
    text.add({escape, false, Follow::kTokenTail, 1, false, false}, {Action::Kind::kEscape, 0});
  }
  for (const char* escape : {"&quot;", "&amp;", "&apos;", "\\ufeff"}) {
    text.add({escape, true, Follow::kAny, 0, false, false}, {Action::Kind::kEscape, 0});
  }
  for (const char* escape : {"\xE2\x80\x8B", "\xE2\x80\x8C", "\xE2\x80\x8D", "\xE2\x80\x8E", "\xE2\x80\x8F",
                             "\xE2\x81\xA0", "\xEF\xBB\xBF", "\xC2\xAD"}) {
    text.add({escape, false, Follow::kAny, 0, false, false}, {Action::Kind::kEscape, 0});
  }
}

void RuleSet::add_contexts() {
  if (windows.literals.empty()) return;
  text.add({"", false, Follow::kRun, 0, false, false}, {Action::Kind::kRun, 0});
  for (const char* word : {"key", "token", "secret", "access", "private", "auth", "pass", "cred"}) {
    text.add({word, true, Follow::kNearToken, 0, false, false}, {Action::Kind::kContext, 0});
  }
}

void RuleSet::build() {
  CHECK(text.literals.empty());
  for (std::uint32_t i = 0; i < rules.size(); ++i) {
    const Rule& rule = rules[i];
    if (rule.field) {
      field_ids[static_cast<std::size_t>(*rule.field)] = rule.id;
      if (*rule.field == NameKind::kCookie)
        field_ids[static_cast<std::size_t>(NameKind::kSetCookie)] = rule.id;
    }
    for (const Literal& literal : rule.literals) {
      if (rule.issuer) {
        windows.add(literal, {Action::Kind::kRule, i});
        continue;
      }
      Lookup& lookup = is_short_prefix(rule, literal) ? windows : text;
      lookup.add(literal, {rule.field ? Action::Kind::kField : Action::Kind::kRule, i});
      if (literal.follow == Follow::kTokenTail && !literal.caseless) add_encoded(literal.bytes);
    }
  }
  field_ids[static_cast<std::size_t>(NameKind::kUser)] = kUserPatternId;
  for (std::uint32_t i = 0; i < spellings.size(); ++i) {
    const Spelling& spelling = spellings[i];
    text.add({std::string(spelling.bytes.view().substr(0, kSpellingLiteralBytes)), spelling.caseless,
              Follow::kAny, 0, false, true},
             {Action::Kind::kKnown, i});
  }
  for (std::uint32_t i = 0; i < patterns.size(); ++i) {
    const CompiledPattern& pattern = patterns[i];
    if (pattern.gitleaks != nullptr) {
      for (const Literal& literal : pattern.gitleaks->literals) text.add(literal, {Action::Kind::kUser, i});
      if (pattern.gitleaks->literals.empty()) always.push_back(i);
    } else if (!pattern.regex) {
      user_names.push_back(pattern.name);
      text.add(pattern.literal, {Action::Kind::kField, i});
    } else if (pattern.literal.bytes.empty()) {
      always.push_back(i);
    } else {
      text.add(pattern.literal, {Action::Kind::kUser, i});
    }
  }
  text.add({"\xE2\x80\xA6", false, Follow::kTokenTail, kMaskTail, false, false}, {Action::Kind::kMask, 0});
  text.add({"\\u2026", false, Follow::kTokenTail, kMaskTail, false, false}, {Action::Kind::kMask, 0});
  add_escapes();
  add_contexts();
  text.places.clear();
  windows.places.clear();
}

}  // namespace clawtrail::redact
