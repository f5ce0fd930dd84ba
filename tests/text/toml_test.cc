// SPDX-License-Identifier: Apache-2.0
// TOML becomes the same nodes as YAML, with places.
#include "clawtrail/text/toml.h"

#include <gtest/gtest.h>

namespace clawtrail {
namespace {

class Toml : public testing::Test {
 protected:
  YamlNode parse(const std::string& text) { return parse_toml(text, "f.toml", diagnostics_); }
  Diagnostics diagnostics_;
};

TEST_F(Toml, NodesKnowTheirPlaceAndOrder) {
  const YamlNode root = parse("z = 1\n[[rules]]\nid = \"a\"\nregex = '''\\d+'''\n[[rules]]\nid = 'b'\n");
  ASSERT_EQ(root.entries().size(), 2u);
  EXPECT_EQ(root.entries()[0].first.text(), "z");
  ASSERT_EQ(root["rules"].items().size(), 2u);
  EXPECT_EQ(root["rules"].items()[0]["regex"].text(), "\\d+");
  EXPECT_EQ(root["rules"].items()[0]["regex"].where().line, 4u);
  EXPECT_EQ(root["rules"].items()[1]["id"].where().file, "f.toml");
}

TEST_F(Toml, ScalarsAreTextAsWritten) {
  const YamlNode root = parse("a = 3.5\nb = true\nc = -7\nd = \"7\"\ne = 1979-05-27\n");
  EXPECT_EQ(root["a"].text(), "3.5");
  EXPECT_EQ(root["b"].as_bool(diagnostics_, "b"), true);
  EXPECT_EQ(root["c"].as_int(diagnostics_, "c", -9, 9), -7);
  EXPECT_TRUE(root["d"].quoted());
  EXPECT_FALSE(root["c"].quoted());
  EXPECT_EQ(root["e"].text(), "1979-05-27");
  EXPECT_FALSE(diagnostics_.has_errors());
}

TEST_F(Toml, AMistakeIsReportedWithItsPlace) {
  EXPECT_FALSE(parse("a = 1\nb = [1,\n").exists());
  ASSERT_EQ(diagnostics_.errors(), 1u);
  EXPECT_GE(diagnostics_.all()[0].where.line, 2u);
  EXPECT_FALSE(parse("a = 1\na = 2\n").exists());
  EXPECT_FALSE(parse("a = '\xFF'\n").exists());
  EXPECT_EQ(diagnostics_.errors(), 3u);
}

}  // namespace
}  // namespace clawtrail
