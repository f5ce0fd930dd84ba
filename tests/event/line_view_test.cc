// SPDX-License-Identifier: Apache-2.0
#include "event/line_view.h"

#include <gtest/gtest.h>

#include <string>

namespace clawtrail {
namespace {

// Differential: the quick reader says what parse_rfc3339() says, whatever it has read before.
TEST(TimeReader, NeverDiffersFromTheFullParser) {
  const std::string texts[] = {"2026-11-21T04:02:02.937Z",
                               "2026-11-21T04:02:02.938Z",
                               "2026-11-21T04:02:59.999Z",
                               "2026-11-21T04:02:60.000Z",
                               "2026-11-21T04:02:61.000Z",
                               "2026-11-21T04:02:0a.000Z",
                               "2026-11-21T04:02:02.93aZ",
                               "2026-11-21T04:02:02,937Z",
                               "2026-11-21T04:02:02.937+00:00",
                               "2026-11-21T04:02:02.937+08:00",
                               "2026-11-21T04:02:03.937+08:00",
                               "2026-11-21T04:02:02.937-08:00",
                               "2026-11-21T04:02:02.9371Z",
                               "2026-11-21T04:02:02Z",
                               "2026-11-21T04:02:02.937",
                               "2026-02-29T04:02:02.937Z",
                               "2028-02-29T04:02:02.937Z",
                               "2028-02-29T04:02:03.000z",
                               "2026-11-21 04:02:02.937Z",
                               "2026-11-21T04:03:02.937Z",
                               "2026-11-21T04:02:02.937+0800",
                               "",
                               "Z",
                               "2026-11-21T04:02:02.937ZZ",
                               "1600-11-21T04:02:02.937Z",
                               "1969-12-31T23:59:59.999Z"};
  TimeReader reader;
  for (const std::string& before : texts) {
    for (const std::string& text : texts) {
      reader.read(before);
      EXPECT_EQ(reader.read(text), parse_rfc3339(text)) << text << " after " << before;
    }
  }
}

TEST(LineReader, FindsTopLevelMembersByIndex) {
  const TopNames names = {"traceId", "agent_id"};
  LineReader reader(names);
  JsonParser parser;
  const auto root = parser.parse(R"({"agent_id":"main","0":"x","traceId":"t","traceId":"u","other":1})");
  ASSERT_TRUE(root.ok());
  const LineView& view = reader.read(*root);
  EXPECT_EQ(view.top[0].string_or(""), "t");
  EXPECT_EQ(view.top[1].string_or(""), "main");
  EXPECT_EQ(view.message, "x");
}

}  // namespace
}  // namespace clawtrail
