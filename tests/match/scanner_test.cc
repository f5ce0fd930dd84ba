// SPDX-License-Identifier: Apache-2.0
#include "clawtrail/match/scanner.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <set>

namespace clawtrail {
namespace {

class ScannerTest : public testing::Test {
 protected:
  void compile(const LiteralSet& set, const std::string& cache = "") {
    const LiteralSet* const sets[] = {&set};
    auto build = compile_scanner(sets, cache);
    ASSERT_TRUE(build.ok()) << build.error().message;
    scanner_ = build->scanner;
    scratch_ = scanner_->make_scratch();
  }
  std::vector<std::uint32_t> ends(std::string_view text) {
    std::vector<Hit> hits;
    EXPECT_FALSE(scanner_->scan(text, *scratch_, hits));
    std::vector<std::uint32_t> out;
    for (const Hit& hit : hits) out.push_back(hit.end);
    return out;
  }
  using Found = std::vector<std::pair<std::uint32_t, std::uint32_t>>;  ///< end, literal
  Found found(std::string_view text) {
    std::vector<Hit> hits;
    EXPECT_FALSE(scanner_->scan(text, *scratch_, hits));
    Found out;
    for (const Hit& hit : hits) out.emplace_back(hit.end, hit.literal);
    return out;
  }
  bool hits(std::string_view text) { return !ends(text).empty(); }

