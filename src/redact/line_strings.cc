// SPDX-License-Identifier: Apache-2.0
#include "redact/line_strings.h"

#include <algorithm>
#include <optional>

#include "clawtrail/base/check.h"
#include "clawtrail/base/hash.h"
#include "redact/json_walk.h"

namespace clawtrail::redact {

namespace {

class Strings : public JsonVisitor {
 public:
  Strings(std::string_view line, std::vector<LineString>& out) : line_(line), out_(out) {}

  void object_begin() { open(true); }
  void array_begin() { open(false); }
  void object_end() { frames_.pop_back(); }
  void array_end() { frames_.pop_back(); }
  void key(Span span, bool /*escaped*/) {
    Frame& frame = frames_.back();
    frame.key = line_.substr(span.begin, span.end - span.begin);
    frame.member = mix(mix(frame.path, "."), frame.key);
  }
  void string(Span span, bool escaped) {
    const Frame& frame = frames_.back();
    out_.push_back({span, escaped, 1, frame.member, frame.key, frame.outer});
  }

 private:
  struct Frame {
    std::uint64_t path = kMixSeed;
    std::uint64_t member = kMixSeed;
    std::string_view key, outer;
  };

  void open(bool object) {
    Frame frame;
    if (!frames_.empty()) {
      const Frame& back = frames_.back();
      frame.path = back.member;
      frame.outer = back.key.empty() ? back.outer : back.key;
    }
    frame.member = object ? frame.path : mix(frame.path, "[]");
    frames_.push_back(frame);
  }

  std::string_view line_;
  std::vector<LineString>& out_;
  std::vector<Frame> frames_;
};

std::optional<std::uint32_t> hex_unit(std::string_view raw, std::size_t at) {
  if (at + 6 > raw.size() || raw[at] != '\\' || raw[at + 1] != 'u') return std::nullopt;
  std::uint32_t value = 0;
  for (std::size_t i = at + 2; i < at + 6; ++i) {
    const char c = raw[i];
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) return std::nullopt;
    value = value << 4 | static_cast<std::uint32_t>(digit);
  }
  return value;
}

char short_escape(char c) {
  switch (c) {
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    default:
      return c;
  }
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) return put(code);
  if (code < 0x800) {
    put(0xC0 | code >> 6);
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12);
    put(0x80 | (code >> 6 & 63));
  } else {
    put(0xF0 | code >> 18);
    put(0x80 | (code >> 12 & 63));
    put(0x80 | (code >> 6 & 63));
  }
  put(0x80 | (code & 63));
}

}  // namespace

std::uint64_t mix(std::uint64_t hash, std::string_view text) {
  constexpr std::uint64_t kPrime = 1099511628211U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * kPrime;
  return hash;
}

void strings_of(std::string_view line, std::vector<LineString>& out) {
  out.clear();
  const std::size_t first = json::skip_space(line, 0);
  if (first < line.size() && (line[first] == '{' || line[first] == '[')) {
    Strings strings(line, out);
    if (walk_json(line, strings)) return;
    out.clear();
  }
  out.push_back({{0, line.size()}, false, 0, 0, {}, {}});
}

DecodedString::DecodedString(std::string_view line, const LineString& string) : base_(string.raw.begin) {
  const std::string_view raw = line.substr(string.raw.begin, string.raw.end - string.raw.begin);
  if (string.level > 0 && string.escaped) {
    decode(raw);
  } else {
    text_ = raw;
  }
}

DecodedString::~DecodedString() { wipe(text_.data(), text_.size()); }

void DecodedString::decode(std::string_view raw) {
  text_.reserve(raw.size());
  std::size_t at = 0;
  while (at < raw.size()) {
    const std::size_t begin = at;
    if (raw[at] != '\\' || at + 1 == raw.size()) {
      text_ += raw[at++];
    } else if (const auto unit = hex_unit(raw, at)) {
      std::uint32_t code = *unit;
      at += 6;
      if (code >= 0xD800 && code < 0xDC00) {
        const auto low = hex_unit(raw, at);
        if (low && *low >= 0xDC00 && *low < 0xE000) {
          code = 0x10000 + ((code - 0xD800) << 10) + (*low - 0xDC00);
          at += 6;
        }
      }
      append_utf8(text_, code >= 0xD800 && code < 0xE000 ? 0xFFFD : code);
    } else {
      text_ += short_escape(raw[at + 1]);
      at += 2;
    }
    from_.resize(text_.size(), static_cast<std::uint32_t>(begin));
  }
  from_.push_back(static_cast<std::uint32_t>(raw.size()));
}

Span DecodedString::in_line(Span part) const {
  CHECK(part.begin <= part.end && part.end <= text_.size());
  if (from_.empty()) return {base_ + part.begin, base_ + part.end};
  std::size_t end = part.end;
  while (end > part.begin && end + 1 < from_.size() && from_[end] == from_[end - 1]) ++end;
  return {base_ + from_[part.begin], base_ + from_[end]};
}

}  // namespace clawtrail::redact
