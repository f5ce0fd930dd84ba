// SPDX-License-Identifier: Apache-2.0
#include "redact/decode.h"

#include <algorithm>
#include <cstring>

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

/// The unit at `at`, where `source` has a backslash.
Unit decode_unit(std::string_view source, std::size_t at) {
  Unit unit;
  unit.bytes[0] = source[at];
  if (at + 1 >= source.size()) return unit;
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
  return unit;
}

}  // namespace

void decode_escapes(std::string_view source, std::string& out, std::vector<Waypoint>& waypoints) {
  const std::size_t start = out.size();
  std::size_t at = source.find('\\');
  if (at == std::string_view::npos) {
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
    if (source[at] == '\\') {
      const Unit unit = decode_unit(source, at);
      out.append(unit.bytes, unit.decoded_bytes);
      at += unit.source_bytes;
      continue;
    }
    // A plain run is copied whole; waypoints at both of its ends make it one step for source_span().
    const std::size_t end = std::min(source.find('\\', at), source.size());
    if (end - at > kWaypointBytes) mark(at);
    out.append(source.substr(at, end - at));
    if (end - at > kWaypointBytes) {
      mark(end);
      marked = out.size();
    }
    at = end;
  }
}

Span source_span(std::string_view source, const Waypoint* waypoints, std::size_t count, Span span) {
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
      if (source[at] == '\\') unit = decode_unit(source, at);
      if (position + unit.decoded_bytes > decoded) return round_up ? at + unit.source_bytes : at;
      position += unit.decoded_bytes;
      at += unit.source_bytes;
    }
    return at;
  };
  return {locate(span.begin, false), locate(span.end, true)};
}

}  // namespace clawtrail::redact
