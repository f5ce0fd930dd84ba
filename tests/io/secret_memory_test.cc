// SPDX-License-Identifier: Apache-2.0
#include "clawtrail/io/secret_memory.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace clawtrail {
namespace {

TEST(SecretMemoryTest, HoldsTextsOfEverySizeAndGivesAllBack) {
  const std::size_t before = secret_memory().bytes;
  {
    std::vector<SecretText> texts;
    for (std::size_t size = 0; size < 200'000; size = size * 2 + 1)
      texts.emplace_back(std::string(size, 'x'));
    for (const SecretText& text : texts) EXPECT_EQ(text, std::string(text.size(), 'x'));
    SecretText moved = std::move(texts[3]);
    EXPECT_EQ(moved, "xxxxxxx");
    EXPECT_EQ(texts[3].size(), 0U);
    texts[4] = std::move(moved);
    EXPECT_EQ(texts[4], "xxxxxxx");
    EXPECT_GT(secret_memory().bytes, before);
    // Containers often allow next to nothing.
    if (secret_memory().limit >= 4 * secret_memory().bytes) {
      EXPECT_EQ(secret_memory().unlocked, 0U);
    }
  }
  EXPECT_EQ(secret_memory().bytes, before);
  EXPECT_EQ(secret_memory().unlocked, 0U);
}

}  // namespace
}  // namespace clawtrail
