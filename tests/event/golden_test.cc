// SPDX-License-Identifier: Apache-2.0
// Goal: what each line of a real gateway's log is taken for cannot change unseen.
// Method: tests/data/openclaw-<version>.jsonl against tests/data/openclaw-<version>.expected, a table of one
// row a line.  CLAWTRAIL_UPDATE_GOLDEN=1 writes the table anew; then the difference must be read.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>

#include "event/event_fixture.h"

namespace clawtrail {
namespace {

std::string row_of(std::size_t number, const Event& event) {
  std::string row = std::to_string(number) + " " + std::string(name_of(event.type)) + "/";
  row += event.result == Outcome::kNone ? std::string("-") : std::string(name_of(event.result));
  row += event.rule.empty() ? std::string(" -") : " " + std::string(event.rule);
  for (const Field field : {Field::kIp, Field::kAction, Field::kTool, Field::kPath, Field::kReason}) {
    if (event[field].empty()) continue;
    std::string value(event[field]);
    for (char& c : value) c = c == '\n' ? ' ' : c;
    row += " | " + std::string(name_of(field)) + "=" + value;
  }
  return row;
}

class Golden : public testing::TestWithParam<const char*> {};

TEST_P(Golden, EachLineIsTakenForWhatTheTableSays) {
  const std::string base = std::string("tests/data/openclaw-") + GetParam();
  LineDecoder decoder(shipped_classifier({"127.0.0.1", "10.0.0.0/24"}));
  std::vector<std::string> rows;
  for (const std::string& line : lines_of(read_source_file(base + ".jsonl"))) {
    const Event& event = decoder.decode(line);
    EXPECT_EQ(event.clock, EventClock::kEvent);
    EXPECT_EQ(event.parse_error, "");
    EXPECT_EQ(event.details, line);
    rows.push_back(row_of(rows.size() + 1, event));
  }
  if (std::getenv("CLAWTRAIL_UPDATE_GOLDEN") != nullptr) {
    std::ofstream out(std::string(CLAWTRAIL_SOURCE_DIR) + "/" + base + ".expected");
    for (const std::string& row : rows) out << row << '\n';
  }
  EXPECT_EQ(rows, lines_of(read_source_file(base + ".expected")));
  EXPECT_FALSE(rows.empty());
}

INSTANTIATE_TEST_SUITE_P(Versions, Golden, testing::Values("2026.9.6", "2026.4.29"));

// The two files together show every kind of event that the first alert rules and the demo need.
TEST(Golden, ShowsWhatTheDemoNeeds) {
  LineDecoder decoder(shipped_classifier({"127.0.0.1"}));
  std::map<std::string, int> pairs;
  int proxied = 0, shadow = 0;
  for (const std::string& line : lines_of(read_source_file("tests/data/openclaw-2026.9.6.jsonl"))) {
    const Event& event = decoder.decode(line);
    ++pairs[std::string(name_of(event.type)) + "_" + std::string(name_of(event.result))];
    proxied += event.type == EventType::kAuthentication && event[Field::kIp] == "203.0.113.7" ? 1 : 0;
    shadow += event.type == EventType::kFileAccess && event[Field::kPath] == "/etc/shadow" ? 1 : 0;
  }
  EXPECT_GT(pairs["authentication_failure"], 5);
  EXPECT_EQ(proxied, 1);
  EXPECT_EQ(shadow, 1);
  EXPECT_EQ(pairs["authorization_denied"], 3);
  EXPECT_EQ(pairs["command_execution_denied"], 1);
  EXPECT_EQ(pairs["file_access_denied"], 1);
  EXPECT_EQ(pairs["config_change_success"], 4);
  EXPECT_EQ(pairs["agent_delete_success"], 1);
  EXPECT_GT(pairs["api_call_error"], 5);
}

}  // namespace
}  // namespace clawtrail
