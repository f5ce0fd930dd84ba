// SPDX-License-Identifier: Apache-2.0
// Keys that are spread over records: whatever the borders of batches, the same bytes come out.
#include <gtest/gtest.h>

#include <random>

#include "clawtrail/base/encoding.h"
#include "intake/real_program.h"
#include "support/key_log.h"

namespace clawtrail {
namespace {

class CarryLane : public testing::Test {
 protected:
  static const std::shared_ptr<LaneProgram>& program() {
    static const std::shared_ptr<LaneProgram> program = real_program("known" + random_text(20));
    return program;
  }
  static RawBatch batch_of(const std::vector<std::string>& lines, std::size_t from, std::size_t to,
                           Generation generation = 1) {
    BatchBuilder builder;
    for (std::size_t i = from; i < to; ++i) builder.line(lines[i]).position = i;
    RawBatch batch = builder.done();
    batch.generation = generation;
    return batch;
  }
};

TEST_F(CarryLane, GivesTheSameBytesForAnyBatchBorders) {
  for (unsigned seed = 1; seed <= 8; ++seed) {
    const test::KeyLog log(seed);
    Lane whole(program());
    const std::string want{whole.process(batch_of(log.lines, 0, log.lines.size())).bytes()};
    for (const std::string& secret : log.secrets) ASSERT_EQ(want.find(secret), std::string::npos);
    EXPECT_NE(want.find("no key: "), std::string::npos);
    std::mt19937 random(seed);
    for (const std::size_t most : {1U, 2U, 7U, 40U}) {
      Lane lane(program());
      std::string got;
      for (std::size_t at = 0; at < log.lines.size();) {
        const std::size_t to = std::min(log.lines.size(), at + 1 + random() % most);
        got += lane.process(batch_of(log.lines, at, to)).bytes();
        at = to;
      }
      EXPECT_TRUE(got == want) << "seed " << seed << ", batches of up to " << most;
    }
  }
}

TEST_F(CarryLane, SaysThatASecretGoesOn) {
  const std::string dashes = "-----";
  const std::vector<std::string> lines{dashes + "BEGIN PRIVATE KEY" + dashes, random_text(64),
                                       random_text(64), dashes + "END PRIVATE KEY" + dashes,
                                       dashes + "BEGIN PRIVATE KEY" + dashes + "\\n" + random_text(64)};
  Lane lane(program());
  const std::vector<std::string> records = records_of(lane.process(batch_of(lines, 0, lines.size())));
  const std::string open = R"("open":true)";
  const std::vector<bool> want{true, true, true, false, true};
  for (std::size_t i = 0; i < records.size(); ++i) {
    EXPECT_EQ(records[i].find(open) != std::string::npos, want[i]) << records[i];
    EXPECT_EQ(records[i].find("\"rule\":\"private-key-block\"") != std::string::npos, want[i]) << records[i];
    EXPECT_TRUE(JsonParser().parse(records[i]).ok());
  }
}

// A rotated file's key goes on in the next file; the generations before are not mixed up with it.
TEST_F(CarryLane, GoesOnInTheNextGeneration) {
  const std::string dashes = "-----";
  const std::string a = random_text(64), b = random_text(64), c = random_text(64);
  Lane lane(program());
  lane.process(batch_of({"nothing"}, 0, 1, 1));
  lane.process(batch_of({dashes + "BEGIN PRIVATE KEY" + dashes}, 0, 1, 2));
  const auto masked = [&](const std::string& line, Generation generation) {
    return lane.process(batch_of({line}, 0, 1, generation)).bytes().find(line) == std::string_view::npos;
  };
  EXPECT_FALSE(masked(c, 1)) << "an older file that still grows";
  EXPECT_TRUE(masked(a, 3));
  EXPECT_TRUE(masked(b, 3));
  EXPECT_FALSE(masked("the end", 3));
  EXPECT_FALSE(masked(b, 3));
  EXPECT_TRUE(masked(a, 2));
}

// After a restart the lines before the first one tell what was begun there.
TEST_F(CarryLane, IsPrimedByWhatStoodBefore) {
  const test::KeyLog log(77);
  Lane whole(program());
  const std::vector<std::string> want = records_of(whole.process(batch_of(log.lines, 0, log.lines.size())));
  for (std::size_t cut = 1; cut < log.lines.size(); cut += 3) {
    RawBatch rest = batch_of(log.lines, cut, log.lines.size());
    for (std::size_t i = 0; i < cut; ++i) rest.before += log.lines[i] + "\n";
    Lane lane(program());
    const std::vector<std::string> got = records_of(lane.process(rest));
    ASSERT_EQ(got, std::vector<std::string>(want.begin() + static_cast<std::ptrdiff_t>(cut), want.end()))
        << cut;
  }
}

TEST_F(CarryLane, MasksTheRestOfATokenInTheNextBatch) {
  const std::string head = "ghp_" + random_text(16), tail = random_text(20);
  const auto line = [](const std::string& text) {
    return R"({"payload":{"runId":"r","deltaText":")" + text + "\"}}";
  };
  for (const bool primed : {false, true}) {
    Lane first(program()), second(program());
    RawBatch next = batch_of({line(tail + " and on")}, 0, 1);
    first.process(batch_of({line("it is " + head)}, 0, 1));
    if (primed) next.before = line("it is " + head) + "\n";
    const std::string record{(primed ? second : first).process(next).bytes()};
    EXPECT_EQ(record.find(tail), std::string::npos) << record;
    EXPECT_NE(record.find("[REDACTED] and on"), std::string::npos) << record;
    EXPECT_NE(record.find(R"("at":"/payload/deltaText")"), std::string::npos) << record;
  }
}

}  // namespace
}  // namespace clawtrail
