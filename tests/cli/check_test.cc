// SPDX-License-Identifier: Apache-2.0
// Goal: `check` tells every mistake of configuration, patterns and rules at once, writes nothing, prints no
// secret.
#include <gtest/gtest.h>

#include "cli/cli_fixture.h"

namespace clawtrail {
namespace {

TEST_F(CliTest, FiveMistakesAreReportedInOneGoInTheOrderOfTheFile) {
  write("bad.yaml",
        "trail: {segment_bytes: 5 parsecs}\n"
        "monitorng: {}\n"
        "web: {listen: nowhere}\n"
        "logging: {redact_patterns: [\"(unclosed\"]}\n"
        "monitoring: {alerts: [{name: X, condition: \"authentication_failed >\", severity: high}]}\n"
        "sources: [{name: a, type: fiel}]\n");
  const Ended ended = run("check --config bad.yaml");
  EXPECT_EQ(ended.code, 2);
  std::size_t at = 0;
  for (const char* place : {"bad.yaml:1:24:", "bad.yaml:2:1:", "bad.yaml:3:15:", "bad.yaml:4:29:",
                            "bad.yaml:5:", "bad.yaml:6:27:"}) {
    const std::size_t found = ended.err.find(place, at);
    ASSERT_NE(found, std::string::npos) << place << " in\n" << ended.err;
    at = found;
  }
  EXPECT_NE(ended.err.find("did you mean \"monitoring\"?"), std::string::npos);
  EXPECT_NE(ended.err.find("                       ^\n"), std::string::npos) << "no caret";
  EXPECT_NE(ended.err.find("6 mistakes"), std::string::npos);
}

TEST_F(CliTest, RunReportsTheSameMistakesAndDoesNotStart) {
  write("bad.yaml",
        "sources: [{name: a, type: fiel}]\nmonitoring: {alerts: [{name: X, condition: \"a >\", severity: "
        "high}]}\n");
  const Ended ended = run("run --once --config bad.yaml");
  EXPECT_EQ(ended.code, 2);
  EXPECT_NE(ended.err.find("bad.yaml:1:27:"), std::string::npos) << ended.err;
  EXPECT_NE(ended.err.find("bad.yaml:2:"), std::string::npos) << ended.err;
  EXPECT_FALSE(std::filesystem::exists(dir_ / ".clawtrail"));
}

TEST_F(CliTest, AGoodConfigurationSaysWhatIsInForceAndWritesNothing) {
  write_config(
      "monitoring: {alerts: [{name: X, condition: \"authentication_failed > 5 in 5m\", severity: high, "
      "notification: [{webhook: soc}]}]}\n");
  const Ended ended = run("check --config clawtrail.yaml");
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_NE(ended.out.find("source in: file " + path("in.log")), std::string::npos) << ended.out;
  EXPECT_NE(ended.out.find("ok: 1 source, "), std::string::npos) << ended.out;
  EXPECT_NE(ended.err.find("no notifier is configured for webhook \"soc\""), std::string::npos) << ended.err;
  EXPECT_FALSE(std::filesystem::exists(dir_ / "trail"));
  EXPECT_FALSE(std::filesystem::exists(dir_ / "fp.key"));
  EXPECT_FALSE(std::filesystem::exists(dir_ / "signing.key"));
  EXPECT_FALSE(std::filesystem::exists(dir_ / ".cache"));
}

TEST_F(CliTest, KnownSecretsAreCountedAndSkippedOnesNamedWithoutTheirValues) {
  write_config();
  const std::string secret = random_text(24);
  const Ended ended = run("check --config clawtrail.yaml", "", "CT_SECRET_A=" + secret + " CT_SECRET_B=qwzy");
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_NE(ended.out.find("1 known secret\n"), std::string::npos) << ended.out;
  EXPECT_NE(ended.out.find("CT_SECRET_B"), std::string::npos) << ended.out;
  EXPECT_EQ((ended.out + ended.err).find(secret), std::string::npos);
  EXPECT_EQ((ended.out + ended.err).find("qwzy"), std::string::npos);
}

TEST_F(CliTest, AMissingOrEmptyConfiguration) {
  const Ended missing = run("check --config missing.yaml");
  EXPECT_EQ(missing.code, 2);
  EXPECT_NE(missing.err.find("missing.yaml"), std::string::npos);
  EXPECT_NE(missing.err.find("1 mistake\n"), std::string::npos);
  write("empty.yaml", "");
  EXPECT_EQ(run("check --config empty.yaml").code, 0);
}

TEST_F(CliTest, TestRunsTheExamplesOfTheShippedRules) {
  const Ended ended = run("test");
  EXPECT_EQ(ended.code, 0) << ended.out << ended.err;
  EXPECT_NE(ended.out.find(" passed, 0 failed\n"), std::string::npos);
  for (const char* file : {"secrets/ai.yaml", "events/openclaw.yaml", "alerts/openclaw.yaml"}) {
    EXPECT_NE(ended.out.find(file), std::string::npos) << file;
  }
}

TEST_F(CliTest, TestFindsARuleThatDoesNotDoWhatItsExampleSays) {
  write("rules.yaml",
        "- name: A\n  condition: \"authentication_failed > 5 in 5m\"\n  severity: high\n  tests:\n    - "
        "unheard_of: 1\n");
  EXPECT_EQ(run("test rules.yaml").code, 1);
  write("broken.yaml", "- name: [\n");
  EXPECT_EQ(run("test broken.yaml").code, 1);
  EXPECT_EQ(run("test missing.yaml").code, 1);
  EXPECT_EQ(run("test .nothing").code, 1);
}

}  // namespace
}  // namespace clawtrail
