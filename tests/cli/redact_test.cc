// SPDX-License-Identifier: Apache-2.0
// Goal: the filter keeps lines, order and every byte that is no secret.
#include <gtest/gtest.h>

#include "cli/cli_fixture.h"

namespace clawtrail {
namespace {

TEST_F(CliTest, RedactKeepsCountOrderAndEverythingElse) {
  std::string in, want;
  for (int i = 0; i < 2000; ++i) {
    const std::string head = "{\"n\":" + std::to_string(i) + ", \"text\" : \"caf\\u00e9 ";
    const bool secret = i % 7 == 0;
    in += head + (secret ? github_token() : "nothing") + "\"}\n";
    want += head + (secret ? "[REDACTED]" : "nothing") + "\"}\n";
  }
  const Ended ended = run("redact", in);
  EXPECT_EQ(ended.code, 0);
  EXPECT_EQ(ended.err, "");
  EXPECT_TRUE(ended.out == want);
}

TEST_F(CliTest, RedactTakesTextEmptyInputAndALastLineWithoutNewline) {
  EXPECT_EQ(run("redact", "").out, "");
  EXPECT_EQ(run("redact", "\n\nplain\r\nlast").out, "\n\nplain\r\nlast");
  EXPECT_EQ(run("redact --text", "key " + github_token() + " end\n").out, "key [REDACTED] end\n");
}

TEST_F(CliTest, RedactReadsFilesInTheOrderGiven) {
  write("a.log", "first\n");
  write("b.log", "second " + github_token() + "\n");
  EXPECT_EQ(run("redact b.log a.log").out, "second [REDACTED]\nfirst\n");
  const Ended missing = run("redact missing.log");
  EXPECT_EQ(missing.code, 1);
  EXPECT_EQ(missing.err, "clawtrail: cannot open missing.log: No such file or directory\n");
}

TEST_F(CliTest, RedactTellsWhatItDid) {
  write("a.log", "one\nkey " + github_token() + " and " + github_token() + "\n");
  write("b.log", "last " + github_token());
  const std::string size = std::to_string(read("a.log").size() + read("b.log").size());
  const Ended ended = run("redact --stats a.log b.log");
  EXPECT_EQ(ended.out, "one\nkey [REDACTED] and [REDACTED]\nlast [REDACTED]");
  EXPECT_EQ(ended.err, "{\"lines\":3,\"bytes\":" + size +
                           ",\"lines_changed\":2,\"findings\":3,\"by_rule\":{\"github-token\":3}}\n");
  EXPECT_EQ(run("redact --stats", "").err,
            "{\"lines\":0,\"bytes\":0,\"lines_changed\":0,\"findings\":0,\"by_rule\":{}}\n");
}

// util-linux's `script` gives the command a terminal.
TEST_F(CliTest, RedactTellsAPersonInATable) {
  if (std::system("command -v script > /dev/null") != 0) GTEST_SKIP() << "script is not installed";
  write("a.log", "key " + github_token() + "\n");
  const std::string command = "cd " + dir_.string() + " && env HOME=" + dir_.string() + " script -qec '" +
                              CLAWTRAIL_BINARY + " redact --stats a.log' /dev/null > typed 2>&1";
  EXPECT_EQ(std::system(command.c_str()), 0);
  const std::string typed = read("typed");
  EXPECT_NE(typed.find("lines changed                                1\r\n"), std::string::npos) << typed;
  EXPECT_NE(typed.find("  github-token                               1\r\n"), std::string::npos) << typed;
}

TEST_F(CliTest, RedactUsesPatternsReplacementAndKnownSecretsOfTheConfiguration) {
  write_config("logging: {redact_patterns: [\"zebra-[0-9]+\"], redact_replacement: \"<out>\"}\n");
  const std::string known = random_text(20);
  const Ended ended =
      run("redact --config clawtrail.yaml", "a zebra-42 b " + known + " c\n", "CT_SECRET_X=" + known);
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(ended.out, "a <out> b <out> c\n");
}

TEST_F(CliTest, RedactLeavesNoKeyBehindUnlessTheReplacementShowsFingerprints) {
  EXPECT_EQ(run("redact", "x\n").code, 0);
  EXPECT_FALSE(std::filesystem::exists(dir_ / ".clawtrail"));
  write_config("logging: {redact_replacement: \"<{fp}>\"}\n");
  const std::string line = "key " + github_token() + "\n";
  const Ended first = run("redact --config clawtrail.yaml", line);
  EXPECT_EQ(first.code, 0) << first.err;
  EXPECT_TRUE(std::filesystem::exists(dir_ / "fp.key"));
  EXPECT_EQ(run("redact --config clawtrail.yaml", line).out,
            first.out);  // The same key, the same fingerprint.
}

TEST_F(CliTest, RedactUsesGitleaksFilesAndPacksOfTheConfiguration) {
  write("base.toml", "[[rules]]\nid = 'acme'\nregex = 'acme[\":= ]+([0-9a-z]{16})'\nkeywords = ['acme']\n");
  write("rules.toml", "[extend]\npath = 'base.toml'\n[[rules]]\nid = 'extra'\nregex = 'extra-[0-9]+'\n");
  write("own.yaml",
        "rules:\n  - id: own-key\n    description: ours\n    source: https://example.org\n    tier: unique\n"
        "    literals: [ownkey_]\n    pattern: 'ownkey_[a-z]{12}'\n    match: 'k {gen:ownkey_[a-z]{12}}'\n");
  write("c.yaml",
        "redaction: {gitleaks: [rules.toml], packs: [default, own.yaml], replacement: \"<{rule}>\", "
        "known_secrets: {env: [], files: []}}\n");
  const Ended ended = run("redact --config c.yaml",
                          "{\"acme\":\"0123456789abcdef\",\"m\":\"extra-42, ownkey_abcdefghijkl\"}\n");
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(ended.out, "{\"acme\":\"<acme>\",\"m\":\"<extra>, <own-key>\"}\n");
  EXPECT_EQ(run("test own.yaml").code, 0);
  write("base.toml", "[[rules]]\nid = 'acme'\nregex = '(?=x)'\n");
  const Ended refused = run("redact --config c.yaml", "x\n");
  EXPECT_EQ(refused.code, 2);
  EXPECT_EQ(refused.out, "");
  EXPECT_NE(refused.err.find("base.toml:3:9: error: rule \"acme\": the pattern is not accepted"),
            std::string::npos)
      << refused.err;
  EXPECT_EQ(run("check --config c.yaml").code, 2);
  EXPECT_EQ(run("run --once --config c.yaml").code, 2);
}

TEST_F(CliTest, RedactRefusesAReplacementThatIsNoMask) {
  write("c.yaml", "logging:\n  redact_replacement: \"password={fp}\"\n");
  const Ended ended = run("redact --config c.yaml", "x\n");
  EXPECT_EQ(ended.code, 2);
  EXPECT_NE(ended.err.find("c.yaml:2:23: error: the replacement looks like a secret itself"),
            std::string::npos)
      << ended.err;
}

TEST_F(CliTest, RedactRefusesABadConfiguration) {
  write("bad.yaml", "logging: {redact_patterns: [\"(unclosed\"]}\n");
  const Ended ended = run("redact --config bad.yaml", "x\n");
  EXPECT_EQ(ended.code, 2);
  EXPECT_EQ(ended.out, "");
  EXPECT_NE(ended.err.find("bad.yaml:1:"), std::string::npos) << ended.err;
}

}  // namespace
}  // namespace clawtrail
