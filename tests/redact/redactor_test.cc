// SPDX-License-Identifier: Apache-2.0
#include "clawtrail/redact/redactor.h"

#include <gtest/gtest.h>

#include "clawtrail/base/encoding.h"
#include "redact/generate.h"
#include "redact/redact_support.h"

namespace clawtrail {
namespace {

using test::BoundRedactor;
using test::Outcome;

class RedactorTest : public testing::Test {
 protected:
  std::string make(std::string_view pattern) {
    const auto text = redact::generate(pattern, seed_);
    CHECK(text.has_value());
    return *text;
  }
  std::string anthropic_key() { return make("sk-ant-api03-[A-Za-z0-9_-]{93}AA"); }
  std::string github_token() { return make("ghp_[A-Za-z0-9]{36}"); }

  static BoundRedactor& plain() {
    static BoundRedactor redactor;
    return redactor;
  }
  redact::Seed seed_{20261121};
};

TEST_F(RedactorTest, ShippedRulesPassTheirOwnExamples) {
  Diagnostics diagnostics;
  EXPECT_GE(test_secret_rules(test::shipped_packs(), diagnostics), 250U);
  EXPECT_FALSE(diagnostics.has_errors()) << diagnostics.render();
  EXPECT_GE(plain().redactor().rules(), 80U);
}

TEST_F(RedactorTest, CleanLinesAreCopied) {
  for (const char* line :
       {"", "plain text", R"({"a":1,"b":["x",null]})", R"({"authMode":"token","reason":"token_mismatch"})"}) {
    const Outcome outcome = plain().redact(line);
    EXPECT_EQ(outcome.line, line);
    EXPECT_FALSE(outcome.changed);
    EXPECT_TRUE(outcome.redactions.empty()) << line;
  }
}

// Lines as a gateway writes them: ids, hashes and settings are no secrets.
TEST_F(RedactorTest, GatewayLinesStay) {
  const std::string digest = make("[0-9a-f]{64}"),
                    uuid = make("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}");
  const std::vector<std::string> lines{
      R"({"0":"{\"subsystem\":\"gateway\"}","1":"auth failed reason=token_mismatch conn=)" + uuid + R"("})",
      R"({"1":"resolving authentication…","sessionKey":"agent:main:main","authReason":"token_missing"})",
      "device=" + digest + " traceId=" + make("[0-9a-f]{32}") + " sha256:" + digest,
      R"({"toolCallId":"toolu_)" + make("[A-Za-z0-9]{24}") +
          R"(","usage":{"max_tokens":4096,"tokens":5,"input_tokens":17}})",
      "gateway.auth.mode=token, token source=env password=${GATEWAY_PASSWORD}",
      R"({"auth":{"mode":"token","token":"${OPENCLAW_GATEWAY_TOKEN}"},"tokens":5,"password":null})",
      "password must not be empty; secret: missing; apiKey: undefined; token: string;",
  };
  for (const std::string& line : lines) EXPECT_EQ(plain().line(line), line);
}

TEST_F(RedactorTest, MasksInAnyPlaceOfALine) {
  const std::string key = anthropic_key();
  for (const char* form : {"%", "key %.", "(%)", "a,%,b", "x=%&y", "/v1/%/x", "\x1b[1m%\x1b[0m", "[31m%[0m",
                           "a\\n%\\nb", "<b>%</b>", "\"%\""}) {
    std::string line = form;
    line.replace(line.find('%'), 1, key);
    std::string want = form;
    want.replace(want.find('%'), 1, "[REDACTED]");
    EXPECT_EQ(plain().line(line), want);
    EXPECT_EQ(plain().line(R"({"m":)" + json_string(line) + "}"), R"({"m":)" + json_string(want) + "}");
  }
}

TEST_F(RedactorTest, NamesTheRuleThePlaceAndTheFingerprint) {
  const std::string token = github_token();
  const Outcome first = plain().redact(R"({"a":{"b/c":["x",{"token":")" + token + R"("}]}})");
  ASSERT_EQ(first.redactions.size(), 1U);
  EXPECT_EQ(first.redactions[0].rule, "github-token");
  EXPECT_EQ(first.redactions[0].at, "/a/b~1c/1/token");
  EXPECT_TRUE(first.redactions[0].unique);
  ASSERT_EQ(first.redactions[0].fp.size(), 25U);
  const Outcome text = plain().redact("pushed with " + token);
  ASSERT_EQ(text.redactions.size(), 1U);
  EXPECT_EQ(text.redactions[0].at, "");
  EXPECT_EQ(text.redactions[0].fp, first.redactions[0].fp);
  EXPECT_NE(plain().redact(github_token()).redactions.at(0).fp, first.redactions[0].fp);
}