  std::shared_ptr<const Scanner> scanner_;
  std::unique_ptr<ScanScratch> scratch_;
};

TEST_F(ScannerTest, GivesEachRoomItsOwnRange) {
  const LiteralSet a{{.bytes = "one"}, {.bytes = "two"}}, none, b{{.bytes = "one"}};
  const LiteralSet* const sets[] = {&a, &none, &b};
  auto build = compile_scanner(sets);
  ASSERT_TRUE(build.ok());
  EXPECT_EQ(build->ranges[1].count, 0U);
  EXPECT_EQ(build->ranges[2].first, 2U);
  std::vector<Hit> hits;
  const auto scratch = build->scanner->make_scratch();
  EXPECT_FALSE(build->scanner->scan("a one", *scratch, hits));
  ASSERT_EQ(hits.size(), 2U);
  EXPECT_TRUE(build->ranges[0].contains(hits[0].literal));
  EXPECT_TRUE(build->ranges[2].contains(hits[1].literal));
}

TEST_F(ScannerTest, FindsBytesOfEveryValueAndSortsByEnd) {
  compile({{.bytes = std::string("\0\n\xff", 3)}, {.bytes = "KEY", .caseless = true}, {.bytes = "[a]*"}});
  EXPECT_EQ(ends(std::string("x\0\n\xff key [a]* KeY", 18)), (std::vector<std::uint32_t>{4, 8, 13, 17}));
}

// Many secrets go into a table of their own; what it finds is what comparing every place finds.
TEST_F(ScannerTest, ManySecretsAreFoundAsFewAre) {
  std::mt19937 random(3);
  const auto letters = [&](std::size_t size) {
    std::string out;
    while (out.size() < size) out += static_cast<char>("abAB%3_-"[random() % 8]);
    return out;
  };
  LiteralSet set{{.bytes = "rule"}};
  std::vector<std::string> bytes;
  for (int i = 0; i < 3000; ++i) {
    const std::string begin = i % 2 == 0 ? "common-prefix-" : "", end = i % 3 == 0 ? "-common-suffix" : "";
    bytes.push_back(begin + letters(8 + random() % 60) + end);
    set.push_back({.bytes = bytes.back(), .caseless = i % 5 == 0, .secret = true});
  }
  compile(set);
  std::string text = "rule ";
  for (int i = 0; i < 400; ++i) {
    std::string part = bytes[random() % bytes.size()];
    if (i % 4 == 0) {
      for (char& c : part) c = static_cast<char>(std::toupper(c));
    }
    if (i % 7 == 0) part.pop_back();
    text += part + letters(random() % 3);
  }
  std::vector<Hit> found;
  ASSERT_FALSE(scanner_->scan(text, *scratch_, found));
  std::set<std::pair<std::uint32_t, std::uint32_t>> got, want;
  for (const Hit& hit : found) got.emplace(hit.end, hit.literal);
  EXPECT_EQ(got.size(), found.size());
  const auto small = [](std::string given) {
    for (char& c : given) c = static_cast<char>(std::tolower(c));
    return given;
  };
  const std::string small_text = small(text);
  for (std::uint32_t id = 0; id < set.size(); ++id) {
    const std::string wanted = set[id].caseless ? small(set[id].bytes) : set[id].bytes;
    const std::string& where = set[id].caseless ? small_text : text;
    for (std::size_t at = where.find(wanted); at != std::string::npos; at = where.find(wanted, at + 1)) {
      want.emplace(static_cast<std::uint32_t>(at + wanted.size()), id);
    }
  }
  EXPECT_GT(want.size(), 200U);
  EXPECT_EQ(got, want);
}

TEST_F(ScannerTest, RefusesEmptyAndEndlessLiterals) {
  for (const std::size_t size : {0U, 256U}) {
    const LiteralSet set{{.bytes = std::string(size, 'a')}};
    const LiteralSet* const sets[] = {&set};
    const auto build = compile_scanner(sets);
    ASSERT_FALSE(build.ok());
    EXPECT_EQ(build.error().code, Code::kInvalid);
  }
}

TEST_F(ScannerTest, WorksWithoutLiterals) {
  compile({});
  EXPECT_FALSE(hits("anything"));
}

TEST_F(ScannerTest, AssignmentWantsASeparator) {
  compile({{.bytes = "token", .caseless = true, .follow = Follow::kAssignment}});
  for (const char* text :
       {"token=x", "TOKEN : x", R"("token":"x")", R"(\"token\": 1)", "--token abc", "\\n--auth-token abc",
        "\\u001b[1m--token abc", "token_2=x", "<token>x", R"("X_TOKEN","x")", "authToken => x", "token%3Dx",
        "$_ENV['token'] = x", "token\\t=x", "var token string = 'x'"}) {
    EXPECT_TRUE(hits(text)) << text;
  }
  for (const char* text : {"the token, which", "reason=token_mismatch remote=1", "token", "token expired",
                           "token\n=x", "tokens are many"}) {
    EXPECT_FALSE(hits(text)) << text;
  }
}

TEST_F(ScannerTest, TokenTailWantsEnoughBytes) {
  compile({{.bytes = "ghp_", .follow = Follow::kTokenTail, .tail_min = 5}});
  EXPECT_TRUE(hits("ghp_abcde"));
  EXPECT_TRUE(hits("ghp_a\\u0062"));
  EXPECT_FALSE(hits("ghp_abcd"));
  EXPECT_FALSE(hits("ghp_ab de"));
}

TEST_F(ScannerTest, BorderAllowsEscapesBeforeAToken) {
  compile({{.bytes = "sk-", .border = true}});
  for (const char* text : {"sk-", " sk-", "\\nsk-", "\\u001b[1msk-", "%2Fsk-", "[32;1msk-", "-sk-"})
    EXPECT_TRUE(hits(text)) << text;
  for (const char* text : {"disk-", "a_sk-", "averylongword0sk-"}) EXPECT_FALSE(hits(text)) << text;
}

TEST_F(ScannerTest, UserInfoWantsColonAndAt) {
  compile({{.bytes = "://", .follow = Follow::kUserInfo}});
  EXPECT_TRUE(hits("postgres://a:b@c"));
  EXPECT_FALSE(hits("file:///usr/lib/@scope/x"));
  EXPECT_FALSE(hits("http://host:80/a@b"));
}

// The answer for a line must not depend on what stands on other lines of the block.
TEST_F(ScannerTest, ContextNeverReachesIntoAnotherLine) {
  compile({{.bytes = "token", .follow = Follow::kAssignment},
           {.bytes = "ab", .follow = Follow::kTokenTail, .tail_min = 3},
           {.bytes = "sk", .border = true}});
  EXPECT_FALSE(hits("token\n: x"));
  EXPECT_FALSE(hits("ab\ncdefg"));
  EXPECT_TRUE(hits("word\nsk"));
}

TEST_F(ScannerTest, ReportsTooManyHits) {
  compile({{.bytes = "a"}});
  std::vector<Hit> found;
  const std::string text((1U << 20) + 1, 'a');
  EXPECT_TRUE(scanner_->scan(text, *scratch_, found));
  compile({{.bytes = "z"}, {.bytes = "a", .secret = true}});
  EXPECT_TRUE(scanner_->scan(text, *scratch_, found));
}

class ScannerCacheTest : public ScannerTest {
 protected:
  void SetUp() override {
    directory_ = std::filesystem::path(testing::TempDir()) / "clawtrail_scanner_cache_test";
    std::filesystem::remove_all(directory_);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  std::vector<std::filesystem::path> files() {
    std::vector<std::filesystem::path> out;
    if (!std::filesystem::exists(directory_)) return out;
    for (const auto& entry : std::filesystem::directory_iterator(directory_)) out.push_back(entry.path());
    return out;
  }
  static std::string read(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::filesystem::path directory_;
};

TEST_F(ScannerCacheTest, IsReadBackAndADamagedOneIsIgnored) {
  const LiteralSet set{{.bytes = "needle"}};
  compile(set, directory_.string());
  ASSERT_EQ(files().size(), 1U);
  compile(set, directory_.string());
  EXPECT_TRUE(hits("a needle"));
  std::fstream(files()[0], std::ios::in | std::ios::out | std::ios::binary).seekp(100).put('!');
  compile(set, directory_.string());
  EXPECT_TRUE(hits("a needle"));
  std::filesystem::resize_file(files()[0], 10);
  compile(set, directory_.string());
  EXPECT_TRUE(hits("a needle"));
  EXPECT_EQ(files().size(), 1U);
}

// The file is the same with the secrets as without: nothing of them can be in it.
TEST_F(ScannerCacheTest, NeverHoldsSecrets) {
  const LiteralSet plain{{.bytes = "public"}, {.bytes = "Other", .caseless = true}};
  compile(plain, directory_.string());
  ASSERT_EQ(files().size(), 1U);
  const auto name = files()[0];
  const std::string content = read(name);
  std::filesystem::remove(name);
  const LiteralSet with{{.bytes = "known-value", .secret = true},
                        plain[0],
                        {.bytes = "public", .secret = true},
                        plain[1],
                        {.bytes = "ANOTHER", .caseless = true, .secret = true}};
  for (int start = 0; start < 2; ++start) {  // The second one reads the cache.
    compile(with, directory_.string());
    ASSERT_EQ(files().size(), 1U);
    EXPECT_EQ(files()[0], name);
    EXPECT_EQ(read(name), content);
    EXPECT_EQ(found("a known-value public another"), (Found{{13, 0}, {20, 1}, {20, 2}, {28, 3}, {28, 4}}));
  }
  compile({with[0]}, directory_.string());
  EXPECT_TRUE(hits("a known-value"));
  EXPECT_EQ(files().size(), 1U);
}

TEST_F(ScannerCacheTest, AFolderThatCannotBeMadeIsNoError) {
  compile({{.bytes = "needle"}}, "/proc/no/such/folder");
  EXPECT_TRUE(hits("needle"));
}

}  // namespace
}  // namespace clawtrail
