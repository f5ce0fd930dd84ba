// SPDX-License-Identifier: Apache-2.0
// The condition language: what is read, how it is understood, and how mistakes are told.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "alert/fields.h"
#include "alert/matcher.h"
#include "alert/parser.h"
#include "alert/print.h"
#include "clawtrail/text/yaml.h"

namespace clawtrail::alert {
namespace {

Condition parsed(const std::string& text) {
  ConditionError error;
  const auto condition = parse_condition(text, error);
  EXPECT_TRUE(condition) << text << ": " << error.message << " at " << error.offset;
  return condition.value_or(Condition{});
}

ConditionError refused(const std::string& text) {
  ConditionError error;
  EXPECT_FALSE(parse_condition(text, error)) << text;
  return error;
}

bool passes(const std::string& text, const std::string& record) {
  const Condition condition = parsed(text);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < condition.literals.size(); ++i) names.push_back("r#" + std::to_string(i + 1));
  JsonParser parser;
  const auto json = parser.parse(record);
  EXPECT_TRUE(json) << record;
  return json && matches(condition.selection, *json, names);
}

TEST(Condition, TheGuidesThreeAreReadAsWritten) {
  const Condition logins = parsed("authentication_failed > 5 in 5m");
  EXPECT_EQ(logins.selection.kind, Node::Kind::kPair);
  EXPECT_EQ(logins.selection.type, EventType::kAuthentication);
  EXPECT_EQ(logins.selection.results, (std::vector<std::string>{"failure", "failed", "denied"}));
  EXPECT_EQ(logins.window->threshold, 5u);
  EXPECT_EQ(logins.window->length, Duration::from_seconds(300));

  const Condition files = parsed("file_access_denied > 10 in 10m");
  EXPECT_EQ(files.selection.results, std::vector<std::string>{"denied"});
  EXPECT_EQ(files.window->threshold, 10u);

  const Condition keys = parsed("log_contains('sk-ant-api') OR log_contains('sk-proj-')");
  EXPECT_EQ(keys.literals, (std::vector<std::string>{"sk-ant-api", "sk-proj-"}));
  EXPECT_TRUE(keys.only_literals);
  EXPECT_FALSE(keys.window);
}

// Canonical text is the meaning written out: two spellings of one meaning give the same, and it is read back
// to itself.
TEST(Condition, SpellingsOfOneMeaningAreOne) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"authentication_failed>5 in 5m", "authentication_failure > 5 in 5m"},
      {"authentication_failure > 5 in 300s BY ip", "authentication_failure > 5 in 5m by ip"},
      {"authentication_failed >= 6 in 5m by ip, user", "authentication_failure > 5 in 5m by ip, user"},
      {"Authentication_Succeeded", "authentication_success"},
      {"log_contains(\"a'b\")", "log_contains('a\\'b')"},
      {"log_contains('C:\\temp')", "log_contains('C:\\\\temp')"},
      {"not not (pairing Or session_pending)", "not not (pairing or session_pending)"},
      {"session = abc and session", "session = 'abc' and session"},
      {"session > 3 in 1h", "session > 3 in 1h"},
      {"a_b = 1", ""},
      {"tokens_in > 1000 > 5 in 5m", "tokens_in > '1000' > 5 in 5m"},
      {"ip exists > 5 in 5m", "ip exists > 5 in 5m"},
      {"event_type = authentication and result = failure and ip exists > 5 in 5m by ip",
       "(event_type = 'authentication' and result = 'failure' and ip exists) > 5 in 5m by ip"},
      {"pairing or session and connection", "pairing or (session and connection)"},
      {"details.Remote.Port != 22", "details.Remote.Port != '22'"},
      {"secret_found AND source = \"gate way\"", "secret_found and source = 'gate way'"},
      {"user = 张三", "user = '张三'"},
  };
  for (const auto& [text, expected] : cases) {
    SCOPED_TRACE(text);
    if (expected.empty()) {
      refused(text);
      continue;
    }
    EXPECT_EQ(canonical(parsed(text)), expected);
    EXPECT_EQ(canonical(parsed(expected)), expected);
  }
}

