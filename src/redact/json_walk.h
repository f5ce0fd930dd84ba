// SPDX-License-Identifier: Apache-2.0
// A validating walk over one JSON text (RFC 8259) that tells where its strings and scalars stand.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "clawtrail/base/limits.h"
#include "clawtrail/match/regex.h"

namespace clawtrail::redact {

/// The visitor that only validates, and the list of what a visitor is told. Spans of strings exclude the
/// quotes.
struct JsonVisitor {
  void object_begin() {}
  void object_end() {}
  void array_begin() {}
  void array_end() {}
  void key(Span, bool /*escaped*/) {}
  void string(Span, bool /*escaped*/) {}
  void scalar(Span) {}  ///< number, true, false, null
};

/// Byte-level rules, so that the template below stays small.
namespace json {
/// End of the string whose first byte (after the quote) is at `at`: the offset of the closing quote, or npos.
std::size_t string_end(std::string_view text, std::size_t at, bool& escaped);
/// End of the number, true, false or null at `at`, or npos.
std::size_t scalar_end(std::string_view text, std::size_t at);
std::size_t skip_space(std::string_view text, std::size_t at);
inline constexpr std::size_t npos = std::string_view::npos;
}  // namespace json

/// Walks `text`; false as soon as it is not one object or array (with white space around it) or is nested
/// deeper than limits::kJsonDepthMax. What the visitor has been told until then is then worth nothing:
/// validate first. Bytes of 0x80 and above are not checked to be UTF-8.
template <typename Visitor>
class JsonWalk {
 public:
  JsonWalk(std::string_view text, Visitor& visitor) : text_(text), visitor_(visitor) {}

  bool run() {
    at_ = json::skip_space(text_, 0);
    if (at_ >= text_.size() || (text_[at_] != '{' && text_[at_] != '[')) return false;
    if (!open()) return false;
    while (depth_ > 0) {
      if (!step()) return false;
    }
    return json::skip_space(text_, at_) == text_.size();
  }

 private:
  enum class State : std::uint8_t { kFirst, kNext };

  char peek() {
    at_ = json::skip_space(text_, at_);
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  bool open() {
    if (depth_ == limits::kJsonDepthMax) return false;
    const bool object = text_[at_++] == '{';
    objects_[depth_] = object;
    states_[depth_++] = State::kFirst;
    object ? visitor_.object_begin() : visitor_.array_begin();
    return true;
  }

  bool close() {
    ++at_;
    objects_[--depth_] ? visitor_.object_end() : visitor_.array_end();
    return true;
  }

  /// One member, element or closing bracket of the innermost container.
  bool step() {
    const bool object = objects_[depth_ - 1];
    char c = peek();
    if (c == (object ? '}' : ']')) return close();
    State& state = states_[depth_ - 1];
    if (state == State::kNext) {
      if (c != ',') return false;
      ++at_;
      c = peek();
    }
    state = State::kNext;
    if (object) {
      if (c != '"' || !string(true) || peek() != ':') return false;
      ++at_;
      c = peek();
    }
    if (c == '"') return string(false);
    if (c == '{' || c == '[') return open();
    const std::size_t end = json::scalar_end(text_, at_);
    if (end == json::npos) return false;
    visitor_.scalar({at_, end});
    at_ = end;
    return true;
  }

  bool string(bool key) {
    bool escaped = false;
    const std::size_t begin = at_ + 1;
    const std::size_t end = json::string_end(text_, begin, escaped);
    if (end == json::npos) return false;
    key ? visitor_.key({begin, end}, escaped) : visitor_.string({begin, end}, escaped);
    at_ = end + 1;
    return true;
  }

  std::string_view text_;
  Visitor& visitor_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  std::array<bool, limits::kJsonDepthMax> objects_;
  std::array<State, limits::kJsonDepthMax> states_;
};

template <typename Visitor>
bool walk_json(std::string_view text, Visitor& visitor) {
  return JsonWalk<Visitor>(text, visitor).run();
}

bool is_json_container(std::string_view text);

}  // namespace clawtrail::redact
