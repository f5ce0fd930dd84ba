// SPDX-License-Identifier: Apache-2.0
// Writes JSON into memory whose size has been checked before.
#pragma once

#include <charconv>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace clawtrail {

/// A cursor into a buffer. Nothing is checked per call: the caller reserves kEscapedMax bytes for each byte
/// of text.
class Put {
 public:
  explicit Put(char* at) : at_(at) {}
  char* at() const { return at_; }

  /// Longest spelling of one byte in a JSON string (\u00XX).
  static constexpr std::size_t kEscapedMax = 6;
  static constexpr std::size_t kNumberMax = 32;

  void raw(std::string_view text) {
    std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }
  void raw(char c) { *at_++ = c; }

  /// `text` as a JSON string with quotes; `text` is UTF-8.
  void string(std::string_view text) {
    raw('"');
    const char* from = text.data();
    const char* const end = from + text.size();
    while (end - from >= 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, from, sizeof word);
      if (needs_escape(word)) {
        for (int i = 0; i < 8; ++i) escaped(static_cast<unsigned char>(*from++));
      } else {
        std::memcpy(at_, &word, sizeof word);
        at_ += sizeof word;
        from += sizeof word;
      }
    }
    while (from != end) escaped(static_cast<unsigned char>(*from++));
    raw('"');
  }

  template <typename Number>
  void number(Number value) {
    at_ = std::to_chars(at_, at_ + kNumberMax, value).ptr;
  }

 private:
  /// Eight bytes at once: is one below 0x20, a quote or a backslash? May say yes for a byte above one that
  /// is.
  static bool needs_escape(std::uint64_t word) {
    constexpr std::uint64_t kOnes = 0x0101010101010101, kHigh = 0x8080808080808080;
    const std::uint64_t control = (word - kOnes * 0x20) & ~word;
    const std::uint64_t quote = word ^ (kOnes * '"');
    const std::uint64_t backslash = word ^ (kOnes * '\\');
    const std::uint64_t special = ((quote - kOnes) & ~quote) | ((backslash - kOnes) & ~backslash);
    return ((control | special) & kHigh) != 0;
  }
  void escaped(unsigned char c) {
    if (c >= 0x20 && c != '"' && c != '\\') {
      *at_++ = static_cast<char>(c);
      return;
    }
    constexpr char kHex[] = "0123456789abcdef";
    *at_++ = '\\';
    switch (c) {
      case '"':
      case '\\':
        *at_++ = static_cast<char>(c);
        return;
      case '\n':
        *at_++ = 'n';
        return;
      case '\r':
        *at_++ = 'r';
        return;
      case '\t':
        *at_++ = 't';
        return;
      default:
        raw("u00");
        *at_++ = kHex[c >> 4];
        *at_++ = kHex[c & 15];
    }
  }

  char* at_;
};

}  // namespace clawtrail
