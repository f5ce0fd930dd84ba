// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "clawtrail/base/check.h"
#include "redact/gitleaks.h"
#include "redact/values.h"

namespace clawtrail::redact {

namespace {

constexpr std::size_t kGroupsMax = 64;

std::string small_letters(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

/// The whole lines that `match` touches.
std::string_view lines_around(std::string_view text, Span match) {
  const std::size_t before = match.begin == 0 ? std::string_view::npos : text.rfind('\n', match.begin - 1);
  const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
  const std::size_t end = std::min(text.find('\n', match.end), text.size());
  return text.substr(begin, end - begin);
}

std::string_view part(std::string_view text, Span span) {
  return text.substr(span.begin, span.end - span.begin);
}

bool finds_something(const Regex& regex, std::string_view text) {
  Span match[1];
  return regex.find(text, 0, text.size(), match) && match[0].end > match[0].begin;
}

bool allows(const GitleaksAllowlist& list, std::string_view text, Span match, std::string_view secret) {
  using Target = GitleaksAllowlist::Target;
  const std::string_view target = list.target == Target::kMatch  ? part(text, match)
                                  : list.target == Target::kLine ? lines_around(text, match)
                                                                 : secret;
  const bool known = std::any_of(list.regexes.begin(), list.regexes.end(),
                                 [&](const Regex& regex) { return finds_something(regex, target); });
  if (known && !list.all) return true;
  if (list.all && !known && !list.regexes.empty()) return false;
  const std::string small = list.stop_words.empty() ? "" : small_letters(secret);
  const bool stops =
      std::any_of(list.stop_words.begin(), list.stop_words.end(),
                  [&](const std::string& word) { return small.find(word) != std::string::npos; });
  return list.all ? stops || list.stop_words.empty() : stops;
}

/// The part of a match that is the secret; empty if there is none.
Span secret_of(const GitleaksRule& rule, std::string_view text, const Span* groups, std::size_t count) {
  const auto set = [&](std::size_t i) {
    return groups[i].begin != Regex::npos && groups[i].end > groups[i].begin;
  };
  if (rule.secret_group > 0) {
    const auto group = static_cast<std::size_t>(rule.secret_group);
    CHECK(group < count);
    return set(group) ? groups[group] : Span{};
  }
  for (std::size_t i = 1; i < count; ++i) {
    if (set(i)) return groups[i];
  }
  Span whole = groups[0];
  while (whole.begin < whole.end && text[whole.begin] == '\n') ++whole.begin;
  while (whole.begin < whole.end && text[whole.end - 1] == '\n') --whole.end;
  return whole;
}

}  // namespace

bool find_gitleaks_matches(const GitleaksRule& rule, std::string_view text, std::size_t& work,
                           std::size_t work_max, std::vector<Span>& spans) {
  const std::size_t count = static_cast<std::size_t>(rule.regex->groups()) + 1;
  CHECK(count <= kGroupsMax);
  Span groups[kGroupsMax];
  std::size_t at = 0;
  while (at <= text.size()) {
    if (work > work_max) return false;
    if (!rule.regex->find(text, at, text.size(), std::span(groups, count))) {
      work += text.size() - at;
      return true;
    }
    const Span match = groups[0];
    work += match.end - at + 1;
    at = std::max(match.end, at + 1);
    Span secret = secret_of(rule, text, groups, count);
    if (secret.begin == secret.end) continue;
    const std::string_view bytes = part(text, secret);
    if (rule.entropy > 0 && entropy(bytes) <= rule.entropy) continue;
    const bool allowed = std::any_of(rule.allowlists.begin(), rule.allowlists.end(),
                                     [&](const auto& list) { return allows(*list, text, match, bytes); });
    if (allowed) continue;
    // Where the pattern stops inside a token, the rest of it must not stay behind.
    if (is_token_char(text[secret.end - 1])) {
      while (secret.end < text.size() && is_token_char(text[secret.end])) ++secret.end;
    }
    spans.push_back(secret);
    at = std::max(secret.end, match.begin + 1);
  }
  return true;
}

}  // namespace clawtrail::redact
