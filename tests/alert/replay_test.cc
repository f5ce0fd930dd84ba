// SPDX-License-Identifier: Apache-2.0
// Alerts are a function of the log: whatever is restarted wherever, and whatever is skipped unparsed.
#include <algorithm>
#include <cstdlib>
#include <random>
#include <set>

#include "alert/matcher.h"
#include "alert/peek.h"
#include "alert/rule.h"
#include "alert/window.h"
#include "alert_fixture.h"
#include "clawtrail/base/limits.h"

namespace clawtrail {
namespace {

/// Every kind of rule, tight enough that a small log fires and resolves all of them.
const std::string kRules = R"yaml(
- {name: Logins, condition: "authentication_failed > 3 in 1m", cooldown: 20s, severity: high}
- {name: By ip, condition: "authentication_failed > 1 in 30s by ip, user", cooldown: 0s}
- {name: Once, condition: "pairing > 0 in 10s by ip"}
- {name: Leak, condition: "log_contains('a') or log_contains('b')", cooldown: 5s}
- {name: Mixed, condition: "log_contains('c') and not session", by: agent, cooldown: 10s}
- {name: Secret, condition: secret_found, cooldown: 7s}
- {name: Details, condition: "details.n > 5 and details.kind exists > 2 in 40s by details.kind"}
- {name: Anything, condition: "not (ip exists or user = x) > 8 in 1m"}
)yaml";

/// A log of about five minutes from several streams: out of order, late, with checkpoints.
std::vector<std::string> make_log(unsigned seed, int records) {
  std::mt19937 random(seed);
  const auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  const char* types[] = {"authentication", "authentication", "pairing", "session", "log", "log", "api_call"};
  const char* results[] = {"failure", "denied", "success", ""};
  std::vector<std::string> log;
  double now = 0;
  for (int i = 0; i < records; ++i) {
    now += pick(20) == 0 ? pick(120) : pick(30) / 10.0;
    Line line;
    line.at = std::max(0.0, now - (pick(4) == 0 ? pick(50) : 0) - (pick(25) == 0 ? 100 : 0));
    line.type = pick(30) == 0 ? "checkpoint" : types[pick(7)];
    line.result = results[pick(4)];
    if (pick(2) == 0) line.more += ",\"ip\":\"203.0.113." + std::to_string(pick(3)) + "\"";
    if (pick(3) == 0) line.more += std::string(",\"user\":\"") + "xyz"[pick(3)] + "\"";
    if (pick(3) == 0) line.more += std::string(",\"agent\":\"") + "xyz"[pick(3)] + "\"";
    if (pick(6) == 0)
      line.more += ",\"observed\":\"" + format_rfc3339_ms(kStart + Duration::from_seconds(pick(2000))) + "\"";
    if (pick(8) == 0)
      line.more += pick(2) == 0 ? R"(,"redactions":[{"rule":"field-x"}])"
                                : R"(,"redactions":[{"rule":"github-token"}])";
    if (pick(8) == 0)
      line.more += pick(2) == 0 ? R"(,"matched":["leak"])" : R"(,"matched":["other","mixed#1"])";
    line.source = pick(5) == 0 ? "b" : "a,\\\"";
    line.generation = 1 + i / 200;
    line.details = "{\"n\":" + std::to_string(pick(10)) + ",\"kind\":\"k" + std::to_string(pick(2)) + "\"}";
    log.push_back(line.text());
  }
  return log;
}

std::string all_of(const std::vector<Alert>& alerts) {
  std::string out;
  for (const Alert& alert : alerts) {
    out += alert.to_json() + (alert.notify ? " notify " : " silent ") + alert.undelivered + "\n";
  }
  return out;
}

class Replay : public AlertTest {
 protected:
  std::unique_ptr<AlertEngine> engine() {
    return std::make_unique<AlertEngine>(rules_, Duration::from_seconds(900));
  }
  void run(AlertEngine& engine, const std::vector<std::string>& log, std::size_t from, std::size_t to,
           std::vector<Alert>& alerts) {
    for (std::size_t i = from; i < to; ++i) feed(engine, log[i], i, alerts);
  }
};

TEST_F(Replay, ARestartAtAnyRecordChangesNoByte) {
  use(kRules);
  for (unsigned seed = 1; seed <= 3; ++seed) {
    const std::vector<std::string> log = make_log(seed, 400);
    std::vector<Alert> expected;
    const auto whole = engine();
    run(*whole, log, 0, log.size(), expected);
    // The log is worth the name: every rule fires, something resolves, something is late, not all are
    // notified.
    std::set<std::string> fired;
    for (const Alert& alert : expected) fired.insert(alert.rule);
    EXPECT_EQ(fired.size(), rules_->size());
    EXPECT_TRUE(std::any_of(expected.begin(), expected.end(), [](const Alert& a) { return !a.firing; }));
    EXPECT_GT(whole->late(), 0u);

    std::vector<Alert> before;
    const auto first = engine();
    for (std::size_t cut = 0; cut <= log.size(); ++cut) {
      SCOPED_TRACE(testing::Message() << "seed " << seed << ", restart before record " << cut);
      const std::string snapshot = first->snapshot();
      const auto second = engine();
      ASSERT_TRUE(second->restore(snapshot));
      ASSERT_EQ(second->snapshot(), snapshot);
      std::vector<Alert> alerts = before;
      run(*second, log, cut, log.size(), alerts);
      ASSERT_EQ(all_of(alerts), all_of(expected));
      ASSERT_EQ(second->snapshot(), whole->snapshot());
      ASSERT_EQ(second->late(), whole->late());
      if (cut < log.size()) feed(*first, log[cut], cut, before);
    }
  }
}

TEST_F(Replay, IdsAreUnique) {
  use(kRules);
  const std::vector<std::string> log = make_log(7, 2000);
  std::vector<Alert> alerts;
  run(*engine(), log, 0, log.size(), alerts);
  std::set<std::string> ids;
  for (const Alert& alert : alerts) {
    EXPECT_TRUE(ids.insert(alert.id).second) << alert.to_json();
    EXPECT_EQ(alert.id.size(), 32u);
    EXPECT_EQ(alert.id.find_first_not_of("0123456789abcdef"), std::string::npos);
  }
  EXPECT_GT(ids.size(), 100u);
}

TEST_F(Replay, ASnapshotOfOtherRulesOrABrokenOneIsRefusedAndChangesNothing) {
  use(kRules);
  const std::vector<std::string> log = make_log(2, 200);
  std::vector<Alert> alerts;
  const auto one = engine();
  run(*one, log, 0, log.size(), alerts);
  const std::string good = one->snapshot();

  AlertEngine other(rules_or_fail(one_rule("pairing")), kUnlimited);
  const Status refused = other.restore(good);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kInvalid);