// Whatever rule finds it, and however it is escaped.
TEST_F(RedactorTest, ASecretHasOneFingerprint) {
  RedactorOptions options;
  options.user_patterns = {{"zebra-[a-z/]+", {}}};
  BoundRedactor redactor(std::move(options));
  for (const std::string& secret : {github_token(), "zebra-" + make("[a-z]{9}") + "/" + make("[a-z]{9}")}) {
    std::string slashed = secret, hidden;
    if (slashed.find('/') != std::string::npos) slashed.insert(slashed.find('/'), "\\");
    for (const char c : secret) hidden += "\\u00" + hex({&c, 1});
    const std::string inner = R"({"k":")" + slashed + R"("})";
    for (const std::string& line :
         {"see " + secret + ".", "password=" + secret, R"({"password":")" + slashed + R"("})",
          R"({"m":"see )" + hidden + R"( now"})", R"({"m":"Authorization: Bearer )" + slashed + R"("})",
          R"({"m":)" + json_string(inner) + "}", R"({"m":")" + hidden + R"("})"}) {
      const Outcome outcome = redactor.redact(line);
      ASSERT_EQ(outcome.redactions.size(), 1u) << line;
      EXPECT_EQ(outcome.redactions[0].fp, redactor.redactor().fingerprint(secret)) << line;
    }
  }
}

TEST_F(RedactorTest, ThreeLevelsOfJsonInJson) {
  const std::string key = anthropic_key();
  std::string inner = R"({"note":"a )" + key + R"( b","password":"p\"q\\r 17"})";
  std::string want = R"({"note":"a [REDACTED] b","password":"[REDACTED]"})";
  for (int level = 0; level < 4; ++level) {
    const Outcome outcome = plain().redact(inner);
    EXPECT_EQ(outcome.line, want) << level;
    EXPECT_EQ(outcome.redactions.size(), 2U);
    EXPECT_EQ(outcome.redactions[0].at, level > 0 ? "/0" : "/note");
    inner = R"({"0":)" + json_string(inner) + "}";
    want = R"({"0":)" + json_string(want) + "}";
  }
}

