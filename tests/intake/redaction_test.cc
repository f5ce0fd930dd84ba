// SPDX-License-Identifier: Apache-2.0
// The lane with the shipped rules, the real scanner and the real redactor.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "intake/real_program.h"

namespace clawtrail {
namespace {

class RealLane : public testing::Test {
 protected:
  void SetUp() override { program_ = real_program(known_); }

  std::string known_ = "gwtok" + random_text(24);
  std::string key_ =
      "sk-"
      "ant-api03-" +
      random_text(93) + "AA";
  std::shared_ptr<LaneProgram> program_;
};

// The fields are taken from the redacted line, so no field can hold what `details` does not.
TEST_F(RealLane, KeepsSecretsOutOfFieldsAndDetails) {
  BatchBuilder builder;
  builder.line(
      "{\"0\":\"{\\\"subsystem\\\":\\\"diagnostic\\\"}\",\"1\":\"lane task error: lane=main durationMs=7 "
      "error=\\\"bad " +
      key_ + "\\\"\"}");
  builder.line(R"({"0":"[tools] read failed: Path escapes sandbox root (~/w): /tmp/)" + key_ +
               R"(. Use a relative path raw_params={\"path\":\"/tmp/)" + key_ + R"(\"}"})");
  builder.line("{\"event_type\":\"authentication_failed\",\"reason\":\"" + known_ +
               "\",\"details\":{\"password\":\"" + known_ + "\"}}");
  builder.line("text with " + key_ + " and " + known_);
  builder.line("{\"broken\": \"" + key_);
  Lane lane(program_);
  const RedactedBatch batch = lane.process(builder.done());
  const std::vector<std::string> records = records_of(batch);
  ASSERT_EQ(records.size(), 5U);
  JsonParser parser;
  for (const std::string& record : records) {
    SCOPED_TRACE(record);
    const auto root = parser.parse(record);
    ASSERT_TRUE(root.ok());
    EXPECT_GE((*root)["redactions"].size(), 1U);
    EXPECT_TRUE((*root)["details"].is_object());
    for (const std::string& secret : {known_, key_}) {
      for (std::size_t i = 0; i + 12 <= secret.size(); i += 12) {
        if (i < 12) continue;  // A mask may keep a prefix.
        EXPECT_EQ(record.find(secret.substr(i, 12)), std::string::npos) << i;
      }
    }
  }
  EXPECT_NE(records[0].find("\"matched\":[\"anthropic\"]"), std::string::npos) << records[0];
  EXPECT_NE(records[1].find("\"event_type\":\"file_access\",\"result\":\"denied\""), std::string::npos)
      << records[1];
  EXPECT_EQ(records[2].find("matched"), std::string::npos);
  EXPECT_FALSE(batch.stats().redactions.empty());
}

// The gateway has masked its own log: nothing in the shipped one is changed but noted masks.
TEST_F(RealLane, LeavesTheLinesOfTheCapturedLogAsTheyAre) {
  const std::vector<std::string> lines = lines_of(read_source_file("tests/data/openclaw-2026.9.6.jsonl"));
  BatchBuilder builder;
  for (const std::string& line : lines) builder.line(line);
  Lane lane(program_);
  const std::vector<std::string> records = records_of(lane.process(builder.done()));
  ASSERT_EQ(records.size(), lines.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    EXPECT_TRUE(records[i].ends_with(",\"details\":" + lines[i] + "}")) << records[i];
  }
}

TEST_F(RealLane, GivesTheSameBytesOnEveryLane) {
  BatchBuilder builder;
  for (const std::string& line : lines_of(read_source_file("tests/data/openclaw-2026.9.6.jsonl"))) {
    builder.line(line);
    builder.line("{\"note\":\"" + key_ + "\"}");
  }
  const RawBatch& batch = builder.done();
  Lane one(program_), other(program_);
  one.recycle(one.process(batch));
  EXPECT_TRUE(one.process(batch).bytes() == other.process(batch).bytes());
}

}  // namespace
}  // namespace clawtrail
