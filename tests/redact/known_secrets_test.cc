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
  for (const std::string& spelling : spellings)
    EXPECT_EQ(redactor.redact("a " + spelling + " b").redactions.at(0).fp,
              redactor.redactor().fingerprint(secret))
        << spelling;
  EXPECT_EQ(redactor.line("pre" + secret + "post"), "pre[REDACTED]post");
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