TEST_F(RedactorTest, NumbersOfSecretFieldsBecomeStrings) {
  EXPECT_EQ(plain().line(R"({"password": 12345678, "tokens": 5, "x": 1})"),
            R"({"password": "[REDACTED]", "tokens": 5, "x": 1})");
  EXPECT_EQ(plain().line(R"({"0":"{\"password\":12345678}"})"), R"({"0":"{\"password\":\"[REDACTED]\"}"})");
}

TEST_F(RedactorTest, PairsAndArgumentLists) {
  const std::string value = make("[A-Z][a-z][0-9][A-Za-z0-9]{17}");
  for (const std::string form :
       {R"({"name":"X_TOKEN","value":"%"})", R"({"value":"%","kind":"env","name":"X_TOKEN"})",
        R"(["run","--auth-token","%"])", R"(["config","set","gateway.auth.token","%"])", R"({"token":["%"]})",
        R"({"apiKey":{"value":"%"}})"}) {
    std::string line = form, want = form;
    line.replace(line.find('%'), 1, value);
    want.replace(want.find('%'), 1, "[REDACTED]");
    EXPECT_EQ(plain().line(line), want);
  }
}

TEST_F(RedactorTest, GatewayMasksAreNotedAndKept) {
  const std::string line = R"({"m":"key sk-ant…KEAA used","token":"***"})";
  const Outcome outcome = plain().redact(line);
  EXPECT_EQ(outcome.line, line);
  EXPECT_FALSE(outcome.changed);
  ASSERT_EQ(outcome.redactions.size(), 2U);
  EXPECT_EQ(outcome.redactions[0].rule, "gateway-masked");
  EXPECT_EQ(outcome.redactions[0].at, "/m");
  EXPECT_TRUE(outcome.redactions[0].unique);
  EXPECT_TRUE(plain().redact("loading configuration… done, waiting…then").redactions.empty());
}

TEST_F(RedactorTest, TemplatesAreFilledAndIdempotent) {
  for (const char* replacement : {"[REDACTED:{rule}]", "<{rule} \"{fp}\">", "***", "{fp}"}) {
    BoundRedactor redactor(RedactorOptions{replacement, "", {}});
    for (const std::string& line : {"password=" + make("[a-z]{4}[0-9]{6}"),
                                    R"({"token":")" + github_token() + R"(","n":{"secret":1234567}})",
                                    R"({"0":)" + json_string(R"({"k":")" + anthropic_key() + R"("})") + "}",
                                    "x " + anthropic_key() + " y"}) {
      const std::string once = redactor.line(line);
      EXPECT_NE(once, line);
      const Outcome twice = redactor.redact(once);
      EXPECT_EQ(twice.line, once) << replacement;
      EXPECT_FALSE(twice.changed);
    }
  }
}

TEST_F(RedactorTest, KeyBlocksEvenWhenCutOff) {
  const std::string body = make("\n[A-Za-z0-9+/]{64}\n[A-Za-z0-9+/]{64}");
  const std::string cut = "-----BEGIN OPENSSH PRIVATE KEY-----" + body;
  EXPECT_EQ(plain().line(R"({"k":)" + json_string(cut) + "}"),
            R"({"k":"-----BEGIN OPENSSH PRIVATE KEY-----[REDACTED]"})");
  const std::string certificate = R"({"c":)" + json_string("-----BEGIN CERTIFICATE-----" + body) + "}";
  EXPECT_EQ(plain().line(certificate), certificate);
}

TEST_F(RedactorTest, ReportsLiteralsThatOnlyDecodingShows) {
  BoundRedactor redactor({}, {}, {{.bytes = "needle-42"}});
  EXPECT_EQ(redactor.redact(R"({"m":"nee\u0064le-42"})").decoded, std::vector<std::uint32_t>{0});
  EXPECT_TRUE(redactor.redact(R"({"m":"needle-42"})").decoded.empty());
  EXPECT_TRUE(redactor.redact(R"({"m":"nothing"})").decoded.empty());
}

TEST_F(RedactorTest, DigestTellsRuleSetsApart) {
  BoundRedactor other(RedactorOptions{"[X]", "", {}}), same;
  EXPECT_EQ(plain().redactor().digest(), same.redactor().digest());
  EXPECT_NE(plain().redactor().digest(), other.redactor().digest());
  EXPECT_EQ(same.redactor().digest().size(), 64U);
}

TEST_F(RedactorTest, UserPatternsRespectTokens) {
  BoundRedactor redactor(RedactorOptions{"[REDACTED]",
                                         "",
                                         {{"sk-[a-zA-Z0-9-]+", {}},
                                          {"token", {}},
                                          {"internal_name", {}},
                                          {"[0-9]{3}-[0-9]{3}", {}},
                                          {"x+y?", {}}}});
  EXPECT_EQ(redactor.line("disk-space low, task-list done"), "disk-space low, task-list done");
  EXPECT_EQ(redactor.line("key sk-abc_def-1, ok"), "key [REDACTED], ok");
  EXPECT_EQ(redactor.line("the token is a word, max_tokens=5"), "the token is a word, max_tokens=5");
  EXPECT_EQ(redactor.line("internal_name=plain other=plain"), "internal_name=[REDACTED] other=plain");
  EXPECT_EQ(redactor.line(R"({"internalName":"plain"})"), R"({"internalName":"[REDACTED]"})");
  EXPECT_EQ(redactor.line("call 123-456 now"), "call [REDACTED] now");  // No literal: every line is searched.
  EXPECT_EQ(redactor.line(R"({"m":"call 123-456 now"})"), R"({"m":"call [REDACTED] now"})");
  EXPECT_EQ(redactor.line("fox xylo"), "fox [REDACTED]");
  EXPECT_TRUE(redactor.redactor().every_line());
}

TEST_F(RedactorTest, BadUserPatternsAreErrorsWithTheirPlace) {
  Diagnostics diagnostics;
  RedactorOptions options;
  options.user_patterns = {
      {"(unclosed", {"config.yaml", 7, 3}}, {"a*", {"config.yaml", 8, 3}}, {"", {"config.yaml", 9, 3}}};
  const auto redactor = Redactor::load({}, KnownSecrets(), options, diagnostics);
  ASSERT_EQ(diagnostics.errors(), 3U);
  EXPECT_EQ(diagnostics.all()[0].where.line, 7U);
}

TEST_F(RedactorTest, BadRulesAreErrorsWithTheirPlace) {
  Diagnostics diagnostics;
  const YamlNode pack = parse_yaml(
      "rules:\n  - id: a\n    tier: unique\n    literals: [xy]\n    pattern: 'xy('\n    patern: x\n"
      "  - id: b\n    description: d\n    source: s\n    tier: odd\n    literals: []\n",
      "p.yaml", diagnostics);
  const auto redactor = Redactor::load({pack}, KnownSecrets(), {}, diagnostics);
  EXPECT_GE(diagnostics.errors(), 6U);
  for (const Diagnostic& diagnostic : diagnostics.all()) EXPECT_EQ(diagnostic.where.file, "p.yaml");
  EXPECT_EQ(redactor->rules(), 0U);
}

}  // namespace
}  // namespace clawtrail
