// SPDX-License-Identifier: Apache-2.0
#include "event/rules.h"

#include <algorithm>

#include "clawtrail/base/check.h"

namespace clawtrail {

namespace {

std::vector<std::string> names_of_types() {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < kEventTypes; ++i) {
    if (!is_own(static_cast<EventType>(i))) names.emplace_back(name_of(static_cast<EventType>(i)));
  }
  return names;
}

/// Reads the documents into one Classifier::Impl. Confined to load().
class RuleReader {
 public:
  RuleReader(Classifier::Impl& out, Diagnostics& diagnostics) : out_(out), diagnostics_(diagnostics) {}

  void read(const YamlNode& document) {
    if (!document.is_map()) {
      diagnostics_.error(document.where(), "a document of event rules must be a map");
      return;
    }
    document.reject_unknown_keys(diagnostics_, event_document_keys(), "event rules");
    for (std::string& word : document["absent"].as_strings(diagnostics_, "absent")) {
      out_.absent.push_back(std::move(word));
    }
    for (const auto& [key, value] : document["always"].entries()) {
      if (const auto field = field_named(key)) {
        if (auto from = expression(value, nullptr)) out_.always.push_back({*field, std::move(*from)});
      }
    }
    read_audit(document["audit"]);
    for (const YamlNode& rule : document["rules"].items()) read_rule(rule);
  }

 private:
  void read_audit(const YamlNode& audit) {
    if (!audit.exists()) return;
    audit.reject_unknown_keys(diagnostics_, {"types", "results", "examples"}, "audit");
    for (const auto& [key, value] : audit["types"].entries()) {
      if (const auto type = type_named(value)) out_.audit.types[key.text()] = *type;
    }
    for (const auto& [key, value] : audit["results"].entries()) {
      const auto result = outcome_of(value.text());
      if (!result) diagnostics_.error(value.where(), "\"" + value.text() + "\" is no result");
      if (result) out_.audit.results[key.text()] = *result;
    }
  }

  void read_rule(const YamlNode& node) {
    EventRule rule;
    rule.where = node.where();
    if (!node.is_map()) {
      diagnostics_.error(node.where(), "a rule must be a map");
      return;
    }
    node.reject_unknown_keys(diagnostics_, {"id", "why", "when", "set", "take", "examples"}, "rule");
    rule.id = node["id"].as_string(diagnostics_, "id").value_or("");
    if (rule.id.empty()) diagnostics_.error(node.where(), "the rule has no id");
    for (const EventRule& other : out_.rules) {
      if (other.id == rule.id)
        diagnostics_.error(node.where(), "the rule id \"" + rule.id + "\" is given twice");
    }
    read_when(node["when"], rule);
    read_set(node["set"], rule);
    for (const auto& [key, value] : node["take"].entries()) read_take(key, value, rule);
    if (out_.rules.size() == kEventRulesMax) {
      diagnostics_.error(node.where(), "more than " + std::to_string(kEventRulesMax) + " event rules");
      return;
    }
    out_.rules.push_back(std::move(rule));
  }

  void read_when(const YamlNode& when, EventRule& rule) {
    if (!when.is_map()) {
      diagnostics_.error(rule.where, "rule \"" + rule.id + "\" has no `when`");
      return;
    }
    when.reject_unknown_keys(diagnostics_,
                             {"subsystem", "message", "contains", "matches", "level", "meta", "has", "lacks"},
                             "when");
    rule.subsystems = when["subsystem"].as_strings(diagnostics_, "subsystem");
    rule.prefixes = when["message"].as_strings(diagnostics_, "message");
    rule.contains = when["contains"].as_strings(diagnostics_, "contains");
    if (const auto pattern = when["matches"].as_string(diagnostics_, "matches")) {
      auto regex = Regex::compile(*pattern);
      if (!regex) diagnostics_.error(when["matches"].where(), regex.error().message);
      if (regex) rule.matches = std::move(*regex);
    }
    for (const std::string& name : when["level"].as_strings(diagnostics_, "level")) {
      const auto level = level_of(name);
      if (!level) diagnostics_.error(when["level"].where(), "\"" + name + "\" is no level");
      if (level) rule.levels |= 1U << static_cast<unsigned>(*level);
    }
    for (const auto& [key, value] : when["meta"].entries()) {
      auto member = parse_expression("meta." + key.text(), nullptr, out_.top_names);
      if (!member) {
        diagnostics_.error(key.where(), member.error().message);
        continue;
      }
      rule.meta.push_back({std::move(*member), value.as_strings(diagnostics_, key.text())});
    }
    read_presence(when["has"], rule.has);
    read_presence(when["lacks"], rule.lacks);
    if (rule.prefixes.empty() && rule.meta.empty() && !rule.matches && rule.contains.empty()) {
      diagnostics_.error(when.where(), "rule \"" + rule.id + "\" would take every line",
                         "give it a message, contains, matches or meta");
    }
  }

  void read_presence(const YamlNode& list, std::vector<Expression>& out) {
    if (list.is_scalar()) {
      if (auto one = expression(list, nullptr)) out.push_back(std::move(*one));
    }
    for (const YamlNode& item : list.items()) {
      if (auto one = expression(item, nullptr)) out.push_back(std::move(*one));
    }
  }

  void read_set(const YamlNode& set, EventRule& rule) {
    if (!set["event_type"].exists()) {
      diagnostics_.error(rule.where, "rule \"" + rule.id + "\" sets no event_type");
    }
    for (const auto& [key, value] : set.entries()) {
      if (key.text() == "event_type") {
        rule.type = type_named(value).value_or(EventType::kLog);
      } else if (key.text() == "result") {
        const auto result = outcome_of(value.text());
        if (!result) diagnostics_.error(value.where(), "\"" + value.text() + "\" is no result");
        rule.result = result.value_or(Outcome::kNone);
      } else if (key.text() == "severity") {
        rule.severity = severity_of(value.text());
        if (!rule.severity) diagnostics_.error(value.where(), "\"" + value.text() + "\" is no severity");
      } else if (const auto field = field_named(key)) {
        rule.fields.emplace_back(*field, value.text());
      }
    }
  }

