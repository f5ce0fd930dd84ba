// SPDX-License-Identifier: Apache-2.0
// Goal: `scan` tells by its exit code whether there are secrets, in each format what a program needs, and
// never the secret.
#include <sys/stat.h>

#include "clawtrail/event/json.h"
#include "cli/cli_fixture.h"

namespace clawtrail {
namespace {

class ScanCommand : public CliTest {
 protected:
  void put(const std::string& name, const std::string& text, mode_t mode = 0600) const {
    std::filesystem::create_directories((dir_ / name).parent_path());
    write(name, text);
    ASSERT_EQ(::chmod(path(name).c_str(), mode), 0);
  }
};

TEST_F(ScanCommand, ExitCodesTellNoneFoundAndWrongUse) {
  put("clean/a.txt", "nothing here\n");
  put("dirty/a.txt", "key " + github_token() + "\n");
  put("own/.env", "A_TOKEN=" + github_token() + "\n");
  put("shown/.env", "A_TOKEN=" + github_token() + "\n", 0644);
  EXPECT_EQ(run("scan clean").code, 0);
  EXPECT_EQ(run("scan dirty").code, 1);
  EXPECT_EQ(run("scan clean/a.txt dirty/a.txt").code, 1);
  EXPECT_EQ(run("scan own").code, 0);
  EXPECT_EQ(run("scan shown").code, 1);
  EXPECT_EQ(run("scan missing").code, 2);
  EXPECT_EQ(run("scan clean --format xml").code, 2);
  EXPECT_EQ(run("scan clean --config missing.yaml").code, 2);
}

TEST_F(ScanCommand, TheDefaultIsTheFolderOfOpenClaw) {
  EXPECT_EQ(run("scan").code, 2);
  put(".openclaw/logs/x.log", "key " + github_token() + "\n");
  const Ended ended = run("scan");
  EXPECT_EQ(ended.code, 1);
  EXPECT_NE(ended.out.find(".openclaw/logs/x.log:1:5: github-token "), std::string::npos) << ended.out;
  EXPECT_EQ(run("scan", "", "OPENCLAW_STATE_DIR=" + path("elsewhere")).code, 2);
}

TEST_F(ScanCommand, NothingTellsTheSecretAndAPipeSeesNoProgress) {
  const std::string secret = github_token();
  put("d/in " + secret + ".txt", "x\nkey " + secret + "\n");
  for (const char* format : {"text", "json", "sarif"}) {
    const Ended ended = run(std::string("scan d --format ") + format);
    EXPECT_EQ(ended.code, 1);
    EXPECT_EQ(ended.err, "");
    EXPECT_EQ(ended.out.find(secret), std::string::npos) << format;
  }
  EXPECT_EQ(run("scan d").out.substr(0, 24), "d/in [REDACTED].txt:2:5:");
}

TEST_F(ScanCommand, JsonLinesEndWithASummary) {
  put("d/a.txt", "\nkey " + github_token() + " {\"password\":\"hunter-two-22\"}\n");
  put("d/.env", "A_TOKEN=" + github_token() + "\n");
  const std::vector<std::string> lines = lines_of(run("scan d --format json").out);
  ASSERT_EQ(lines.size(), 4u);
  JsonParser parser;
  const auto expected = parser.parse(lines[0]);
  ASSERT_TRUE(expected.ok());
  EXPECT_EQ((*expected)["path"].string_or(""), "d/.env");
  EXPECT_TRUE((*expected)["expected"].boolean().value_or(false));
  const auto finding = parser.parse(lines[1]);
  ASSERT_TRUE(finding.ok());
  EXPECT_EQ((*finding)["path"].string_or(""), "d/a.txt");
  EXPECT_EQ((*finding)["line"].unsigned_integer(), 2u);
  EXPECT_EQ((*finding)["column"].unsigned_integer(), 5u);
  EXPECT_EQ((*finding)["rule"].string_or(""), "github-token");
  EXPECT_TRUE((*finding)["unique"].boolean().value_or(false));
  const auto summary = parser.parse(lines[3]);
  ASSERT_TRUE(summary.ok());
  EXPECT_EQ((*summary)["summary"]["files"].unsigned_integer(), 2u);
  EXPECT_EQ((*summary)["summary"]["findings"].unsigned_integer(), 3u);
  EXPECT_EQ((*summary)["summary"]["counted"].unsigned_integer(), 2u);
}

// The members that SARIF 2.1.0 requires (sections 3.13, 3.14, 3.19, 3.27, 3.29, 3.49), and that every result
// names a rule that is described.
TEST_F(ScanCommand, SarifHasTheRequiredMembers) {
  put("d/a b.txt", "key " + github_token() + "\n");
  put("d/new\nline", "key " + github_token() + "\n");
  put("d/.env", "A_TOKEN=" + github_token() + "\n");
  const Ended ended = run("scan d --format sarif");
  JsonParser parser;
  const auto log = parser.parse(ended.out);
  ASSERT_TRUE(log.ok()) << ended.out;
  EXPECT_EQ((*log)["version"].string_or(""), "2.1.0");
  std::size_t results = 0, rules = 0;
  (*log)["runs"].for_each([&](std::string_view, const JsonValue& run) {
    const JsonValue driver = run["tool"]["driver"];
    EXPECT_EQ(driver["name"].string_or(""), "clawtrail");
    std::string ids;
    driver["rules"].for_each([&](std::string_view, const JsonValue& rule) {
      ++rules;
      ids += std::string(rule["id"].string_or("")) + " ";
      EXPECT_NE(rule["shortDescription"]["text"].string_or(""), "");
      EXPECT_TRUE(rule["helpUri"].string_or("").starts_with("https://"));
      return true;
    });
    run["results"].for_each([&](std::string_view, const JsonValue& result) {
      ++results;
      EXPECT_NE(result["message"]["text"].string_or(""), "");
      EXPECT_NE(ids.find(std::string(result["ruleId"].string_or("?")) + " "), std::string::npos);
      EXPECT_NE(result["partialFingerprints"]["clawtrailSecret/v1"].string_or(""), "");
      EXPECT_TRUE(result["locations"].is_array());
      result["locations"].for_each([&](std::string_view, const JsonValue& location) {
        const std::string_view uri = location["physicalLocation"]["artifactLocation"]["uri"].string_or("");
        EXPECT_TRUE(uri == "d/a%20b.txt" || uri == "d/new%0Aline" || uri == "d/.env") << uri;
        EXPECT_EQ(location["physicalLocation"]["region"]["startLine"].unsigned_integer(), 1u);
        return true;
      });
      return true;
    });
    return true;
  });
  EXPECT_EQ(results, 3u);
  EXPECT_EQ(rules, 1u);
}

TEST_F(ScanCommand, KnownSecretsAndPatternsOfTheConfigurationAreUsedAndNoKeyIsMade) {
  write_config("logging: {redact_patterns: [\"zebra-[0-9]+\"]}\n");
  const std::string known = random_text(20);
  put("d/a", "x " + known + "\ny zebra-42\n");
  const Ended ended = run("scan d --config clawtrail.yaml", "", "CT_SECRET_X=" + known);
  EXPECT_EQ(ended.code, 1);
  EXPECT_NE(ended.out.find("d/a:1:3: known-secret "), std::string::npos) << ended.out;
  EXPECT_NE(ended.out.find("d/a:2:3: user-pattern "), std::string::npos) << ended.out;
  EXPECT_FALSE(std::filesystem::exists(dir_ / "fp.key"));
}

TEST_F(ScanCommand, FingerprintsAreThoseOfTheTrail) {
  write_config("logging: {redact_replacement: \"<{fp}>\"}\n");
  const std::string secret = github_token();
  const std::string line = run("redact --config clawtrail.yaml", secret + "\n").out;  // Makes the key.
  put("d/a", "key " + secret + "\n");
  const Ended ended = run("scan d --config clawtrail.yaml");
  EXPECT_NE(ended.out.find("d/a:1:5: github-token " + line.substr(1, line.size() - 3)), std::string::npos)
      << line << ended.out;
}

}  // namespace
}  // namespace clawtrail
