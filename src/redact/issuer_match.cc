// SPDX-License-Identifier: Apache-2.0
#include "redact/issuer_match.h"

#include <algorithm>
#include <array>
#include <string>

#include "clawtrail/base/check.h"
#include "redact/borders.h"
#include "redact/values.h"

namespace clawtrail::redact {

namespace {

constexpr std::size_t kGapBytesMax = 48;
constexpr std::size_t kTokenBytesMax = 512;
constexpr std::size_t kTightGapMax = 3;
constexpr std::size_t kTriesMax = 4;
constexpr std::size_t kLettersMin = 20;
constexpr std::size_t kSecretWordMax = 12;

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alpha(char c) { return is_upper(c) || is_lower(c); }

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (is_upper(c)) c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

constexpr std::array<std::string_view, 13> kSecretWords{"key",    "token",   "secret", "access", "private",
                                                        "auth",   "pass",    "pwd",    "cred",   "pat",
                                                        "bearer", "signing", "webhook"};
/// What may be written together with an issuer's word.
constexpr std::array<std::string_view, 12> kJoinedWords{
    "api", "app", "client", "account", "user", "admin", "read", "server", "test", "live", "prod", "dev"};

template <std::size_t N>
bool contains_one(std::string_view small, const std::array<std::string_view, N>& words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return small.find(word) != std::string_view::npos; });
}

template <std::size_t N>
bool starts_with_one(std::string_view small, const std::array<std::string_view, N>& words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return small.starts_with(word); });
}

/// The word stands for itself: not "anaconda" for "coda", not "shortcuts" for "shortcut". In raw text an
/// escape may stand before it.
bool is_word_of_its_own(std::string_view text, Span word, bool raw = false) {
  if (word.begin > 0) {
    const char before = text[word.begin - 1], first = text[word.begin];
    const bool joined = is_alpha(before) && !(is_lower(before) && is_upper(first));
    if (joined && !(raw && token_begins(text, word.begin))) return false;
  }
  if (word.end == text.size() || !is_alpha(text[word.end])) return true;
  if (is_lower(text[word.end - 1]) && is_upper(text[word.end])) return true;
  const std::string after = lower(text.substr(word.end, 8));
  return starts_with_one(after, kSecretWords) || starts_with_one(after, kJoinedWords);
}

/// One of kSecretWords ends here as a word ("apikey", "accessToken", "KEYS"), or begins one that goes on
/// ("authorization", "credentials"): not "patch", "assigned", "monkey business".
bool has_secret_word(std::string_view text) {
  static constexpr std::array<std::string_view, 3> kBeginnings{"auth", "cred", "pass"};
  const std::string small = lower(text);
  for (const std::string_view word : kSecretWords) {
    for (std::size_t at = small.find(word); at != std::string::npos; at = small.find(word, at + 1)) {
      std::size_t end = at + word.size();
      if (end < small.size() && small[end] == 's') ++end;
      const bool begins =
          at == 0 || !is_alpha(small[at - 1]) || (is_upper(text[at]) && is_lower(text[at - 1]));
      const bool ends =
          end >= small.size() || !is_alpha(small[end]) || (is_upper(text[end]) && is_lower(text[end - 1]));
      const bool short_word = word.size() < 4 && word != "key";
      if (ends && (begins || !short_word)) return true;
      if (begins && std::find(kBeginnings.begin(), kBeginnings.end(), word) != kBeginnings.end()) return true;
      // Written together with another one: "secretkey", "accesstoken".
      if (begins && !short_word && contains_one(std::string_view(small).substr(end, 6), kSecretWords))
        return true;
    }
  }
  return false;
}

/// What stands between the word and the token says that the token is a secret of the issuer.
struct Gap {
  bool tight = false, secret = false, assigned = false;

  explicit Gap(std::string_view text) {
    tight = text.size() <= kTightGapMax;
    secret = has_secret_word(text);
    // A name that goes on, and a separator: COUNTLY_ID="…".
    std::size_t at = 0;
    while (at < text.size() && (is_word(text[at]) || text[at] == '-' || text[at] == '.')) ++at;
    const std::string_view rest = text.substr(at);
    assigned =
        rest.find_first_of("=:(") != std::string_view::npos &&
        std::none_of(rest.begin(), rest.end(), [](char c) { return is_word(c) || c == '/' || c == ']'; });
  }
  bool any() const { return tight || secret || assigned; }
};

/// `named`: the word and the gap together have a secret word in them.
bool plausible(std::string_view token, const Gap& gap, bool named) {
  if (is_placeholder(token) || is_reference(token)) return false;
  const bool digit = std::any_of(token.begin(), token.end(), is_digit);
  const bool letter = std::any_of(token.begin(), token.end(), is_alpha);
  // HUBSPOT_ID=…: most UUIDs only name something.
  if (is_uuid(token)) return named;
  if (digit && letter) return true;
  if (!gap.secret) return false;
  return digit || (token.size() >= kLettersMin && entropy(token) >= 3.0 &&
                   token.find_first_of("_-.") == std::string_view::npos);
}

/// The bytes that may hold the token: never half of it.
std::size_t region_end(std::string_view text, std::size_t from) {
  std::size_t end = std::min(text.size(), from + kGapBytesMax);
  const std::size_t limit = std::min(text.size(), end + kTokenBytesMax);
  while (end<limit&& static_cast<unsigned char>(text[end])> ' ' && text[end] != '"') ++end;
  return end;
}

