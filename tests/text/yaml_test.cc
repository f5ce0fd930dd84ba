// SPDX-License-Identifier: Apache-2.0
// YAML nodes keep their places; mistakes are reported together.
#include "clawtrail/text/yaml.h"

#include <gtest/gtest.h>

namespace clawtrail {
namespace {

class Yaml : public testing::Test {
 protected:
  YamlNode parse(const std::string& text) { return parse_yaml(text, "f.yaml", diagnostics_); }
  Diagnostics diagnostics_;
};

TEST_F(Yaml, NodesKnowTheirPlace) {
  const YamlNode root = parse("a: 1\nb:\n  - x\n  - 'y z'\n");
  EXPECT_EQ(root["b"].items()[1].text(), "y z");
  EXPECT_TRUE(root["b"].items()[1].quoted());
  EXPECT_FALSE(root["b"].items()[0].quoted());
  EXPECT_EQ(root["b"].items()[1].where().line, 4u);
  EXPECT_EQ(root["b"].items()[1].where().column, 5u);
  EXPECT_FALSE(root["c"].exists());
}

TEST_F(Yaml, TypedReadersReportEachMistakeOnce) {
  const YamlNode root = parse("n: twelve\nd: 5 parsecs\nb: maybe\ns: [1]\nm: 12MiB\n");
  EXPECT_FALSE(root["n"].as_int(diagnostics_, "n", 0, 10));
  EXPECT_FALSE(root["d"].as_duration(diagnostics_, "d"));
  EXPECT_FALSE(root["b"].as_bool(diagnostics_, "b"));
  EXPECT_FALSE(root["s"].as_string(diagnostics_, "s"));
  EXPECT_EQ(root["m"].as_bytes(diagnostics_, "m"), 12u << 20);
  EXPECT_EQ(diagnostics_.errors(), 4u);
  EXPECT_FALSE(root["absent"].as_int(diagnostics_, "absent", 0, 1));
  EXPECT_EQ(diagnostics_.errors(), 4u);
}

TEST_F(Yaml, UnknownKeysGetASuggestion) {
  parse("replacment: x").reject_unknown_keys(diagnostics_, {"replacement", "packs"}, "redaction");
  ASSERT_EQ(diagnostics_.errors(), 1u);
  EXPECT_EQ(diagnostics_.all()[0].help, "did you mean \"replacement\"?");
  EXPECT_EQ(diagnostics_.all()[0].where.line, 1u);
}

TEST_F(Yaml, AKeyGivenTwiceIsAnError) {
  EXPECT_FALSE(parse("a: 1\na: 2\n").exists());
  EXPECT_EQ(diagnostics_.errors(), 1u);
}

TEST_F(Yaml, BrokenTextIsAnErrorWithItsPlace) {
  EXPECT_FALSE(parse("a: [1, 2\nb: }").exists());
  ASSERT_EQ(diagnostics_.errors(), 1u);
  EXPECT_EQ(diagnostics_.all()[0].where.file, "f.yaml");
  EXPECT_GT(diagnostics_.all()[0].where.line, 0u);
}

TEST_F(Yaml, AliasesCannotExplode) {
  std::string text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int k = 0; k < 10; ++k) text += (k > 0 ? "," : "") + before;
    text += "]\n";
  }
  EXPECT_FALSE(parse(text).exists());
  EXPECT_EQ(diagnostics_.errors(), 1u);
}

TEST_F(Yaml, SnippetsShowNoValueThatLooksLikeASecret) {
  const std::string path = testing::TempDir() + "/snippet.yaml";
  FILE* file = std::fopen(path.c_str(), "w");
  std::string value;
  for (int i = 0; i < 24; ++i) value += static_cast<char>(i % 3 == 0 ? '0' + i % 10 : 'a' + i);
  std::fprintf(file, "token: %s\n", value.c_str());
  std::fclose(file);
  diagnostics_.error({path, 1, 8}, "bad");
  const std::string text = diagnostics_.render();
  EXPECT_NE(text.find("token: ***"), std::string::npos) << text;
  EXPECT_EQ(text.find(value.substr(0, 6)), std::string::npos);
}

TEST(Suggest, FindsCloseWordsOnly) {
  EXPECT_EQ(suggest("sevrity", {"severity", "name"}), "severity");
  EXPECT_EQ(suggest("xyz", {"severity", "name"}), "");
}

}  // namespace
}  // namespace clawtrail
