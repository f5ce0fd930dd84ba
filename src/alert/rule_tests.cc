// SPDX-License-Identifier: Apache-2.0
// Runs the tests written beside alert rules through the real engine (shape: README.md, "Tests beside rules").
#include <algorithm>

#include "alert/fields.h"
#include "alert/print.h"
#include "alert/rule.h"
#include "clawtrail/alert/engine.h"
#include "clawtrail/base/encoding.h"
#include "clawtrail/event/event.h"
#include "clawtrail/event/json.h"

namespace clawtrail {

namespace {

using alert::Rule;

constexpr std::int64_t kRepeatMax = 1'000'000;
/// Events of tests count from here: any instant would do.
const Timestamp kStart = Timestamp::from_ms(1'767'225'600'000);  // 2026-01-01T00:00:00Z

/// Any YAML value as JSON. Unquoted numbers and booleans keep their type.
void append_json(std::string& out, const YamlNode& node, JsonParser& parser) {
  if (node.is_list() || node.is_map()) {
    out += node.is_list() ? '[' : '{';
    const char close = node.is_list() ? ']' : '}';
    for (const YamlNode& item : node.items()) {
      if (out.back() != '[') out += ',';
      append_json(out, item, parser);
    }
    for (const auto& [key, value] : node.entries()) {
      if (out.back() != '{') out += ',';
      append_json_string(out, key.text());
      out += ':';
      append_json(out, value, parser);
    }
    out += close;
    return;
  }
  if (node.is_null()) {
    out += "null";
    return;
  }
  const auto value = parser.parse(node.text());
  const bool plain = !node.quoted() && value && (value->number() || value->boolean());
  if (plain) {
    out += node.text();
  } else {
    append_json_string(out, node.text());
  }
}

/// Builds record lines as the intake writes them, from the maps of a test.
class EventBuilder {
 public:
  EventBuilder(const Rule& rule, Diagnostics& diagnostics) : rule_(rule), diagnostics_(diagnostics) {}

  /// One line for each repetition; nothing if the map has a mistake.
  std::vector<std::string> lines(const YamlNode& event);

 private:
  std::string line(const YamlNode& event, Timestamp at, std::optional<Duration> observed);
  void append_members(std::string& out, const YamlNode& event);
  void append_redactions(std::string& out, const YamlNode& event);
  void append_matched(std::string& out, const YamlNode& event);

