// SPDX-License-Identifier: Apache-2.0
// Every name leads back to its value, and errors carry the kernel's reason.
#include "clawtrail/base/names.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "clawtrail/base/check.h"
#include "clawtrail/base/result.h"

namespace clawtrail {
namespace {

TEST(Names, EveryEventTypeHasItsOwnName) {
  for (std::size_t i = 0; i < kEventTypes; ++i) {
    const auto type = static_cast<EventType>(i);
    EXPECT_EQ(event_type_of(name_of(type)), type);
    EXPECT_EQ(is_own(type), type >= EventType::kSegment);
  }
  EXPECT_FALSE(event_type_of("nonsense"));
}

TEST(Names, LevelsHaveSynonymsInAnyCase) {
  EXPECT_EQ(level_of("WARNING"), Level::kWarn);
  EXPECT_EQ(level_of("Trace"), Level::kDebug);
  EXPECT_EQ(level_of("CRITICAL"), Level::kFatal);
  EXPECT_FALSE(level_of(""));
  EXPECT_FALSE(level_of("loud"));
}

TEST(Names, OutcomesAndSeveritiesComeBack) {
  for (const char* name : {"success", "failure", "allowed", "denied", "pending", "error"}) {
    EXPECT_EQ(name_of(*outcome_of(name)), name);
  }
  for (const char* name : {"info", "low", "medium", "high", "critical"}) {
    EXPECT_EQ(name_of(*severity_of(name)), name);
  }
  EXPECT_FALSE(outcome_of(""));
}

Result<int> half(int value) {
  if (value % 2 != 0) return Error{Code::kInvalid, "odd"};
  return value / 2;
}
Result<int> quarter(int value) {
  CLAWTRAIL_ASSIGN(const int once, half(value));
  return half(once);
}
Status only_even(int value) {
  CLAWTRAIL_TRY(half(value));
  return {};
}

TEST(ResultType, TheFirstErrorLeavesTheFunction) {
  EXPECT_EQ(*quarter(8), 2);
  EXPECT_EQ(quarter(6).error().message, "odd");
  EXPECT_TRUE(only_even(2));
  EXPECT_EQ(only_even(3).error().code, Code::kInvalid);
}

TEST(ResultType, SystemErrorsBecomeSentences) {
  const Error error = errno_error("open", "/etc/none", ENOENT);
  EXPECT_EQ(error.code, Code::kNotFound);
  EXPECT_EQ(error.message, "cannot open /etc/none: No such file or directory");
  EXPECT_EQ(errno_error("write", "x", ENOSPC).code, Code::kNoSpace);
}

TEST(CheckDeathTest, StopsTheProcessAndNamesTheCondition) {
  EXPECT_DEATH(CHECK(1 + 1 == 3), "CHECK failed: 1 \\+ 1 == 3");
}

}  // namespace
}  // namespace clawtrail