/// No half of a token: on over dots, dashes and signs of base64 that have more of it behind them.
Span whole_token(std::string_view text, std::size_t low, Span token) {
  const auto joins = [](char c) { return c == '.' || c == '=' || c == '~' || c == '+'; };
  while (token.end < text.size()) {
    if (!is_token_char(text[token.end])) {
      std::size_t next = token.end;
      while (next < text.size() && joins(text[next])) ++next;
      const bool padding = text[token.end] == '=' && next - token.end <= 2;
      if (next == token.end || ((next == text.size() || !is_token_char(text[next])) && !padding)) break;
      token.end = next;
      continue;
    }
    ++token.end;
  }
  while (token.begin > low + 1 && text[token.begin - 1] == '.' && is_token_char(text[token.begin - 2])) {
    --token.begin;
    while (token.begin > low && is_token_char(text[token.begin - 1])) --token.begin;
  }
  return token;
}

/// A token that does not have the documented shape, but a secret word before it, and looks random.
std::optional<Span> match_any_shape(std::string_view text, Span word, std::size_t end) {
  std::size_t at = word.end;
  while (at < end && at < word.end + kGapBytesMax) {
    std::size_t stop = at;
    while (stop < end && is_token_char(text[stop])) ++stop;
    const Span run{at, stop};
    at = stop + 1;
    const std::string_view bytes = text.substr(run.begin, run.end - run.begin);
    if (!looks_random(bytes)) continue;
    const Gap gap(text.substr(word.end, run.begin - word.end));
    if (gap.secret && run.begin > word.end && plausible(bytes, gap, true))
      return whole_token(text, word.end, run);
  }
  return std::nullopt;
}

/// A run of token bytes that is long enough, from `at` on; an empty one at `end` if there is none.
Span next_run(std::string_view raw, std::size_t at, std::size_t end) {
  static constexpr std::size_t kRunBytesMin = 10;
  while (at < end) {
    std::size_t stop = at;
    while (stop < raw.size() && stop < end + kTokenBytesMax &&
           (is_token_char(raw[stop]) || raw[stop] == '\\' || raw[stop] == '/' || raw[stop] == '+' ||
            raw[stop] == '.'))
      ++stop;
    if (stop - at >= kRunBytesMin) return {at, stop};
    at = stop + 1;
  }
  return {end, end};
}

/// Where the JSON string that holds `at` ends, or `limit`.
std::size_t string_end(std::string_view raw, std::size_t at, std::size_t limit) {
  for (; at < limit; ++at) {
    if (raw[at] == '\\') {
      ++at;
    } else if (raw[at] == '"') {
      return at;
    }
  }
  return limit;
}

/// Without backslashes and the letters of escaped white space: good enough to see a sign of assignment.
std::string unescaped(std::string_view raw) {
  std::string out;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '\\') {
      out += raw[i];
    } else if (i + 1 < raw.size() && (raw[i + 1] == 'n' || raw[i + 1] == 't' || raw[i + 1] == 'r')) {
      ++i;
    }
  }
  return out;
}

}  // namespace

bool may_belong_to_issuer(std::string_view raw, Span word, bool json) {
  static constexpr std::size_t kRawGapMax = 2 * kGapBytesMax;  // Escapes take more.
  if (!is_word_of_its_own(raw, word, true)) return false;
  std::size_t end = std::min(raw.size(), word.end + kRawGapMax);
  if (json) end = string_end(raw, word.end, end);
  for (std::size_t at = word.end; at < end;) {
    const Span run = next_run(raw, at, end);
    if (run.begin == run.end) return false;
    const std::string_view gap = raw.substr(word.end, run.begin - word.end);
    if (run.begin <= word.end + 3 * kTightGapMax || contains_one(lower(gap), kSecretWords)) return true;
    // The secret word may be the run itself, or its beginning: codatoken-987e….
    if (gap.find_first_of("=:(") != std::string_view::npos && Gap(unescaped(gap)).assigned) return true;
    if (contains_one(lower(raw.substr(run.begin, 2 * kSecretWordMax)), kSecretWords)) return true;
    at = run.end;
  }
  return false;
}

std::optional<Span> match_issuer(const Rule& rule, std::string_view text, Span word, std::size_t& work) {
  DCHECK(word.begin < word.end && word.end <= text.size());
  if (!is_word_of_its_own(text, word)) return std::nullopt;
  const std::string_view region = text.substr(0, region_end(text, word.end));
  work += region.size() - word.end;
  std::size_t from = word.end;
  for (std::size_t tries = 0; tries < kTriesMax && from < region.size(); ++tries) {
    Span groups[2];
    const std::string_view window = region.substr(from);
    if (!rule.regex->find(window, 0, window.size(), groups)) break;
    const Span token{from + groups[1].begin, from + groups[1].end};
    if (token.begin > word.end + kGapBytesMax) break;
    const Gap gap(text.substr(word.end, token.begin - word.end));
    const std::string_view bytes = text.substr(token.begin, token.end - token.begin);
    const bool named = gap.secret || has_secret_word(text.substr(word.begin, token.begin - word.begin));
    if (gap.any() && plausible(bytes, gap, named) &&
        (rule.entropy_min == 0 || entropy(bytes) >= rule.entropy_min)) {
      const Span secret = whole_token(text, word.end, token);
      return secret;
    }
    from = token.begin;
  }
  return match_any_shape(text, word, region.size());
}

}  // namespace clawtrail::redact
