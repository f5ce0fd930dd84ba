// SPDX-License-Identifier: Apache-2.0
// The names that several rooms share: integer types, event types, results, levels.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace clawtrail {

using RecordIndex = std::uint64_t;  ///< place of a record in the log, from 0
using TreeSize = std::uint64_t;     ///< number of leaves; the index after the last record
using ByteOffset = std::uint64_t;   ///< bytes from the start of a file
using Generation = std::uint64_t;   ///< counts the files (or starts) of one source, from 1

/// `event_type` of a record: a closed set, so that it can be a metric label.
enum class EventType : std::uint8_t {
  kAuthentication,
  kAuthorization,
  kConfigChange,
  kAgentCreate,
  kAgentDelete,
  kFileAccess,
  kCommandExecution,
  kApiCall,
  kMessage,
  kSession,
  kToolCall,
  kPairing,
  kConnection,
  kSystem,
  kLog,
  // clawtrail's own:
  kSegment,
  kSource,
  kCheckpoint,
  kAlert,
  kGap,
  kTombstone,
  kOperator,
};
inline constexpr std::size_t kEventTypes = static_cast<std::size_t>(EventType::kOperator) + 1;
std::string_view name_of(EventType type);
std::optional<EventType> event_type_of(std::string_view name);
/// segment, source, checkpoint, alert, gap, tombstone, operator.
bool is_own(EventType type);

/// `result` of a record.
enum class Outcome : std::uint8_t { kNone, kSuccess, kFailure, kAllowed, kDenied, kPending, kError };
std::string_view name_of(Outcome outcome);  ///< "" for kNone
std::optional<Outcome> outcome_of(std::string_view name);

/// `level` of a record: the log level of the event.
enum class Level : std::uint8_t { kNone, kDebug, kInfo, kWarn, kError, kFatal };
std::string_view name_of(Level level);  ///< "" for kNone
/// Any case, and the usual synonyms ("WARNING", "trace", "critical", …).
std::optional<Level> level_of(std::string_view name);

/// `severity` of an alert.
enum class Severity : std::uint8_t { kInfo, kLow, kMedium, kHigh, kCritical };
std::string_view name_of(Severity severity);
std::optional<Severity> severity_of(std::string_view name);

}  // namespace clawtrail
