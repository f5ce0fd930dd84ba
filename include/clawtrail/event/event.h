// SPDX-License-Identifier: Apache-2.0
// What one redacted line says: the typed fields of a record (DESIGN: "The record"), before it is written.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include "clawtrail/base/names.h"
#include "clawtrail/base/time.h"

namespace clawtrail {

/// The string fields of a record, in the order in which they are written.
enum class Field : std::uint8_t {
  kUser,
  kAgent,
  kRole,
  kClient,
  kDevice,
  kIp,
  kChannel,  // who
  kSession,
  kRun,
  kTrace,
  kConn,
  kCall,  // what it belongs to
  kAction,
  kPath,
  kCommand,
  kTool,
  kProvider,
  kModel,   // what
  kReason,  // why
};
inline constexpr std::size_t kFields = static_cast<std::size_t>(Field::kReason) + 1;
std::string_view name_of(Field field);  ///< "user", …
std::optional<Field> field_of(std::string_view name);

/// The number fields, in the order in which they are written.
enum class Quantity : std::uint8_t { kTokensIn, kTokensOut, kCostUsd, kDurationMs };
inline constexpr std::size_t kQuantities = static_cast<std::size_t>(Quantity::kDurationMs) + 1;
std::string_view name_of(Quantity quantity);  ///< "tokens_in", …
std::optional<Quantity> quantity_of(std::string_view name);

enum class EventClock : std::uint8_t { kEvent, kMissing, kUnreadable };

/// Views into the line and into the decoder that made it: valid until the decoder's next call.
/// Everything in it was redacted before it was decoded.
struct Event {
  EventType type = EventType::kLog;
  Level level = Level::kNone;
  Outcome result = Outcome::kNone;
  std::optional<Severity> severity;
  EventClock clock = EventClock::kMissing;
  Timestamp time;                                  ///< set if clock is kEvent
  std::array<std::string_view, kFields> fields{};  ///< "" = the event does not tell
  std::array<double, kQuantities> quantities{unset, unset, unset, unset};
  std::string_view rule;         ///< id of the classification rule, "" for none (explain, metrics)
  std::string_view details;      ///< JSON object text for `details`
  std::string_view parse_error;  ///< why the line is no JSON object, "" if it is one or is plain text

  static constexpr double unset = std::numeric_limits<double>::quiet_NaN();
  std::string_view operator[](Field field) const { return fields[static_cast<std::size_t>(field)]; }
  std::string_view& operator[](Field field) { return fields[static_cast<std::size_t>(field)]; }
  double operator[](Quantity quantity) const { return quantities[static_cast<std::size_t>(quantity)]; }
  double& operator[](Quantity quantity) { return quantities[static_cast<std::size_t>(quantity)]; }
};

}  // namespace clawtrail
