// SPDX-License-Identifier: Apache-2.0
// What holds for every line, tried on lines made at random out of secrets, near-secrets and noise.
#include <gtest/gtest.h>

#include <ctime>

#include "clawtrail/base/encoding.h"
#include "redact/borders.h"
#include "redact/generate.h"
#include "redact/invariants.h"
#include "redact/json_walk.h"
#include "redact/line_maker.h"
#include "redact/redact_support.h"
#include "redact/rule.h"

namespace clawtrail {
namespace {

using redact::Seed;
using test::BoundRedactor;
using test::Outcome;

constexpr int kLines = 3000;

/// Counts what must not change.
struct Shape : redact::JsonVisitor {
  std::size_t objects = 0, arrays = 0, keys = 0, values = 0;
  void object_begin() { ++objects; }
  void array_begin() { ++arrays; }
  void key(Span, bool) { ++keys; }
  void string(Span, bool) { ++values; }
  void scalar(Span) { ++values; }
  bool operator==(const Shape& other) const {
    return objects == other.objects && arrays == other.arrays && keys == other.keys && values == other.values;
  }
};

class RedactProperties : public testing::Test {
 protected:
  static BoundRedactor& redactor() {
    static BoundRedactor redactor({}, {}, {}, test::all_packs());
    return redactor;
  }
  static std::string make(std::string_view pattern, Seed& seed) {
    return redact::generate(pattern, seed).value();
  }

