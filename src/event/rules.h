// SPDX-License-Identifier: Apache-2.0
// Classification rules as data: read from YAML, compiled, and found by subsystem and first byte of the
// message.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "clawtrail/event/classifier.h"
#include "clawtrail/match/regex.h"
#include "clawtrail/text/yaml.h"
#include "event/expression.h"

namespace clawtrail {

/// `meta: {cause: [unauthorized, …]}`: the member's text is one of the values.
struct MetaCondition {
  Expression member;
  std::vector<std::string> values;
};

struct FieldTake {
  Field field;
  Expression from;
};
struct QuantityTake {
  Quantity quantity;
  Expression from;
};

/// One rule. Grammar: patterns/events/README.md.
struct EventRule {
  std::string id;
  Location where;
  // when
  std::vector<std::string> subsystems;  ///< empty: any; "none": a line without one
  std::vector<std::string> prefixes;    ///< of the message, any of them; empty: any message
  std::vector<std::string> contains;    ///< in the message, all of them
  std::optional<Regex> matches;
  std::uint32_t levels = 0;  ///< bits by Level; 0: any
  std::vector<MetaCondition> meta;
  std::vector<Expression> has, lacks;  ///< tell something; tell nothing
  // set
  EventType type = EventType::kLog;
  Outcome result = Outcome::kNone;
  std::optional<Severity> severity;
  std::vector<std::pair<Field, std::string>> fields;
  // take
  std::vector<FieldTake> takes;
  std::vector<QuantityTake> quantities;
};

/// Names of the audit shape (`audit:` in a document): what other words for types and results mean.
struct AuditNames {
  std::map<std::string, EventType, std::less<>> types;
  std::map<std::string, Outcome, std::less<>> results;
};

/// Rules that a line of one subsystem may meet, by the first byte of its message, in the order of the file.
struct RuleBucket {
  std::array<std::vector<std::uint16_t>, 256> by_first;
  std::vector<std::uint16_t> no_message;
};

struct Classifier::Impl {
  std::vector<EventRule> rules;
  std::vector<FieldTake> always;    ///< fields that every line may have, unless its rule takes them
  std::vector<std::string> absent;  ///< values that mean "none" ("n/a", "unknown")
  AuditNames audit;
  TopNames top_names;
  TrustedProxies proxies;
  std::vector<RuleBucket> buckets;  ///< the first one is for subsystems that no rule names
  /// Open addressing, a power of two of slots: subsystem and its bucket; "" with bucket 0 is free.
  std::vector<std::pair<std::string, std::uint16_t>> slots;

  /// Sorts the rules into buckets.
  void index();
  const RuleBucket& bucket_of(std::string_view subsystem) const;
};

inline constexpr std::size_t kEventRulesMax = 4096;
inline constexpr const char* kNoSubsystem = "none";

/// Keys that the documents may have, for the loader and the example runner.
std::vector<std::string> event_document_keys();

}  // namespace clawtrail
