// SPDX-License-Identifier: Apache-2.0
// Windows, keys, cooldown and notices of the alert engine.
#include "clawtrail/alert/engine.h"

#include "alert_fixture.h"
#include "clawtrail/base/limits.h"
#include "clawtrail/intake/lane.h"

namespace clawtrail {
namespace {

const std::string kLogins = one_rule("authentication_failed > 5 in 5m");
const std::string kByIp = one_rule("authentication_failed > 2 in 1m by ip");
const std::string kLeak = one_rule("log_contains('x')");
const std::string kMatched = ",\"matched\":[\"rule\"]";

class Engine : public AlertTest {};

// --- the window
// -------------------------------------------------------------------------------------------------

TEST_F(Engine, TheThresholdItselfIsAllowed) {
  use(kLogins);
  for (int i = 0; i < 5; ++i) feed(failure(i));
  EXPECT_TRUE(alerts_.empty());
  feed(failure(5));
  ASSERT_EQ(alerts_.size(), 1u);
  EXPECT_EQ(alerts_[0].count, 6u);
  EXPECT_TRUE(alerts_[0].firing);
  EXPECT_EQ(seconds(alerts_[0].timestamp), 5);
  EXPECT_EQ(seconds(alerts_[0].window_start), -295);
  EXPECT_EQ(seconds(alerts_[0].window_end), 5);
  EXPECT_EQ(seconds(alerts_[0].first_seen), 0);
  EXPECT_EQ(seconds(alerts_[0].last_seen), 5);
  EXPECT_EQ(alerts_[0].records, (std::vector<RecordIndex>{3, 4, 5}));
  EXPECT_EQ(alerts_[0].samples.size(), 3u);
  EXPECT_EQ(alerts_[0].samples[2], failure(5).text());
}

TEST_F(Engine, RecordsExactlyTheWindowApartDoNotCountTogether) {
  use(kLogins);
  feed(failure(0));
  for (int i = 1; i < 6; ++i) feed(failure(i == 5 ? 300 : i));
  EXPECT_TRUE(alerts_.empty());
  use(kLogins);
  feed(failure(0));
  for (int i = 1; i < 6; ++i) feed(failure(i == 5 ? 299.999 : i));
  EXPECT_EQ(alerts_.size(), 1u);
}

TEST_F(Engine, RecordsOfTheSameInstantAllCount) {
  use(kLogins);
  for (int i = 0; i < 6; ++i) feed(failure(1));
  ASSERT_EQ(alerts_.size(), 1u);
  EXPECT_EQ(alerts_[0].first_seen, alerts_[0].last_seen);
}

TEST_F(Engine, AZeroThresholdFiresAtOnce) {
  use(one_rule("authentication_failed > 0 in 5m"));
  feed(failure(1));
  ASSERT_EQ(alerts_.size(), 1u);
  EXPECT_EQ(alerts_[0].samples.size(), 1u);
}

TEST_F(Engine, OutOfOrderRecordsWithinTheLatenessCountWhereTheyBelong) {
  use(kLogins);
  feed(failure(0));
  for (const double at : {299.0, 298.0, 297.0, 296.0}) feed(failure(at));
  feed(log_line(350));
  EXPECT_TRUE(alerts_.empty());
  feed(failure(290));  // With 0, 296 … 299 six lie in (-1, 299].
  ASSERT_EQ(alerts_.size(), 1u);
  EXPECT_EQ(seconds(alerts_[0].timestamp), 290);
  EXPECT_EQ(seconds(alerts_[0].window_end), 299);
  EXPECT_EQ(seconds(alerts_[0].first_seen), 0);
  EXPECT_EQ(engine_->late(), 0u);
}

TEST_F(Engine, LateRecordsAreCountedAndChangeNoWindow) {
  use(kLogins);
  for (int i = 0; i < 5; ++i) feed(failure(100 + i));
  feed(log_line(170));
  feed(failure(110));  // exactly the lateness: still in order
  ASSERT_EQ(alerts_.size(), 1u);
  EXPECT_EQ(engine_->late(), 0u);
  use(kLogins);
  for (int i = 0; i < 5; ++i) feed(failure(100 + i));
  feed(log_line(170));
  feed(failure(109.999));
  EXPECT_TRUE(alerts_.empty());
  EXPECT_EQ(engine_->late(), 1u);
}

TEST_F(Engine, EachStreamHasItsOwnClock) {
  use(kLogins);
  feed(log_line(100'000));
  Line old = failure(0);
  old.source = "backfill";
  for (int i = 0; i < 6; ++i, old.at += 1) feed(old);
  ASSERT_EQ(alerts_.size(), 1u);
  EXPECT_EQ(engine_->late(), 0u);
  old.at = 500;
  feed(old);
  old.at = 3;
  feed(old);
  EXPECT_EQ(engine_->late(), 1u);
  old.generation = 2;  // another file: a clock of its own
  feed(old);
  EXPECT_EQ(engine_->late(), 1u);
}

TEST_F(Engine, ALateLeakIsStillALeak) {
  use(kLeak);
  feed(log_line(1000));
  feed(log_line(0, kMatched));
  EXPECT_EQ(alerts_.size(), 1u);
  EXPECT_EQ(engine_->late(), 1u);
}

// --- keys
// -------------------------------------------------------------------------------------------------------

TEST_F(Engine, KeysAreCountedApart) {
  use(kByIp);
  for (int i = 0; i < 2; ++i) {
    feed(failure(i, "203.0.113.7"));
    feed(failure(i, "203.0.113.8"));
    feed({.at = static_cast<double>(i)});  // no ip
  }
  EXPECT_TRUE(alerts_.empty());
  feed(failure(3, "203.0.113.8"));
  feed({.at = 4});
  ASSERT_EQ(alerts_.size(), 2u);
  EXPECT_EQ(alerts_[0].key, (std::vector<std::pair<std::string, std::string>>{{"ip", "203.0.113.8"}}));
  EXPECT_EQ(alerts_[1].key, (std::vector<std::pair<std::string, std::string>>{{"ip", ""}}));
  EXPECT_NE(alerts_[0].id, alerts_[1].id);
  EXPECT_NE(alerts_[0].title.find("203.0.113.8"), std::string::npos);
  EXPECT_NE(alerts_[0].search.find("ip=\"203.0.113.8\""), std::string::npos);
}

TEST_F(Engine, SeveralFieldsAreOneKeyAndCannotBeForged) {
  use(one_rule("authentication_failed > 1 in 1m by ip, user"));
  feed({.at = 0, .more = R"(,"ip":"a","user":"b\",\"c")"});
  feed({.at = 1, .more = R"(,"ip":"a\",\"b","user":"c")"});
  EXPECT_TRUE(alerts_.empty());
  feed({.at = 2, .more = R"(,"ip":"a","user":"b\",\"c")"});
  ASSERT_EQ(alerts_.size(), 1u);
  EXPECT_EQ(alerts_[0].key[1].second, "b\",\"c");
}

TEST_F(Engine, KeysBeyondTheLimitGoOldestFirst) {
  use(kByIp);
  feed(failure(0, "first"));
  feed(failure(0, "first"));
  for (std::size_t i = 0; i < limits::kAlertKeysMax; ++i) feed(failure(0, std::to_string(i)));
  EXPECT_EQ(engine_->evicted(), 1u);
  feed(failure(1, "first"));  // its two were forgotten; this evicts "0"
  EXPECT_TRUE(alerts_.empty());
  EXPECT_EQ(engine_->evicted(), 2u);
  feed(failure(1, "99999"));
  feed(failure(1, "99999"));
  EXPECT_EQ(alerts_.size(), 1u);
}

TEST_F(Engine, KeysThatAreOverAreForgottenWithoutEvictions) {
  use(kByIp);
  for (std::size_t i = 0; i < limits::kAlertKeysMax + 10; ++i) {
    feed(failure(static_cast<double>(i) / 10, std::to_string(i)));
  }
  EXPECT_EQ(engine_->evicted(), 0u);
  EXPECT_LT(engine_->snapshot().size(), 500'000u);
}

TEST_F(Engine, MemoryIsBoundedWhenKeysAreLong) {
  use(kByIp);
  const std::string tail(4000, 'k');
  for (int i = 0; i < 20'000; ++i) feed(failure(0, std::to_string(i) + tail));
  EXPECT_GT(engine_->evicted(), 0u);
  EXPECT_LT(engine_->snapshot().size(), limits::kAlertStateBytesMax);
}

TEST_F(Engine, AFloodOfOneKeyIsCountedNotKept) {
  use(kLogins);
  for (int i = 0; i < 50'000; ++i) feed(failure(i / 1000.0));
  EXPECT_LT(engine_->snapshot().size(), 5'000u);
  feed(log_line(10'000));
  ASSERT_EQ(alerts_.size(), 2u);
  EXPECT_EQ(alerts_[1].count, 50'000u);
}

// --- firing and resolving
// -----------------------------------------------------------------------------------------

TEST_F(Engine, AFiringRuleIsToldOnceAndResolvesAfterTheCooldown) {
  use(one_rule("authentication_failed > 2 in 1m", "  cooldown: 30s\n"));
  for (int i = 0; i < 20; ++i) feed(failure(i));
  ASSERT_EQ(alerts_.size(), 1u);
  // The third newest of the last window is 17: the count is low from 77 on, and quiet enough at 107. The
  // watermark is a minute behind.
  feed(log_line(166.999));
  EXPECT_EQ(alerts_.size(), 1u);
  feed(log_line(167));
  ASSERT_EQ(alerts_.size(), 2u);
  EXPECT_FALSE(alerts_[1].firing);
  EXPECT_EQ(seconds(alerts_[1].timestamp), 107);
  EXPECT_EQ(seconds(alerts_[1].window_end), 77);
  EXPECT_EQ(alerts_[1].window_start, alerts_[0].window_start);
  EXPECT_EQ(alerts_[1].count, 20u);
  EXPECT_EQ(seconds(alerts_[1].last_seen), 19);
  EXPECT_NE(alerts_[1].id, alerts_[0].id);
  EXPECT_EQ(alerts_[1].records, alerts_[0].records);
  EXPECT_TRUE(alerts_[1].notify);
  for (int i = 0; i < 3; ++i) feed(failure(170 + i));
  ASSERT_EQ(alerts_.size(), 3u);
  EXPECT_TRUE(alerts_[2].firing);
  EXPECT_NE(alerts_[2].id, alerts_[0].id);
}

TEST_F(Engine, ASecondExcessWithinTheCooldownKeepsItFiring) {
  use(one_rule("authentication_failed > 2 in 1m"));
  for (int i = 0; i < 3; ++i) feed(failure(i));
  feed(failure(100));  // alone: no excess, the end does not move
  for (int i = 0; i < 2; ++i) feed(failure(118 + i));
  // 100, 118 and 119 are an excess that ends at 160; resolved at 220.
  feed(log_line(279.9));
  ASSERT_EQ(alerts_.size(), 1u);
  feed(log_line(280));
  ASSERT_EQ(alerts_.size(), 2u);
  EXPECT_EQ(seconds(alerts_[1].timestamp), 220);
}

TEST_F(Engine, AnOldStreamHoldsTheClockUntilItFallsSilent) {
  use(one_rule("authentication_failed > 2 in 1m"));
  Line other = log_line(0);
  other.source = "other";
  feed(other);
  for (int i = 0; i < 3; ++i) feed(failure(i));
  feed(log_line(10'000));
  EXPECT_EQ(alerts_.size(), 1u);  // "other" may still bring records of the first minutes
  const auto checkpoint = [&](double at) { feed({.at = at, .type = "checkpoint", .result = ""}); };
  checkpoint(10'001);
  feed(log_line(10'002));
  EXPECT_EQ(alerts_.size(), 1u);
  checkpoint(10'031);
  feed(log_line(10'032));
  ASSERT_EQ(alerts_.size(), 2u);
  EXPECT_FALSE(alerts_[1].firing);
}

TEST_F(Engine, OwnRecordsFeedNoRuleButMoveTheClock) {
  use(one_rule("not pairing > 2 in 1m"));
  for (const char* type : {"segment", "source", "checkpoint", "alert", "gap", "tombstone", "operator"}) {
    feed({.at = 1, .type = type});
  }
  EXPECT_TRUE(alerts_.empty());
  for (int i = 0; i < 3; ++i) feed(failure(i));
  ASSERT_EQ(alerts_.size(), 1u);
  for (int i = 1; i < 5; ++i) feed({.at = 1000.0 * i, .type = "checkpoint"});
  ASSERT_EQ(alerts_.size(), 2u);
  EXPECT_FALSE(alerts_[1].firing);
}

TEST_F(Engine, ARuleWithoutAWindowAlertsOncePerCooldownAndKey) {
  use(one_rule("log_contains('x')", "  by: agent\n"));
  const auto leak = [&](double at, const std::string& agent) {
    feed(log_line(at, ",\"agent\":\"" + agent + "\"" + kMatched));
  };
  leak(0, "a");
  leak(1, "b");
  leak(299.999, "a");
  EXPECT_EQ(alerts_.size(), 2u);
  leak(300, "a");
  ASSERT_EQ(alerts_.size(), 3u);
  EXPECT_EQ(alerts_[2].count, 2u);
  EXPECT_EQ(seconds(alerts_[2].first_seen), 299.999);
  leak(5000, "b");
  ASSERT_EQ(alerts_.size(), 4u);
  EXPECT_EQ(alerts_[3].count, 1u);
  for (const Alert& alert : alerts_) EXPECT_TRUE(alert.firing);
}

TEST_F(Engine, SecretFoundNeedsMoreThanAGuess) {
  use(one_rule("secret_found"));
  feed(log_line(0, R"(,"redactions":[{"rule":"token-field","at":"/a","fp":"k:0"}])"));
  EXPECT_TRUE(alerts_.empty());
  feed(
      log_line(1, R"(,"redactions":[{"rule":"token-field","at":"/a"},{"rule":"gateway-masked","at":"/b"}])"));
  EXPECT_EQ(alerts_.size(), 1u);
}

// --- notices
// ------------------------------------------------------------------------------------------------------

TEST_F(Engine, AlertsAboutOldEventsNotifyNobody) {
  const auto observed = [](double at, double seen) {
    return ",\"observed\":\"" +
           format_rfc3339_ms(kStart + Duration{static_cast<std::int64_t>((at + seen) * 1e9)}) + "\"" +
           kMatched;
  };
  use(kLeak, Duration::from_seconds(900));
  feed(log_line(0, observed(0, 900)));
  feed(log_line(1000, observed(1000, 900.001)));
  feed(log_line(2000, kMatched));
  ASSERT_EQ(alerts_.size(), 3u);
  EXPECT_TRUE(alerts_[0].notify);
  EXPECT_FALSE(alerts_[1].notify);
  EXPECT_NE(alerts_[1].undelivered.find("notify_max_age is 15m"), std::string::npos)
      << alerts_[1].undelivered;
  EXPECT_TRUE(alerts_[2].notify);
  EXPECT_EQ(alerts_[2].undelivered, "");
}

TEST_F(Engine, TheEndOfWhatNobodyWasToldIsToldToNobody) {
  use(one_rule("authentication_failed > 0 in 1m"), Duration::from_seconds(900));
  feed({.at = 0, .more = ",\"observed\":\"2026-03-01T00:00:00.000Z\""});
  feed(log_line(1000));
  ASSERT_EQ(alerts_.size(), 2u);
  EXPECT_FALSE(alerts_[0].notify);
  EXPECT_FALSE(alerts_[1].notify);
  EXPECT_NE(alerts_[1].undelivered, "");
}

TEST_F(Engine, TenNoticesAnHourThenADigestThenSilence) {
  use(one_rule("log_contains('x')", "  cooldown: 1m\n"));
  for (int i = 0; i < 30; ++i) feed(log_line(i * 60, kMatched));
  ASSERT_EQ(alerts_.size(), 30u);
  for (std::size_t i = 0; i < 30; ++i) {
    SCOPED_TRACE(i);
    EXPECT_EQ(alerts_[i].notify, i <= 10);
    EXPECT_EQ(alerts_[i].undelivered.empty(), i <= 10);
    EXPECT_EQ(alerts_[i].description.find("Digest") != std::string::npos, i == 10);
  }
  feed(log_line(3600, kMatched));  // the first notice is an hour old
  EXPECT_TRUE(alerts_.back().notify);
  EXPECT_NE(alerts_.back().description.find("19 alerts"), std::string::npos) << alerts_.back().description;
}

// --- the bytes
// ----------------------------------------------------------------------------------------------------

TEST_F(Engine, LongSamplesTravelWithoutTheirDetails) {
  use(kLeak);
  Line line = log_line(0, kMatched);
  line.details = "{\"text\":\"" + std::string(100'000, 'x') + "\"}";
  feed(line);
  Line header = log_line(600, ",\"reason\":\"" + std::string(100'000, 'x') + "\"" + kMatched);
  feed(header);
  ASSERT_EQ(alerts_.size(), 2u);
  JsonParser parser;
  for (const Alert& alert : alerts_) {
    ASSERT_EQ(alert.samples.size(), 1u);
    EXPECT_LE(alert.samples[0].size(), limits::kAlertSampleBytesMax);
    const auto json = parser.parse(alert.samples[0]);
    ASSERT_TRUE(json);
    EXPECT_GT((*json)["details"]["omitted_bytes"].integer().value_or(0), 100'000);
    EXPECT_EQ((*json)["event_type"].string_or(""), "log");
  }
}

TEST_F(Engine, WhatIsNoRecordIsPassedOver) {
  use(one_rule("not pairing"));
  for (const char* line :
       {"", "{}", "garbage", "{\"timestamp\":\"", "{\"timestamp\":\"x\",\"event_type\":\"log\"}",
        "{\"timestamp\":\"2026-01-01T00:00:00Z\",\"event_type\":\"new_kind\"}",
        "{\"timestamp\":\"2026-01-01T00:00:00Z\",\"event_type\":\"log\",,}",
        "{\"timestamp\":\"2026-01-01T00:00:00Z\",\"event_type\":\"log"}) {
    feed_raw(line);
  }
  EXPECT_TRUE(alerts_.empty());
  feed_raw("{\"timestamp\":\"2026-01-01T00:00:00Z\",\"event_type\":\"log\"}");
  EXPECT_EQ(alerts_.size(), 1u);
}

TEST_F(Engine, RecordsThatTheIntakeWritesAreUnderstood) {
  use(one_rule("authentication_failed > 0 in 1m", "  cooldown: 0s\n"));
  feed(failure(0));
  ASSERT_EQ(alerts_.size(), 1u);
  for (int i = 1; i <= 3; ++i) {
    OwnRecord checkpoint;
    checkpoint.type = EventType::kCheckpoint;
    checkpoint.at = kStart + Duration::from_seconds(i * 600);
    const RedactedBatch batch = write_own_records({checkpoint});
    feed_raw(std::string(batch.bytes().substr(0, batch.bytes().size() - 1)));
  }
  ASSERT_EQ(alerts_.size(), 2u);
  EXPECT_FALSE(alerts_[1].firing);
}

TEST_F(Engine, TimesAtTheEndsOfTheRangeDoNotOverflow) {
  use(one_rule("log > 0 in 400d", "  cooldown: 400d\n"));
  for (const char* time : {"1677-09-22T00:00:00Z", "2262-04-11T00:00:00Z", "1970-01-01T00:00:00Z"}) {
    feed_raw("{\"timestamp\":\"" + std::string(time) + "\",\"event_type\":\"log\",\"details\":{}}");
    feed_raw("{\"timestamp\":\"" + std::string(time) + "\",\"event_type\":\"checkpoint\",\"details\":{}}");
  }
  EXPECT_GE(alerts_.size(), 1u);
}

}  // namespace
}  // namespace clawtrail
