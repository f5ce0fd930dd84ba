// SPDX-License-Identifier: Apache-2.0
// Alert rules in YAML: what is read, what replaces what, how mistakes are told, the shipped rules and their
// tests.
#include "clawtrail/alert/rules.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "alert_fixture.h"

namespace clawtrail {
namespace {

std::string file_text(const std::string& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  EXPECT_TRUE(in) << path;
  return text.str();
}

class Rules : public testing::Test {
 protected:
  std::shared_ptr<const AlertRules> load(const std::vector<std::string>& documents) {
    std::vector<YamlNode> nodes;
    for (std::size_t i = 0; i < documents.size(); ++i) {
      nodes.push_back(parse_yaml(documents[i], "f" + std::to_string(i) + ".yaml", diagnostics_));
    }
    return AlertRules::load(nodes, diagnostics_);
  }
  Diagnostics diagnostics_;
};

TEST_F(Rules, AllKeysAreRead) {
  const auto rules = load({R"yaml(
- name: Many Logins!
  id: many-logins
  condition: authentication_failed > 5 in 5m
  by: [ip, user]
  severity: high
  notification: [{webhook: soc}, {email: a@example.com, slack: "#x"}]
  description: What it means.
  tags: [attack.t1110]
  runbook: What to do.
  cooldown: 1h
  enabled: true
  tests: []
)yaml"});
  EXPECT_FALSE(diagnostics_.has_errors()) << diagnostics_.render();
  ASSERT_EQ(rules->size(), 1u);
  const auto targets = rules->targets_of("Many Logins!");
  ASSERT_EQ(targets.size(), 3u);
  EXPECT_EQ(targets[0].kind, "webhook");
  EXPECT_EQ(targets[0].target, "soc");
  EXPECT_EQ(targets[0].where.line, 7u);
  EXPECT_EQ(targets[2].kind, "slack");
  EXPECT_TRUE(rules->targets_of("other").empty());
  EXPECT_EQ(rules->targets().size(), 3u);
  EXPECT_EQ(rules->digest().size(), 64u);
}

TEST_F(Rules, LiteralsAreNamedAfterTheRule) {
  const auto rules = load({R"yaml(
- {name: "API Key Exposed", condition: "log_contains('sk-ant-api') OR log_contains('sk-proj-')"}
- {name: "Mixed", condition: "(log_contains('one') and pairing) or log_contains('two')"}
- {name: "忽略", condition: "log_contains('x') > 3 in 5m"}
)yaml"});
  EXPECT_FALSE(diagnostics_.has_errors()) << diagnostics_.render();
  const auto& names = rules->literal_names();
  ASSERT_EQ(names.size(), 5u);
  ASSERT_EQ(rules->literals().size(), 5u);
  EXPECT_EQ(rules->literals()[0].bytes, "sk-ant-api");
  EXPECT_FALSE(rules->literals()[0].caseless);
  EXPECT_EQ(names[0], "api-key-exposed");
  EXPECT_EQ(names[1], "api-key-exposed");
  EXPECT_EQ(names[2], "mixed#1");
  EXPECT_EQ(names[3], "mixed#2");
  EXPECT_EQ(names[4].substr(0, 5), "rule-");
  EXPECT_EQ(names[4].size(), 13u);
}

TEST_F(Rules, TheConfigurationReplacesAShippedRuleOfTheSameName) {
  const std::string shipped =
      "alerts:\n- {name: A, condition: pairing, severity: low}\n- {name: B, condition: session}\n";
  const auto replaced =
      load({"- {name: A, condition: connection, notification: [{webhook: mine}]}\n", shipped});
  EXPECT_FALSE(diagnostics_.has_errors()) << diagnostics_.render();
  EXPECT_EQ(replaced->size(), 2u);
  EXPECT_EQ(replaced->targets_of("A").size(), 1u);
  EXPECT_EQ(load({"- {name: A, enabled: false}\n", shipped})->size(), 1u);
  EXPECT_FALSE(diagnostics_.has_errors()) << diagnostics_.render();
  EXPECT_EQ(load({"[]", shipped})->size(), 2u);
  EXPECT_FALSE(diagnostics_.has_errors()) << diagnostics_.render();
}

TEST_F(Rules, TwoFilesMustNotHaveTheSameName) {
  load({"alerts:\n- {name: A, condition: pairing}\n", "alerts:\n- {name: A, condition: session}\n"});
  ASSERT_EQ(diagnostics_.errors(), 1u);
  EXPECT_NE(diagnostics_.all()[0].help.find("f0.yaml:2"), std::string::npos) << diagnostics_.all()[0].help;
}

TEST_F(Rules, EachMistakeIsToldWithItsPlace) {
  load({R"yaml(- {name: A, conditon: pairing}
- {name: B, condition: "authentification_failed > 5 in 5m"}
- {name: C, condition: pairing, severity: hihg}
- {name: D, condition: pairing, notification: soc}
- {condition: pairing}
- {name: F, condition: pairing, by: [ip, adress], cooldown: soon}
- {name: C2, condition: pairing, id: Not An Id}
- just text
- {name: G, condition: "pairing > 1 in 5m by ip", by: user}
- {name: H, condition: pairing}
- {name: H, condition: session}
- {name: h, condition: session}
)yaml"});
  struct Wanted {
    std::size_t line, column;
    const char* message;
    const char* help;
  };
  const Wanted wanted[] = {
      {1, 13, "conditon", "condition"},
      {1, 3, "no condition", "for example"},
      {2, 25, "is no test", "authentication_failed"},
      {3, 43, "hihg", "high"},
      {4, 47, "notification", "{webhook: soc}"},
      {5, 3, "no name", ""},
      {6, 42, "no field", ""},
      {6, 61, "cooldown", ""},
      {7, 38, "Not An Id", "hyphens"},
      {8, 3, "must be a map", "keys"},
      {9, 55, "twice", "condition"},
      {11, 3, "two rules", "line 10"},
      {12, 3, "same id", "line 10"},
  };
  ASSERT_EQ(diagnostics_.all().size(), std::size(wanted)) << diagnostics_.render();
  for (std::size_t i = 0; i < std::size(wanted); ++i) {
    const Diagnostic& told = diagnostics_.all()[i];
    SCOPED_TRACE(told.message + " | " + told.help);
    EXPECT_EQ(told.where.line, wanted[i].line);
    EXPECT_EQ(told.where.column, wanted[i].column);
    EXPECT_NE(told.message.find(wanted[i].message), std::string::npos);
    EXPECT_NE(told.help.find(wanted[i].help), std::string::npos);
  }
}

TEST_F(Rules, AFileNeedsItsKey) {
  load({"alert: []\n"});
  EXPECT_EQ(diagnostics_.errors(), 2u) << diagnostics_.render();
  load({"alerts: soon\n"});
  EXPECT_EQ(diagnostics_.errors(), 3u) << diagnostics_.render();
}

TEST_F(Rules, TheDigestCoversWhatDecidesAndNothingElse) {
  const auto digest = [&](const std::string& more) {
    return load({"- {name: A, condition: \"pairing > 5 in 5m\"" + more + "}"})->digest();
  };
  const std::string plain = digest("");
  EXPECT_EQ(digest(", description: other, runbook: r, tags: [t], notification: [{webhook: x}]"), plain);
  EXPECT_EQ(digest(", cooldown: 5m"), plain);
  EXPECT_NE(digest(", cooldown: 6m"), plain);
  EXPECT_NE(digest(", by: ip"), plain);
  EXPECT_NE(digest(", severity: high"), plain);
  EXPECT_NE(digest(", id: b"), plain);
  EXPECT_NE(load({"[]"})->digest(), plain);
}

TEST_F(Rules, TestsBesideARuleThatDoNotHoldAreErrorsWithTheirPlace) {
  const YamlNode list = parse_yaml(R"yaml(
- name: A
  condition: "pairing > 2 in 1m"
  tests:
    - events: [{at: 0s, event_type: pairing, repeat: 3, every: 1s}]
      alerts: [{at: 2s, count: 3}]
    - name: none expected
      events: [{at: 0s, event_type: pairing, repeat: 3, every: 1s}]
      alerts: []
    - events: [{at: 0s, event_type: pairing, repeat: 2, every: 1s}]
      alerts: [{at: 2s}]
    - events: [{at: 0s, event_type: pairing, repeat: 3, every: 1s}]
      alerts: [{at: 1s}]
    - events: [{at: 0s, event_tpye: pairing}]
      alerts: []
    - events: [{at: 0s, event_type: pairing}]
)yaml",
                                   "t.yaml", diagnostics_);
  EXPECT_EQ(test_alert_rules({list}, diagnostics_), 6u);
  std::vector<std::size_t> lines;
  for (const Diagnostic& told : diagnostics_.all()) lines.push_back(told.where.line);
  EXPECT_EQ(lines, (std::vector<std::size_t>{7, 11, 13, 14, 16})) << diagnostics_.render();
  EXPECT_NE(diagnostics_.all()[0].message.find("none expected"), std::string::npos);
  EXPECT_NE(diagnostics_.all()[2].help.find("firing at 2s, count 3"), std::string::npos);
}

TEST_F(Rules, TheShippedRulesLoadAndTheirTestsHold) {
  std::size_t files = 0, tests = 0, rules = 0;
  for (const auto& entry : std::filesystem::directory_iterator(CLAWTRAIL_SOURCE_DIR "/alerts")) {
    if (entry.path().extension() != ".yaml") continue;
    const YamlNode document = parse_yaml(file_text(entry.path()), entry.path().filename(), diagnostics_);
    rules += AlertRules::load({document}, diagnostics_)->size();
    tests += test_alert_rules({document}, diagnostics_);
    for (const YamlNode& rule : document["alerts"].items()) {
      EXPECT_FALSE(rule["tests"].items().empty()) << rule["name"].text() << " has no tests";
      EXPECT_FALSE(rule["description"].text().empty()) << rule["name"].text();
      EXPECT_FALSE(rule["runbook"].text().empty()) << rule["name"].text();
    }
    ++files;
  }
  EXPECT_EQ(diagnostics_.all().size(), 0u) << diagnostics_.render();
  EXPECT_GE(files, 1u);
  EXPECT_GE(rules, 4u);
  EXPECT_GE(tests, 14u);
}

TEST_F(Rules, TheGuidesRulesAreShippedWordForWord) {
  const YamlNode guide = parse_yaml(R"yaml(
- name: "Failed Authentication"
  condition: "authentication_failed > 5 in 5m"
  severity: high
  notification: [{email: security@example.com}, {slack: "#security-alerts"}]
- name: "Unauthorized File Access"
  condition: "file_access_denied > 10 in 10m"
  severity: medium
  notification: [{email: ops@example.com}]
- name: "API Key Exposed"
  condition: "log_contains('sk-ant-api') OR log_contains('sk-proj-')"
  severity: critical
  notification: [{email: security@example.com}, {pagerduty: "P1234567"}]
)yaml",
                                    "guide", diagnostics_);
  const YamlNode shipped =
      parse_yaml(file_text(CLAWTRAIL_SOURCE_DIR "/alerts/openclaw.yaml"), "openclaw.yaml", diagnostics_);
  ASSERT_GE(shipped["alerts"].items().size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    const YamlNode& ours = shipped["alerts"].items()[i];
    const YamlNode& theirs = guide.items()[i];
    for (const char* key : {"name", "condition", "severity"}) EXPECT_EQ(ours[key].text(), theirs[key].text());
    ASSERT_EQ(ours["notification"].items().size(), theirs["notification"].items().size());
    for (std::size_t n = 0; n < theirs["notification"].items().size(); ++n) {
      const auto& a = ours["notification"].items()[n].entries();
      const auto& b = theirs["notification"].items()[n].entries();
      EXPECT_EQ(a[0].first.text(), b[0].first.text());
      EXPECT_EQ(a[0].second.text(), b[0].second.text());
    }
  }
}

}  // namespace
}  // namespace clawtrail
