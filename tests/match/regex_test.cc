// SPDX-License-Identifier: Apache-2.0
// Spans of a pattern inside a window.
#include "clawtrail/match/regex.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace clawtrail
