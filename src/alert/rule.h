// SPDX-License-Identifier: Apache-2.0
// One alert rule, read from YAML and ready to be tested against records; and the set of those in force.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "alert/condition.h"
#include "alert/matcher.h"
#include "clawtrail/alert/rules.h"

namespace clawtrail::alert {

/// Value type.
struct Rule {
  std::string id, name;
  Severity severity = Severity::kMedium;
  Condition condition;
  std::string text;    ///< canonical condition
  Duration cooldown;   ///< README.md, "When a rule fires"
  std::string digest;  ///< hex SHA-256 of all that decides which alerts the rule raises
  std::string description, runbook;
  std::vector<std::string> tags;
  std::vector<NotificationTarget> targets;
  bool enabled = true;
  std::vector<std::string> literal_names;  ///< names in `matched` of condition.literals
  Guard guard;
  bool whole_record = false;  ///< condition or `by` read `details`
  Location where;
  YamlNode tests;
};

/// Reads the rules of one list in order, the disabled ones too; rules with mistakes are left out. Names and
/// ids are unique within the list.
std::vector<Rule> read_rules(const YamlNode& list, Diagnostics& diagnostics);

/// "API Key Exposed" -> "api-key-exposed"; a name without ASCII letters or digits gives "rule-" and 8 hex
/// digits.
std::string slug(const std::string& name);

/// Rules in force, from rules that are enabled.
std::shared_ptr<const AlertRules> make_rules(std::vector<Rule> rules);

}  // namespace clawtrail::alert

namespace clawtrail {

/// Threads: immutable.
struct AlertRules::Impl {
  std::vector<alert::Rule> rules;
  LiteralSet literals;
  std::vector<std::string> literal_names;
  std::string digest;
  /// Which rules can want a record, as indexes into `rules`: cost grows with these, not with all rules.
  std::array<std::vector<std::uint32_t>, kEventTypes> by_type;
  std::vector<std::uint32_t> by_redactions, by_matched;
};

}  // namespace clawtrail