  for (std::size_t size = 0; size < good.size(); size += 97) {
    EXPECT_FALSE(one->restore(good.substr(0, size)));
  }
  std::mt19937 random(1);
  for (int i = 0; i < 2000; ++i) {
    std::string bad = good;
    bad[random() % bad.size()] = "0[]{},\"x9-"[random() % 10];
    const auto fresh = engine();
    const bool refused_too = !fresh->restore(bad);
    EXPECT_TRUE(!refused_too || fresh->snapshot() == engine()->snapshot());
  }
  EXPECT_EQ(one->snapshot(), good);
}

// Goal: nothing that is skipped unparsed would have mattered.
// Method: the reference parses every record in full and tests every rule; the engine's candidates must cover
// it.
TEST_F(Replay, PeekingAgreesWithAFullParse) {
  use(kRules);
  JsonParser parser;
  std::size_t passed = 0, skipped = 0;
  for (const std::string& line : make_log(11, 3000)) {
    const auto peek = alert::peek(line);
    ASSERT_TRUE(peek) << line;
    const auto json = parser.parse(line);
    ASSERT_TRUE(json) << line;
    EXPECT_EQ(name_of(peek->type), (*json)["event_type"].string_or(""));
    EXPECT_EQ(format_rfc3339_ms(peek->time), (*json)["timestamp"].string_or(""));
    const JsonValue source = (*json)["source"];
    EXPECT_EQ(peek->stream, source.at(0).to_json() + "," + source.at(1).to_json());
    EXPECT_EQ(peek->redactions, (*json)["redactions"].exists());
    EXPECT_EQ(peek->matched, (*json)["matched"].exists());
    for (const alert::Rule& rule : rules_->impl().rules) {
      const bool wanted = (rule.guard.types >> static_cast<unsigned>(peek->type) & 1u) != 0 ||
                          (rule.guard.redactions && (*json)["redactions"].exists()) ||
                          (rule.guard.matched && (*json)["matched"].exists());
      const bool passes = alert::matches(rule.condition.selection, *json, rule.literal_names);
      EXPECT_TRUE(wanted || !passes) << rule.name << " " << line;
      passed += passes;
      skipped += !wanted;
    }
  }
  EXPECT_GT(passed, 1000u);
  EXPECT_GT(skipped, 1000u);
}

