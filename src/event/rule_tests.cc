// SPDX-License-Identifier: Apache-2.0
// Runs the examples that stand beside the classification rules.
#include <cmath>
#include <cstdlib>
#include <map>

#include "clawtrail/base/encoding.h"
#include "clawtrail/event/json.h"
#include "event/rules.h"

namespace clawtrail {

namespace {

using Values = std::map<std::string, std::string>;

/// A YAML value as JSON: an unquoted number, boolean or null keeps its type, all else is a string.
void append_json(std::string& out, const YamlNode& node, JsonParser& parser) {
  if (node.is_map()) {
    out += '{';
    for (const auto& [key, value] : node.entries()) {
      if (out.back() != '{') out += ',';
      append_json_string(out, key.text());
      out += ':';
      append_json(out, value, parser);
    }
    out += '}';
  } else if (node.is_list()) {
    out += '[';
    for (const YamlNode& item : node.items()) {
      if (out.back() != '[') out += ',';
      append_json(out, item, parser);
    }
    out += ']';
  } else {
    const auto value = parser.parse(node.text());
    const bool typed =
        !node.quoted() && value && !value->is_object() && !value->is_array() && !value->is_string();
    if (typed) {
      out += node.text();
    } else {
      append_json_string(out, node.text());
    }
  }
}

void append_member(std::string& out, const std::string& key, const YamlNode& value, JsonParser& parser) {
  out += ',';
  append_json_string(out, key);
  out += ':';
  append_json(out, value, parser);
}

/// The line that the gateway writes for a skeleton {subsystem | module, level, meta, message, other members}.
std::string gateway_line(const YamlNode& skeleton, JsonParser& parser) {
  constexpr std::string_view kTime = "2026-11-21T04:00:00.000";
  std::string out = "{\"time\":\"" + std::string(kTime) + "+00:00\"";
  int argument = 0;
  for (const char* binding : {"subsystem", "module"}) {
    const YamlNode name = skeleton[binding];
    if (!name.exists()) continue;
    out += ",\"0\":" + json_string("{\"" + std::string(binding) + "\":" + json_string(name.text()) + "}");
    ++argument;
  }
  for (const char* part : {"meta", "message"}) {
    if (skeleton[part].exists()) append_member(out, std::to_string(argument++), skeleton[part], parser);
  }
  if (skeleton["message"].exists()) out += ",\"message\":" + json_string(skeleton["message"].text());
  out += ",\"_meta\":{\"runtime\":\"node\"";
  if (skeleton["level"].exists()) out += ",\"logLevelName\":" + json_string(skeleton["level"].text());
  out += ",\"date\":\"" + std::string(kTime) + "Z\"}";
  for (const auto& [key, value] : skeleton.entries()) {
    const std::string& name = key.text();
    const bool used =
        name == "subsystem" || name == "module" || name == "meta" || name == "message" || name == "level";
    if (!used) append_member(out, name, value, parser);
  }
  return out + "}";
}

Values values_of(const Event& event) {
  Values values;
  values["event_type"] = name_of(event.type);
  if (event.result != Outcome::kNone) values["result"] = name_of(event.result);
  if (event.severity) values["severity"] = name_of(*event.severity);
  for (std::size_t i = 0; i < kFields; ++i) {
    if (!event.fields[i].empty()) values[std::string(name_of(static_cast<Field>(i)))] = event.fields[i];
  }
  for (std::size_t i = 0; i < kQuantities; ++i) {
    if (std::isnan(event.quantities[i])) continue;
    std::string text = std::to_string(event.quantities[i]);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
    values[std::string(name_of(static_cast<Quantity>(i)))] = text;
  }
  return values;
}

/// One sentence for each difference; "" if there is none.
std::string difference(const Values& wanted, const Values& given) {
  std::string text;
  for (const auto& [key, value] : wanted) {
    const auto found = given.find(key);
    if (found == given.end()) text += key + " is missing; ";
    if (found != given.end() && found->second != value) {
      text += key + " is \"" + found->second + "\" instead of \"" + value + "\"; ";
    }
  }
  for (const auto& [key, value] : given) {
    if (!wanted.contains(key)) text += key + " is \"" + value + "\", which the example does not expect; ";
  }
  return text;
}

class ExampleRunner {
 public:
  ExampleRunner(std::shared_ptr<const Classifier> classifier, Diagnostics& diagnostics)
      : decoder_(std::move(classifier)), diagnostics_(diagnostics) {}

  /// `rule` "" for the audit shape.
  std::size_t run(const std::string& rule, const YamlNode& examples, const Location& where) {
    if (examples.items().empty()) {
      diagnostics_.error(where, "rule \"" + rule + "\" has no examples",
                         "add at least one line and what it gives");
    }
    for (const YamlNode& example : examples.items()) run_one(rule, example);
    return examples.items().size();
  }

 private:
  void run_one(const std::string& rule, const YamlNode& example) {
    example.reject_unknown_keys(diagnostics_, {"line", "gives"}, "example");
    std::string line;
    if (rule.empty()) {
      append_json(line, example["line"], parser_);
    } else {
      line = gateway_line(example["line"], parser_);
    }
    const std::size_t size = line.size();
    line.append(JsonParser::kPadding, ' ');
    const Event& event = decoder_.decode(std::string_view(line).substr(0, size));
    Values wanted;
    for (const auto& [key, value] : example["gives"].entries()) wanted[key.text()] = value.text();
    std::string wrong = difference(wanted, values_of(event));
    if (event.rule != rule) {
      wrong += "the line was taken by " +
               (event.rule.empty() ? "no rule" : "rule \"" + std::string(event.rule) + "\"");
    }
    if (!wrong.empty()) {
      diagnostics_.error(example.where(),
                         "example of \"" + (rule.empty() ? "audit" : rule) + "\" fails: " + wrong);
    }
  }

  EventDecoder decoder_;
  JsonParser parser_;
  Diagnostics& diagnostics_;
};

}  // namespace

std::size_t test_event_rules(const std::vector<YamlNode>& documents, Diagnostics& diagnostics) {
  const auto classifier = Classifier::load(documents, TrustedProxies(), diagnostics);
  if (diagnostics.has_errors()) return 0;
  ExampleRunner runner(classifier, diagnostics);
  std::size_t count = 0;
  for (const YamlNode& document : documents) {
    const YamlNode audit = document["audit"];
    if (audit.exists()) count += runner.run("", audit["examples"], audit.where());
    for (const YamlNode& rule : document["rules"].items()) {
      count += runner.run(rule["id"].text(), rule["examples"], rule.where());
    }
  }
  return count;
}

}  // namespace clawtrail
