// SPDX-License-Identifier: Apache-2.0
#include "trail/peek.h"

#include <charconv>
#include <cstring>

namespace clawtrail {

namespace {

constexpr std::string_view kStart = "{\"timestamp\":\"";
constexpr std::string_view kType = ",\"event_type\":\"";
constexpr std::string_view kSource = ",\"source\":[\"";
constexpr std::string_view kDetails = ",\"details\":";
constexpr std::string_view kUnterminated = ",\"unterminated\":";
constexpr std::size_t kTimestampMax = 40;  ///< RFC 3339 with nine digits has 30
constexpr std::size_t kTypeNameMax = 32;

/// memmem: glibc's is several times faster than string_view::find for needles that start with a common byte.
std::size_t find(std::string_view text, std::string_view needle) {
  const void* hit = memmem(text.data(), text.size(), needle.data(), needle.size());
  return hit == nullptr ? std::string_view::npos
                        : static_cast<std::size_t>(static_cast<const char*>(hit) - text.data());
}

/// Reads a number that is followed by `stop`; moves `text` behind it.
bool take_number(std::string_view& text, char stop, std::uint64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end == text.data() + text.size() || *end != stop) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
  return true;
}

}  // namespace

std::optional<EventType> peek_event_type(std::string_view line) {
  if (!line.starts_with(kStart)) return std::nullopt;
  line.remove_prefix(kStart.size());
  const std::size_t quote = line.substr(0, kTimestampMax).find('"');
  if (quote == std::string_view::npos) return std::nullopt;
  line.remove_prefix(quote + 1);
  if (!line.starts_with(kType)) return std::nullopt;
  line.remove_prefix(kType.size());
  const std::size_t end = line.substr(0, kTypeNameMax).find('"');
  if (end == std::string_view::npos) return std::nullopt;
  return event_type_of(line.substr(0, end));
}

std::optional<SourcePlace> peek_source(std::string_view line) {
  const std::string_view header = line.substr(0, find(line, kDetails));
  const std::size_t at = find(header, kSource);
  if (at == std::string_view::npos) return std::nullopt;
  std::string_view text = header.substr(at + kSource.size());
  SourcePlace place;
  const std::size_t quote = text.find('"');
  if (quote == std::string_view::npos || quote + 1 >= text.size() || text[quote + 1] != ',')
    return std::nullopt;
  place.name = text.substr(0, quote);
  text.remove_prefix(quote + 2);
  if (!take_number(text, ',', place.generation) || !take_number(text, ']', place.position))
    return std::nullopt;
  if (const std::size_t mark = find(header, kUnterminated); mark != std::string_view::npos) {
    text = header.substr(mark + kUnterminated.size());
    std::from_chars(text.data(), text.data() + text.size(), place.unterminated);
  }
  return place;
}

bool is_own_line(std::string_view line, EventType type) {
  return peek_event_type(line) == type && !peek_source(line);
}

bool has_record_shape(std::string_view line) {
  return line.starts_with(kStart) && line.ends_with('}') &&
         std::memchr(line.data(), '\0', line.size()) == nullptr;
}

}  // namespace clawtrail
