// SPDX-License-Identifier: Apache-2.0
// Expressions over records, time ranges, and output that no record can forge.
#include "clawtrail/query/search.h"

#include <sstream>

#include "trail/trail_fixture.h"

namespace clawtrail {
namespace {

constexpr const char* kRecord =
    R"x({"timestamp":"2026-11-21T04:00:00.500Z","event_type":"file_access","result":"denied","agent":"main",)x"
    R"x("path":"/etc/shadow","tool":"read","tokens_in":1200,"source":["log",1,7],)x"
    R"x("redactions":[{"rule":"github-token","at":"/1","fp":"k:aa"},{"rule":"jwt","at":"/2","fp":"k:bb"}],)x"
    R"x("matched":["api-key-exposed"],"details":{"message":"a=b (c)","n":{"deep":true},"list":[1,"two"]}})x";

class Search : public testing::Test {
 protected:
  bool matches(const std::string& expression) {
    const auto compiled = Expression::parse(expression);
    EXPECT_TRUE(compiled) << expression << ": " << compiled.error().message;
    const auto root = parser_.parse(kRecord);
    return compiled && compiled->matches(*root);
  }
  JsonParser parser_;
};

TEST_F(Search, ComparisonsHoldForTheRecord) {
  for (const char* expression : {"event_type=file_access",
                                 "event_type == 'file_access'",
                                 "result!=allowed",
                                 "path~\"^/etc/\"",
                                 "path !~ passwd",
                                 "path startswith /etc",
                                 "path contains shad",
                                 "tokens_in > 1000",
                                 "tokens_in<=1200",
                                 "tokens_in = 1200.0",
                                 "exists path",
                                 "not exists user",
                                 "user != root",
                                 "fp = k:bb",
                                 "rule = jwt",
                                 "rule startswith github",
                                 "matched = api-key-exposed",
                                 "details.message = 'a=b (c)'",
                                 "details.n.deep = true",
                                 "details.list = two",
                                 "source.2 = 7",
                                 "EVENT_TYPE = x or event_type=file_access",
                                 "!(result=allowed)"}) {
    EXPECT_TRUE(matches(expression)) << expression;
  }
}

TEST_F(Search, ComparisonsFailForTheRecord) {
  for (const char* expression :
       {"event_type=file", "path=/etc/Shadow", "tokens_in > 1200", "user = root", "user ~ .", "exists user",
        "fp = k:cc", "details.n = 5", "not exists path", "source.9 = 7"}) {
    EXPECT_FALSE(matches(expression)) << expression;
  }
}

TEST_F(Search, AndBindsTighterThanOr) {
  EXPECT_TRUE(matches("result=denied or result=x and path=y"));
  EXPECT_FALSE(matches("(result=denied or result=x) and path=y"));
  EXPECT_TRUE(matches("not result=x and agent=main"));
}

TEST_F(Search, AMistakeIsToldWithItsColumn) {
  for (const char* expression : {"", "path", "path =", "= x", "path ~ '('", "(path = x", "path = x)",
                                 "path = 'x", "path = x y", "a..b = c", "and", "not"}) {
    const auto compiled = Expression::parse(expression);
    ASSERT_FALSE(compiled) << expression;
    EXPECT_NE(compiled.error().message.find("column"), std::string::npos) << compiled.error().message;
  }
  EXPECT_FALSE(Expression::parse(std::string(5000, '(') + "a=b"));
}

TEST_F(Search, WhenReadsDurationsDaysAndInstants) {
  const Timestamp now = *parse_rfc3339("2026-11-21T04:00:00Z");
  EXPECT_EQ(*parse_when("24h", now), *parse_rfc3339("2026-11-20T04:00:00Z"));
  EXPECT_EQ(*parse_when("2026-11-19", now), *parse_rfc3339("2026-11-19T00:00:00Z"));
  EXPECT_EQ(*parse_when("2026-11-19T01:02:03Z", now), *parse_rfc3339("2026-11-19T01:02:03Z"));
  EXPECT_FALSE(parse_when("yesterday", now));
}

TEST_F(Search, FingerprintsAndRulesOfEveryRedaction) {
  const auto root = parser_.parse(
      R"x({"redactions":[{"rule":"jwt","fp":"01234567:aabbccdd00112233"},{"rule":"pem","fp":"01234567:123456"}]})x");
  const auto fits = [&](const std::string& expression) {
    return Expression::parse(expression)->matches(*root);
  };
  for (const char* expression :
       {"fp=01234567:aabbccdd00112233", "fp=aabbccdd00112233", "fp=aabbccdd", "redactions.fp=aabbccdd001",
        "redactions.rule=pem", "redactions.rule=jwt", "redactions.1.rule=pem", "exists redactions.rule",
        "rule=pem", "fp=123456", "fp~^01234567:", "fp!=ffffffff"})
    EXPECT_TRUE(fits(expression)) << expression;
  for (const char* expression :
       {"fp=01234567", "fp=aabbc", "fp=bbccdd00", "redactions.rule=je", "redactions.0.rule=pem",
        "fp!=aabbccdd", "redactions.other=1", "fp=01234567:aabbccdd"})
    EXPECT_FALSE(fits(expression)) << expression;
}

class SearchTrail : public TrailFixture {
 protected:
  std::string search(const std::string& expression, SearchFormat format, std::uint64_t found,
                     std::size_t width = 0) {
    SearchOptions options;
    if (!expression.empty()) options.expression = *Expression::parse(expression);
    options.format = format;
    options.width = width;
    std::ostringstream out;
    const auto count = search_trail(real_files(), dir_, options, out);
    EXPECT_TRUE(count);
    EXPECT_EQ(count ? *count : ~std::uint64_t{0}, found);
    return out.str();
  }
  void write_lines(const std::vector<std::string>& lines) {
    auto writer = open_well();
    ASSERT_TRUE(writer->append(RedactedBatchForTest::make(lines)));
    ASSERT_TRUE(writer->close());
  }
};

TEST_F(SearchTrail, JsonIsTheTrailsOwnBytes) {
  write_lines({kRecord, RedactedBatchForTest::record(1)});
  EXPECT_EQ(search("path=/etc/shadow", SearchFormat::kJson, 1), std::string(kRecord) + "\n");
  search("event_type=nothing", SearchFormat::kJson, 0);
}

TEST_F(SearchTrail, TimeRangesIncludeTheirBeginning) {
  write_lines({kRecord});
  for (const auto& [since, until, found] : {std::tuple{"2026-11-21T04:00:00.500Z", "2026-11-21T04:00:01Z", 1},
                                            {"2026-11-21T04:00:00.501Z", "", 0},
                                            {"", "2026-11-21T04:00:00.500Z", 0}}) {
    SearchOptions options;
    options.expression = *Expression::parse("event_type=file_access");
    options.since = parse_rfc3339(since);
    options.until = parse_rfc3339(until);
    std::ostringstream out;
    EXPECT_EQ(*search_trail(real_files(), dir_, options, out), static_cast<std::uint64_t>(found)) << since;
  }
}

TEST_F(SearchTrail, ATableSendsNoControlCharacterOfARecord) {
  write_lines({R"x({"timestamp":"2026-11-21T04:00:00.500Z","event_type":"log",)x"
               R"x("user":"\u001b[2Jroot\u009b1m","details":{}})x"});
  const std::string table = search("event_type=log", SearchFormat::kTable, 1, 100);
  EXPECT_EQ(table.find('\x1b'), std::string::npos);
  EXPECT_EQ(table.find("\xC2\x9B"), std::string::npos);
  EXPECT_NE(table.find("\\x1B[2Jroot"), std::string::npos) << table;
  std::istringstream in(table);
  for (std::string line; std::getline(in, line);) EXPECT_LE(line.size(), 102u) << line;
}

TEST_F(SearchTrail, ACsvCellIsNoFormulaAndNoSecondRow) {
  write_lines({R"x({"timestamp":"2026-11-21T04:00:00.500Z","event_type":"log","user":"=cmd()",)x"
               R"x("reason":"a,\"b\"\nc","details":{}})x"});
  const std::string csv = search("event_type=log", SearchFormat::kCsv, 1);
  EXPECT_NE(csv.find(",'=cmd(),"), std::string::npos) << csv;
  EXPECT_NE(csv.find("\"a,\"\"b\"\"\nc\""), std::string::npos) << csv;
  EXPECT_TRUE(csv.starts_with("timestamp,event_type,"));
}

TEST_F(SearchTrail, AFolderWithoutATrailIsAnError) {
  SearchOptions options;
  std::ostringstream out;
  EXPECT_FALSE(search_trail(real_files(), dir_ + "/none", options, out));
}

}  // namespace
}  // namespace clawtrail
