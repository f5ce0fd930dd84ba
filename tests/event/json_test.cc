// SPDX-License-Identifier: Apache-2.0
// The JSON reader: values, total look-ups, refusal of ill-formed text.
#include "clawtrail/event/json.h"

#include <gtest/gtest.h>

namespace clawtrail {
namespace {

TEST(Json, ReadsEveryKindOfValue) {
  JsonParser parser;
  const auto root = parser.parse(
      R"({"s":"a\n\u00e9","i":-5,"u":18446744073709551615,"d":1.5,"t":true,"n":null,"a":[1,[],{}],"o":{"k":"v"}})");
  ASSERT_TRUE(root);
  EXPECT_EQ((*root)["s"].string(), "a\n\u00e9");
  EXPECT_EQ((*root)["i"].integer(), -5);
  EXPECT_EQ((*root)["u"].unsigned_integer(), 18446744073709551615u);
  EXPECT_EQ((*root)["d"].number(), 1.5);
  EXPECT_EQ((*root)["t"].boolean(), true);
  EXPECT_EQ((*root)["n"].kind(), JsonValue::Kind::kNull);
  EXPECT_EQ((*root)["a"].size(), 3u);
  EXPECT_EQ((*root)["a"].at(1).size(), 0u);
  EXPECT_EQ((*root)["o"]["k"].string_or("x"), "v");
  EXPECT_EQ(root->size(), 8u);
}

TEST(Json, MissingMembersAndOtherTypesGiveNothing) {
  JsonParser parser;
  const auto root = parser.parse(R"({"s":"a"})");
  EXPECT_FALSE((*root)["x"]["y"].at(3).exists());
  EXPECT_FALSE((*root)["s"].integer());
  EXPECT_FALSE((*root)["s"].number());
  EXPECT_EQ((*root)["x"].string_or("none"), "none");
  EXPECT_FALSE(JsonValue().exists());
}

TEST(Json, RefusesIllFormedTextWithoutQuotingIt) {
  JsonParser parser;
  for (const char* text : {"", "{", "{\"a\":}", "[1,]", "{\"a\":1,,\"b\":2}", "\"\xff\"", "{\"a\":1} x",
                           "{\"a\":\"\x01\"}", "nul"}) {
    const auto root = parser.parse(text);
    ASSERT_FALSE(root) << text;
    EXPECT_EQ(root.error().code, Code::kInvalid);
  }
  EXPECT_FALSE(parser.parse(std::string(600, '[') + std::string(600, ']')));
  EXPECT_TRUE(parser.parse("[1]"));
}

TEST(Json, WritesWhatItRead) {
  JsonParser parser;
  const std::string text = R"({"a":[1,-2,2.5,"x\"y"],"b":{},"c":[],"d":null,"e":false})";
  EXPECT_EQ(parser.parse(text)->to_json(), text);
}

}  // namespace
}  // namespace clawtrail
