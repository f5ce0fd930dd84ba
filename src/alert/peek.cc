// SPDX-License-Identifier: Apache-2.0
#include "alert/peek.h"

namespace clawtrail::alert {

namespace {

/// `"name",generation` at the beginning of `array`, the text behind `"source":[`.
std::string_view stream_at(std::string_view array) {
  if (array.empty() || array[0] != '"') return {};
  std::size_t at = 1;
  while (at < array.size() && array[at] != '"') at += array[at] == '\\' ? 2 : 1;
  if (at + 1 >= array.size() || array[at + 1] != ',') return {};
  const std::size_t end = array.find_first_not_of("0123456789", at + 2);
  return end == std::string_view::npos ? std::string_view{} : array.substr(0, end);
}

/// One pass over the commas of the header: a search for each member would see each of them four times.
void read_members(std::string_view line, std::size_t at, RecordPeek& peek) {
  constexpr std::string_view kSource = "\"source\":[", kRedactions = "\"redactions\":",
                             kMatched = "\"matched\":", kDetails = "\"details\":";
  peek.header = line;
  for (at = line.find(',', at); at != std::string_view::npos; at = line.find(',', at + 1)) {
    const std::string_view member = line.substr(at + 1);
    if (member.size() < 2 || member[0] != '"') continue;
    switch (member[1]) {
      case 's':
        if (member.starts_with(kSource)) peek.stream = stream_at(member.substr(kSource.size()));
        break;
      case 'r':
        peek.redactions = peek.redactions || member.starts_with(kRedactions);
        break;
      case 'm':
        peek.matched = peek.matched || member.starts_with(kMatched);
        break;
      case 'd':
        if (!member.starts_with(kDetails)) break;
        peek.header = line.substr(0, at);
        peek.has_details = true;
        return;
      default:
        break;
    }
  }
}

}  // namespace

std::optional<RecordPeek> peek(std::string_view line) {
  constexpr std::string_view kTime = "{\"timestamp\":\"";
  constexpr std::string_view kType = "\",\"event_type\":\"";
  if (!line.starts_with(kTime)) return std::nullopt;
  const std::size_t time_end = line.find('"', kTime.size());
  if (time_end == std::string_view::npos || !line.substr(time_end).starts_with(kType)) return std::nullopt;
  const std::size_t type_begin = time_end + kType.size();
  const std::size_t type_end = line.find('"', type_begin);
  if (type_end == std::string_view::npos) return std::nullopt;

  const auto time = parse_rfc3339(line.substr(kTime.size(), time_end - kTime.size()));
  const auto type = event_type_of(line.substr(type_begin, type_end - type_begin));
  if (!time || !type) return std::nullopt;
  RecordPeek peek;
  peek.time = *time;
  peek.type = *type;
  read_members(line, type_end, peek);
  return peek;
}

}  // namespace clawtrail::alert
