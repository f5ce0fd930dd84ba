// SPDX-License-Identifier: Apache-2.0
// Lanes in parallel give the bytes of one lane alone, also where a batch depends on the one before.
#include "pipeline/flow.h"

#include <gtest/gtest.h>

#include <thread>

#include "intake/real_program.h"
#include "support/key_log.h"

namespace clawtrail {
namespace {

class FlowTest : public testing::Test {
 protected:
  /// Batches of one to five lines.
  static std::vector<RawBatch> cut(const std::vector<std::string>& lines) {
    std::vector<RawBatch> out;
    for (std::size_t at = 0; at < lines.size();) {
      BatchBuilder builder;
      for (std::size_t size = 1 + at % 5; size > 0 && at < lines.size(); --size, ++at) {
        builder.line(lines[at]).position = at;
      }
      out.push_back(builder.done());
    }
    return out;
  }

  std::string run(int lanes, const std::vector<RawBatch>& batches) const {
    Flow flow(program_);
    std::vector<std::thread> threads;
    for (int i = 0; i < lanes; ++i) threads.emplace_back([&] { flow.work(lanes); });
    std::thread feeder([&] {
      for (const RawBatch& batch : batches) EXPECT_TRUE(flow.submit(batch));
      flow.end_of_input();
    });
    std::string out;
    while (!flow.drained()) {
      if (auto output = flow.next(std::chrono::milliseconds(50))) out += output->batch.bytes();
    }
    feeder.join();
    for (std::thread& thread : threads) thread.join();
    return out;
  }

  std::shared_ptr<LaneProgram> program_ = real_program("known" + random_text(20));
};

TEST_F(FlowTest, EveryNumberOfLanesGivesTheSameBytes) {
  const test::KeyLog log(5, 150);
  const std::vector<RawBatch> batches = cut(log.lines);
  Lane alone(program_);
  std::string want;
  for (const RawBatch& batch : batches) want += alone.process(batch).bytes();
  for (const std::string& secret : log.secrets) ASSERT_EQ(want.find(secret), std::string::npos);
  for (const int lanes : {1, 2, 5}) EXPECT_TRUE(run(lanes, batches) == want) << lanes;
}

// A token that is streamed over the borders of batches: what is carried does not depend on the lanes.
TEST_F(FlowTest, EveryNumberOfLanesMasksTheSamePartsOfAStream) {
  std::vector<std::string> lines, keys;
  for (int run = 0; run < 40; ++run) {
    keys.push_back("ghp_" + random_text(36));
    const std::string text = "it is " + keys.back() + ", and that is all";
    for (std::size_t at = 0; at < text.size(); at += 12) {
      lines.push_back(R"({"event":"chat","payload":{"runId":"r)" + std::to_string(run % 7) +
                      R"(","deltaText":")" + text.substr(at, 12) + "\"}}");
    }
  }
  const std::vector<RawBatch> batches = cut(lines);
  const std::string want = run(1, batches);
  // The ends of all keys are masked; a beginning only if its batch has enough of the key.
  for (const std::string& key : keys) EXPECT_EQ(want.find(key.substr(key.size() - 10)), std::string::npos);
  for (const int lanes : {2, 5}) EXPECT_TRUE(run(lanes, batches) == want) << lanes;
}

TEST_F(FlowTest, AnAbortLetsTheLanesGo) {
  const test::KeyLog log(6);
  const std::vector<RawBatch> batches = cut(log.lines);
  Flow flow(program_);
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) threads.emplace_back([&] { flow.work(3); });
  for (std::size_t i = 0; i < 6; ++i) ASSERT_TRUE(flow.submit(batches[i]));
  flow.abort();
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace clawtrail
