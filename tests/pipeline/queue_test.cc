// SPDX-License-Identifier: Apache-2.0
// Queues wait instead of dropping; the turnstile keeps the order whoever finishes first.
#include "pipeline/queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace clawtrail {
namespace {

constexpr std::chrono::milliseconds kShort{5};

TEST(BoundedQueue, AFullQueueMakesTheProducerWait) {
  BoundedQueue<int> queue(2);
  std::atomic<int> pushed{0};
  std::thread producer([&] {
    for (int i = 0; i < 5; ++i) {
      ASSERT_TRUE(queue.push(i));
      ++pushed;
    }
  });
  while (pushed < 2) std::this_thread::yield();
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(pushed, 2);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(queue.pop(std::chrono::seconds(5)), i);
  producer.join();
}

TEST(BoundedQueue, AClosedQueueGivesWhatIsInsideAndTakesNoMore) {
  BoundedQueue<int> queue(4);
  ASSERT_TRUE(queue.push(1));
  queue.close();
  EXPECT_FALSE(queue.push(2));
  EXPECT_FALSE(queue.drained());
  EXPECT_EQ(queue.pop(kShort), 1);
  EXPECT_TRUE(queue.drained());
  EXPECT_FALSE(queue.pop(kShort));
}

TEST(BoundedQueue, ClosingLetsAWaitingProducerGo) {
  BoundedQueue<int> queue(1);
  ASSERT_TRUE(queue.push(1));
  std::thread producer([&] { EXPECT_FALSE(queue.push(2)); });
  std::this_thread::sleep_for(kShort);
  queue.close();
  producer.join();
}

TEST(Turnstile, WorkersPassInTheOrderOfTheirNumbers) {
  Turnstile turnstile;
  std::vector<int> passed;
  std::vector<std::thread> workers;
  for (int number = 15; number >= 0; --number) {
    workers.emplace_back([&, number] {
      ASSERT_TRUE(turnstile.wait_for_turn(static_cast<std::uint64_t>(number)));
      passed.push_back(number);  // Only one worker is inside at a time.
      turnstile.pass();
    });
  }
  for (std::thread& worker : workers) worker.join();
  for (int number = 0; number < 16; ++number) EXPECT_EQ(passed[static_cast<std::size_t>(number)], number);
}

TEST(Turnstile, StoppingLetsEverybodyGo) {
  Turnstile turnstile;
  std::thread worker([&] { EXPECT_FALSE(turnstile.wait_for_turn(7)); });
  turnstile.stop();
  worker.join();
}

}  // namespace
}  // namespace clawtrail
