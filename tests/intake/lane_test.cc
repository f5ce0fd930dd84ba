// SPDX-License-Identifier: Apache-2.0
#include "clawtrail/intake/lane.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "clawtrail/base/encoding.h"
#include "intake/fake_program.h"

namespace clawtrail {
namespace {

constexpr std::string_view kGatewayLine =
    R"({"0":"{\"subsystem\":\"gateway\"}","1":"device pairing removed device=ba2f","_meta":{"logLevelId":3,)"
    R"("date":"2026-11-21T04:00:09.250Z"},"time":"2026-11-21T04:00:09.250+00:00",)"
    R"("message":"device pairing removed device=ba2f"})";

std::string one_record(BatchBuilder& builder, std::shared_ptr<const LaneProgram> program = fake_program()) {
  Lane lane(std::move(program));
  const std::vector<std::string> records = records_of(lane.process(builder.done()));
  EXPECT_EQ(records.size(), 1U);
  return records.empty() ? "" : records[0];
}

std::string record_of(std::string_view line) {
  BatchBuilder builder;
  builder.line(line);
  return one_record(builder);
}

std::string without_salt(const std::string& record) {
  const std::size_t at = record.find(",\"salt\":\"");
  EXPECT_NE(at, std::string::npos) << record;
  std::string copy = record;
  if (at != std::string::npos) copy.erase(at, 9 + 22 + 1);
  return copy;
}

// The order of the fields and the bytes of a whole record.
TEST(Lane, WritesTheFieldsInTheirOrderAndTheLineAsItsDetails) {
  EXPECT_EQ(
      without_salt(record_of(kGatewayLine)),
      R"({"timestamp":"2026-11-21T04:00:09.250Z","event_type":"pairing","level":"info","result":"success",)"
      R"("device":"ba2f","action":"removed","observed":"2026-11-21T04:00:10.000Z",)"
      R"("source":["gateway-log",3,1000],"details":)" +
          std::string(kGatewayLine) + "}");
}

TEST(Lane, WritesEveryOptionalField) {
  BatchBuilder builder;
  RawLine& line = builder.line("{\"TOPSECRET\": decoded alpha");
  line.truncated_from = 70;
  line.unterminated = 60;
  auto program = fake_program();
  program->gateway = "demo";
  EXPECT_EQ(without_salt(one_record(builder, program)),
            R"({"timestamp":"2026-11-21T04:00:10.000Z","event_type":"log","clock":"missing",)"
            R"("parse_error":"not valid JSON","truncated":70,"unterminated":60,"gateway":"demo",)"
            R"("source":["gateway-log",3,1000],"redactions":[{"rule":"mark","at":"/1","fp":"k1:0011"}],)"
            R"("matched":["the \"alpha\"","beta"],)"
            "\"details\":{\"message\":\"{\\\"[REDACTED]\\\": decoded alpha\"}}");
}

TEST(Lane, TakesMatchedOnceANameInTheOrderOfTheConditions) {
  const std::string record = record_of("beta ALPHA alpha beta");
  EXPECT_NE(record.find(R"("matched":["the \"alpha\"","beta"])"), std::string::npos) << record;
  EXPECT_EQ(record_of("nothing").find("matched"), std::string::npos);
}

TEST(Lane, LeavesOutObservedWhenItIsTheTimestampToTheMillisecond) {
  const std::string record = record_of(R"({"time":"2026-11-21T04:00:10.0004Z","message":"x"})");
  EXPECT_EQ(record.find("observed"), std::string::npos) << record;
  EXPECT_EQ(record.find("clock"), std::string::npos) << record;
}

TEST(Lane, BelievesAClockThatIsAtMostFiveMinutesAhead) {
  EXPECT_EQ(record_of(R"({"time":"2026-11-21T04:05:10.000Z"})").find("clock"), std::string::npos);
  const std::string skewed = record_of(R"({"time":"2026-11-21T04:05:10.001Z"})");
  EXPECT_NE(skewed.find(R"({"timestamp":"2026-11-21T04:00:10.000Z")"), std::string::npos);
  EXPECT_NE(skewed.find(R"("clock":"skewed")"), std::string::npos);
  for (const char* line : {R"({"message":"no time"})", R"({"time":"yesterday"})", "text"}) {
    EXPECT_NE(record_of(line).find(R"("clock":"missing")"), std::string::npos) << line;
  }
  EXPECT_NE(record_of(R"({"time":"2019-01-01T00:00:00Z"})").find(R"("timestamp":"2019-01-01T00:00:00.000Z")"),
            std::string::npos);
}

TEST(Lane, ListsAtMostTheLimitOfRedactionsAndCountsTheRest) {
  std::string line;
  for (std::size_t i = 0; i < limits::kRedactionsPerRecordMax + 5; ++i) line += std::string(kMark) + " ";
  const std::string record = record_of(line);
  EXPECT_EQ(record.find(kMark), std::string::npos);
  EXPECT_NE(record.find(R"({"rule":"more","count":6}])"), std::string::npos) << record.substr(0, 300);
  std::size_t listed = 0;
  for (std::size_t at = 0; (at = record.find("\"rule\":\"mark\"", at)) != std::string::npos; ++at) ++listed;
  EXPECT_EQ(listed, limits::kRedactionsPerRecordMax - 1);
}

TEST(Lane, WritesNoticesBeforeTheLinesAsRecordsOfTheirOwn) {
  BatchBuilder builder;
  builder.line("text");
  builder.raw().notices.push_back({EventType::kSource, "opened \xFF", 0, R"({"path":"/var/log/gw.log"})"});
  builder.raw().notices.push_back({EventType::kGap, "12 bytes were lost", 40, ""});
  Lane lane(fake_program());
  const RedactedBatch batch = lane.process(builder.done());
  const std::vector<std::string> records = records_of(batch);
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[0],
            "{\"timestamp\":\"2026-11-21T04:00:10.000Z\",\"event_type\":\"source\",\"level\":\"info\","
            "\"reason\":\"opened \xEF\xBF\xBD\",\"source\":[\"gateway-log\",3,0],"
            "\"details\":{\"path\":\"/var/log/gw.log\"}}");
  EXPECT_EQ(records[1], R"({"timestamp":"2026-11-21T04:00:10.000Z","event_type":"gap","level":"warn",)"
                        R"("reason":"12 bytes were lost","source":["gateway-log",3,40],"details":{}})");
  EXPECT_EQ(batch.stats().gaps, 1U);
  EXPECT_EQ(batch.stats().events[static_cast<std::size_t>(EventType::kLog)], 1U);
}

