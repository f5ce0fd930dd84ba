// SPDX-License-Identifier: Apache-2.0
// The rules that are shipped, and what the loader says about wrong ones.
#include <gtest/gtest.h>

#include "clawtrail/event/classifier.h"
#include "event/event_fixture.h"

namespace clawtrail {
namespace {

TEST(EventRules, EveryShippedExampleHolds) {
  Diagnostics diagnostics;
  const std::vector<YamlNode> documents = shipped_event_rules(diagnostics);
  const std::size_t run = test_event_rules(documents, diagnostics);
  EXPECT_FALSE(diagnostics.has_errors()) << diagnostics.render();
  EXPECT_GE(run, 90U);
}

}  // namespace
}  // namespace clawtrail
