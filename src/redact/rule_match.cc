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
constexpr std::size_t kWorkPerCandidate = 64;
constexpr std::size_t kBlobBytes = 64;

/// A block is more than its first line: "expected -----BEGIN PRIVATE KEY-----" holds no key.
std::optional<Span> pem_body(std::string_view text, std::size_t begin, std::size_t& work) {
  static constexpr std::string_view kEnd = "-----END";
  std::size_t run = 0;
  std::size_t probe = begin;
  const std::size_t probe_end = std::min(text.size(), begin + kPemProbeBytes);
  for (; probe < probe_end && run < kPemRunBytes && !text.substr(probe).starts_with("-----"); ++probe) {
    const char c = text[probe];
    run = (is_word(c) && c != '_') || c == '+' || c == '/' ? run + 1 : 0;
  }
  work += probe - begin;
  if (run < kPemRunBytes) return std::nullopt;
  const std::size_t end = std::min(text.find(kEnd, begin), text.size());
  work += end - begin;
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

/// How much of `text` from `from` on the pattern may see: of a token no more than the bytes that can be one,
/// so that a candidate in ordinary text costs next to nothing.
std::size_t window_size(const Rule& rule, std::string_view text, std::size_t from, std::size_t literal_end) {
  const std::size_t limit = std::min(text.size() - from, rule.window_bytes);
  if (!rule.token_shaped) return limit;
  std::size_t end = literal_end;
  while (end<from + limit&& static_cast<unsigned char>(text[end])> ' ' && text[end] != '"' &&
         text[end] != '\'')
    ++end;
  return std::max(end, literal_end) - from;
}

/// Bytes of an image or an archive look like anything. A '+' or '/' in base64 is no border of a token that
/// could itself be base64.
bool inside_base64(std::string_view text, Span token) {
  if (token.begin < kBlobBytes || (text[token.begin - 1] != '/' && text[token.begin - 1] != '+'))
    return false;
  const auto blob = [](char c) { return (is_word(c) && c != '_') || c == '+' || c == '/'; };
  return std::all_of(text.begin() + static_cast<std::ptrdiff_t>(token.begin - kBlobBytes),
                     text.begin() + static_cast<std::ptrdiff_t>(token.end), blob);
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

bool may_match(const Rule& rule, std::string_view raw, Span literal) {
  const std::size_t from =
      rule.anchored ? literal.begin : literal.begin - std::min(literal.begin, rule.before);
  const std::string_view window = raw.substr(from, rule.window_bytes + rule.before);
  // What is escaped is not what the pattern will see.
  if (window.find_first_of("\\%&") != std::string_view::npos) return true;
  Span group[1];
  if (rule.regex->find(window, 0, window.size(), group)) return true;
  // As a string of a JSON text it may begin and end at quotes.
  const std::size_t at = literal.begin - from, behind = literal.end - from;
  const std::size_t open = at == 0 ? std::string_view::npos : window.rfind('"', at - 1);
  const std::size_t begin = open == std::string_view::npos ? 0 : open + 1;
  const std::size_t end = std::min(window.find('"', behind), window.size());
  if (begin == 0 && end == window.size()) return false;
  const std::string_view inside = window.substr(begin, end - begin);
  return rule.regex->find(inside, 0, inside.size(), group);
}

std::optional<Span> match_rule(const Rule& rule, std::string_view text, Span literal, std::size_t& work) {
  DCHECK(literal.begin <= literal.end && literal.end <= text.size());
  if (rule.anchored && rule.border && !token_begins(text, literal.begin)) return std::nullopt;
  const std::size_t from =
      rule.anchored ? literal.begin : literal.begin - std::min(literal.begin, rule.before);
  const std::string_view window = text.substr(from, window_size(rule, text, from, literal.end));
  Span groups[kGroupsMax];
  const auto wanted = static_cast<std::size_t>(rule.group) + 1;
  CHECK(wanted <= kGroupsMax);
  work += kWorkPerCandidate + window.size();
  if (!rule.regex->find(window, 0, window.size(), std::span(groups, wanted))) return std::nullopt;
  const Span match{from + groups[0].begin, from + groups[0].end};
  if (!rule.anchored && rule.border && !token_begins(text, match.begin)) return std::nullopt;
  if (rule.end == EndMode::kPem) return pem_body(text, match.end, work);
  const Span group = groups[rule.group];
  if (group.begin == Regex::npos) return std::nullopt;
  Span secret{from + group.begin, from + group.end};
  if (secret.begin == secret.end) return std::nullopt;
  if (rule.border && inside_base64(text, secret)) return std::nullopt;
  const bool ends = end_match(rule, text, secret);
  work += secret.end - secret.begin;
  if (!ends) return std::nullopt;
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