TEST(Lane, HashesEachLineWithoutItsNewline) {
  BatchBuilder builder;
  builder.line(kGatewayLine);
  builder.line("text");
  Lane lane(fake_program());
  const RedactedBatch batch = lane.process(builder.done());
  const std::vector<std::string> records = records_of(batch);
  ASSERT_EQ(batch.size(), 2U);
  std::uint32_t end = 0;
  for (std::size_t i = 0; i < records.size(); ++i) {
    EXPECT_EQ(batch.leaves()[i], leaf_hash(records[i]));
    end += static_cast<std::uint32_t>(records[i].size() + 1);
    EXPECT_EQ(batch.ends()[i], end);
  }
  EXPECT_EQ(batch.bytes().size(), end);
}

// The salt is AES(key, SHA-256(source)[0..4) | generation | position), so a reader with the key can make it
// again.
TEST(Lane, DerivesTheSaltFromThePlaceOfTheLine) {
  BatchBuilder builder;
  builder.line("a");
  builder.line("a");
  builder.raw().generation = 0x0102'0304'0506'0708;
  Lane lane(fake_program());
  const std::vector<std::string> records = records_of(lane.process(builder.done()));
  Block16 key;
  key.fill(7);
  Block16 block{};
  const Digest name = sha256("gateway-log");
  std::copy_n(name.begin(), 4, block.begin());
  const std::uint8_t tail[12] = {5, 6, 7, 8, 0, 0, 0, 0, 0, 0, 0x03, 0xE8};
  std::copy_n(tail, 12, block.begin() + 4);
  const std::string salt = base64url(as_text(BlockCipher(key).encrypt(block)));
  ASSERT_EQ(salt.size(), 22U);
  EXPECT_NE(records[0].find("\"salt\":\"" + salt + "\",\"details\":"), std::string::npos) << records[0];
  EXPECT_EQ(records[1].find(salt), std::string::npos);
}