TEST_F(Replay, QuotedMembersInsideValuesDeceiveNobody) {
  use(one_rule("log_contains('x')"));
  feed(log_line(0, R"(,"reason":"a\",\"matched\":[\"rule\"],\"details\":{")"));
  Line line = log_line(1);
  line.details = R"({"matched":["rule"],"redactions":[],"source":["x",1,0],"details":{}})";
  feed(line);
  EXPECT_TRUE(alerts_.empty());
  feed(log_line(2, ",\"reason\":\"a\\\\\",\"matched\":[\"rule\"]"));
  EXPECT_EQ(alerts_.size(), 1u);
}

// Goal: the window counts exactly, in any order of arrival.
// Method: against counting all pairs, on random instants.
TEST(Window, AgreesWithCountingEverything) {
  std::mt19937 random(3);
  for (int round = 0; round < 300; ++round) {
    alert::SlidingWindow window;
    std::vector<std::int64_t> all;
    const std::int64_t length = 1 + static_cast<std::int64_t>(random() % 20);
    const std::uint64_t threshold = random() % 5;
    for (RecordIndex i = 0; i < 40; ++i) {
      const auto at = static_cast<std::int64_t>(random() % 60);
      all.push_back(at);
      std::optional<std::int64_t> end;
      for (std::int64_t e = at; e < at + length && !end; ++e) {
        const auto count =
            std::count_if(all.begin(), all.end(), [&](std::int64_t x) { return x > e - length && x <= e; });
        if (static_cast<std::uint64_t>(count) > threshold) end = e;
      }
      const auto excess = window.add({Timestamp{at}, i}, Duration{length}, threshold);
      ASSERT_EQ(excess.has_value(), end.has_value());
      if (!excess) continue;
      EXPECT_EQ(excess->end.ns, *end);
      EXPECT_GT(excess->first.at.ns, *end - length);
      EXPECT_GT(excess->lasts_to.ns, *end);
    }
  }
}

TEST(Window, DropsAndKeepsFromTheRightEnd) {
  alert::SlidingWindow window;
  for (std::int64_t i = 0; i < 100; ++i) window.add({Timestamp{i}, 0}, Duration{5}, 50);
  window.drop_until(Timestamp{9});
  EXPECT_EQ(window.size(), 90u);
  EXPECT_EQ(window[0].at.ns, 10);
  window.keep_newest(3);
  EXPECT_EQ(window.size(), 3u);
  EXPECT_EQ(window[0].at.ns, 97);
  window.drop_until(Timestamp{99});
  EXPECT_TRUE(window.empty());
}

// --- the payload
// --------------------------------------------------------------------------------------------------

TEST_F(Replay, ThePayloadHasTheShapeOfTheDesign) {
  use(R"yaml(
- {name: 'A "quoted" rule', condition: "authentication_failed > 2 in 1m by ip", severity: high,
   description: "Line\nbreak.", tags: [attack.t1110], runbook: "Do \\ it."}
)yaml");
  for (int i = 0; i < 3; ++i) feed({.at = static_cast<double>(i), .more = R"(,"ip":"a\"\n\u001b[31m")"});
  ASSERT_EQ(alerts_.size(), 1u);
  alerts_[0].log = "clawtrail/0123";
  alerts_[0].gateway = "demo";
  alerts_[0].checkpoint = "clawtrail/0123\n3\nroot\n\n— sig\n";
  JsonParser parser;
  const std::string text = alerts_[0].to_json();
  EXPECT_EQ(text.find('\n'), std::string::npos);
  const auto json = parser.parse(text);
  ASSERT_TRUE(json) << text;
  std::vector<std::string> members;
  json->for_each([&](std::string_view key, const JsonValue&) {
    members.emplace_back(key);
    return true;
  });
  EXPECT_EQ(members,
            (std::vector<std::string>{
                "id",   "rule",    "severity", "state",      "timestamp", "title",       "description",
                "key",  "count",   "window",   "first_seen", "last_seen", "records",     "samples",
                "tags", "runbook", "search",   "log",        "gateway",   "rule_digest", "checkpoint"}));
  EXPECT_EQ((*json)["rule"].string_or(""), "A \"quoted\" rule");
  EXPECT_EQ((*json)["severity"].string_or(""), "high");
  EXPECT_EQ((*json)["state"].string_or(""), "firing");
  EXPECT_EQ((*json)["timestamp"].string_or(""), "2026-01-01T00:00:02.000Z");
  EXPECT_EQ((*json)["key"].to_json(), R"({"ip":"a\"\n\u001b[31m"})");
  EXPECT_EQ((*json)["title"].string_or("").find('\x1b'), std::string_view::npos);
  EXPECT_EQ((*json)["count"].integer(), 3);
  EXPECT_EQ((*json)["window"].to_json(),
            R"({"start":"2025-12-31T23:59:02.000Z","end":"2026-01-01T00:00:02.000Z"})");
  EXPECT_EQ((*json)["first_seen"].string_or(""), "2026-01-01T00:00:00.000Z");
  EXPECT_EQ((*json)["last_seen"].string_or(""), "2026-01-01T00:00:02.000Z");
  EXPECT_EQ((*json)["records"].to_json(), "[0,1,2]");
  EXPECT_EQ((*json)["samples"].size(), 3u);
  EXPECT_EQ((*json)["samples"].at(2)["event_type"].string_or(""), "authentication");
  EXPECT_EQ((*json)["tags"].to_json(), R"(["attack.t1110"])");
  EXPECT_EQ((*json)["runbook"].string_or(""), "Do \\ it.");
  EXPECT_EQ((*json)["search"].string_or(""),
            "clawtrail search DIR 'event_type=authentication and (result=failure or result=denied)' "
            "--since 2026-01-01T00:00:00.000Z --until 2026-01-01T00:00:02.001Z");
  EXPECT_EQ((*json)["checkpoint"].string_or(""), "clawtrail/0123\n3\nroot\n\n— sig\n");
  EXPECT_EQ((*json)["rule_digest"].string_or("").size(), 64u);
}

}  // namespace
}  // namespace clawtrail
