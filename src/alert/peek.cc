// SPDX-License-Identifier: Apache-2.0
#include "alert/peek.h"

namespace clawtrail::alert {

std::optional<RecordPeek> peek(std::string_view line) {
  constexpr std::string_view kTime = "{\"timestamp\":\"";
  constexpr std::string_view kType = "\",\"event_type\":\"";
  constexpr std::string_view kDetails = ",\"details\":";
  if (!line.starts_with(kTime)) return std::nullopt;
  const std::size_t time_end = line.find('"', kTime.size());
  if (time_end == std::string_view::npos || !line.substr(time_end).starts_with(kType)) return std::nullopt;
  const std::size_t type_begin = time_end + kType.size();
  const std::size_t type_end = line.find('"', type_begin);
  if (type_end == std::string_view::npos) return std::nullopt;

  const auto time = parse_rfc3339(line.substr(kTime.size(), time_end - kTime.size()));
  const auto type = event_type_of(line.substr(type_begin, type_end - type_begin));
  if (!time || !type) return std::nullopt;
  const std::size_t details = line.find(kDetails, type_end);
  const bool has_details = details != std::string_view::npos;
  return RecordPeek{*time, *type, has_details ? line.substr(0, details) : line, has_details};
}

bool has_member(std::string_view header, std::string_view member) {
  return header.find(member) != std::string_view::npos;
}

std::string_view stream_of(std::string_view header) {
  constexpr std::string_view kSource = ",\"source\":[";
  const std::size_t found = header.find(kSource);
  if (found == std::string_view::npos) return {};
  const std::size_t begin = found + kSource.size();
  if (begin >= header.size() || header[begin] != '"') return {};
  std::size_t at = begin + 1;
  while (at < header.size() && header[at] != '"') at += header[at] == '\\' ? 2 : 1;
  if (at + 1 >= header.size() || header[at + 1] != ',') return {};
  const std::size_t end = header.find_first_not_of("0123456789", at + 2);
  return end == std::string_view::npos ? std::string_view{} : header.substr(begin, end - begin);
}

}  // namespace clawtrail::alert