TEST(Lane, GivesTheSameBytesForTheSameBatchWhateverItDidBefore) {
  BatchBuilder builder;
  for (const std::string& line : lines_of(read_source_file("tests/data/openclaw-2026.9.6.jsonl")))
    builder.line(line);
  const RawBatch& batch = builder.done();
  Lane lane(fake_program());
  RedactedBatch first = lane.process(batch);
  const std::string bytes(first.bytes());
  const std::vector<Digest> leaves(first.leaves().begin(), first.leaves().end());
  lane.recycle(std::move(first));
  BatchBuilder other;
  other.line("{\"time\":\"2026-11-21T05:00:00+08:00\",\"0\":\"{}\"}");
  lane.recycle(lane.process(other.done()));
  const RedactedBatch again = lane.process(batch);
  EXPECT_TRUE(again.bytes() == bytes);
  EXPECT_TRUE(std::equal(leaves.begin(), leaves.end(), again.leaves().begin(), again.leaves().end()));
  Lane fresh(fake_program());
  EXPECT_TRUE(fresh.process(batch).bytes() == bytes);
}

// A hit limit reached in the block may not lose a secret of a later line.
TEST(Lane, ScansLineByLineWhenTheHitsOfABlockDoNotFit) {
  BatchBuilder builder;
  for (int i = 0; i < 10; ++i) builder.line("alpha " + std::string(kMark));
  const RawBatch& batch = builder.done();
  Lane small(fake_program(4)), large(fake_program());
  const RedactedBatch limited = small.process(batch);
  EXPECT_EQ(limited.bytes().find(kMark), std::string_view::npos);
  EXPECT_TRUE(limited.bytes() == large.process(batch).bytes());
}

TEST(Lane, CountsWhatTheMetricsNeed) {
  BatchBuilder builder;
  for (const std::string& line : lines_of(read_source_file("tests/data/openclaw-2026.9.6.jsonl")))
    builder.line(line);
  builder.line("{broken " + std::string(kMark) + std::string(kMark));
  builder.raw().progress.push_back({"gateway-log", 3, 99, "", false});
  builder.raw().sequence = 17;
  Lane lane(fake_program());
  const RedactedBatch batch = lane.process(builder.done());
  const BatchStats& stats = batch.stats();
  const auto count = [&](EventType type) { return stats.events[static_cast<std::size_t>(type)]; };
  EXPECT_EQ(batch.size(), 159U);
  EXPECT_EQ(count(EventType::kApiCall), 11U);
  EXPECT_EQ(count(EventType::kFileAccess), 1U);
  EXPECT_EQ(stats.parse_errors, 1U);
  EXPECT_EQ(stats.agent_requests, 12U);  // 11 model calls and a command
  EXPECT_EQ(stats.agent_errors, 11U);    // the command was denied, which is no error of the agent
  EXPECT_EQ(stats.latencies_ms.size(), 11U);
  ASSERT_EQ(stats.redactions.size(), 1U);
  EXPECT_EQ(stats.redactions[0].first, "mark");
  EXPECT_EQ(stats.redactions[0].second, 2U);
  EXPECT_GT(stats.errors, 0U);
  EXPECT_EQ(stats.bytes_in, batch.stats().bytes_in);
  EXPECT_EQ(batch.sequence(), 17U);
  ASSERT_EQ(batch.progress().size(), 1U);
  EXPECT_EQ(batch.progress()[0].next, 99U);
}

