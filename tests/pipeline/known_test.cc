// SPDX-License-Identifier: Apache-2.0
// Which process is the gateway, what is read where, and what stays known.
#include "pipeline/known.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

namespace clawtrail {
namespace {

TEST(IsGateway, KnowsTheCommandItsScriptAndItsTitle) {
  EXPECT_TRUE(is_gateway({"openclaw-gateway"}));
  EXPECT_TRUE(is_gateway({"openclaw gateway run"}));
  EXPECT_TRUE(is_gateway({"node", "/x/node_modules/openclaw/openclaw.mjs", "gateway", "run", "--port", "1"}));
  EXPECT_TRUE(
      is_gateway({"/usr/bin/node", "--no-warnings", "/usr/bin/openclaw", "--profile", "a", "gateway"}));
  EXPECT_TRUE(is_gateway({"/opt/node", "/opt/openclaw/dist/index.js", "gateway"}));
  EXPECT_FALSE(is_gateway({"node", "/x/openclaw.mjs", "config", "set"}));
  EXPECT_FALSE(is_gateway({"grep", "-r", "gateway", "openclaw"}));
  EXPECT_FALSE(is_gateway({"vi", "gateway"}));
  EXPECT_FALSE(is_gateway({}));
}

class KnownTest : public testing::Test {
 protected:
  KnownTest() {
    std::string name = (std::filesystem::temp_directory_path() / "clawtrail-XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    options_.env = {"CT_KNOWN_*"};
    options_.files = {folder_ + "/.env"};
  }
  ~KnownTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  void write(const std::string& text) { std::ofstream(folder_ + "/.env") << text; }
  std::shared_ptr<const KnownSecrets> read(const KnownSecrets* before = nullptr) {
    places_.clear();
    return read_known_secrets(real_files(), options_, before, places_);
  }
  static bool has(const KnownSecrets& known, const std::string& value) {
    return std::any_of(known.all().begin(), known.all().end(),
                       [&](const KnownSecret& secret) { return secret.value == value; });
  }

  std::string folder_;
  KnownSecretOptions options_;
  std::vector<KnownPlace> places_;
};

TEST_F(KnownTest, ReadsTheEnvironmentOfTheGateway) {
  const std::string value = "gw" + std::to_string(::getpid()) + "x7q9z";
  // A process that looks like the gateway: `openclaw gateway`, which is a link to sleep.
  const std::string program = folder_ + "/openclaw";
  std::ofstream(program) << "#!/bin/sh\nread line\n";
  std::filesystem::permissions(program, std::filesystem::perms::owner_all);
  int in[2];
  ASSERT_EQ(::pipe(in), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::dup2(in[0], 0);
    const std::string variable = "CT_KNOWN_TOKEN=" + value, other = "OTHER=" + value + "other";
    const char* const environment[] = {variable.c_str(), other.c_str(), nullptr};
    ::execle("/bin/sh", "sh", program.c_str(), "gateway", nullptr, environment);
    ::_exit(127);
  }
  std::shared_ptr<const KnownSecrets> known;
  for (int i = 0; i < 200 && (!known || !has(*known, value)); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    known = read();
  }
  EXPECT_TRUE(has(*known, value));
  EXPECT_FALSE(has(*known, value + "other"));
  bool told = false;
  for (const KnownPlace& place : places_) {
    told = told || place.place == "the environment of the gateway (process " + std::to_string(child) + ")";
    for (const std::string& name : place.names) EXPECT_EQ(name.find(value), std::string::npos);
  }
  EXPECT_TRUE(told);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(in[0]);
  ::close(in[1]);
}

TEST_F(KnownTest, KeepsWhatWasReplaced) {
  write("A_TOKEN=first-value-1\n");
  const auto first = read();
  write("A_TOKEN=second-value-2\nB_TOKEN=short\n");
  const auto second = read(first.get());
  EXPECT_TRUE(has(*second, "first-value-1"));
  EXPECT_TRUE(has(*second, "second-value-2"));
  ASSERT_EQ(second->skipped().size(), 1U);
  EXPECT_EQ(second->skipped()[0].first, folder_ + "/.env#B_TOKEN");
}

TEST_F(KnownTest, SeesThatAFileHasChanged) {
  KnownWatch watch(real_files(), options_);
  EXPECT_FALSE(watch.changed());
  write("A_TOKEN=first-value-1\n");
  EXPECT_TRUE(watch.changed());
  EXPECT_FALSE(watch.changed());
  std::filesystem::remove(folder_ + "/.env");
  EXPECT_TRUE(watch.changed());
}

TEST_F(KnownTest, TellsNamesAndTroubleButNoValues) {
  write("A_TOKEN=first-value-1\n");
  PatternSet patterns;
  patterns.known = read();
  patterns.known_places = places_;
  patterns.known_places.push_back({"/x", {}, "permission denied"});
  std::string all;
  for (const std::string& line : describe_known(patterns)) all += line + "\n";
  EXPECT_NE(all.find("known secrets from " + folder_ + "/.env: A_TOKEN\n"), std::string::npos) << all;
  EXPECT_NE(all.find("known secrets were not read from /x: permission denied\n"), std::string::npos) << all;
  EXPECT_EQ(all.find("first-value"), std::string::npos);
}

}  // namespace
}  // namespace clawtrail
