// SPDX-License-Identifier: Apache-2.0
#include "redact/decode.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <utility>

#include "clawtrail/base/check.h"

namespace clawtrail::redact {

namespace {

constexpr std::uint32_t kWaypointBytes = 64;
constexpr std::uint32_t kReplacementCharacter = 0xFFFD;

/// One step of decoding.
struct Unit {
  std::uint32_t source_bytes = 1;
  std::uint32_t decoded_bytes = 1;
  char bytes[4] = {};
};

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// The XXXX of a \uXXXX that starts at `at`; -1 if there is none.
std::int32_t code_unit(std::string_view source, std::size_t at) {
  if (source.size() - at < 6 || source[at] != '\\' || source[at + 1] != 'u') return -1;
  std::int32_t value = 0;
  for (std::size_t i = at + 2; i < at + 6; ++i) {
    const int digit = hex_digit(source[i]);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

void encode_utf8(std::uint32_t code, Unit& unit) {
  const auto put = [&unit](std::uint32_t index, std::uint32_t byte) {
    unit.bytes[index] = static_cast<char>(byte);
  };
  if (code < 0x80) {
    put(0, code);
    unit.decoded_bytes = 1;
  } else if (code < 0x800) {
    put(0, 0xC0 | (code >> 6));
    put(1, 0x80 | (code & 0x3F));
    unit.decoded_bytes = 2;
  } else if (code < 0x10000) {
    put(0, 0xE0 | (code >> 12));
    put(1, 0x80 | ((code >> 6) & 0x3F));
    put(2, 0x80 | (code & 0x3F));
    unit.decoded_bytes = 3;
  } else {
    put(0, 0xF0 | (code >> 18));
    put(1, 0x80 | ((code >> 12) & 0x3F));
    put(2, 0x80 | ((code >> 6) & 0x3F));
    put(3, 0x80 | (code & 0x3F));
    unit.decoded_bytes = 4;
  }
}

/// A byte as two hex digits after a mark of `mark_bytes`: \x41, %41.
Unit decode_byte(std::string_view source, std::size_t at, std::uint32_t mark_bytes) {
  Unit unit;
  unit.bytes[0] = source[at];
  if (source.size() - at < mark_bytes + 2) return unit;
  const int high = hex_digit(source[at + mark_bytes]), low = hex_digit(source[at + mark_bytes + 1]);
  if (high < 0 || low < 0) return unit;
  unit.bytes[0] = static_cast<char>(high << 4 | low);
  unit.source_bytes = mark_bytes + 2;
  return unit;
}

/// Characters that are not seen, and so can hide a name or split a token.
bool is_widthless(std::uint32_t code) {
  return code == 0xAD || (code >= 0x200B && code <= 0x200F) || code == 0x2060 || code == 0xFEFF;
}

/// Bytes of the widthless character in UTF-8 that stands at `at`; 0 if there is none.
std::size_t widthless_bytes(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(at, 3);
  if (rest.starts_with("\xC2\xAD")) return 2;
  if (rest == "\xE2\x81\xA0" || rest == "\xEF\xBB\xBF") return 3;
  const bool spaces = rest.size() == 3 && rest.starts_with("\xE2\x80");
  return spaces && rest[2] >= '\x8B' && rest[2] <= '\x8F' ? 3 : 0;
}

/// The same, spelled as three percent triples.
bool widthless_percent(std::string_view text, std::size_t at) {
  char bytes[3];
  for (std::size_t i = 0; i < 3; ++i) {
    if (at + 3 * i >= text.size() || text[at + 3 * i] != '%') return false;
    bytes[i] = decode_byte(text, at + 3 * i, 1).bytes[0];
  }
  return widthless_bytes({bytes, 3}, 0) == 3;
}

bool is_special(char c, Escapes escapes) {
  if (c == '\\') return true;
  return escapes == Escapes::kAll && (c == '%' || c == '&' || c == '\xE2' || c == '\xEF' || c == '\xC2');
}

/// The unit at `at`, where `source` has a backslash.
Unit decode_backslash(std::string_view source, std::size_t at, Escapes escapes) {
  Unit unit;
  unit.bytes[0] = source[at];
  if (at + 1 >= source.size()) return unit;
  if (escapes == Escapes::kAll && source[at + 1] == 'x') return decode_byte(source, at, 2);
  unit.source_bytes = 2;
  switch (source[at + 1]) {
    case '"':
    case '\\':
    case '/':
      unit.bytes[0] = source[at + 1];
      return unit;
    case 'b':
      unit.bytes[0] = '\b';
      return unit;
    case 'f':
      unit.bytes[0] = '\f';
      return unit;
    case 'n':
      unit.bytes[0] = '\n';
      return unit;
    case 'r':
      unit.bytes[0] = '\r';
      return unit;
    case 't':
      unit.bytes[0] = '\t';
      return unit;
    default:
      break;
  }
  unit.source_bytes = 1;
  const std::int32_t first = code_unit(source, at);
  if (first < 0) return unit;
  unit.source_bytes = 6;
  auto code = static_cast<std::uint32_t>(first);
  if (code >= 0xD800 && code < 0xDC00) {
    const std::int32_t second = at + 6 < source.size() ? code_unit(source, at + 6) : -1;
    if (second >= 0xDC00 && second < 0xE000) {
      unit.source_bytes = 12;
      code = 0x10000 + ((code - 0xD800) << 10) + (static_cast<std::uint32_t>(second) - 0xDC00);
    } else {
      code = kReplacementCharacter;
    }
  } else if (code >= 0xDC00 && code < 0xE000) {
    code = kReplacementCharacter;
  }
  encode_utf8(code, unit);
  if (escapes == Escapes::kAll && is_widthless(code)) unit.decoded_bytes = 0;
  return unit;
}

/// &quot; &#34; &#x22;
Unit decode_entity(std::string_view source, std::size_t at) {
  static constexpr std::size_t kEntityBytesMax = 10;
  static constexpr std::array<std::pair<std::string_view, char>, 5> kNamed{
      {{"quot", '"'}, {"amp", '&'}, {"apos", '\''}, {"lt", '<'}, {"gt", '>'}}};
  Unit unit;
  unit.bytes[0] = '&';
  const std::string_view rest = source.substr(at + 1, kEntityBytesMax);
  const std::size_t end = rest.find(';');
  if (end == std::string_view::npos || end < 2) return unit;
  const std::string_view name = rest.substr(0, end);
  if (name[0] == '#') {
    const bool base16 = name[1] == 'x' || name[1] == 'X';
    const std::string_view digits = name.substr(base16 ? 2 : 1);
    std::uint32_t code = 0;
    const auto [stop, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), code, base16 ? 16 : 10);
    if (digits.empty() || error != std::errc() || stop != digits.data() + digits.size() || code > 0x10FFFF)
      return unit;
    encode_utf8(code, unit);
    if (is_widthless(code)) unit.decoded_bytes = 0;
    unit.source_bytes = static_cast<std::uint32_t>(end) + 2;
    return unit;
  }
  for (const auto& [known, byte] : kNamed) {
    if (name != known) continue;
    unit.bytes[0] = byte;
    unit.source_bytes = static_cast<std::uint32_t>(end) + 2;
  }
  return unit;
}

/// The unit at `at`, where one of special() stands.
Unit decode_unit(std::string_view source, std::size_t at, Escapes escapes) {
  const char c = source[at];
  if (c == '\\') return decode_backslash(source, at, escapes);
  if (escapes == Escapes::kJson) return Unit{1, 1, {c}};
  if (c == '%') {
    const Unit unit = decode_byte(source, at, 1);
    // An encoded character without width: all of it.
    if (unit.source_bytes == 1 || (unit.bytes[0] & 0x80) == 0) return unit;
    return widthless_percent(source, at) ? Unit{9, 0, {}} : unit;
  }
  if (c == '&') return decode_entity(source, at);
  const std::size_t bytes = widthless_bytes(source, at);
  return bytes == 0 ? Unit{1, 1, {c}} : Unit{static_cast<std::uint32_t>(bytes), 0, {}};
}

/// Where the next unit may be that is more than one byte for itself.
std::size_t next_special(std::string_view source, std::size_t at, Escapes escapes) {
  if (escapes == Escapes::kJson) return std::min(source.find('\\', at), source.size());
  return std::min(source.find_first_of("\\%&\xE2\xEF\xC2", at), source.size());
}

constexpr std::uint8_t kNotBase64 = 64;
constexpr std::array<std::uint8_t, 256> make_base64_values() {
  std::array<std::uint8_t, 256> values{};
  for (auto& value : values) value = kNotBase64;
  for (unsigned i = 0; i < 26; ++i) {
    values['A' + i] = static_cast<std::uint8_t>(i);
    values['a' + i] = static_cast<std::uint8_t>(26 + i);
  }
  for (unsigned i = 0; i < 10; ++i) values['0' + i] = static_cast<std::uint8_t>(52 + i);
  values['+'] = values['-'] = 62;
  values['/'] = values['_'] = 63;
  return values;
}
constexpr auto kBase64Values = make_base64_values();
std::uint8_t base64_value(char c) { return kBase64Values[static_cast<unsigned char>(c)]; }

}  // namespace

void decode_escapes(std::string_view source, Escapes escapes, std::string& out,
                    std::vector<Waypoint>& waypoints) {
  const std::size_t start = out.size();
  std::size_t at = next_special(source, 0, escapes);
  while (at < source.size() && decode_unit(source, at, escapes).source_bytes == 1)
    at = next_special(source, at + 1, escapes);
  if (at == source.size()) {
    out.append(source);
    return;
  }
  const auto mark = [&](std::size_t source_at) {
    waypoints.push_back(
        {static_cast<std::uint32_t>(out.size() - start), static_cast<std::uint32_t>(source_at)});
  };
  mark(0);
  out.append(source.substr(0, at));
  std::size_t marked = start;
  if (at > kWaypointBytes) {
    mark(at);
    marked = out.size();
  }
  while (at < source.size()) {
    if (out.size() - marked >= kWaypointBytes) {
      mark(at);
      marked = out.size();
    }
    if (is_special(source[at], escapes)) {
      const Unit unit = decode_unit(source, at, escapes);
      out.append(unit.bytes, unit.decoded_bytes);
      at += unit.source_bytes;
      continue;
    }
    // A plain run is copied whole; waypoints at both of its ends make it one step for source_span().
    const std::size_t end = next_special(source, at, escapes);
    if (end - at > kWaypointBytes) mark(at);
    out.append(source.substr(at, end - at));
    if (end - at > kWaypointBytes) {
      mark(end);
      marked = out.size();
    }
    at = end;
  }
}

Span source_span(std::string_view source, Escapes escapes, const Waypoint* waypoints, std::size_t count,
                 Span span) {
  DCHECK(span.begin <= span.end);
  if (count == 0) return span;
  const auto locate = [&](std::size_t decoded, bool round_up) {
    const Waypoint* after = std::upper_bound(waypoints, waypoints + count, decoded,
                                             [](std::size_t d, const Waypoint& w) { return d < w.decoded; });
    CHECK(after != waypoints);
    const Waypoint from = *(after - 1);
    // Between waypoints more than 64 decoded bytes apart there is one plain run.
    if (after != waypoints + count && after->decoded - from.decoded > 2 * kWaypointBytes &&
        after->decoded - from.decoded == after->source - from.source) {
      return from.source + (decoded - from.decoded);
    }
    std::size_t position = from.decoded, at = from.source;
    while (position < decoded && at < source.size()) {
      Unit unit;
      if (is_special(source[at], escapes)) unit = decode_unit(source, at, escapes);
      if (position + unit.decoded_bytes > decoded) return round_up ? at + unit.source_bytes : at;
      position += unit.decoded_bytes;
      at += unit.source_bytes;
    }
    return at;
  };
  return {locate(span.begin, false), locate(span.end, true)};
}

Span encoded_run(std::string_view text, Encoding encoding, Span hit) {
  static constexpr std::size_t kWrappedLineMin = 60;  // of a base64 block
  const std::size_t low = 0, high = text.size();
  Span run = hit;
  if (encoding == Encoding::kHex) {
    while (run.begin > low && hex_digit(text[run.begin - 1]) >= 0) --run.begin;
    while (run.end < high && hex_digit(text[run.end]) >= 0) ++run.end;
    return run;
  }
  const auto inside = [&](std::size_t at) { return base64_value(text[at]) != kNotBase64; };
  while (run.begin > low && inside(run.begin - 1)) --run.begin;
  for (std::size_t line = run.begin; run.end < high; ++run.end) {
    if (inside(run.end)) continue;
    std::size_t next = run.end;
    if (text[next] == '\r') ++next;
    if (next >= high || text[next] != '\n' || run.end - line < kWrappedLineMin) break;
    if (next + 1 >= high || !inside(next + 1)) break;
    line = next + 1;
    run.end = next;
  }
  while (run.end < high && text[run.end] == '=') ++run.end;
  return run;
}

void decode_run(std::string_view run, Encoding encoding, std::size_t phase, std::string& out) {
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : run.substr(std::min(phase, run.size()))) {
    if (encoding == Encoding::kHex) {
      bits = bits << 4 | static_cast<std::uint32_t>(hex_digit(c) & 15);
      count += 4;
    } else if (const std::uint8_t value = base64_value(c); value != kNotBase64) {
      bits = bits << 6 | value;
      count += 6;
    }
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>(bits >> count & 0xFF);
    }
  }
}

}  // namespace clawtrail::redact
