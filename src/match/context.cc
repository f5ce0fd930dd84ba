// SPDX-License-Identifier: Apache-2.0
#include "match/context.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "clawtrail/base/check.h"

namespace clawtrail {

namespace {

// Bits of a byte's class.
constexpr std::uint8_t kWord = 1;    // [A-Za-z0-9_]
constexpr std::uint8_t kName = 2;    // a name goes on: word, '-' '.'
constexpr std::uint8_t kTail = 4;    // Follow::kTokenTail
constexpr std::uint8_t kCloser = 8;  // may stand between a name and its separator
constexpr std::uint8_t kQuote = 16;
constexpr std::uint8_t kValue = 32;  // of a token or of base64

constexpr std::array<std::uint8_t, 256> make_classes() {
  std::array<std::uint8_t, 256> classes{};
  for (int c = 0; c < 256; ++c) {
    const bool alnum = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    std::uint8_t bits = 0;
    if (alnum || c == '_') bits |= kWord | kName | kTail;
    if (c == '-' || c == '.') bits |= kName | kTail;
    if (c == '+' || c == '/' || c == '=' || c == '%' || c == '\\' || c == '~' || c == ':') bits |= kTail;
    if (alnum || c == '_' || c == '-' || c == '.' || c == '+' || c == '/' || c == '=') bits |= kValue;
    if (c == '"' || c == '\'' || c == '`') bits |= kCloser | kQuote;
    if (c == ' ' || c == '\t' || c == '\\' || c == ']' || c == ')') bits |= kCloser;
    classes[static_cast<std::size_t>(c)] = bits;
  }
  return classes;
}
constexpr auto kClasses = make_classes();

bool is(char c, std::uint8_t bits) { return (kClasses[static_cast<unsigned char>(c)] & bits) != 0; }

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

constexpr std::size_t kNameBytesMax = 64;
constexpr std::size_t kCloserBytesMax = 32;
constexpr std::size_t kUserInfoBytesMax = 512;
constexpr std::size_t kEscapeBytesMax = 8;
constexpr std::size_t kNearBytesMax = 48;
constexpr std::size_t kRandomBytes = 16;
constexpr std::size_t kJudgedBytes = 64;
constexpr std::size_t kJoinBytes = 3;
constexpr std::size_t kRunBytes = 10;
constexpr std::size_t kLongRunBytes = 20;

/// The name around `begin` starts with '-', as a command line flag does. The end of an escape (`\n--token`)
/// or of a percent triple may stand before it.
bool is_flag(std::string_view block, std::size_t begin) {
  const std::size_t limit = begin > kNameBytesMax ? begin - kNameBytesMax : 0;
  std::size_t dash = block.size();
  while (begin > limit && is(block[begin - 1], kName)) {
    --begin;
    if (block[begin] == '-') dash = begin;
  }
  if (dash == block.size()) return false;
  if (dash == begin) return true;
  const char before = begin > 0 ? block[begin - 1] : '\0';
  return before == '\\' || before == '%' || before == '[' || before == ';';
}

/// A quote stands before the name, so that it is all of a string: {"name": "X_TOKEN", …}, not "gateway/auth".
/// Or it was cut off.
bool name_is_quoted(std::string_view block, std::size_t begin) {
  const std::size_t limit = begin > kNameBytesMax ? begin - kNameBytesMax : 0;
  while (begin > limit && is(block[begin - 1], kName)) --begin;
  return begin == limit || is(block[begin - 1], kQuote) || block[begin - 1] == '\n';
}

/// The string that ends at `end` is what a member like "name" says: {"name": "GitHub token", "value": …}.
bool is_said_by_name(std::string_view block, std::size_t end) {
  static constexpr std::array<std::string_view, 8> kNames{"name", "key",      "field", "header",
                                                          "env",  "variable", "id",    "param"};
  const std::size_t limit = end > kNameBytesMax ? end - kNameBytesMax : 0;
  const auto back = [&](auto test) {
    while (end > limit && test(block[end - 1])) --end;
  };
  const auto is_closer = [](char c) { return is(c, kQuote) || c == '\\' || c == ':' || c == ' '; };
  back([](char c) { return !is(c, kQuote) && c != '\n'; });
  back(is_closer);
  const std::size_t word_end = end;
  back([](char c) { return is_letter(c); });
  return std::find(kNames.begin(), kNames.end(), block.substr(end, word_end - end)) != kNames.end();
}

/// A word, '=' and a quote as in `var token string = "…"`, or the `.=` of PHP.
bool type_and_assignment_follow(std::string_view block, std::size_t at) {
  const std::size_t limit = std::min(block.size(), at + kCloserBytesMax);
  while (at < limit && is(block[at], kName)) ++at;
  while (at < limit && block[at] == ' ') ++at;
  if (at >= limit || block[at] != '=') return at == limit && at < block.size();
  for (++at; at < limit && block[at] == ' ';) ++at;
  return at < limit && (is(block[at], kQuote) || block[at] == '\\');
}

/// A run of token bytes or base64 that looks random enough to be asked about.
bool random_token_follows(std::string_view block, std::size_t at) {
  const std::size_t limit = std::min(block.size(), at + kJudgedBytes);
  const std::size_t begin = at;
  std::size_t digits = 0;
  for (; at < limit && is(block[at], kValue); ++at) digits += block[at] >= '0' && block[at] <= '9' ? 1U : 0U;
  return at - begin >= kRandomBytes && digits >= 2;
}

/// `- name: X_TOKEN` and `value: …` on the next line.
bool value_follows(std::string_view block, std::size_t at) {
  const std::string_view word = block.substr(at, 5);
  return word == "value" || word == "defau";
}

bool assignment_follows(std::string_view block, std::size_t begin, std::size_t end) {
  std::size_t at = end;
  if (at < block.size() && is_letter(block[at])) return false;
  const std::size_t name_limit = std::min(block.size(), end + kNameBytesMax);
  while (at < name_limit && is(block[at], kName)) ++at;
  if (at == name_limit && at < block.size()) return true;  // Too long to tell here.
  // The name and its value in one: acmetoken-4f2a…
  for (std::size_t i = end; i < end + kJoinBytes && i < at; ++i) {
    if (random_token_follows(block, i)) return true;
  }
  const std::size_t limit = std::min(block.size(), at + kCloserBytesMax);
  bool quoted = false, spaced = false;
  for (; at < limit && is(block[at], kCloser); ++at) {
    quoted |= is(block[at], kQuote);
    spaced |= block[at] == ' ';
    // The letter of an escaped white space belongs to the backslash before it.
    if (block[at] == '\\' && at + 1 < limit &&
        (block[at + 1] == 'n' || block[at + 1] == 't' || block[at + 1] == 'r'))
      ++at;
  }
  if (at == limit) return at < block.size();
  switch (block[at]) {
    case ':':
    case '=':
    case '>':
    case '%':
    case '|':
    case '?':
      return true;
    case ',':
    case '}':
      return quoted && (name_is_quoted(block, begin) || is_said_by_name(block, begin));
    case '!':
      return at + 1 < block.size() && block[at + 1] == '=';
    case '\n':
      return quoted;
    default:
      // `password 'x'`, `Password is "x"`, `token 4f2a…` have no sign of assignment.
      return quoted || (spaced && (is_flag(block, begin) || type_and_assignment_follow(block, at) ||
                                   block.substr(at, 3) == "is " || random_token_follows(block, at) ||
                                   value_follows(block, at)));
  }
}

bool token_is_near(std::string_view block, std::size_t end) {
  const std::size_t limit = std::min(block.size(), end + kNearBytesMax);
  for (std::size_t at = end; at < limit; ++at) {
    const std::size_t begin = at;
    std::size_t digits = 0;
    for (; at < block.size() && (is(block[at], kWord) || block[at] == '-'); ++at) {
      digits += block[at] >= '0' && block[at] <= '9' ? 1U : 0U;
      if (at - begin >= kLongRunBytes || (digits >= 2 && at - begin + 1 >= kRunBytes)) return true;
    }
    if (at < block.size() && block[at] == '\n') return false;
  }
  return false;
}

bool user_info_follows(std::string_view block, std::size_t end) {
  const std::size_t limit = std::min(block.size(), end + kUserInfoBytesMax);
  bool colon = false;
  for (std::size_t at = end; at < limit; ++at) {
    switch (block[at]) {
      case ':':
        colon = true;
        break;
      case '%':  // may be an encoded colon
        colon = true;
        break;
      case '@':
        return colon;
      case ' ':
      case '\n':
      case '\t':
      case '"':
      case '\'':
      case '<':
      case '/':
        return false;
      default:
        break;
    }
  }
  return limit < block.size();  // Too long to tell here.
}

bool token_starts(std::string_view block, std::size_t begin) {
  if (begin == 0 || !is(block[begin - 1], kWord)) return true;
  const std::size_t limit = begin > kEscapeBytesMax ? begin - kEscapeBytesMax : 0;
  std::size_t at = begin - 1;
  while (at > limit && is(block[at], kWord)) --at;
  const char c = block[at];
  return c == '\\' || c == '%' || c == '[' || c == ';';
}

}  // namespace

bool context_allows(const Literal& literal, std::string_view block, std::size_t begin, std::size_t end) {
  DCHECK(begin <= end && end <= block.size());
  if (literal.border && !token_starts(block, begin)) return false;
  switch (literal.follow) {
    case Follow::kAny:
      return true;
    case Follow::kTokenTail: {
      if (block.size() - end < literal.tail_min) return false;
      const std::string_view tail = block.substr(end, literal.tail_min);
      return std::all_of(tail.begin(), tail.end(), [](char c) { return is(c, kTail); });
    }
    case Follow::kAssignment:
      return assignment_follows(block, begin, end);
    case Follow::kNearToken:
      return token_is_near(block, end);
    case Follow::kRun:
      return false;
    case Follow::kUserInfo:
      return user_info_follows(block, end);
  }
  return true;
}

}  // namespace clawtrail
