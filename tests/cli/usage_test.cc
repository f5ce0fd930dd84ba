// SPDX-License-Identifier: Apache-2.0
// Goal: wrong use is one sentence and exit code 2; every command explains itself.
#include <gtest/gtest.h>

#include "cli/cli_fixture.h"

namespace clawtrail {
namespace {

const std::vector<std::string> kCommands = {"run",    "demo",   "redact", "scan",
                                            "verify", "search", "check",  "test"};

TEST_F(CliTest, EveryCommandHasHelpWithAnExample) {
  for (const std::string& command : kCommands) {
    SCOPED_TRACE(command);
    const Ended ended = run(command + " --help");
    EXPECT_EQ(ended.code, 0);
    EXPECT_NE(ended.out.find("Example:  "), std::string::npos);
    EXPECT_NE(ended.out.find("clawtrail " + command), std::string::npos);
    EXPECT_EQ(ended.err, "");
  }
  const Ended all = run("--help");
  EXPECT_EQ(all.code, 0);
  for (const std::string& command : kCommands) EXPECT_NE(all.out.find("\n  " + command), std::string::npos);
}

TEST_F(CliTest, WrongUseIsOneSentenceAndExitCodeTwo) {
  for (const char* arguments :
       {"", "--frobnicate", "run --frobnicate", "run --lanes many", "run --lanes -1", "run --web nowhere",
        "run --web 127.0.0.1:99999", "verify", "verify a b", "search", "search . --format xml",
        "search . 'event_type ='", "search . --since yesterday-ish", "demo --seconds 0", "check --config",
        "frobnicate"}) {
    SCOPED_TRACE(arguments);
    const Ended ended = run(arguments);
    EXPECT_EQ(ended.code, 2);
    EXPECT_EQ(ended.out, "");
    EXPECT_EQ(lines_of(ended.err).size(), 1u) << ended.err;
    EXPECT_TRUE(ended.err.starts_with("clawtrail: ")) << ended.err;
  }
}

TEST_F(CliTest, ASlipInACommandIsSuggestedAndALaterCommandIsSaid) {
  EXPECT_NE(run("serch x").err.find("did you mean \"search\"?"), std::string::npos);
  for (const char* later : {"prove", "tombstone", "export", "report", "replay", "alert", "top"}) {
    const Ended ended = run(later);
    EXPECT_EQ(ended.code, 2);
    EXPECT_NE(ended.err.find("not in this release"), std::string::npos) << later;
  }
}

TEST_F(CliTest, VersionIsPrinted) {
  const Ended ended = run("--version");
  EXPECT_EQ(ended.code, 0);
  EXPECT_TRUE(ended.out.starts_with("clawtrail ")) << ended.out;
}

TEST_F(CliTest, AMissingFolderIsAWrongArgument) {
  for (const char* command : {"verify", "search"}) {
    const Ended ended = run(std::string(command) + " nowhere");
    EXPECT_EQ(ended.code, 2) << command;
    EXPECT_NE(ended.err.find("nowhere"), std::string::npos);
  }
}

TEST_F(CliTest, AnEmptyFolderHasNoTrail) {
  std::filesystem::create_directory(dir_ / "empty");
  const Ended ended = run("verify empty");
  EXPECT_EQ(ended.code, 1);
  EXPECT_NE(ended.out.find("no trail"), std::string::npos);
}

}  // namespace
}  // namespace clawtrail
