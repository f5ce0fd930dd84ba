// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "clawtrail/base/encoding.h"
#include "redact/generate.h"
#include "redact/redact_support.h"

namespace clawtrail {
namespace {

std::string percent_all(std::string_view text) {
  std::string out;
  for (const char c : text) out += "%" + hex({&c, 1});
  return out;
}

class KnownSecretsTest : public testing::Test {
 protected:
  std::string make(std::string_view pattern) { return redact::generate(pattern, seed_).value(); }
  redact::Seed seed_{7};
};

TEST_F(KnownSecretsTest, SkipsWhatIsNoSecret) {
  KnownSecrets known;
  for (const char* value :
       {"short", "true", "1234567890", "/usr/lib/openclaw", "${OTHER_TOKEN}", "YOUR_API_KEY", "production",
        "http://127.0.0.1:8080/", "xxxxxxxxxxxx", "~/.openclaw/x.json"}) {
    known.add("N", value);
  }
  EXPECT_TRUE(known.all().empty());
  EXPECT_EQ(known.skipped().size(), 10U);
  for (const auto& [name, reason] : known.skipped()) EXPECT_FALSE(reason.empty());
  known.add("N", make("[a-z]{6}[0-9]{6}"));
  EXPECT_EQ(known.all().size(), 1U);
}

TEST_F(KnownSecretsTest, ReadsEnvironmentFiles) {
  const std::string a = make("[a-z]{8}[0-9]{4}"), b = make("[a-z]{4} [0-9]{8}"), c = make("[A-Z]{4}[0-9]{8}");
  KnownSecrets known;
  known.add_env_file("# comment\nexport A_TOKEN=" + a + " # used\nB_PASSWORD=\"" + b +
                         "\"\nPORT=12345678\nC_KEY='" + c + "'\n\nbroken line\n",
                     ".env");
  ASSERT_EQ(known.all().size(), 3U);
  EXPECT_EQ(known.all()[0].name, ".env#A_TOKEN");
  EXPECT_EQ(known.all()[0].value, a);
  EXPECT_EQ(known.all()[1].value, b);
  EXPECT_EQ(known.all()[2].value, c);
}

TEST_F(KnownSecretsTest, ReadsLenientJson) {
  const std::string a = make("[a-z]{8}[0-9]{4}"), b = make("[a-z]{8}[0-9]{4}"), c = make("[a-z]{8}[0-9]{4}");
  KnownSecrets known;
  known.add_json_file("// head\n{gateway: {auth: {mode: 'token', token: '" + a +
                          "'}}, /* x */ \"channels\": {\"telegram\": {\"botToken\": \"" + b +
                          "\", \"name\": \"not-a-secret-1\"}}, models: {apiKey: {value: \"" + c + "\",},},}",
                      "openclaw.json");
  ASSERT_EQ(known.all().size(), 3U);
  EXPECT_EQ(known.all()[0].name, "openclaw.json#gateway.auth.token");
  EXPECT_EQ(known.all()[0].value, a);
  EXPECT_EQ(known.all()[1].value, b);
  EXPECT_EQ(known.all()[2].value, c);
}

// A secret without any format is masked in every spelling, also inside other text.
TEST_F(KnownSecretsTest, AreMaskedInEverySpelling) {
  const std::string secret = make("[a-z]{5}\\?[A-Z]{4}&[a-z]{5}/[0-9]{2}");
  KnownSecrets known;
  known.add("N", secret);
  test::BoundRedactor redactor({}, known);
  const std::vector<std::string> spellings{secret,
                                           hex(secret),
                                           base64(secret),
                                           base64url("u:" + secret + ":t"),
                                           base64("x" + secret + "yz"),
                                           percent_all(secret)};
  for (const std::string& spelling : spellings) {
    for (const std::string& text : {"a " + spelling + " b", "<" + spelling + ">"}) {
      const test::Outcome outcome = redactor.redact(text);
      EXPECT_TRUE(outcome.has("known-secret")) << outcome.line;
      EXPECT_EQ(outcome.line.find(spelling), std::string::npos);
      EXPECT_TRUE(redactor.redact(R"({"m":)" + json_string(text) + "}").changed);
    }
  }
  EXPECT_EQ(redactor.line("pre" + secret + "post"), "pre[REDACTED]post");
}

/// Spells every byte as \u00XX.
std::string unicode_all(std::string_view text) {
  std::string out;
  for (const char c : text) out += "\\u00" + hex({&c, 1});
  return out;
}

std::string replaced(std::string text, const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::string out;
  for (const char c : text) {
    std::string next(1, c);
    for (const auto& [from, to] : pairs) {
      if (next == from) {
        next = to;
        break;
      }
    }
    out += next;
  }
  return out;
}

std::string percent_of(const std::string& text, const std::string& space, bool upper) {
  std::string out;
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      out += c;
      continue;
    }
    std::string digits = hex({&c, 1});
    for (char& digit : digits) digit = static_cast<char>(upper ? std::toupper(digit) : digit);
    out += c == ' ' ? space : "%" + digits;
  }
  return out;
}

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(c));
  return text;
}

std::string inner_json(const std::string& text) {
  const std::string quoted = json_string(text);
  return quoted.substr(1, quoted.size() - 2);
}

