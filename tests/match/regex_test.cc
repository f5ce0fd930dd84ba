// SPDX-License-Identifier: Apache-2.0
// Spans of a pattern inside a window.
#include "clawtrail/match/regex.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace clawtrail {
namespace {

TEST(RegexSpans, FindsGroupsInsideTheWindowOnly) {
  const auto regex = Regex::compile(R"(k=(?P<value>[a-z]+)(;)?)");
  ASSERT_TRUE(regex);
  std::vector<Span> groups(3);
  const std::string text = "k=ab k=cd;";
  ASSERT_TRUE(regex->find(text, 0, text.size(), groups));
  EXPECT_EQ(groups[1], (Span{2, 4}));
  EXPECT_EQ(groups[2].begin, Regex::npos);
  ASSERT_TRUE(regex->find(text, 1, text.size(), groups));
  EXPECT_EQ(groups[1], (Span{7, 9}));
  EXPECT_FALSE(regex->find(text, 6, 6, groups));
  EXPECT_EQ(regex->group("value"), 1);
  EXPECT_FALSE(regex->group("other"));
}

TEST(RegexSpans, WordBordersSeeTheTextAroundTheWindow) {
  const auto regex = Regex::compile(R"(\bab)");
  std::vector<Span> groups(1);
  EXPECT_FALSE(regex->find("xab", 1, 3, groups));
  EXPECT_TRUE(regex->find(" ab", 1, 3, groups));
}

TEST(RegexSpans, RefusesWhatItCannotCompile) {
  const auto regex = Regex::compile("a(b");
  ASSERT_FALSE(regex);
  EXPECT_EQ(regex.error().code, Code::kInvalid);
  EXPECT_FALSE(Regex::compile("(?=look)"));
}

TEST(RegexSpans, BytesThatAreNoUtf8AreText) {
  EXPECT_TRUE(
      Regex::compile("a.b")->matches("a\xff"
                                     "b"));
  EXPECT_TRUE(Regex::compile("ABC", true)->matches("xabc"));
}

TEST(RegexDeferred, IsTheSamePattern) {
  const std::string pattern = R"(k=(?P<value>[a-z]+)(;)?)";
  const Regex regex = Regex::deferred(pattern, true);
  EXPECT_EQ(regex.pattern(), pattern);
  EXPECT_TRUE(regex.caseless());
  std::vector<Span> groups(3);
  ASSERT_TRUE(regex.find("K=AB", 0, 4, groups));
  EXPECT_EQ(groups[1], (Span{2, 4}));
  EXPECT_EQ(Regex::deferred(pattern, true).groups(), 2);
  EXPECT_EQ(Regex::deferred(pattern, true).group("value"), 1);
  EXPECT_EQ(Regex::deferred(pattern, true).group_names(), Regex::compile(pattern)->group_names());
  EXPECT_FALSE(Regex::deferred(pattern, false).matches("K=AB"));
}

// Every lane may be the first to use it.
TEST(RegexDeferred, IsCompiledOnceByWhicheverThreadComesFirst) {
  for (int round = 0; round < 50; ++round) {
    const Regex regex = Regex::deferred("(a|b)+c" + std::to_string(round), false);
    const std::string text = "ababc" + std::to_string(round);
    std::atomic<int> found = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&, copy = regex] {
        std::vector<Span> groups(1);
        if (copy.find(text, 0, text.size(), groups) && groups[0] == Span{0, text.size()}) ++found;
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(found, 4);
  }
}

// Nothing found would be nothing masked.
TEST(RegexDeferredDeathTest, APatternThatIsNoneStopsTheProcess) {
  EXPECT_DEATH(Regex::deferred("a(b", false).matches("ab"), "CHECK failed");
}

}  // namespace
}  // namespace clawtrail