  const Rule& rule_;
  Diagnostics& diagnostics_;
  JsonParser parser_;
};

std::vector<std::string> EventBuilder::lines(const YamlNode& event) {
  if (!event.is_map()) {
    diagnostics_.error(event.where(), "an event of a test must be a map",
                       "for example {at: 0s, event_type: log}");
    return {};
  }
  const std::size_t before = diagnostics_.errors();
  std::vector<std::string> known = alert::field_names();
  known.insert(known.end(),
               {"at", "observed", "repeat", "every", "raw", "redactions", "details", "generation"});
  event.reject_unknown_keys(diagnostics_, known, "an event of a test");
  const Duration at = event["at"].as_duration(diagnostics_, "at").value_or(Duration{});
  const auto observed = event["observed"].as_duration(diagnostics_, "observed");
  const std::int64_t repeat = event["repeat"].as_int(diagnostics_, "repeat", 1, kRepeatMax).value_or(1);
  const Duration every = event["every"].as_duration(diagnostics_, "every").value_or(Duration{});
  const auto type = event["event_type"].as_string(diagnostics_, "event_type").value_or("log");
  if (!event_type_of(type)) {
    diagnostics_.error(event["event_type"].where(), "\"" + type + "\" is no event type");
  }
  std::vector<std::string> lines;
  for (std::int64_t i = 0; i < repeat && diagnostics_.errors() == before; ++i) {
    const Timestamp time = kStart + at + Duration{every.ns * i};
    lines.push_back(line(event, time, observed));
  }
  return lines;
}

std::string EventBuilder::line(const YamlNode& event, Timestamp at, std::optional<Duration> observed) {
  const YamlNode type = event["event_type"];
  std::string out = "{\"timestamp\":\"" + format_rfc3339_ms(at) + "\",\"event_type\":\"" +
                    (type.exists() ? type.text() : "log") + '"';
  if (observed) out += ",\"observed\":\"" + format_rfc3339_ms(at + *observed) + '"';
  append_members(out, event);
  append_redactions(out, event);
  append_matched(out, event);
  out += ",\"details\":";
  if (event["details"].is_map()) {
    append_json(out, event["details"], parser_);
  } else {
    out += "{}";
  }
  return out + "}";
}

void EventBuilder::append_members(std::string& out, const YamlNode& event) {
  for (const std::string& field : alert::field_names()) {
    const YamlNode value = event[field];
    if (!value.exists() || field == "event_type" || field == "source") continue;
    out += ",\"" + field + "\":";
    if (quantity_of(field)) {
      append_json(out, value, parser_);
    } else {
      append_json_string(out, value.text());
    }
  }
  const YamlNode source = event["source"], generation = event["generation"];
  const std::int64_t number = generation.as_int(diagnostics_, "generation", 1, INT64_MAX).value_or(1);
  out += ",\"source\":[" + json_string(source.exists() ? source.text() : "test") + "," +
         std::to_string(number) + ",0]";
}

/// redactions: ids of the secret rules that are to have masked something.
void EventBuilder::append_redactions(std::string& out, const YamlNode& event) {
  const std::vector<std::string> ids = event["redactions"].exists()
                                           ? event["redactions"].as_strings(diagnostics_, "redactions")
                                           : std::vector<std::string>{};
  if (ids.empty()) return;
  out += ",\"redactions\":[";
  for (const std::string& id : ids) {
    if (out.back() != '[') out += ',';
    out += "{\"rule\":" + json_string(id) + ",\"at\":\"/0\",\"fp\":\"00000000:0000000000000000\"}";
  }
  out += ']';
}

/// raw: the line before redaction; log_contains terms that it contains go into `matched`, as at ingest.
void EventBuilder::append_matched(std::string& out, const YamlNode& event) {
  const std::string raw = event["raw"].text();  // a copy: the node is a temporary
  std::vector<std::string> names;
  for (std::size_t i = 0; i < rule_.literal_names.size(); ++i) {
    const bool hit = raw.find(rule_.condition.literals[i]) != std::string::npos;
    const std::string& name = rule_.literal_names[i];
    if (hit && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  if (names.empty()) return;
  out += ",\"matched\":[";
  for (const std::string& name : names) out += (out.back() == '[' ? "" : ",") + json_string(name);
  out += ']';
}

std::string describe(const Alert& alert) {
  std::string out = alert.firing ? "firing" : "resolved";
  out += " at " + format_duration(alert.timestamp - kStart) + ", count " + std::to_string(alert.count);
  for (const auto& [field, value] : alert.key) out += ", " + field + " " + alert::printable(value);
  if (!alert.notify) out += ", without a notice";
  return out;
}

/// Compares one alert with what the test expects of it; an expectation that is not written is not tested.
bool fits(const Alert& alert, const YamlNode& expected, Diagnostics& diagnostics) {
  expected.reject_unknown_keys(diagnostics, {"at", "state", "count", "severity", "key", "notify", "samples"},
                               "an expected alert");
  const auto at = expected["at"].as_duration(diagnostics, "at");
  const auto state = expected["state"].as_string(diagnostics, "state").value_or("firing");
  const auto count = expected["count"].as_int(diagnostics, "count", 0, INT64_MAX);
  const auto severity = expected["severity"].as_string(diagnostics, "severity");
  const auto notify = expected["notify"].as_bool(diagnostics, "notify");
  const auto samples = expected["samples"].as_int(diagnostics, "samples", 0, INT64_MAX);
  bool good = state == (alert.firing ? "firing" : "resolved");
  good = good && (!at || alert.timestamp - kStart == *at);
  good = good && (!count || alert.count == static_cast<std::uint64_t>(*count));
  good = good && (!severity || *severity == name_of(alert.severity));
  good = good && (!notify || *notify == alert.notify);
  good = good && (!samples || alert.samples.size() == static_cast<std::size_t>(*samples));
  for (const auto& [field, value] : expected["key"].entries()) {
    const std::pair<std::string, std::string> wanted(field.text(), value.text());
    good = good && std::find(alert.key.begin(), alert.key.end(), wanted) != alert.key.end();
  }
  return good;
}

void compare(const std::vector<Alert>& alerts, const YamlNode& test, const std::string& what,
             Diagnostics& diagnostics) {
  const std::vector<YamlNode>& expected = test["alerts"].items();
  for (std::size_t i = 0; i < std::max(alerts.size(), expected.size()); ++i) {
    const std::string number = "alert " + std::to_string(i + 1);
    if (i >= alerts.size()) {
      diagnostics.error(
          expected[i].where(), what + ": " + number + " was expected and not raised",
          alerts.empty() ? "no alert was raised" : "the last one was: " + describe(alerts.back()));
      return;
    }
    if (i >= expected.size()) {
      diagnostics.error(test.where(), what + ": " + number + " was raised and not expected",
                        "it is: " + describe(alerts[i]));
      return;
    }
    if (!fits(alerts[i], expected[i], diagnostics)) {
      diagnostics.error(expected[i].where(), what + ": " + number + " is another one",
                        "it is: " + describe(alerts[i]));
    }
  }
}

void run_test(const Rule& rule, const YamlNode& test, const std::string& what, Diagnostics& diagnostics) {
  test.reject_unknown_keys(diagnostics, {"name", "events", "alerts", "notify_max_age"},
                           "a test of an alert rule");
  if (!test["events"].is_list() || !test["alerts"].is_list()) {
    diagnostics.error(test.where(), what + " needs the lists events and alerts",
                      "write alerts: [] where none must be raised");
    return;
  }
  // Unlimited unless the test is about it: `observed` is then free.
  const Duration age =
      test["notify_max_age"].as_duration(diagnostics, "notify_max_age").value_or(Duration{INT64_MAX});
  Rule enabled = rule;
  enabled.enabled = true;
  std::vector<Rule> rules;
  rules.push_back(std::move(enabled));
  AlertEngine engine(alert::make_rules(std::move(rules)), age);
  EventBuilder builder(rule, diagnostics);
  std::vector<Alert> alerts;
  RecordIndex index = 0;
  for (const YamlNode& event : test["events"].items()) {
    for (std::string& line : builder.lines(event)) {
      const std::size_t size = line.size();
      line.append(JsonParser::kPadding, '\0');
      engine.process({index++, std::string_view(line).substr(0, size)}, alerts);
    }
  }
  compare(alerts, test, what, diagnostics);
}

}  // namespace

std::size_t test_alert_rules(const std::vector<YamlNode>& alert_lists, Diagnostics& diagnostics) {
  std::size_t run = 0;
  for (const YamlNode& document : alert_lists) {
    const YamlNode list = document.is_map() ? document["alerts"] : document;
    for (const Rule& rule : alert::read_rules(list, diagnostics)) {
      if (rule.text.empty()) continue;  // switched off by name, without a condition
      for (const YamlNode& test : rule.tests.items()) {
        const auto name = test["name"].as_string(diagnostics, "name");
        const std::string what =
            "test " + (name ? "\"" + *name + "\"" : std::to_string(&test - rule.tests.items().data() + 1)) +
            " of the rule \"" + rule.name + "\"";
        run_test(rule, test, what, diagnostics);
        ++run;
      }
    }
  }
  return run;
}

}  // namespace clawtrail
