// SPDX-License-Identifier: Apache-2.0
// Goal: the age of a known secret is told from its fingerprint alone; each notice is given once, over
// restarts too. Method: a clock that is moved by hand, a real folder for the state.
#include "pipeline/credentials.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "clawtrail/redact/fingerprint.h"

namespace clawtrail {
namespace {

class HandClock : public Clock {
 public:
  Timestamp time = *parse_rfc3339("2026-01-01T00:00:00Z");
  Timestamp now() override { return time; }
  std::int64_t monotonic_ns() override { return time.ns; }
  void days(std::int64_t count) { time = time + Duration::from_seconds(count * 24 * 3600); }
};

class CredentialTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "clawtrail-cred-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    dir_ = name;
    start();
  }
  void TearDown() override { std::filesystem::remove_all(dir_); }

  void start() {
    watch_ = std::make_unique<CredentialWatch>(
        CredentialWatch::Parts{real_files(), clock_, own_, metrics_, options_, dir_.string()});
  }
  void restart() {
    watch_->save();
    start();
  }
  static Credential credential(const std::string& name, const std::string& value,
                               const std::string& key = std::string(32, 'k')) {
    return {name, fingerprint_of(key, value)};
  }
  /// Actions of the records since the last call.
  std::vector<std::string> actions() {
    std::vector<std::string> out;
    for (const OwnRecord& record : own_.take()) {
      EXPECT_EQ(record.type, EventType::kSystem);
      out.push_back(record.action + " " + record.reason);
    }
    return out;
  }
  std::string state() const {
    std::ifstream in(dir_ / "readers/credentials.json");
    return {std::istreambuf_iterator<char>(in), {}};
  }

  using Lines = std::vector<std::string>;
  std::filesystem::path dir_;
  HandClock clock_;
  OwnRecordQueue own_;
  Metrics metrics_;
  RotationOptions options_;
  std::unique_ptr<CredentialWatch> watch_;
};

TEST_F(CredentialTest, TheAgeCountsFromTheFirstSightOverRestarts) {
  watch_->set({credential("A_TOKEN", "value-one")});
  EXPECT_NE(metrics_.expose().find("clawtrail_credential_age_days{name=\"A_TOKEN\"} 0"), std::string::npos);
  restart();
  clock_.days(12);
  watch_->set({credential("A_TOKEN", "value-one")});
  EXPECT_NE(metrics_.expose().find("clawtrail_credential_age_days{name=\"A_TOKEN\"} 12"), std::string::npos);
  EXPECT_EQ(actions(), Lines{});
}

TEST_F(CredentialTest, EachNoticeIsGivenOnce) {
  watch_->set({credential("A_TOKEN", "value-one")});
  clock_.days(82);
  watch_->step();
  EXPECT_EQ(actions(), Lines{});
  clock_.days(1);
  watch_->step();
  EXPECT_EQ(actions(),
            Lines{"credential_rotation_due A_TOKEN is 83 days old and has to be rotated within 7 days"});
  restart();
  clock_.days(1);
  watch_->set({credential("A_TOKEN", "value-one")});
  EXPECT_EQ(actions(), Lines{});
  clock_.days(6);
  watch_->step();
  EXPECT_EQ(actions(),
            Lines{"credential_rotation_due A_TOKEN is 90 days old and was to be rotated after 90 days"});
  clock_.days(100);
  watch_->step();
  EXPECT_EQ(actions(), Lines{});
}

TEST_F(CredentialTest, ANewValueIsARotationAndBeginsTheAgeAnew) {
  watch_->set({credential("A_TOKEN", "value-one"), credential("B_KEY", "other")});
  clock_.days(85);
  watch_->set({credential("A_TOKEN", "value-two"), credential("B_KEY", "other")});
  const Lines told = actions();
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[0], "credential_rotated A_TOKEN has a new value; the old one was 85 days old");
  EXPECT_TRUE(told[1].starts_with("credential_rotation_due B_KEY"));
  EXPECT_NE(metrics_.expose().find("clawtrail_credential_age_days{name=\"A_TOKEN\"} 0"), std::string::npos);
}

TEST_F(CredentialTest, AnotherFingerprintKeyIsNoRotation) {
  watch_->set({credential("A_TOKEN", "value-one")});
  clock_.days(5);
  watch_->set({credential("A_TOKEN", "value-one", std::string(32, 'z'))});
  EXPECT_EQ(actions(), Lines{});
  EXPECT_NE(metrics_.expose().find("clawtrail_credential_age_days{name=\"A_TOKEN\"} 5"), std::string::npos);
}

TEST_F(CredentialTest, NoticesCanBeSwitchedOff) {
  options_.enabled = false;
  start();
  watch_->set({credential("A_TOKEN", "value-one")});
  clock_.days(500);
  watch_->step();
  EXPECT_EQ(actions(), Lines{});
}

TEST_F(CredentialTest, TheStateHoldsNoValueAndADamagedOneIsMadeAnew) {
  watch_->set({credential("A_TOKEN", "value-one")});
  watch_->save();
  EXPECT_NE(state().find("\"name\":\"A_TOKEN\",\"fp\":\""), std::string::npos);
  EXPECT_NE(state().find("\"first_seen\":\"2026-01-01T00:00:00.000Z\""), std::string::npos);
  EXPECT_EQ(state().find("value-one"), std::string::npos);
  std::ofstream(dir_ / "readers/credentials.json") << "{\"credentials\":[{\"na";
  start();
  watch_->set({credential("A_TOKEN", "value-one")});
  watch_->save();
  EXPECT_NE(state().find("\"name\":\"A_TOKEN\""), std::string::npos);
}

}  // namespace
}  // namespace clawtrail
