// SPDX-License-Identifier: Apache-2.0
// Goal: without a configuration the gateway of this host is found wherever it logs.
#include <gtest/gtest.h>

#include "clawtrail/io/system.h"
#include "config/config_fixture.h"

namespace clawtrail {
namespace {

using Lines = std::vector<std::string>;

class FindOpenclaw : public ConfigTest {
 protected:
  void SetUp() override {
    set_variable("HOME", "/h");
    set_variable("TMPDIR", "/t");
    unset_variable("OPENCLAW_STATE_DIR");
    unset_variable("OPENCLAW_CONFIG_PATH");
  }
  static std::string in_tmpdir() {
    return "/t/openclaw-" + std::to_string(effective_user_id()) + "/openclaw-*.log";
  }
};

TEST_F(FindOpenclaw, NothingThereIsNothingFound) { EXPECT_EQ(find_local_openclaw(files_), Lines{}); }

TEST_F(FindOpenclaw, LogsOfTheDefaultFolders) {
  files_.contents["/tmp/openclaw/openclaw-2026-11-21.log"] = "";
  EXPECT_EQ(find_local_openclaw(files_), Lines{"/tmp/openclaw/openclaw-*.log"});
  files_.contents["/t/openclaw-" + std::to_string(effective_user_id()) + "/openclaw-2026-11-21.log"] = "";
  EXPECT_EQ(find_local_openclaw(files_), (Lines{"/tmp/openclaw/openclaw-*.log", in_tmpdir()}));
}

TEST_F(FindOpenclaw, TheConfiguredLogWithItsChain) {
  files_.contents["/h/.openclaw/openclaw.json"] = R"({"logging":{"file":"/l/openclaw-2026-11-21.log"}})";
  EXPECT_EQ(find_local_openclaw(files_), Lines{"/l/openclaw-*.log"});
  files_.contents["/h/.openclaw/openclaw.json"] = R"({"logging":{"file":"~/l/gateway.log"}})";
  EXPECT_EQ(find_local_openclaw(files_), Lines{"/h/l/gateway*.log"});
}

TEST_F(FindOpenclaw, AGatewayThatHasNotLoggedYetIsExpected) {
  files_.contents["/h/.openclaw/openclaw.json"] = "{}";
  EXPECT_EQ(find_local_openclaw(files_), (Lines{"/tmp/openclaw/openclaw-*.log", in_tmpdir()}));
}

TEST_F(FindOpenclaw, AnotherStateFolderOrConfiguration) {
  files_.contents["/s/openclaw.json"] = R"({"logging":{"file":"/l/a.log"}})";
  set_variable("OPENCLAW_STATE_DIR", "/s");
  EXPECT_EQ(find_local_openclaw(files_), Lines{"/l/a*.log"});
  files_.contents["/c.json"] = R"({"logging":{"file":"/l/b.log"}})";
  set_variable("OPENCLAW_CONFIG_PATH", "/c.json");
  EXPECT_EQ(find_local_openclaw(files_), Lines{"/l/b*.log"});
}

TEST_F(FindOpenclaw, WithoutAConfigurationItIsTheSource) {
  files_.contents["/tmp/openclaw/openclaw-2026-11-21.log"] = "";
  const PipelineOptions options = load_config(files_, {}, diagnostics_);
  EXPECT_EQ(errors(), Lines{});
  ASSERT_EQ(options.sources.size(), 1u);
  EXPECT_EQ(options.sources[0].name, "gateway-log");
  EXPECT_EQ(options.sources[0].paths, Lines{"/tmp/openclaw/openclaw-*.log"});
}

// The guide's text has no `sources`, and can be pasted whole.
TEST_F(FindOpenclaw, AConfigurationWithoutSourcesReadsItToo) {
  files_.contents["/tmp/openclaw/openclaw-2026-11-21.log"] = "";
  EXPECT_EQ(read("logging: {redact_patterns: [token]}\n").sources.size(), 1u);
  EXPECT_EQ(errors(), Lines{});
}

TEST_F(FindOpenclaw, InputsOfTheCommandLineReplaceTheSources) {
  ConfigInputs inputs;
  inputs.inputs = {"/one.log", "/two.log"};
  inputs.trail = "~/other";
  inputs.once = true;
  const PipelineOptions options = parse_config(files_, kSource, "test.yaml", inputs, diagnostics_);
  ASSERT_EQ(options.sources.size(), 1u);
  EXPECT_EQ(options.sources[0].paths, (Lines{"/one.log", "/two.log"}));
  EXPECT_EQ(options.trail.path, "/h/other");
  EXPECT_TRUE(options.once);
}

TEST_F(FindOpenclaw, AConfigurationThatCannotBeReadIsAnError) {
  ConfigInputs inputs;
  inputs.path = "/missing.yaml";
  load_config(files_, inputs, diagnostics_);
  EXPECT_EQ(errors(), Lines{"0:0 cannot open /missing.yaml: no such file"});
}

TEST_F(FindOpenclaw, PacksAndRulesAreReadFromTheSharedFolders) {
  files_.contents["/p/secrets/a.yaml"] = "rules: []\n";
  files_.contents["/p/events/b.yaml"] = "rules: [\n";
  files_.contents["/a/c.yaml"] = "[]\n";
  ConfigInputs inputs;
  inputs.share = {"/p", "/a"};
  const PipelineOptions options = parse_config(files_, kSource, "test.yaml", inputs, diagnostics_);
  EXPECT_EQ(options.secret_packs.size(), 1u);
  EXPECT_EQ(options.alert_lists.size(), 1u);
  ASSERT_EQ(diagnostics_.errors(), 1u);
  EXPECT_EQ(diagnostics_.all()[0].where.file, "/p/events/b.yaml");
  inputs.share = {"/nothing", "/a"};
  diagnostics_ = {};
  parse_config(files_, kSource, "test.yaml", inputs, diagnostics_);
  EXPECT_EQ(diagnostics_.errors(), 2u);
}

}  // namespace
}  // namespace clawtrail
