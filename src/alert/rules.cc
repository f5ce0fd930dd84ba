// SPDX-License-Identifier: Apache-2.0
#include "clawtrail/alert/rules.h"

#include <algorithm>

#include "alert/rule.h"
#include "clawtrail/base/check.h"
#include "clawtrail/base/encoding.h"
#include "clawtrail/base/hash.h"
#include "clawtrail/base/limits.h"

namespace clawtrail {

namespace alert {

namespace {

/// The rules of a list: the configuration's is a plain list, a file of alerts/ is a map with the key
/// `alerts`.
YamlNode rules_of(const YamlNode& document, Diagnostics& diagnostics) {
  if (!document.is_map()) return document;
  document.reject_unknown_keys(diagnostics, {"alerts"}, "a file of alert rules");
  if (!document["alerts"].exists()) {
    diagnostics.error(document.where(), "the file has no alert rules", "they stand under the key alerts");
  }
  return document["alerts"];
}

/// Adds the rules of one list to those of the lists before it. A rule of the configuration replaces those of
/// the same name in files; two files must not have the same name.
void merge(std::vector<Rule>& all, std::vector<Rule> more, std::size_t of_configuration,
           Diagnostics& diagnostics) {
  for (Rule& rule : more) {
    const auto same_name =
        std::find_if(all.begin(), all.end(), [&](const Rule& other) { return other.name == rule.name; });
    const auto index = static_cast<std::size_t>(same_name - all.begin());
    if (index < of_configuration) continue;
    const auto same_id =
        std::find_if(all.begin(), all.end(), [&](const Rule& other) { return other.id == rule.id; });
    if (same_name != all.end() || same_id != all.end()) {
      const Rule& other = same_name != all.end() ? *same_name : *same_id;
      diagnostics.error(rule.where, "the rule \"" + rule.name + "\" has the name or id of another one",
                        "the other one is \"" + other.name + "\" in " + other.where.file + ":" +
                            std::to_string(other.where.line));
      continue;
    }
    all.push_back(std::move(rule));
  }
}

}  // namespace

std::shared_ptr<const AlertRules> make_rules(std::vector<Rule> rules) {
  auto impl = std::make_unique<AlertRules::Impl>();
  Sha256 digest;
  for (Rule& rule : rules) {
    if (!rule.enabled) continue;
    const auto index = static_cast<std::uint32_t>(impl->rules.size());
    for (std::size_t type = 0; type < kEventTypes; ++type) {
      if ((rule.guard.types >> type & 1u) != 0) impl->by_type[type].push_back(index);
    }
    if (rule.guard.redactions) impl->by_redactions.push_back(index);
    if (rule.guard.matched) impl->by_matched.push_back(index);
    CHECK(rule.literal_names.size() == rule.condition.literals.size());
    for (std::size_t i = 0; i < rule.literal_names.size(); ++i) {
      impl->literals.push_back({.bytes = rule.condition.literals[i]});
      impl->literal_names.push_back(rule.literal_names[i]);
    }
    digest.update(rule.digest + "\n");
    impl->rules.push_back(std::move(rule));
  }
  impl->digest = hex(as_text(digest.finish()));
  return std::make_shared<AlertRules>(std::move(impl));
}

}  // namespace alert

AlertRules::AlertRules(std::unique_ptr<const Impl> impl) : impl_(std::move(impl)) {}
AlertRules::~AlertRules() = default;

std::shared_ptr<const AlertRules> AlertRules::load(const std::vector<YamlNode>& alert_lists,
                                                   Diagnostics& diagnostics) {
  std::vector<alert::Rule> all;
  std::size_t of_configuration = 0;
  for (const YamlNode& document : alert_lists) {
    std::vector<alert::Rule> rules = alert::read_rules(alert::rules_of(document, diagnostics), diagnostics);
    alert::merge(all, std::move(rules), of_configuration, diagnostics);
    if (!document.is_map()) of_configuration = all.size();
  }
  if (all.size() > limits::kAlertRulesMax) {
    diagnostics.error(all[limits::kAlertRulesMax].where,
                      "there are " + std::to_string(all.size()) + " alert rules",
                      "at most " + std::to_string(limits::kAlertRulesMax) + " are read");
    all.resize(limits::kAlertRulesMax);
  }
  return alert::make_rules(std::move(all));
}

std::size_t AlertRules::size() const { return impl_->rules.size(); }
const LiteralSet& AlertRules::literals() const { return impl_->literals; }
const std::vector<std::string>& AlertRules::literal_names() const { return impl_->literal_names; }
std::string AlertRules::digest() const { return impl_->digest; }

std::vector<NotificationTarget> AlertRules::targets() const {
  std::vector<NotificationTarget> all;
  for (const alert::Rule& rule : impl_->rules) {
    all.insert(all.end(), rule.targets.begin(), rule.targets.end());
  }
  return all;
}

std::vector<NotificationTarget> AlertRules::targets_of(const std::string& rule_name) const {
  for (const alert::Rule& rule : impl_->rules) {
    if (rule.name == rule_name) return rule.targets;
  }
  return {};
}

}  // namespace clawtrail