  void read_take(const YamlNode& key, const YamlNode& value, EventRule& rule) {
    const Regex* pattern = rule.matches ? &*rule.matches : nullptr;
    if (const auto quantity = quantity_of(key.text())) {
      if (auto from = expression(value, pattern)) rule.quantities.push_back({*quantity, std::move(*from)});
    } else if (const auto field = field_named(key)) {
      if (auto from = expression(value, pattern)) rule.takes.push_back({*field, std::move(*from)});
    }
  }

  std::optional<Field> field_named(const YamlNode& key) {
    const auto field = field_of(key.text());
    if (!field) {
      std::vector<std::string> names;
      for (std::size_t i = 0; i < kFields; ++i) names.emplace_back(name_of(static_cast<Field>(i)));
      const std::string close = suggest(key.text(), names);
      diagnostics_.error(key.where(), "\"" + key.text() + "\" is no field of a record",
                         close.empty() ? "" : "did you mean \"" + close + "\"?");
    }
    return field;
  }

  std::optional<EventType> type_named(const YamlNode& value) {
    const auto type = event_type_of(value.text());
    if (type && !is_own(*type)) return type;
    const std::string close = suggest(value.text(), names_of_types());
    diagnostics_.error(value.where(),
                       "\"" + value.text() + "\" is no event type that a gateway's line can have",
                       close.empty() ? "" : "did you mean \"" + close + "\"?");
    return std::nullopt;
  }

  std::optional<Expression> expression(const YamlNode& value, const Regex* pattern) {
    auto parsed = parse_expression(value.text(), pattern, out_.top_names);
    if (parsed) return std::move(*parsed);
    diagnostics_.error(value.where(), "\"" + value.text() + "\" is no expression: " + parsed.error().message);
    return std::nullopt;
  }

  Classifier::Impl& out_;
  Diagnostics& diagnostics_;
};

std::size_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325;  // FNV-1a
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3;
  return static_cast<std::size_t>(hash ^ hash >> 29);
}

bool wants_subsystem(const EventRule& rule, std::string_view name) {
  if (rule.subsystems.empty()) return true;
  return std::find(rule.subsystems.begin(), rule.subsystems.end(), name) != rule.subsystems.end();
}

RuleBucket make_bucket(const std::vector<EventRule>& rules, std::string_view subsystem) {
  RuleBucket bucket;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (!wants_subsystem(rules[i], subsystem)) continue;
    const auto id = static_cast<std::uint16_t>(i);
    if (rules[i].prefixes.empty()) bucket.no_message.push_back(id);
    for (std::size_t c = 0; c < bucket.by_first.size(); ++c) {
      const auto begins = [&](const std::string& prefix) {
        return static_cast<unsigned char>(prefix[0]) == c;
      };
      const auto& prefixes = rules[i].prefixes;
      if (prefixes.empty() || std::any_of(prefixes.begin(), prefixes.end(), begins)) {
        bucket.by_first[c].push_back(id);
      }
    }
  }
  return bucket;
}

}  // namespace

std::vector<std::string> event_document_keys() { return {"absent", "always", "audit", "rules"}; }

void Classifier::Impl::index() {
  std::vector<std::string> names;
  for (const EventRule& rule : rules) {
    for (const std::string& name : rule.subsystems) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  }
  buckets.push_back(make_bucket(rules, ""));
  std::size_t size = 16;
  while (size < 4 * names.size()) size *= 2;
  slots.assign(size, {});
  for (const std::string& name : names) {
    const std::string key = name == kNoSubsystem ? "" : name;
    std::size_t slot = hash_of(key) & (size - 1);
    while (slots[slot].second != 0) slot = (slot + 1) & (size - 1);
    slots[slot] = {key, static_cast<std::uint16_t>(buckets.size())};
    buckets.push_back(make_bucket(rules, name));
  }
}

const RuleBucket& Classifier::Impl::bucket_of(std::string_view subsystem) const {
  const std::size_t mask = slots.size() - 1;
  for (std::size_t slot = hash_of(subsystem) & mask; slots[slot].second != 0; slot = (slot + 1) & mask) {
    if (slots[slot].first == subsystem) return buckets[slots[slot].second];
  }
  return buckets[0];
}

std::shared_ptr<const Classifier> Classifier::load(const std::vector<YamlNode>& documents,
                                                   TrustedProxies proxies, Diagnostics& diagnostics) {
  auto impl = std::make_unique<Impl>();
  impl->proxies = std::move(proxies);
  RuleReader reader(*impl, diagnostics);
  for (const YamlNode& document : documents) reader.read(document);
  for (EventRule& rule : impl->rules) {
    if (std::any_of(rule.prefixes.begin(), rule.prefixes.end(),
                    [](const std::string& p) { return p.empty(); })) {
      diagnostics.error(rule.where, "rule \"" + rule.id + "\" has an empty message prefix");
      rule.prefixes.clear();
    }
  }
  impl->index();
  CHECK(!impl->buckets.empty());
  return std::make_shared<const Classifier>(std::move(impl));
}

Classifier::Classifier(std::unique_ptr<const Impl> impl) : impl_(std::move(impl)) {}
Classifier::~Classifier() = default;
std::size_t Classifier::rules() const { return impl_->rules.size(); }

}  // namespace clawtrail