TEST(Condition, MistakesHaveAPlaceAReasonAndHelp) {
  struct Case {
    const char* text;
    std::size_t offset;
    const char* message;
    const char* help;
  };
  const Case cases[] = {
      {"", 0, "empty", "authentication_failed"},
      {"authentification_failed > 5 in 5m", 0, "is no test", "authentication_failed"},
      {"authentication_failed > five in 5m", 24, "whole number", "> 5 in 5m"},
      {"authentication_failed > 5", 25, "\"in\"", "> 5 in 5m"},
      {"authentication_failed > 5 in", 28, "no length of time", "30s"},
      {"authentication_failed > 5 in 5 parsecs", 29, "no length of time", "30s"},
      {"authentication_failed > 5 in 0s", 29, "no length of time", "30s"},
      {"authentication_failed > 5 in 2000d", 29, "400 days", "shorter"},
      {"authentication_failed > 100000 in 5m", 24, "at most 100000", "smaller"},
      {"authentication_failed >= 0 in 5m", 25, "always true", ">= 1"},
      {"authentication_failed < 5 in 5m", 22, "cannot follow", "> 5 in 5m"},
      {"authentication_failed > 5 in 5m by adress", 35, "no field", "fields are"},
      {"authentication_failed > 5 in 5m by ip ip", 38, "cannot follow the window", "by"},
      {"authentication_failed > 5 in 5m by ip, ip", 39, "twice", "once"},
      {"authentication_failed > 5 in 5m and pairing", 32, "cannot follow the window", "by"},
      {"usr = bob", 0, "no field", "user"},
      {"ip", 2, "comparison must follow", "exists"},
      {"ip =", 4, "a value must follow", "quotes"},
      {"ip > 5 in 5m", 3, "compares numbers", "exists > 5 in 5m"},
      {"tokens_in = many", 12, "is no number", "digits"},
      {"event_type = authentification", 13, "no value of event_type", "authentication"},
      {"result = failed", 9, "no value of result", "failure"},
      {"event_type = gap", 13, "clawtrail's own", "authentication"},
      {"alert > 1 in 5m", 0, "clawtrail's own", "gateway"},
      {"(pairing or session", 19, "\")\" is missing", "column 1"},
      {"pairing)", 7, "closes nothing", "remove"},
      {"pairing session", 8, "not expected", "and"},
      {"pairing or", 10, "a test was expected", "for example"},
      {"log_contains sk", 13, "\"(\" must follow", "log_contains('text')"},
      {"log_contains(sk)", 13, "text in quotes", "log_contains('text')"},
      {"log_contains('sk'", 17, "\")\" must follow", "log_contains('text')"},
      {"log_contains('sk", 13, "not closed", "put a '"},
      {"log_contains('')", 13, "0 bytes", "1 to 255"},
      {"user = a;b", 8, "no meaning", "quotes"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    const ConditionError error = refused(c.text);
    EXPECT_EQ(error.offset, c.offset);
    EXPECT_NE(error.message.find(c.message), std::string::npos) << error.message;
    EXPECT_NE(error.help.find(c.help), std::string::npos) << error.help;
  }
}

TEST(Condition, LongAndDeepOnesAreRefusedNotFollowed) {
  EXPECT_NE(refused(std::string(5000, 'a')).message.find("5000 bytes"), std::string::npos);
  EXPECT_NE(refused(std::string(2000, '(')).message.find("too deeply"), std::string::npos);
  std::string nots;
  for (int i = 0; i < 1000; ++i) nots += "not ";
  EXPECT_NE(refused(nots + "pairing").message.find("too deeply"), std::string::npos);
  EXPECT_NE(refused("log_contains('" + std::string(256, 'x') + "')").message.find("256 bytes"),
            std::string::npos);
}

TEST(Condition, PairsKnowTheirSynonyms) {
  const auto record = [](const std::string& result) {
    return "{\"event_type\":\"file_access\",\"result\":\"" + result + "\"}";
  };
  EXPECT_TRUE(passes("file_access_failed", record("failure")));
  EXPECT_TRUE(passes("file_access_failed", record("failed")));
  EXPECT_TRUE(passes("file_access_failed", record("denied")));
  EXPECT_FALSE(passes("file_access_failed", record("error")));
  EXPECT_TRUE(passes("file_access_denied", record("denied")));
  EXPECT_FALSE(passes("file_access_denied", record("failure")));
  EXPECT_TRUE(passes("file_access_success", record("success")));
  EXPECT_TRUE(passes("file_access_allowed", record("allowed")));
  EXPECT_TRUE(passes("file_access_pending", record("pending")));
  EXPECT_TRUE(passes("file_access_error", record("error")));
  EXPECT_TRUE(passes("file_access", record("anything")));
  EXPECT_FALSE(passes("authentication_failed", record("failure")));
  for (const std::string& name : pair_names()) EXPECT_TRUE(pair_of(name)) << name;
}

TEST(Condition, PredicatesSeeTheRecordsFields) {
  const std::string record =
      R"({"event_type":"api_call","level":"warn","user":"bob","tokens_in":1500,"source":["gw",1,0],)"
      R"("matched":["r#2","other"],"redactions":[{"rule":"field-token"},{"rule":"github-pat"}],)"
      R"("details":{"a":{"b":"x y"},"n":3,"t":true,"z":null}})";
  for (const char* text : {"user = bob",
                           "user != alice",
                           "ip != 1.2.3.4",
                           "user exists",
                           "not ip exists",
                           "tokens_in > 1000",
                           "tokens_in >= 1500",
                           "tokens_in <= 1500",
                           "tokens_in = 1500.0",
                           "tokens_in != 3",
                           "level = warn",
                           "source = gw",
                           "details.a.b = 'x y'",
                           "details.n < 4",
                           "details.n = 3",
                           "details.t = true",
                           "not details.z exists",
                           "not details.none exists",
                           "not details.n = x",
                           "details.n != x",
                           "secret_found",
                           "log_contains('p') or log_contains('q')",
                           "USER = bob AND (level = warn OR pairing) AND NOT session"}) {
    EXPECT_TRUE(passes(text, record)) << text;
  }
  for (const char* text :
       {"user = Bob", "user != bob", "ip = ''", "tokens_in < 1500", "tokens_out < 5", "not tokens_in > 1000",
        "details.a = x", "details.a > 1", "log_contains('p')", "api_call and pairing"}) {
    EXPECT_FALSE(passes(text, record)) << text;
  }
}

TEST(Condition, SecretRulesThatOnlyGuessDoNotCount) {
  for (const char* id : {"password-field", "jwt", "user-pattern", "known-secret", "over-budget", "more",
                         "field-x", "assignment", "generic-entropy"})
    EXPECT_FALSE(is_certain_secret_rule(id)) << id;
  for (const char* id : {"gateway-masked", "github-token", "private-key-block"})
    EXPECT_TRUE(is_certain_secret_rule(id)) << id;
}

// Which rules only guess is written in the packs; a record does not say it, so the alert room has a list of
// its own.
TEST(Condition, TheListOfAmbiguousSecretRulesIsThatOfThePacks) {
  std::size_t unique = 0, ambiguous = 0;
  for (const auto& entry : std::filesystem::directory_iterator(CLAWTRAIL_SOURCE_DIR "/patterns/secrets")) {
    if (entry.path().extension() != ".yaml") continue;
    std::ifstream in(entry.path());
    std::stringstream text;
    text << in.rdbuf();
    Diagnostics diagnostics;
    const YamlNode pack = parse_yaml(text.str(), entry.path().filename(), diagnostics);
    for (const YamlNode& rule : pack["rules"].items()) {
      const std::string file = entry.path().stem();
      const bool is_unique = rule["tier"].text() == "unique" || (file != "generic" && file != "formats");
      EXPECT_EQ(is_certain_secret_rule(rule["id"].text()), is_unique) << rule["id"].text();
      ++(is_unique ? unique : ambiguous);
    }
  }
  EXPECT_GT(unique, 50u);
  EXPECT_GT(ambiguous, 10u);
}

// Goal: the peek never skips a record that would pass.
TEST(Condition, AGuardIsNeverTooNarrow) {
  const std::vector<std::string> conditions = {"pairing",
                                               "pairing or session",
                                               "pairing and session",
                                               "not pairing",
                                               "event_type = pairing",
                                               "event_type != pairing",
                                               "secret_found",
                                               "secret_found or pairing",
                                               "secret_found and pairing",
                                               "log_contains('a')",
                                               "log_contains('a') and secret_found",
                                               "not log_contains('a')",
                                               "ip exists",
                                               "(pairing or log_contains('a')) and (session or secret_found)",
                                               "ip exists and pairing"};
  for (const std::string& text : conditions) {
    const Condition condition = parsed(text);
    const Guard guard = guard_of(condition.selection);
    for (int bits = 0; bits < 32; ++bits) {
      const EventType type = (bits & 16) != 0  ? EventType::kLog
                             : (bits & 1) != 0 ? EventType::kPairing
                                               : EventType::kSession;
      std::string record = "{\"event_type\":\"" + std::string(name_of(type)) + "\"";
      if ((bits & 2) != 0) record += R"(,"redactions":[{"rule":"x"}])";
      if ((bits & 4) != 0) record += R"(,"matched":["r#1"])";
      if ((bits & 8) != 0) record += R"(,"ip":"1.2.3.4")";
      const bool wanted = (guard.types >> static_cast<unsigned>(type) & 1u) != 0 ||
                          (guard.redactions && (bits & 2) != 0) || (guard.matched && (bits & 4) != 0);
      EXPECT_TRUE(wanted || !passes(text, record + "}")) << text << " " << record;
    }
  }
  EXPECT_EQ(guard_of(parsed("authentication_failed and ip exists").selection),
            (Guard{1u << static_cast<unsigned>(EventType::kAuthentication), false, false}));
}

TEST(Condition, TheSearchIsSafeToPasteAndNeverTooNarrow) {
  const auto search = [](const std::string& text, const Key& key) {
    return search_command(parsed(text).selection, key, Timestamp::from_ms(0), Timestamp::from_ms(1000));
  };
  const std::string range = " --since 1970-01-01T00:00:00.000Z --until 1970-01-01T00:00:01.001Z";
  EXPECT_EQ(search("authentication_failed", {{"ip", "203.0.113.7"}}),
            "clawtrail search DIR 'event_type=authentication and (result=failure or result=denied) and "
            "ip=\"203.0.113.7\"'" +
                range);
  EXPECT_EQ(search("event_type = authentication and result = failure", {}),
            "clawtrail search DIR 'event_type=authentication and result=failure'" + range);
  EXPECT_EQ(search("log_contains('x') and pairing", {}), "clawtrail search DIR 'event_type=pairing'" + range);
  EXPECT_EQ(search("log_contains('x') or pairing", {}), "clawtrail search DIR" + range);
  EXPECT_EQ(search("pairing", {{"user", "a'; rm -rf ~; '"}, {"agent", "$(id)"}, {"path", "a\nb"}}),
            "clawtrail search DIR 'event_type=pairing'" + range);
}

}  // namespace
}  // namespace clawtrail::alert
