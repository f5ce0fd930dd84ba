// SPDX-License-Identifier: Apache-2.0
// Verbs for tests of alert rules: load rules, write record lines, feed the engine.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "clawtrail/alert/engine.h"
#include "clawtrail/event/json.h"

namespace clawtrail {

inline const Timestamp kStart = Timestamp::from_ms(1'767'225'600'000);
inline constexpr Duration kUnlimited{INT64_MAX};

/// Members of a record besides timestamp and event_type; text is put in as it is, so no escapes.
struct Line {
  double at = 0;  ///< seconds after kStart
  std::string type = "authentication";
  std::string result = "failure";
  std::string more = {};  ///< further members, each with a leading comma, before `source`
  std::string source = "gw";
  int generation = 1;
  std::string details = "{}";

  std::string text() const {
    const Timestamp time = kStart + Duration{static_cast<std::int64_t>(at * 1e9)};
    std::string out = "{\"timestamp\":\"" + format_rfc3339_ms(time) + "\",\"event_type\":\"" + type + "\"";
    if (!result.empty()) out += ",\"result\":\"" + result + "\"";
    out += more + ",\"source\":[\"" + source + "\"," + std::to_string(generation) + ",0]";
    return out + ",\"details\":" + details + "}";
  }
};

inline Line failure(double at, const std::string& ip = "203.0.113.7") {
  return {.at = at, .more = ",\"ip\":\"" + ip + "\""};
}
inline Line log_line(double at, const std::string& more = "") {
  return {.at = at, .type = "log", .result = "", .more = more};
}

inline std::shared_ptr<const AlertRules> load_rules(const std::string& yaml, Diagnostics& diagnostics) {
  return AlertRules::load({parse_yaml(yaml, "rules.yaml", diagnostics)}, diagnostics);
}

inline std::shared_ptr<const AlertRules> rules_or_fail(const std::string& yaml) {
  Diagnostics diagnostics;
  auto rules = load_rules(yaml, diagnostics);
  EXPECT_FALSE(diagnostics.has_errors()) << diagnostics.render();
  return rules;
}

inline std::string one_rule(const std::string& condition, const std::string& more = "") {
  return "- name: Rule\n  condition: \"" + condition + "\"\n" + more;
}

class AlertTest : public testing::Test {
 protected:
  void use(const std::string& yaml, Duration notify_max_age = kUnlimited) {
    rules_ = rules_or_fail(yaml);
    engine_ = std::make_unique<AlertEngine>(rules_, notify_max_age);
    alerts_.clear();
    next_ = 0;
  }
  static void feed(AlertEngine& engine, std::string line, RecordIndex index, std::vector<Alert>& alerts) {
    const std::size_t size = line.size();
    line.append(JsonParser::kPadding, '\0');
    engine.process({index, std::string_view(line).substr(0, size)}, alerts);
  }
  void feed(const Line& line) { feed(*engine_, line.text(), next_++, alerts_); }
  void feed_raw(const std::string& line) { feed(*engine_, line, next_++, alerts_); }
  double seconds(Timestamp t) const { return static_cast<double>((t - kStart).ns) / 1e9; }

  std::shared_ptr<const AlertRules> rules_;
  std::unique_ptr<AlertEngine> engine_;
  std::vector<Alert> alerts_;
  RecordIndex next_ = 0;
};

}  // namespace clawtrail
