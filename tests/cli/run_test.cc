// SPDX-License-Identifier: Apache-2.0
// Goal: what `run --once` wrote, `verify` and `search` read; damage has its exit code.
#include <gtest/gtest.h>

#include "cli/cli_fixture.h"

namespace clawtrail {
namespace {

class RunTest : public CliTest {
 protected:
  void SetUp() override {
    CliTest::SetUp();
    write_config();
  }
  Ended run_once(const std::string& more = "") { return run("run --once --config clawtrail.yaml " + more); }
  static std::string audit_line(const std::string& type, const std::string& result) {
    return "{\"timestamp\":\"2026-11-21T04:00:00Z\",\"event_type\":\"" + type + "\",\"result\":\"" + result +
           "\"}\n";
  }
  std::string segment() const {
    for (const auto& entry : std::filesystem::directory_iterator(dir_ / "trail")) {
      if (entry.path().extension() == ".jsonl") return "trail/" + entry.path().filename().string();
    }
    return "";
  }
};

TEST_F(RunTest, OnceReadsToTheEndAndLeavesAnIntactTrail) {
  write("in.log", audit_line("authentication", "failure") + audit_line("api_call", "error"));
  const Ended ended = run_once();
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(ended.out, "");
  const Ended verified = run("verify trail");
  EXPECT_EQ(verified.code, 0);
  EXPECT_TRUE(verified.out.starts_with("intact: ")) << verified.out;
  const Ended json = run("verify trail --json");
  EXPECT_EQ(json.code, 0);
  EXPECT_TRUE(json.out.starts_with("{\"verdict\":\"intact\"")) << json.out;
  EXPECT_EQ(lines_of(json.out).size(), 1u);
}

TEST_F(RunTest, SearchFindsPrintsJsonInAPipeAndSaysWhenThereIsNothing) {
  write("in.log", audit_line("authentication", "failure") + audit_line("api_call", "error"));
  ASSERT_EQ(run_once().code, 0);
  const Ended found = run("search trail 'event_type=api_call and result=error'");
  EXPECT_EQ(found.code, 0);
  ASSERT_EQ(lines_of(found.out).size(), 1u) << found.out;
  EXPECT_NE(read(segment()).find(found.out), std::string::npos);  // The trail's own bytes.
  const Ended none = run("search trail event_type=pairing");
  EXPECT_EQ(none.code, 1);
  EXPECT_EQ(none.out, "");
  EXPECT_EQ(run("search trail event_type=api_call --until 2026-01-01").code, 1);
  EXPECT_EQ(run("search trail event_type=api_call --since 2026-01-01 --format csv").code, 0);
  EXPECT_EQ(run("search trail event_type=api_call --format table").code, 0);
}

// The same secret, found by a field's name, by its form, and behind escapes.
TEST_F(RunTest, ASecretIsFoundAgainByItsFingerprint) {
  const std::string secret = github_token(), other = github_token();
  std::string hidden;
  for (const char c : secret) {
    char escaped[8];
    std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned>(c));
    hidden += escaped;
  }
  write("in.log", "{\"message\":\"push with " + secret + ".\"}\n{\"message\":\"nothing\"}\n" +
                      "{\"auth\":{\"password\":\"" + hidden + "\"}}\n{\"message\":\"" + other + "\"}\n");
  ASSERT_EQ(run_once().code, 0);
  for (const char* where : {"", " trail"}) {
    const Ended found =
        run("redact --find-secret --config clawtrail.yaml" + std::string(where), secret + "\n");
    EXPECT_EQ(found.code, 0) << found.err;
    const auto lines = lines_of(found.out);
    ASSERT_EQ(lines.size(), 2u) << found.out;
    EXPECT_TRUE(lines[0].starts_with("{\"index\":")) << lines[0];
    EXPECT_NE(lines[0].find("\"source\":\"in\",\"rule\":\"github-token\",\"at\":\"/message\"}"),
              std::string::npos)
        << lines[0];
    EXPECT_NE(lines[1].find("\"at\":\"/auth/password\"}"), std::string::npos) << lines[1];
    EXPECT_EQ((found.out + found.err).find(secret), std::string::npos);
  }
  const std::string pasted = "export GH_TOKEN=" + other;
  EXPECT_EQ(lines_of(run("redact --find-secret --config clawtrail.yaml", pasted).out).size(), 1u);
  const Ended none = run("redact --find-secret --config clawtrail.yaml", github_token());
  EXPECT_EQ(none.code, 1);
  EXPECT_EQ(none.out + none.err, "");
  const std::string trail = read(segment());
  const std::size_t at = trail.find("\"fp\":\"") + 6;
  const std::string fp = trail.substr(at, trail.find('"', at) - at);
  EXPECT_EQ(lines_of(run("search trail fp=" + fp).out).size(), 2u);
  EXPECT_EQ(lines_of(run("search trail fp=" + fp.substr(fp.find(':') + 1)).out).size(), 2u);
  EXPECT_EQ(lines_of(run("search trail redactions.rule=github-token").out).size(), 3u);
}

TEST_F(RunTest, FindingASecretNeedsTheKeyOfTheTrail) {
  const Ended ended = run("redact --find-secret --config clawtrail.yaml", "x\n");
  EXPECT_EQ(ended.code, 2);
  EXPECT_NE(ended.err.find("there is no fingerprint key " + path("fp.key")), std::string::npos) << ended.err;
  EXPECT_FALSE(std::filesystem::exists(dir_ / "fp.key"));
  write("in.log", audit_line("authentication", "failure"));
  ASSERT_EQ(run_once().code, 0);
  EXPECT_EQ(run("redact --find-secret --config clawtrail.yaml", "\n").code, 2);
  EXPECT_EQ(run("redact --find-secret --config clawtrail.yaml trail trail", "x").code, 2);
}

TEST_F(RunTest, DamageHasItsExitCode) {
  write("in.log", audit_line("authentication", "failure"));
  ASSERT_EQ(run_once().code, 0);
  const std::string whole = read(segment());
  write(segment(), whole + "{\"timestamp\":\"20");
  EXPECT_EQ(run("verify trail").code, 3);
  std::string altered = whole;
  altered.replace(altered.find("\"failure\""), 9, "\"success\"");
  write(segment(), altered);
  EXPECT_EQ(run("verify trail").code, 1);
  write(segment(), whole);
  EXPECT_EQ(run("verify trail").code, 0);
}

TEST_F(RunTest, ACheckpointKeptElsewhereSeesATrailThatWasRolledBack) {
  write("in.log", audit_line("authentication", "failure"));
  ASSERT_EQ(run_once().code, 0);
  std::filesystem::copy(dir_ / "trail", dir_ / "old", std::filesystem::copy_options::recursive);
  write("in.log", audit_line("authentication", "failure") + audit_line("api_call", "error"));
  ASSERT_EQ(run_once().code, 0);
  EXPECT_EQ(run("verify trail --checkpoint trail/checkpoint").code, 0);
  EXPECT_EQ(run("verify old").code, 0);
  EXPECT_EQ(run("verify old --checkpoint trail/checkpoint").code, 1);
  EXPECT_EQ(run("verify trail --checkpoint missing").code, 2);
  EXPECT_EQ(run("verify trail --key clawtrail.yaml").code, 2);
}

TEST_F(RunTest, InputsOfTheCommandLineReplaceTheConfiguredOnes) {
  write("other.log", audit_line("api_call", "error"));
  const Ended ended = run_once("--input other.log --trail second --web off --lanes 0");
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(run("search second event_type=api_call").code, 0);
  EXPECT_FALSE(std::filesystem::exists(dir_ / "trail"));
}

TEST_F(RunTest, TheStartSaysWhereEvidenceIsWeakAndWhatHasNoNotifier) {
  write("in.log", "");
  const Ended ended = run_once();
  EXPECT_NE(ended.err.find("evidence: weak"), std::string::npos) << ended.err;
  EXPECT_NE(ended.err.find("no notifier is configured for "), std::string::npos) << ended.err;
}

TEST_F(RunTest, TheDemoSaysThatItIsOneAndLeavesAnIntactTrailOfItsOwn) {
  const Ended ended = run("demo --seconds 2");
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_TRUE(ended.out.starts_with("=== DEMO: ")) << ended.out;
  for (const char* part :
       {"events by type", "secrets redacted, by rule", "metrics: http://127.0.0.1:", "\nintact: "}) {
    EXPECT_NE(ended.out.find(part), std::string::npos) << part << " in\n" << ended.out;
  }
  EXPECT_FALSE(std::filesystem::exists(dir_ / ".clawtrail"));
  const std::size_t begin = ended.out.find("trail: ") + 7;
  const std::string trail = ended.out.substr(begin, ended.out.find('\n', begin) - begin);
  EXPECT_TRUE(trail.starts_with(dir_.string())) << trail;
  const Ended records =
      run("search " + trail +
          " 'event_type=connection or event_type=system or event_type=log or event_type=api_call'");
  ASSERT_EQ(records.code, 0);
  for (const std::string& line : lines_of(records.out))
    EXPECT_NE(line.find("\"demo\""), std::string::npos) << line;
}

TEST_F(RunTest, TheProbeTellsWhetherThisHomeHasAnOpenclaw) {
  std::filesystem::create_directories(dir_ / ".openclaw");
  write(".openclaw/openclaw.json", "{\"logging\":{\"file\":\"" + path("gateway-2026-11-21.log") + "\"}}");
  const Ended ended = run("demo --probe");
  EXPECT_EQ(ended.code, 0);
  EXPECT_TRUE(ended.out.starts_with(path("gateway-*.log") + "\n")) << ended.out;
}

}  // namespace
}  // namespace clawtrail
