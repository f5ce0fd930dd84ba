// SPDX-License-Identifier: Apache-2.0
// Goal: the text of the security guides can be pasted whole; what is shipped as an example and as a schema is
// true.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <sstream>

#include "clawtrail/event/json.h"
#include "config/config_fixture.h"

namespace clawtrail {
namespace {

using Lines = std::vector<std::string>;

constexpr const char* kGuide = R"yaml(
logging:
  level: info
  format: json
  redact_patterns:
    - "sk-[a-zA-Z0-9-]+"
    - "token"
    - "password"
  redact_replacement: "[REDACTED]"
audit:
  enabled: true
  log_path: /var/log/clawtrail/audit.log
  log_format: json
  events: [authentication, authorization, config_change, agent_create, agent_delete, file_access,
           command_execution, api_call]
monitoring:
  alerts:
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
  prometheus:
    enabled: true
    port: 9090
    metrics: [gateway_connections_total, gateway_messages_total]
data_retention:
  logs: {enabled: true, retention_days: 90, compress_after_days: 7}
  messages: {enabled: true, retention_days: 30}
  sessions: {enabled: true, retention_days: 30}
  archive_before_delete: true
  archive_path: /var/backups/openclaw
  cleanup_interval: 24h
alerts: {onFailedAuth: true, onUnknownNumber: true, onHighUsage: true}
)yaml";

TEST_F(ConfigTest, TheGuidesBlocksAreTakenAsTheyStand) {
  const PipelineOptions& options = read_with_source(kGuide);
  EXPECT_EQ(errors(), Lines{});
  EXPECT_EQ(options.user_patterns.size(), 3u);
  EXPECT_EQ(options.audit_event_types.size(), 8u);
  EXPECT_EQ(options.audit_log_path, "/var/log/clawtrail/audit.log");
  EXPECT_EQ(options.web.listen, "127.0.0.1:9090");
  ASSERT_EQ(options.alert_lists.size(), 1u);
  EXPECT_EQ(options.alert_lists[0].items().size(), 3u);
}

TEST_F(ConfigTest, GatewayOnlyKeysGetANote) {
  read_with_source(kGuide);
  for (const char* key :
       {"logging.level", "logging.format", "data_retention.messages", "data_retention.sessions",
        "alerts.onFailedAuth", "alerts.onUnknownNumber", "alerts.onHighUsage"}) {
    EXPECT_TRUE(says(Impact::kNote, std::string(key) + " is a setting of the gateway")) << key;
  }
}

TEST_F(ConfigTest, AlertRulesAtTheWrongPlaceAreAnError) {
  read_with_source("alerts: [{name: A, condition: \"error > 1 in 1m\"}]\n");
  EXPECT_TRUE(says(Impact::kError, "alert rules stand under monitoring.alerts"));
}

std::string read_tree(const std::string& name) {
  std::ifstream in(std::string(CLAWTRAIL_SOURCE_DIR) + "/" + name);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST_F(ConfigTest, TheShippedExampleIsRight) {
  read(read_tree("clawtrail.example.yaml"));
  EXPECT_EQ(errors(), Lines{});
  EXPECT_EQ(warnings(), Lines{});
}

TEST_F(ConfigTest, TheConfigurationOfTheReadmeIsRight) {
  const std::string text = read_tree("README.md");
  const std::size_t begin = text.find("```yaml\n") + 8;
  read(text.substr(begin, text.find("```", begin) - begin));
  EXPECT_EQ(errors(), Lines{});
  EXPECT_EQ(warnings(), Lines{});
  EXPECT_EQ(options_.sources.size(), 2u);
}

/// The keys that the schema lists for a block, "" is the file itself.
Lines schema_keys(const std::string& block) {
  const std::string text = read_tree("src/config/clawtrail.schema.json");
  JsonParser parser;
  const auto root = parser.parse(text);
  if (!root) return {};
  JsonValue at = *root;
  std::istringstream path(block);
  for (std::string part; std::getline(path, part, '.');) at = at["properties"][part];
  Lines out;
  at["properties"].for_each([&](std::string_view key, const JsonValue&) {
    out.emplace_back(key);
    return true;
  });
  return out;
}

// A key that the reader does not know is an error "unknown key": so each key of the schema is tried alone.
TEST_F(ConfigTest, TheReaderKnowsEveryKeyOfTheSchema) {
  const Lines blocks = {"",
                        "trail",
                        "redaction",
                        "redaction.known_secrets",
                        "logging",
                        "audit",
                        "monitoring",
                        "monitoring.prometheus",
                        "web",
                        "data_retention",
                        "data_retention.logs",
                        "scan",
                        "token_rotation"};
  for (const std::string& block : blocks) {
    const Lines keys = schema_keys(block);
    EXPECT_FALSE(keys.empty()) << block;
    for (const std::string& key : keys) {
      std::string text, indent;
      std::istringstream path(block);
      for (std::string part; std::getline(path, part, '.');) {
        text += indent + part + ":\n";
        indent += "  ";
      }
      read(text + indent + key + ": 1\n");
      EXPECT_FALSE(says(Impact::kError, "unknown key")) << block << "." << key;
    }
  }
}

TEST_F(ConfigTest, TheSchemaKnowsEveryKeyOfTheExample) {
  Diagnostics diagnostics;
  const YamlNode root = parse_yaml(read_tree("clawtrail.example.yaml"), "example", diagnostics);
  for (const auto& [key, value] : root.entries()) {
    const Lines known = schema_keys("");
    EXPECT_NE(std::find(known.begin(), known.end(), key.text()), known.end()) << key.text();
    if (!value.is_map() || key.text() == "notifiers") continue;
    for (const auto& [inner, unused] : value.entries()) {
      const Lines inside = schema_keys(key.text());
      EXPECT_NE(std::find(inside.begin(), inside.end(), inner.text()), inside.end())
          << key.text() << "." << inner.text();
    }
  }
}

}  // namespace
}  // namespace clawtrail