  static std::string fragment(Seed& seed) {
    static const std::vector<std::string> kPatterns{"sk-ant-api03-[A-Za-z0-9_-]{93}AA",
                                                    "ghp_[A-Za-z0-9]{36}",
                                                    "AKIA[A-Z2-7]{16}",
                                                    "AIza[A-Za-z0-9_-]{35}",
                                                    "password=[a-z]{4}[0-9]{4}",
                                                    "\"token\": \"[a-z0-9]{20}7\"",
                                                    "postgres://u:[a-z0-9]{10}@h/d",
                                                    "sk-[a-z]{3}",
                                                    "ghp_[a-z]{5}",
                                                    "[a-z ]{12}",
                                                    "\\\\n",
                                                    "\\\\\"",
                                                    "\\\\u0041",
                                                    "\\\\",
                                                    "[\\n]",
                                                    "\"",
                                                    "'",
                                                    ",",
                                                    ":",
                                                    "\\{",
                                                    "\\}",
                                                    "\\[",
                                                    "%2F",
                                                    "Bearer [a-z0-9]{24}1",
                                                    "--api-key [a-z0-9]{20}1",
                                                    "cookie: a=[a-z]{8}; b=[a-z]{3}",
                                                    "xoxb-[0-9]{12}-[a-z]{10}",
                                                    "…",
                                                    "REDACTED",
                                                    "\\[REDACTED\\]",
                                                    "-----BEGIN PRIVATE KEY-----",
                                                    "-----END PRIVATE KEY-----",
                                                    "[A-Za-z0-9+/]{64}",
                                                    "<password>[a-z0-9]{9}</password>",
                                                    "é"};
    return make(kPatterns[seed.below(kPatterns.size())], seed);
  }
  static std::string text(Seed& seed) {
    std::string out;
    for (std::size_t i = seed.below(8); i > 0; --i) out += fragment(seed) + (seed.below(2) != 0 ? " " : "");
    return out;
  }
  static std::string json(Seed& seed, int depth) {
    static const std::vector<std::string> kKeys{"m", "token", "password", "name",      "value",
                                                "0", "a/b",   "apiKey",   "max_tokens"};
    switch (depth > 3 ? 5 + seed.below(3) : seed.below(8)) {
      case 0:
      case 1:
      case 2: {
        std::string out = "{";
        for (std::size_t i = 1 + seed.below(3); i > 0; --i) {
          out += json_string(kKeys[seed.below(kKeys.size())]) + ": " + json(seed, depth + 1) +
                 (i > 1 ? "," : "");
        }
        return out + "}";
      }
      case 3: {
        std::string out = "[";
        for (std::size_t i = 1 + seed.below(3); i > 0; --i)
          out += json(seed, depth + 1) + (i > 1 ? " , " : "");
        return out + "]";
      }
      case 4:
        return json_string(json(seed, depth + 1));
      case 5:
        return make("[1-9][0-9]{0,9}", seed);
      case 6:
        return seed.below(2) != 0 ? "null" : "true";
      default:
        return json_string(text(seed));
    }
  }
  static std::string json_line(Seed& seed) {
    return R"({"m":)" + json(seed, 0) + ",\"x\":" + json_string(text(seed)) + "}";
  }
};

TEST_F(RedactProperties, JsonStaysJsonOfTheSameShape) {
  Seed seed(1);
  for (int i = 0; i < kLines; ++i) {
    const std::string line = json_line(seed);
    Shape before, after;
    ASSERT_TRUE(redact::walk_json(line, before)) << line;
    const std::string out = redactor().line(line);
    ASSERT_TRUE(redact::walk_json(out, after)) << line << "\n" << out;
    ASSERT_TRUE(before == after) << line << "\n" << out;
  }
}

TEST_F(RedactProperties, TwiceIsOnce) {
  Seed seed(2);
  for (int i = 0; i < kLines; ++i) {
    const std::string line = i % 2 == 0 ? json_line(seed) : text(seed);
    const std::string once = redactor().line(line);
    ASSERT_EQ(redactor().line(once), once) << line;
  }
}

// Each letter as \u00XX gives the same text, so the same must be masked.
TEST_F(RedactProperties, SpellingOfEscapesDoesNotMatter) {
  Seed seed(3);
  for (int i = 0; i < kLines; ++i) {
    const std::string line = json_line(seed);
    std::string spelled;
    bool quoted = false;
    for (std::size_t at = 0; at < line.size(); ++at) {
      if (line[at] == '"') quoted = !quoted;
      const bool escape = line[at] == '\\';
      if (quoted && !escape && redact::is_word(line[at])) {
        spelled += "\\u00" + hex(std::string_view(line).substr(at, 1));
        continue;
      }
      spelled += line[at];
      if (escape) spelled += line[++at];
      if (escape && line[at] == 'u') {
        spelled += line.substr(at + 1, 4);
        at += 4;
      }
    }
    const Outcome plain = redactor().redact(line), escaped = redactor().redact(spelled);
    ASSERT_EQ(plain.redactions.size(), escaped.redactions.size()) << line << "\n"
                                                                  << plain.line << "\n"
                                                                  << escaped.line;
    for (std::size_t k = 0; k < plain.redactions.size(); ++k) {
      ASSERT_EQ(plain.redactions[k].fp, escaped.redactions[k].fp) << line;
      ASSERT_EQ(plain.redactions[k].rule, escaped.redactions[k].rule) << line;
    }
  }
}

// Secrets of all rules in all kinds of wrappers, cut and changed, under all that tests/redact/invariants.h
// says. The fuzzer (tests/fuzz/redact_fuzz.cc) tries the same for longer, led by what the code branches on.
TEST_F(RedactProperties, MadeLinesKeepAllInvariants) {
  const test::LineMaker maker;
  Seed seed(7);
  const test::LineMaker::Below below = [&](std::size_t limit) { return seed.below(limit); };
  std::string text;
  for (int i = 0; i < kLines; ++i) {
    std::string line = maker.line(below, seed);
    if (i % 3 == 0) line = maker.mutated(std::move(line), 1 + seed.below(3), below);
    ASSERT_EQ(test::broken_line(redactor(), line), "");
    ASSERT_EQ(test::broken_spelling(redactor(), line), "");
    text += line + '\n';
    if (i % 20 != 0) continue;
    ASSERT_EQ(test::broken_stream(redactor(), text, {1, 1 + seed.below(300), 5000}), "");
    text.clear();
  }
}

TEST_F(RedactProperties, StreamsDoNotDependOnBlockBorders) {
  Seed seed(4);
  std::string all, want;
  for (int i = 0; i < kLines; ++i) {
    std::string line = i % 3 == 0 ? text(seed) : json_line(seed);
    std::erase(line, '\n');
    if (i % 100 == 0) line += std::string(seed.below(200'000), ' ');
    // The line in between ends a key that was begun; carry_test.cc is about those that go on.
    all += line + "\n-\n";
    want += redactor().line(line) + "\n-\n";
  }
  all += "no newline at the end";
  want += "no newline at the end";
  for (const std::size_t portion : {std::size_t{4096}, std::size_t{100'003}, std::size_t{1} << 22}) {
    FilterStats stats;
    ASSERT_EQ(redactor().stream(all, portion, &stats), want) << portion;
    EXPECT_EQ(stats.lines, static_cast<std::uint64_t>(kLines) * 2 + 1);
    EXPECT_EQ(stats.bytes_in, all.size());
  }
}

// Stage 1 (literals) must offer every place that stage 2 (the patterns alone, over the whole text) would
// confirm.
TEST_F(RedactProperties, CandidatesMissNothingThatThePatternsFind) {
  Diagnostics diagnostics;
  std::vector<redact::Rule> rules;
  for (const YamlNode& pack : test::shipped_packs()) {
    for (redact::Rule& rule : redact::load_rules(pack, diagnostics)) {
      if (rule.unique && rule.regex && rule.end == redact::EndMode::kExtend) rules.push_back(std::move(rule));
    }
  }
  ASSERT_GE(rules.size(), 60U);
  for (const redact::Rule& rule : rules) {
    const std::string source = rule.regex->pattern();
    const std::string bare = rule.anchored ? source.substr(2) : source;
    auto everywhere = Regex::compile(bare, rule.literals.front().caseless);
    ASSERT_TRUE(everywhere.ok());
    Seed seed(rule.id.size());
    for (const redact::Example& example : rule.match) {
      const std::string body = redact::expand_example(example.text, seed)->text;
      const std::string line = "a " + body + " b";
      std::vector<Span> groups(static_cast<std::size_t>(rule.group) + 1);
      ASSERT_TRUE(everywhere->find(line, 0, line.size(), groups)) << rule.id;
      if (rule.border && !redact::token_begins(line, groups[0].begin)) continue;
      const Span secret = groups[static_cast<std::size_t>(rule.group)];
      const std::string bytes = line.substr(secret.begin, secret.end - secret.begin);
      EXPECT_EQ(redactor().line(line).find(bytes), std::string::npos) << rule.id;
      EXPECT_EQ(redactor().line(R"({"k":)" + json_string(line) + "}").find(bytes), std::string::npos)
          << rule.id;
    }
  }
}

// Lines made to cost time: they end, they stay valid, and what cannot be searched in the budget is masked.
TEST_F(RedactProperties, HostileLinesEndAndHideNothing) {
  Seed seed(5);
  const std::string key = make("sk-ant-api03-[A-Za-z0-9_-]{93}AA", seed);
  for (const char* unit : {"eyJ-",          "eyJhbGciOi.", "password=\\\"", "token: '${",
                           "sk-",           "\\\\\\\\",    "://a:",         "-----BEGIN PRIVATE KEY-----",
                           "aws=",          "a\\u0041",    "{\\\"a\\\":",   "bearer ",
                           "Cookie: a=b; ", "[",           "secret,",       "--key ",
                           "AAAA",          "\\n",         "…aaaa",         "xoxb-1 ",
                           "key\\\",",      "\\u002f"}) {
    std::string body;
    while (body.size() < 1'000'000) body += unit;
    const std::string line = R"({"m":")" + body + " " + key + R"( ","n":1})";
    const std::string out = redactor().line(line);
    EXPECT_EQ(out.find(key), std::string::npos) << unit;
    EXPECT_TRUE(redact::is_json_container(out)) << unit;
    EXPECT_EQ(redactor().line(body + " " + key + " ").find(key), std::string::npos) << unit;
  }
  std::string deep(2000, '[');
  deep += json_string(key) + std::string(2000, ']');
  EXPECT_EQ(redactor().line(deep).find(key), std::string::npos);
}

// The time must not grow with the square of the line: eight times the bytes, at most twenty times the
// seconds. (How long such lines take is measured by bench/pathological.py.)
TEST_F(RedactProperties, TimeGrowsWithTheLine) {
  const auto seconds = [&](const std::string& line) {
    const std::clock_t begin = std::clock();
    redactor().line(line);
    return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  };
  Seed seed(8);
  for (const std::string& unit :
       {std::string("Cookie: a=bcdefg; "), "a=" + make("[a-z0-9]{24}", seed) + "; ", std::string("token="),
        std::string("asana key "), std::string("abcdef…wxyz "),
        "\\\"password\\\":\\\"" + make("[a-z0-9]{12}", seed), make("[A-Za-z0-9+/]{512}", seed),
        make("gh", seed) + make("p_[A-Za-z0-9]{36} ", seed), base64("ghp_" + make("[a-z]{8}", seed)),
        std::string("%41"), std::string("://a:b@")}) {
    const auto line = [&](std::size_t size) {
      std::string body;
      while (body.size() < size) body += unit;
      return R"({"m":"Cookie: )" + body + "\"}";
    };
    const double small = seconds(line(1 << 20)), large = seconds(line(8 << 20));
    EXPECT_LE(large, 20 * std::max(small, 0.02)) << unit;
  }
}

TEST_F(RedactProperties, LongHeadersAreMaskedInOneRun) {
  Seed seed(9);
  std::string cookie = "Cookie: ";
  while (cookie.size() < 200'000) cookie += "a=" + make("[a-z0-9]{40}", seed) + "; ";
  const std::string once = redactor().line(cookie);
  EXPECT_LT(once.size(), cookie.size() / 2);
  EXPECT_EQ(redactor().line(once), once);
}

TEST_F(RedactProperties, OversizedLinesAreMaskedInParts) {
  Seed seed(6);
  const std::string key = make("ghp_[A-Za-z0-9]{36}", seed);
  std::string line(17 * 1024 * 1024, 'a');
  for (std::size_t at = 100; at + 100 < line.size(); at += 64'000)
    line.replace(at, key.size() + 2, " " + key + " ");
  FilterStats stats;
  const std::string out = redactor().stream(line + "\nnext\n", 1 << 20, &stats);
  EXPECT_EQ(out.find(key), std::string::npos);
  EXPECT_TRUE(out.ends_with("\nnext\n"));
  EXPECT_EQ(stats.lines, 2U);
}

}  // namespace
}  // namespace clawtrail
