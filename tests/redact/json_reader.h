// SPDX-License-Identifier: Apache-2.0
// A small JSON reader of the tests' own, so that the redactor's walk is not its own judge.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clawtrail::test {

/// What a JSON text holds: its brackets and leaves in order, and its strings (keys too) without escapes.
struct JsonText {
  std::string shape;
  std::vector<std::string> strings;
};

class JsonReader {
 public:
  /// Nothing if `text` is no valid array or object.
  static std::optional<JsonText> read(std::string_view text) {
    JsonReader reader(text);
    reader.space();
    if (reader.at_ >= text.size() || (text[reader.at_] != '{' && text[reader.at_] != '['))
      return std::nullopt;
    if (!reader.value(0)) return std::nullopt;
    reader.space();
    if (reader.at_ != text.size()) return std::nullopt;
    return std::move(reader.json_);
  }

 private:
  explicit JsonReader(std::string_view text) : text_(text) {}

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
  static int digit(char c) {
    const std::size_t value = std::string_view("0123456789abcdef").find(static_cast<char>(c | 0x20));
    return c >= '0' && value != std::string_view::npos ? static_cast<int>(value) : -1;
  }
  /// The four digits behind \u; surrogates stay what they are (CESU-8), which is good enough to compare.
  bool code_unit(std::string& out) {
    unsigned code = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      if (at_ >= text_.size() || digit(text_[at_]) < 0) return false;
      code = code * 16 + static_cast<unsigned>(digit(text_[at_]));
    }
    const auto put = [&](unsigned byte) { out += static_cast<char>(byte); };
    if (code < 0x80) {
      put(code);
    } else if (code < 0x800) {
      put(0xC0 | code >> 6);
      put(0x80 | (code & 63));
    } else {
      put(0xE0 | code >> 12);
      put(0x80 | (code >> 6 & 63));
      put(0x80 | (code & 63));
    }
    return true;
  }
  bool string() {
    if (!take('"')) return false;
    std::string& out = json_.strings.emplace_back();
    while (at_ < text_.size() && text_[at_] != '"') {
      const char c = text_[at_++];
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c != '\\') {
        out += c;
        continue;
      }
      if (at_ >= text_.size()) return false;
      const char letter = text_[at_++];
      const std::size_t known = std::string_view("\"\\/bfnrt").find(letter);
      if (letter == 'u') {
        if (!code_unit(out)) return false;
      } else if (known == std::string_view::npos) {
        return false;
      } else {
        out += "\"\\/\b\f\n\r\t"[known];
      }
    }
    return take('"');
  }
  bool scalar() {
    const std::size_t begin = at_;
    while (at_ < text_.size() &&
           std::string_view("+-.0123456789eEtrufalsn").find(text_[at_]) != std::string_view::npos)
      ++at_;
    json_.shape += 'v';
    return at_ > begin;
  }
  bool value(int depth) {
    if (depth > 300) return false;
    space();
    if (at_ >= text_.size()) return false;
    const char c = text_[at_];
    if (c == '"') {
      json_.shape += 'v';
      return string();
    }
    if (c != '{' && c != '[') return scalar();
    const char close = c == '{' ? '}' : ']';
    ++at_;
    json_.shape += c;
    for (bool first = true; !take(close); first = false) {
      if (!first && !take(',')) return false;
      if (c == '{' && (!string() || !take(':'))) return false;
      if (!value(depth + 1)) return false;
    }
    json_.shape += close;
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  JsonText json_;
};

}  // namespace clawtrail::test
