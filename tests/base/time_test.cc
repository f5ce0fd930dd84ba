// SPDX-License-Identifier: Apache-2.0
// RFC 3339 and durations: what is read, what is refused, and that writing undoes reading.
#include "clawtrail/base/time.h"

#include <gtest/gtest.h>

namespace clawtrail {
namespace {

TEST(Rfc3339, ReadsZonesAndFractions) {
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00Z")->ns, 0);
  EXPECT_EQ(parse_rfc3339("2026-11-21T04:02:02.937Z")->ms(), 1795233722937);
  EXPECT_EQ(parse_rfc3339("2026-11-21T04:02:02.937+00:00")->ms(), 1795233722937);
  EXPECT_EQ(parse_rfc3339("2026-11-21T12:02:02.937+08:00")->ms(), 1795233722937);
  EXPECT_EQ(parse_rfc3339("2026-11-20T23:02:02.937-0500")->ms(), 1795233722937);
  EXPECT_EQ(parse_rfc3339("2026-11-21 04:02:02.937123456Z")->ns, 1795233722937123456);
}

TEST(Rfc3339, RefusesWhatIsNoInstant) {
  for (const char* text : {"", "2026", "2026-11-21", "2026-11-21T04:02:02", "2026-02-29T00:00:00Z",
                           "2026-13-01T00:00:00Z", "2026-11-21T24:00:00Z", "2026-11-21T04:02:02.Z",
                           "2026-11-21T04:02:02Zx", "1795233722937", "2026-11-21T04:02:02+99:00"}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
}

TEST(Rfc3339, TakesALeapSecondAsTheNextSecond) {
  EXPECT_EQ(parse_rfc3339("2016-12-31T23:59:60Z"), parse_rfc3339("2017-01-01T00:00:00Z"));
}

TEST(Rfc3339, ReadingUndoesWriting) {
  for (std::int64_t ms = -5'000'000'000'000; ms < 5'000'000'000'000; ms += 86'399'999'111) {
    const Timestamp t = Timestamp::from_ms(ms);
    EXPECT_EQ(parse_rfc3339(format_rfc3339_ms(t)), t) << format_rfc3339_ms(t);
  }
  EXPECT_EQ(format_rfc3339_ms({-1}), "1969-12-31T23:59:59.999Z");
}

TEST(DurationText, ReadsUnitsAndTheirSums) {
  EXPECT_EQ(parse_duration("5m")->ms(), 300'000);
  EXPECT_EQ(parse_duration("1h30m")->ms(), 5'400'000);
  EXPECT_EQ(parse_duration("500ms")->ms(), 500);
  EXPECT_EQ(parse_duration("2w")->ms(), 14LL * 86'400'000);
  for (const char* text : {"", "5", "m", "5x", "-5m", "5 m", "999999999999w"})
    EXPECT_FALSE(parse_duration(text)) << text;
}

TEST(DurationText, WritesTheShortestSpelling) {
  EXPECT_EQ(format_duration(Duration::from_seconds(300)), "5m");
  EXPECT_EQ(format_duration(Duration::from_seconds(5400)), "1h30m");
  EXPECT_EQ(format_duration({0}), "0s");
  for (const std::int64_t ms : {1LL, 999LL, 61'001LL, 90'061'007LL}) {
    EXPECT_EQ(parse_duration(format_duration(Duration::from_ms(ms)))->ms(), ms);
  }
}

}  // namespace
}  // namespace clawtrail
