// SPDX-License-Identifier: Apache-2.0
#include "redact/json_walk.h"

namespace clawtrail::redact {

namespace json {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

/// 1 for the bytes that end a plain run in a string: '"', '\\' and control characters.
constexpr std::array<bool, 256> make_stops() {
  std::array<bool, 256> stops{};
  for (std::size_t c = 0; c < 0x20; ++c) stops[c] = true;
  stops['"'] = stops['\\'] = true;
  return stops;
}
constexpr auto kStops = make_stops();

std::size_t digits_end(std::string_view text, std::size_t at) {
  while (at < text.size() && is_digit(text[at])) ++at;
  return at;
}

std::size_t number_end(std::string_view text, std::size_t at) {
  if (text[at] == '-') ++at;
  std::size_t end = digits_end(text, at);
  if (end == at || (text[at] == '0' && end > at + 1)) return npos;
  if (end < text.size() && text[end] == '.') {
    at = end + 1;
    end = digits_end(text, at);
    if (end == at) return npos;
  }
  if (end < text.size() && (text[end] == 'e' || text[end] == 'E')) {
    at = end + 1;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    end = digits_end(text, at);
    if (end == at) return npos;
  }
  return end;
}

}  // namespace

std::size_t string_end(std::string_view text, std::size_t at, bool& escaped) {
  while (at < text.size()) {
    const auto c = static_cast<unsigned char>(text[at]);
    if (!kStops[c]) {
      ++at;
      continue;
    }
    if (c == '"') return at;
    if (c != '\\' || at + 1 >= text.size()) return npos;
    escaped = true;
    switch (text[at + 1]) {
      case '"':
      case '\\':
      case '/':
      case 'b':
      case 'f':
      case 'n':
      case 'r':
      case 't':
        at += 2;
        break;
      case 'u':
        if (text.size() - at < 6) return npos;
        for (std::size_t i = at + 2; i < at + 6; ++i) {
          if (!is_hex(text[i])) return npos;
        }
        at += 6;
        break;
      default:
        return npos;
    }
  }
  return npos;
}

std::size_t scalar_end(std::string_view text, std::size_t at) {
  if (at >= text.size()) return npos;
  const std::string_view rest = text.substr(at, 5);
  if (rest.starts_with("true") || rest.starts_with("null")) return at + 4;
  if (rest == "false") return at + 5;
  return is_digit(text[at]) || text[at] == '-' ? number_end(text, at) : npos;
}

std::size_t skip_space(std::string_view text, std::size_t at) {
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t' || text[at] == '\n' || text[at] == '\r'))
    ++at;
  return at;
}

}  // namespace json

bool is_json_container(std::string_view text) {
  const std::size_t first = json::skip_space(text, 0);
  if (first >= text.size() || (text[first] != '{' && text[first] != '[')) return false;
  JsonVisitor nothing;
  return walk_json(text, nothing);
}

}  // namespace clawtrail::redact
