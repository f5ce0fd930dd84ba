// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "alert/fields.h"
#include "alert/parser.h"
#include "alert/print.h"
#include "alert/rule.h"
#include "clawtrail/base/encoding.h"
#include "clawtrail/base/hash.h"
#include "clawtrail/base/limits.h"

namespace clawtrail::alert {

namespace {

constexpr Duration kCooldownWithoutWindow = Duration::from_seconds(5 * 60);

/// Byte `offset` of a scalar that stands on one line.
Location place_in(const YamlNode& scalar, std::size_t offset) {
  Location where = scalar.where();
  if (where.column > 0 && scalar.text().find('\n') == std::string::npos) {
    where.column += offset + (scalar.quoted() ? 1 : 0);
  }
  return where;
}

void report(const YamlNode& scalar, const std::string& key, const ConditionError& error,
            Diagnostics& diagnostics) {
  diagnostics.error(place_in(scalar, error.offset),
                    key + ": " + error.message + " (column " + std::to_string(error.offset + 1) + " of it)",
                    error.help);
}

bool read_condition(const YamlNode& node, Rule& rule, Diagnostics& diagnostics) {
  const YamlNode text = node["condition"];
  if (!text.exists() && !rule.enabled) return true;  // a rule may be switched off by its name alone
  if (!text.exists() || text.is_null()) {
    diagnostics.error(node.where(), "the rule \"" + rule.name + "\" has no condition",
                      "for example: condition: \"authentication_failed > 5 in 5m\"");
    return false;
  }
  if (!text.as_string(diagnostics, "condition")) return false;
  ConditionError error;
  auto condition = parse_condition(text.text(), error);
  if (!condition) {
    report(text, "condition", error, diagnostics);
    return false;
  }
  rule.condition = std::move(*condition);
  return true;
}

/// The key `by`, for conditions that do not say it themselves.
bool read_by(const YamlNode& node, Rule& rule, Diagnostics& diagnostics) {
  const YamlNode by = node["by"];
  if (!by.exists()) return true;
  std::vector<FieldRef> fields;
  for (const YamlNode& item : by.is_list() ? by.items() : std::vector<YamlNode>{by}) {
    if (!item.as_string(diagnostics, "by")) return false;
    ConditionError error;
    auto read = parse_fields(item.text(), error);
    if (!read) {
      report(item, "by", error, diagnostics);
      return false;
    }
    fields.insert(fields.end(), read->begin(), read->end());
  }
  if (!rule.condition.by.empty() && rule.condition.by != fields) {
    diagnostics.error(by.where(), "the rule \"" + rule.name + "\" says `by` twice, and differently",
                      "keep the one in the condition");
    return false;
  }
  if (fields.size() > limits::kAlertByFieldsMax) {
    diagnostics.error(by.where(), "by: there are too many fields",
                      "at most " + std::to_string(limits::kAlertByFieldsMax) + " fields may be counted by");
    return false;
  }
  rule.condition.by = std::move(fields);
  return true;
}

bool read_severity(const YamlNode& node, Rule& rule, Diagnostics& diagnostics) {
  const YamlNode severity = node["severity"];
  if (!severity.exists()) return true;
  const auto text = severity.as_string(diagnostics, "severity");
  if (!text) return false;
  if (const auto found = severity_of(*text)) {
    rule.severity = *found;
    return true;
  }
  const std::string best = suggest(*text, {"info", "low", "medium", "high", "critical"});
  diagnostics.error(
      severity.where(), "severity: \"" + *text + "\" is none",
      best.empty() ? "it is one of: info, low, medium, high, critical" : "did you mean \"" + best + "\"?");
  return false;
}

/// notification: a list of {kind: target}; one such map alone is taken as a list of one.
bool read_targets(const YamlNode& node, Rule& rule, Diagnostics& diagnostics) {
  const YamlNode list = node["notification"];
  if (!list.exists() || list.is_null()) return true;
  const std::string help = "write for example: notification: [{webhook: soc}, {email: security@example.com}]";
  bool good = list.is_list() || list.is_map();
  for (const YamlNode& item : list.is_map() ? std::vector<YamlNode>{list} : list.items()) {
    good = good && item.is_map();
    for (const auto& [kind, target] : item.entries()) {
      good = good && kind.is_scalar() && target.is_scalar() && !target.text().empty();
      if (good) rule.targets.push_back({kind.text(), target.text(), kind.where()});
    }
  }
  if (!good) diagnostics.error(list.where(), "notification must be a list of {kind: target}", help);
  return good;
}

bool read_id(const YamlNode& node, Rule& rule, Diagnostics& diagnostics) {
  const YamlNode id = node["id"];
  rule.id = slug(rule.name);
  if (!id.exists()) return true;
  const auto text = id.as_string(diagnostics, "id");
  if (!text) return false;
  const bool good = !text->empty() && text->size() <= 64 && slug(*text) == *text;
  if (!good) {
    diagnostics.error(id.where(), "id: \"" + *text + "\" is none",
                      "ids have 1 to 64 of a-z, 0-9 and single hyphens between them");
  }
  rule.id = *text;
  return good;
}

bool read_texts(const YamlNode& node, Rule& rule, Diagnostics& diagnostics) {
  const std::size_t before = diagnostics.errors();
  rule.description = node["description"].as_string(diagnostics, "description").value_or("");
  rule.runbook = node["runbook"].as_string(diagnostics, "runbook").value_or("");
  if (node["tags"].exists()) rule.tags = node["tags"].as_strings(diagnostics, "tags");
  rule.tests = node["tests"];
  if (rule.tests.exists() && !rule.tests.is_list())
    diagnostics.error(rule.tests.where(), "tests must be a list");
  return diagnostics.errors() == before;
}

bool read_cooldown(const YamlNode& node, Rule& rule, Diagnostics& diagnostics) {
  rule.cooldown = rule.condition.window ? rule.condition.window->length : kCooldownWithoutWindow;
  const YamlNode cooldown = node["cooldown"];
  if (!cooldown.exists()) return true;
  const auto length = cooldown.as_duration(diagnostics, "cooldown");
  if (!length) return false;
  if (length->ns < 0 || *length > Duration::from_seconds(400LL * 24 * 3600)) {
    diagnostics.error(cooldown.where(), "cooldown must lie between 0s and 400d");
    return false;
  }
  rule.cooldown = *length;
  return true;
}

/// What follows from the rule alone.
void derive(Rule& rule) {
  rule.text = canonical(rule.condition);
  const Condition& condition = rule.condition;
  for (std::size_t i = 0; i < condition.literals.size(); ++i) {
    rule.literal_names.push_back(condition.only_literals ? rule.id : rule.id + "#" + std::to_string(i + 1));
  }
  rule.guard = guard_of(condition.selection);
  rule.whole_record = reads_details(condition.selection) || reads_details(condition.by);
  std::string decisive = "clawtrail alert rule 1\n";
  for (const std::string& part : {rule.id, rule.name, rule.text, std::string(name_of(rule.severity)),
                                  std::to_string(rule.cooldown.ns)}) {
    decisive += json_string(part) + "\n";
  }
  rule.digest = hex(as_text(sha256(decisive)));
}

std::optional<Rule> read_rule(const YamlNode& node, Diagnostics& diagnostics) {
  if (!node.is_map()) {
    diagnostics.error(node.where(), "an alert rule must be a map",
                      "with the keys name, condition, severity …");
    return std::nullopt;
  }
  node.reject_unknown_keys(diagnostics,
                           {"name", "id", "condition", "severity", "notification", "description", "tags",
                            "runbook", "by", "cooldown", "enabled", "tests"},
                           "an alert rule");
  Rule rule;
  rule.where = node.where();
  const auto name = node["name"].as_string(diagnostics, "name");
  if (!name || name->empty()) {
    if (!node["name"].exists() || name) diagnostics.error(node.where(), "an alert rule has no name");
    return std::nullopt;
  }
  rule.name = *name;
  rule.enabled = node["enabled"].as_bool(diagnostics, "enabled").value_or(true);
  // All are called, so that all mistakes are told at once.
  bool good = read_id(node, rule, diagnostics);
  good = read_severity(node, rule, diagnostics) && good;
  good = read_targets(node, rule, diagnostics) && good;
  good = read_texts(node, rule, diagnostics) && good;
  good = read_condition(node, rule, diagnostics) && read_by(node, rule, diagnostics) && good;
  good = read_cooldown(node, rule, diagnostics) && good;
  if (!good) return std::nullopt;
  if (node["condition"].exists()) derive(rule);
  return rule;
}

}  // namespace

std::string slug(const std::string& name) {
  std::string out;
  for (const char c : lower(name)) {
    const bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (word) out += c;
    if (!word && !out.empty() && out.back() != '-') out += '-';
  }
  while (!out.empty() && out.back() == '-') out.pop_back();
  if (out.empty()) return "rule-" + hex(as_text(sha256(name))).substr(0, 8);
  if (out.size() > 64) out = out.substr(0, 55) + "-" + hex(as_text(sha256(name))).substr(0, 8);
  return out;
}

std::vector<Rule> read_rules(const YamlNode& list, Diagnostics& diagnostics) {
  std::vector<Rule> rules;
  if (!list.exists() || list.is_null()) return rules;
  if (!list.is_list()) {
    diagnostics.error(list.where(), "alerts must be a list of rules");
    return rules;
  }
  for (const YamlNode& node : list.items()) {
    std::optional<Rule> rule = read_rule(node, diagnostics);
    if (!rule) continue;
    const auto same = std::find_if(rules.begin(), rules.end(), [&](const Rule& other) {
      return other.name == rule->name || other.id == rule->id;
    });
    if (same == rules.end()) {
      rules.push_back(std::move(*rule));
      continue;
    }
    const bool name = same->name == rule->name;
    diagnostics.error(
        rule->where,
        name ? "the name \"" + rule->name + "\" is given to two rules"
             : "the rules \"" + same->name + "\" and \"" + rule->name + "\" have the same id " + rule->id,
        "the other one stands in line " + std::to_string(same->where.line));
  }
  return rules;
}

}  // namespace clawtrail::alert
