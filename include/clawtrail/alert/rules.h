// SPDX-License-Identifier: Apache-2.0
// Alert rules: the guide's conditions, read from YAML and compiled.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "clawtrail/base/names.h"
#include "clawtrail/base/time.h"
#include "clawtrail/match/literals.h"
#include "clawtrail/text/yaml.h"

namespace clawtrail {

/// Where a rule's notices go: {webhook: soc} is kind "webhook", target "soc".
struct NotificationTarget {
  std::string kind;
  std::string target;
  Location where;
};

/// The rules in force. Threads: immutable.
class AlertRules {
 public:
  /// Reads `monitoring.alerts` of the configuration and the documents of alerts/*.yaml (grammar:
  /// src/alert/README.md). A rule of the configuration replaces a shipped one of the same name. All mistakes
  /// go to `diagnostics`.
  static std::shared_ptr<const AlertRules> load(const std::vector<YamlNode>& alert_lists,
                                                Diagnostics& diagnostics);

  struct Impl;
  explicit AlertRules(std::unique_ptr<const Impl> impl);
  ~AlertRules();
  const Impl& impl() const { return *impl_; }

  std::size_t size() const;
  /// Raw-text conditions (`log_contains`): literals for the scanner and, for each, its name in `matched`.
  const LiteralSet& literals() const;
  const std::vector<std::string>& literal_names() const;
  std::string digest() const;  ///< hex SHA-256 of the rules in force
  /// All targets, for the check that each has a notifier.
  std::vector<NotificationTarget> targets() const;
  std::vector<NotificationTarget> targets_of(const std::string& rule_name) const;

 private:
  std::unique_ptr<const Impl> impl_;
};

/// Runs the `tests` written beside the rules; every failure is an error with its place. Returns the number
/// run.
std::size_t test_alert_rules(const std::vector<YamlNode>& alert_lists, Diagnostics& diagnostics);

}  // namespace clawtrail
