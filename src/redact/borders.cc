// SPDX-License-Identifier: Apache-2.0
#include "redact/borders.h"

#include <algorithm>

#include "redact/values.h"

namespace clawtrail::redact {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
constexpr std::size_t kAnsiBytesMax = 24;

/// text[.., at) ends with `mark` and `digits` hex digits.
bool ends_with_hex(std::string_view text, std::size_t at, std::string_view mark, std::size_t digits) {
  if (at < mark.size() + digits) return false;
  const std::string_view tail = text.substr(at - digits, digits);
  return std::all_of(tail.begin(), tail.end(), is_hex) &&
         text.substr(at - digits - mark.size(), mark.size()) == mark;
}

bool ends_with_ansi(std::string_view text, std::size_t at) {
  if (text[at - 1] != 'm') return false;
  const std::size_t low = at > kAnsiBytesMax ? at - kAnsiBytesMax : 0;
  std::size_t i = at - 1;
  while (i > low && (is_digit(text[i - 1]) || text[i - 1] == ';')) --i;
  return i > low && text[i - 1] == '[';
}

}  // namespace

bool token_begins(std::string_view text, std::size_t at) {
  if (at == 0 || !is_word(text[at - 1])) return true;
  if (at >= 2 && text[at - 2] == '\\' &&
      std::string_view("nrtbf").find(text[at - 1]) != std::string_view::npos)
    return true;
  return ends_with_hex(text, at, "\\u", 4) || ends_with_hex(text, at, "\\x", 2) ||
         ends_with_hex(text, at, "%", 2) || ends_with_ansi(text, at);
}

}  // namespace clawtrail::redact