std::vector<std::string> strange_lines() {
  return {
      "",
      "{}",
      "[]",
      "[1,2,{\"a\":3}]",
      "null",
      "text\r",
      "{\"a\":1}\r",
      "  {\"a\":1}  ",
      "{\"a\":",
      "{\"a\":\"\x01\"}",
      "\xC3\x28 broken",
      "{\"a\":\"\xC3\x28\"}",
      std::string("nul \0 byte", 10),
      std::string("{\"a\":\"\0\"}", 9),
      "{\"a\":1e999}",
      "{\"a\":123456789012345678901234567890}",
      "{\"time\":1e300,\"level\":99999999999999999999}",
      "{\"time\":-5,\"level\":-3}",
      std::string(2000, '['),
      "{\"a\":" + std::string(400, '[') + std::string(400, ']') + "}",
      "{\"a\":" + std::string(2000, '[') + std::string(2000, ']') + "}",
      "{\"0\":\"{\\\"subsystem\\\":\",\"1\":{},\"2\":[]}",
      "{\"0\":{\"message\":5},\"1\":null,\"_meta\":7,\"time\":{}}",
      "{\"message\":\"x\\\",\\\"details\\\":{\\\"y\\\":1}\",\"subsystem\":\"gateway/ws\"}",
      "{\"event_type\":\"authentication\",\"user\":\"a\\\",\\\"details\\\":{}\",\"details\":{\"b\":[\"}\"]}}",
      "{\"event_type\":\"authentication\",\"details\":{},\"details\":{\"c\":1}}",
      "\",\"details\":{\"spoofed\":true}}"};
}

TEST(Lane, MakesOneJsonObjectOfEveryLineHoweverStrange) {
  BatchBuilder builder;
  for (const std::string& line : strange_lines()) builder.line(line);
  Lane lane(fake_program());
  const RedactedBatch batch = lane.process(builder.done());
  const std::vector<std::string> records = records_of(batch);
  ASSERT_EQ(records.size(), strange_lines().size());
  JsonParser parser;
  for (std::size_t i = 0; i < records.size(); ++i) {
    SCOPED_TRACE(strange_lines()[i].substr(0, 60) + " -> " + records[i].substr(0, 400));
    const auto root = parser.parse(records[i]);
    ASSERT_TRUE(root.ok());
    ASSERT_TRUE(root->is_object());
    EXPECT_TRUE((*root)["details"].is_object());
    // Readers cut the record at the first `,"details":`.
    const std::size_t cut = records[i].find(",\"details\":");
    const std::string details = records[i].substr(cut + 11, records[i].size() - cut - 12);
    EXPECT_EQ((*root)["details"].to_json(), JsonParser().parse(details)->to_json());
  }
}

TEST(Lane, KeepsARecordOnOneLine) {
  const std::string record = record_of("{\"a\":\n[1,\n2]}");
  EXPECT_TRUE(record.ends_with(R"("details":{"a": [1, 2]}})")) << record;
}

TEST(OwnRecords, AreWrittenInOrderWithoutSourceAndSalt) {
  OwnRecord start;
  start.at = *parse_rfc3339("2026-11-21T04:00:00Z");
  start.user = "root";
  start.action = "start";
  start.result = Outcome::kSuccess;
  start.details = R"({"version":"0.1.0"})";
  OwnRecord alert;
  alert.type = EventType::kAlert;
  alert.at = start.at + Duration::from_seconds(1);
  alert.level = Level::kWarn;
  alert.severity = Severity::kHigh;
  alert.reason = "say \"x\"";
  alert.gateway = "demo";
  const RedactedBatch batch = write_own_records({start, alert});
  EXPECT_EQ(
      batch.bytes(),
      R"({"timestamp":"2026-11-21T04:00:00.000Z","event_type":"operator","level":"info","result":"success",)"
      R"("user":"root","action":"start","details":{"version":"0.1.0"}})"
      "\n"
      R"({"timestamp":"2026-11-21T04:00:01.000Z","event_type":"alert","level":"warn","severity":"high",)"
      R"("reason":"say \"x\"","gateway":"demo","details":{}})"
      "\n");
  EXPECT_EQ(batch.size(), 2U);
  EXPECT_EQ(batch.stats().events[static_cast<std::size_t>(EventType::kAlert)], 1U);
}

}  // namespace
}  // namespace clawtrail
