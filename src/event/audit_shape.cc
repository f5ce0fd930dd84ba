// SPDX-License-Identifier: Apache-2.0
#include "event/audit_shape.h"

#include <optional>
#include <utility>

#include "clawtrail/base/check.h"
#include "clawtrail/base/encoding.h"

namespace clawtrail {

namespace {

constexpr std::string_view kSpace = " \t\r\n";

std::optional<EventType> type_of(std::string_view name, const AuditNames& names) {
  if (const auto found = names.types.find(name); found != names.types.end()) return found->second;
  const auto type = event_type_of(name);
  return type && !is_own(*type) ? type : std::nullopt;
}

std::optional<Outcome> result_of(std::string_view name, const AuditNames& names) {
  if (const auto found = names.results.find(name); found != names.results.end()) return found->second;
  return outcome_of(name);
}

/// "authentication", "login", "authentication_failed", "file_access.denied".
std::optional<std::pair<EventType, Outcome>> pair_of(std::string_view name, const AuditNames& names) {
  if (const auto type = type_of(name, names)) return std::pair(*type, Outcome::kNone);
  const std::size_t border = name.find_last_of("_.:-");
  if (border == std::string_view::npos) return std::nullopt;
  const auto type = type_of(name.substr(0, border), names);
  const auto result = result_of(name.substr(border + 1), names);
  if (!type || !result) return std::nullopt;
  return std::pair(*type, *result);
}

/// Returns false if the member could not be taken up as it is.
bool take_member(std::string_view key, const JsonValue& value, const AuditNames& names, Evaluator& evaluator,
                 Event& event) {
  if (const auto field = field_of(key)) {
    const std::string_view text = evaluator.text_of(value);
    event[*field] = utf8_prefix(text, limits::kFieldBytesMax);
    return value.is_string() && text.size() == event[*field].size();
  }
  if (const auto quantity = quantity_of(key)) {
    const auto number = value.number();
    if (number) event[*quantity] = *number;
    return number.has_value();
  }
  const std::string_view text = value.string_or("");
  if (key == "result") {
    const auto result = result_of(text, names);
    if (result) event.result = *result;
    return result.has_value();
  }
  if (key == "severity") {
    event.severity = severity_of(text);
    return event.severity.has_value();
  }
  if (key == "level") return level_of(text).has_value();
  if (key == "timestamp") return event.clock == EventClock::kEvent;
  return key == "event_type" || key == "details";
}

/// A cursor over JSON that is known to be valid.
struct Cursor {
  std::string_view text;
  std::size_t at = 0;

  void skip_space() {
    while (at < text.size() && kSpace.find(text[at]) != std::string_view::npos) ++at;
  }
  /// Over a string, opening quote included.
  void skip_string() {
    for (++at; at < text.size() && text[at] != '"'; ++at) {
      if (text[at] == '\\') ++at;
    }
    if (at < text.size()) ++at;
  }
  void skip_value() {
    std::size_t depth = 0;
    while (at < text.size()) {
      const char c = text[at];
      if (c == '"') {
        skip_string();
        if (depth == 0) return;
        continue;
      }
      if (depth == 0 && (c == ',' || c == '}' || c == ']')) return;  // the end of a number or word
      ++at;
      if (c == '{' || c == '[') ++depth;
      if ((c == '}' || c == ']') && --depth == 0) return;
    }
  }
};

}  // namespace

std::string_view raw_member(std::string_view text, std::string_view key) {
  Cursor cursor{text};
  cursor.skip_space();
  CHECK(cursor.at < text.size() && text[cursor.at] == '{');
  std::string_view found;
  ++cursor.at;
  for (cursor.skip_space(); cursor.at < text.size() && text[cursor.at] != '}'; cursor.skip_space()) {
    if (text[cursor.at] == ',') {
      ++cursor.at;
      continue;
    }
    const std::size_t name_at = cursor.at;
    cursor.skip_string();
    const std::string_view name = text.substr(name_at + 1, cursor.at - name_at - 2);
    cursor.skip_space();
    ++cursor.at;  // the colon
    cursor.skip_space();
    const std::size_t value_at = cursor.at;
    cursor.skip_value();
    if (name != key) continue;
    if (!found.empty()) return {};
    found = text.substr(value_at, cursor.at - value_at);
  }
  return found;
}

void read_audit_shape(const LineView& line, std::string_view text, const AuditNames& names,
                      Evaluator& evaluator, Event& event) {
  const auto pair = pair_of(line.event_type, names);
  bool whole = true;
  if (pair) {
    event.type = pair->first;
    event.result = pair->second;
  }
  // The quantities and the result written out win over what the type's name says.
  line.root.for_each([&](std::string_view key, const JsonValue& value) {
    if (!take_member(key, value, names, evaluator, event)) whole = false;
    return true;
  });
  if (!pair || !whole || !line.root["details"].is_object()) return;
  const std::string_view details = raw_member(text, "details");
  if (!details.empty()) event.details = details;
}

}  // namespace clawtrail
