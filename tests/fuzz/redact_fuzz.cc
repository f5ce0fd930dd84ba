// SPDX-License-Identifier: Apache-2.0
// Any bytes as lines: the output has as many lines, JSON stays JSON, and a second run changes nothing.
#include <algorithm>
#include <cstdint>
#include <optional>

#include "clawtrail/base/encoding.h"
#include "redact/redact_support.h"

namespace {

clawtrail::test::BoundRedactor& redactor() {
  static clawtrail::test::BoundRedactor redactor(
      clawtrail::RedactorOptions{"[REDACTED:{rule}]", "", {{"sk-[a-zA-Z0-9-]+", {}}, {"token", {}}}});
  return redactor;
}

/// The types of a JSON text in order, or nothing if it is none. A small reader of its own, so that the
/// redactor's walk is not its own judge.
class JsonShape {
 public:
  explicit JsonShape(std::string_view text) : text_(text) {}

  std::optional<std::string> read() {
    space();
    if (at_ >= text_.size() || (text_[at_] != '{' && text_[at_] != '[')) return std::nullopt;
    if (!value(0)) return std::nullopt;
    space();
    if (at_ != text_.size()) return std::nullopt;
    return shape_;
  }

 private:
  void space() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos)
      ++at_;
  }
  bool take(char c) {
    space();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool string() {
    if (!take('"')) return false;
    for (; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (static_cast<unsigned char>(text_[at_]) < 0x20) return false;
      if (text_[at_] != '\\') continue;
      if (++at_ >= text_.size()) return false;
      if (text_[at_] == 'u') {
        for (int i = 0; i < 4; ++i) {
          if (++at_ >= text_.size() ||
              std::string_view("0123456789abcdefABCDEF").find(text_[at_]) == std::string_view::npos)
            return false;
        }
      } else if (std::string_view("\"\\/bfnrt").find(text_[at_]) == std::string_view::npos) {
        return false;
      }
    }
    return take('"');
  }
  bool value(int depth) {
    if (depth > 300) return false;
    space();
    if (at_ >= text_.size()) return false;
    const char c = text_[at_];
    if (c == '"') {
      shape_ += 'v';
      return string();
    }
    if (c == '{' || c == '[') {
      const char close = c == '{' ? '}' : ']';
      ++at_;
      shape_ += c;
      for (bool first = true; !take(close); first = false) {
        if (!first && !take(',')) return false;
        if (c == '{' && (!string() || !take(':'))) return false;
        if (!value(depth + 1)) return false;
      }
      shape_ += close;
      return true;
    }
    const std::size_t begin = at_;
    while (at_ < text_.size() &&
           std::string_view("+-.0123456789eEtrufalsn").find(text_[at_]) != std::string_view::npos)
      ++at_;
    shape_ += 'v';
    return at_ > begin;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string shape_;
};

void check_line(std::string_view line) {
  const clawtrail::test::Outcome outcome = redactor().redact(line);
  CHECK(outcome.changed == (outcome.line != line));
  CHECK(std::count(outcome.line.begin(), outcome.line.end(), '\n') == 0);
  if (const auto before = JsonShape(line).read()) CHECK(JsonShape(outcome.line).read() == before);
  CHECK(redactor().line(outcome.line) == outcome.line);
  const std::string wrapped = R"({"m":)" + clawtrail::json_string(line) + "}";
  const std::string masked = redactor().line(wrapped);
  CHECK(JsonShape(masked).read().has_value());
  CHECK(redactor().line(masked) == masked);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::size_t at = 0;
  std::string want;
  while (at <= text.size()) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    check_line(line);
    want += redactor().line(line);
    if (end < text.size()) want += '\n';
    at = end + 1;
  }
  CHECK(redactor().stream(text, 7) == want);
  return 0;
}
