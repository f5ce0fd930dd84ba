// SPDX-License-Identifier: Apache-2.0
#include "redact/rule_match.h"

#include <algorithm>
#include <string>

#include "clawtrail/base/check.h"
#include "redact/borders.h"

namespace clawtrail::redact {

namespace {

constexpr std::size_t kGroupsMax = 4;
constexpr std::size_t kPemProbeBytes = 512;
constexpr std::size_t kPemRunBytes = 20;

/// A block is more than its first line: "expected -----BEGIN PRIVATE KEY-----" holds no key.
std::optional<Span> pem_body(std::string_view text, std::size_t begin) {
  std::size_t end = text.find("-----END", begin);
  if (end == std::string_view::npos) end = text.size();
  std::size_t run = 0;
  const std::size_t probe = std::min(end, begin + kPemProbeBytes);
  for (std::size_t i = begin; i < probe && run < kPemRunBytes; ++i) {
    const char c = text[i];
    run = (is_word(c) && c != '_') || c == '+' || c == '/' ? run + 1 : 0;
  }
  if (run < kPemRunBytes) return std::nullopt;
  return Span{begin, end};
}

bool keyword_near(const Rule& rule, std::string_view text, Span match) {
  if (rule.keywords.empty()) return true;
  const std::size_t from = match.begin > rule.within ? match.begin - rule.within : 0;
  const std::size_t to = std::min(text.size(), match.end + rule.within);
  std::string small(text.substr(from, to - from));
  for (char& c : small) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return std::any_of(rule.keywords.begin(), rule.keywords.end(),
                     [&](const std::string& word) { return small.find(word) != std::string::npos; });
}

/// Extends or rejects by what follows.
bool end_match(const Rule& rule, std::string_view text, Span& secret) {
  if (rule.end == EndMode::kExtend) {
    while (secret.end < text.size() && (has(rule.alphabet, text[secret.end]) || is_word(text[secret.end])))
      ++secret.end;
  } else if (rule.end == EndMode::kExact) {
    if (secret.end < text.size() && (has(rule.alphabet, text[secret.end]) || is_word(text[secret.end])))
      return false;
  }
  return true;
}

}  // namespace

std::optional<Span> match_rule(const Rule& rule, std::string_view text, Span literal, std::size_t& work) {
  DCHECK(literal.begin <= literal.end && literal.end <= text.size());
  if (rule.anchored && rule.border && !token_begins(text, literal.begin)) return std::nullopt;
  const std::size_t from =
      rule.anchored ? literal.begin : literal.begin - std::min(literal.begin, rule.before);
  const std::string_view window = text.substr(from, rule.window_bytes);
  Span groups[kGroupsMax];
  const auto wanted = static_cast<std::size_t>(rule.group) + 1;
  CHECK(wanted <= kGroupsMax);
  work += 32;
  if (!rule.regex->find(window, 0, window.size(), std::span(groups, wanted))) {
    work += window.size() / 4;  // Most candidates fail within a few bytes.
    return std::nullopt;
  }
  work += groups[0].end;
  const Span match{from + groups[0].begin, from + groups[0].end};
  if (!rule.anchored && rule.border && !token_begins(text, match.begin)) return std::nullopt;
  if (rule.end == EndMode::kPem) return pem_body(text, match.end);
  const Span group = groups[rule.group];
  if (group.begin == Regex::npos) return std::nullopt;
  Span secret{from + group.begin, from + group.end};
  if (secret.begin == secret.end || !end_match(rule, text, secret)) return std::nullopt;
  const std::string_view bytes = text.substr(secret.begin, secret.end - secret.begin);
  if (!keyword_near(rule, text, match)) return std::nullopt;
  if (!rule.unique && (is_placeholder(bytes) || is_reference(bytes))) return std::nullopt;
  if (rule.entropy_min > 0 && entropy(bytes) < rule.entropy_min) return std::nullopt;
  for (const Validator validator : rule.validators) {
    if (!passes(validator, bytes)) return std::nullopt;
  }
  return secret;
}

}  // namespace clawtrail::redact
