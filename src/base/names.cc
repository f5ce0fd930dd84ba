// SPDX-License-Identifier: Apache-2.0
#include "clawtrail/base/names.h"

#include <array>

#include "clawtrail/base/check.h"

namespace clawtrail {

namespace {

constexpr std::array<std::string_view, kEventTypes> kEventNames = {"authentication",
                                                                   "authorization",
                                                                   "config_change",
                                                                   "agent_create",
                                                                   "agent_delete",
                                                                   "file_access",
                                                                   "command_execution",
                                                                   "api_call",
                                                                   "message",
                                                                   "session",
                                                                   "tool_call",
                                                                   "pairing",
                                                                   "connection",
                                                                   "system",
                                                                   "log",
                                                                   "segment",
                                                                   "source",
                                                                   "checkpoint",
                                                                   "alert",
                                                                   "gap",
                                                                   "tombstone",
                                                                   "operator"};
constexpr std::array<std::string_view, 7> kOutcomeNames = {"",       "success", "failure", "allowed",
                                                           "denied", "pending", "error"};
constexpr std::array<std::string_view, 6> kLevelNames = {"", "debug", "info", "warn", "error", "fatal"};
constexpr std::array<std::string_view, 5> kSeverityNames = {"info", "low", "medium", "high", "critical"};

template <typename Enum, std::size_t size>
std::optional<Enum> find(const std::array<std::string_view, size>& names, std::string_view name) {
  if (name.empty()) return std::nullopt;
  for (std::size_t i = 0; i < size; ++i) {
    if (names[i] == name) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

bool equals_caseless(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] + ('a' - 'A')) : text[i];
    if (c != lower[i]) return false;
  }
  return true;
}

struct LevelSynonym {
  std::string_view name;
  Level level;
};
constexpr LevelSynonym kLevelSynonyms[] = {
    {"debug", Level::kDebug},    {"trace", Level::kDebug},     {"silly", Level::kDebug},
    {"verbose", Level::kDebug},  {"info", Level::kInfo},       {"information", Level::kInfo},
    {"notice", Level::kInfo},    {"warn", Level::kWarn},       {"warning", Level::kWarn},
    {"error", Level::kError},    {"err", Level::kError},       {"fatal", Level::kFatal},
    {"critical", Level::kFatal}, {"crit", Level::kFatal},      {"alert", Level::kFatal},
    {"emerg", Level::kFatal},    {"emergency", Level::kFatal}, {"panic", Level::kFatal}};

}  // namespace

std::string_view name_of(EventType type) {
  const auto index = static_cast<std::size_t>(type);
  CHECK(index < kEventTypes);
  return kEventNames[index];
}

std::optional<EventType> event_type_of(std::string_view name) { return find<EventType>(kEventNames, name); }

bool is_own(EventType type) { return type >= EventType::kSegment; }

std::string_view name_of(Outcome outcome) { return kOutcomeNames[static_cast<std::size_t>(outcome)]; }
std::optional<Outcome> outcome_of(std::string_view name) { return find<Outcome>(kOutcomeNames, name); }

std::string_view name_of(Level level) { return kLevelNames[static_cast<std::size_t>(level)]; }
std::optional<Level> level_of(std::string_view name) {
  for (const LevelSynonym& synonym : kLevelSynonyms) {
    if (equals_caseless(name, synonym.name)) return synonym.level;
  }
  return std::nullopt;
}

std::string_view name_of(Severity severity) { return kSeverityNames[static_cast<std::size_t>(severity)]; }
std::optional<Severity> severity_of(std::string_view name) { return find<Severity>(kSeverityNames, name); }

}  // namespace clawtrail