/// Written down here a second time, so that a spelling that the program forgets is missed.
std::vector<std::string> all_spellings(const std::string& value) {
  const std::string once = inner_json(value), twice = inner_json(once);
  std::vector<std::string> out{value,
                               once,
                               twice,
                               inner_json(twice),
                               percent_of(value, "%20", true),
                               percent_of(value, "%20", false),
                               percent_of(value, "+", true),
                               percent_of(value, "+", false),
                               percent_all(value),
                               hex(value),
                               upper(hex(value)),
                               unicode_all(value)};
  out.push_back(
      replaced(value, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}, {"'", "&#39;"}}));
  out.push_back(
      replaced(value, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}, {"'", "&apos;"}}));
  out.push_back(replaced(value, {{"'", "'\\''"}}));
  out.push_back(replaced(value, {{"\"", "\\\""}, {"$", "\\$"}, {"`", "\\`"}, {"\\", "\\\\"}}));
  for (const std::string& around :
       {std::string(), std::string("x"), std::string("user:"), std::string("ab")}) {
    out.push_back(base64(around + value));
    out.push_back(base64(around + value + "\n"));
    out.push_back(base64url(around + value + ":z"));
  }
  return out;
}

// Random values of all kinds of characters; no spelling of them is left, in text or in JSON.
TEST_F(KnownSecretsTest, NoSpellingOfRandomValuesIsLeft) {
  constexpr int kValues = 200;
  KnownSecrets known;
  std::vector<std::string> values;
  for (int i = 0; i < kValues; ++i) {
    values.push_back(make("[a-z]{3}[0-9]{2}[!-~]{4,30}[A-Z]{3}") +
                     (i % 3 == 0 ? make(" [!-~]{6}[a-z]{2}") : ""));
    known.add("N" + std::to_string(i), values.back());
  }
  ASSERT_EQ(known.all().size(), static_cast<std::size_t>(kValues));
  test::BoundRedactor redactor({}, known);
  for (const std::string& value : values) {
    for (const std::string& spelling : all_spellings(value)) {
      for (const std::string& text :
           {spelling, "at " + spelling + " end", R"({"m":)" + json_string("at " + spelling + " end") + "}",
            R"({"m":{"n":[)" + json_string(R"({"k":)" + json_string(spelling) + "}") + "]}}",
            R"({"m":")" + unicode_all(spelling) + "\"}"}) {
        const test::Outcome outcome = redactor.redact(text);
        EXPECT_TRUE(outcome.has("known-secret")) << value << "\n" << text << "\n" << outcome.line;
        EXPECT_EQ(outcome.line.find(spelling), std::string::npos) << text << "\n" << outcome.line;
      }
    }
  }
}

// Thousands of values: each is found, with what each means, and text without them is left alone.
TEST_F(KnownSecretsTest, ThereIsNoLimitToTheirNumber) {
  constexpr std::size_t kValues = 10'000;
  KnownSecrets known;
  std::vector<std::string> values;
  for (std::size_t i = 0; i < kValues; ++i) {
    values.push_back("svc-" + make("[A-Za-z0-9]{28}"));
    known.add("N", values.back());
  }
  ASSERT_EQ(known.all().size(), kValues);
  test::BoundRedactor redactor({}, known);
  for (std::size_t i = 0; i < kValues; i += 97) {
    EXPECT_EQ(redactor.line("a " + values[i] + " b"), "a [REDACTED] b");
    EXPECT_EQ(redactor.line("a " + base64("u:" + values[i]) + " b"), "a [REDACTED] b");
    EXPECT_EQ(redactor.line("a " + upper(hex(values[i])) + " b"), "a [REDACTED] b");
  }
  const std::string clean = R"({"m":"svc-gateway restarted after 3 s","n":7})";
  EXPECT_EQ(redactor.line(clean), clean);
}

TEST_F(KnownSecretsTest, LinesOfALongValueAreMaskedOneByOne) {
  const std::string dashes = "-----";
  const std::string a = make("[A-Za-z0-9+/]{64}"), b = make("[A-Za-z0-9+/]{40}");
  KnownSecrets known;
  known.add("KEY", dashes + "BEGIN PRIVATE KEY" + dashes + "\n" + a + "\n" + b + "\n" + dashes +
                       "END PRIVATE KEY" + dashes + "\n");
  test::BoundRedactor redactor({}, known);
  EXPECT_EQ(redactor.line("only " + b + "!"), "only [REDACTED]!");
  EXPECT_EQ(redactor.line(R"({"m":")" + a + "\"}"), R"({"m":"[REDACTED]"})");
}

TEST_F(KnownSecretsTest, WithQuotesAndNewlinesAreFoundInJson) {
  const std::string secret = make("[a-z]{6}\"[a-z]{6}\\\\[a-z]{4}") + "\n" + make("[a-z0-9]{24}");
  KnownSecrets known;
  known.add("N", secret);
  test::BoundRedactor redactor({}, known);
  std::string text = "v " + secret + " w", want = "v [REDACTED] w";
  for (int level = 0; level < 3; ++level) {
    text = R"({"m":)" + json_string(text) + "}";
    want = R"({"m":)" + json_string(want) + "}";
    EXPECT_EQ(redactor.line(text), want);
  }
  EXPECT_TRUE(redactor.redact("second line alone: " + secret.substr(secret.find('\n') + 1)).changed);
}

}  // namespace
}  // namespace clawtrail
