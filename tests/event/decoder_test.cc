// SPDX-License-Identifier: Apache-2.0
// The forms of a line, and what no line may do.
#include <gtest/gtest.h>

#include <cmath>

#include "clawtrail/base/encoding.h"
#include "clawtrail/base/limits.h"
#include "clawtrail/base/time.h"
#include "event/event_fixture.h"

namespace clawtrail {
namespace {

class Decoder : public testing::Test {
 protected:
  const Event& decode(std::string_view line) { return decoder_.decode(line); }
  LineDecoder decoder_{shipped_classifier({"127.0.0.1", "10.0.0.0/8"})};
};

std::string closed(const std::string& cause, const std::string& rest) {
  return R"({"0":"{\"subsystem\":\"gateway/ws\"}","1":{"cause":")" + cause + "\"" + rest +
         R"(},"2":"closed before connect conn=c1 peer=x remote=127.0.0.1 fwd=n/a",)"
         R"("_meta":{"logLevelId":4,"date":"2026-11-21T04:00:00.000Z"},"message":"closed before connect conn=c1 )"
         R"(peer=x remote=127.0.0.1 fwd=n/a"})";
}

// DESIGN section 3, "What is an authentication failure".
TEST_F(Decoder, CountsAFailedAuthenticationOnlyForItsTwoCauses) {
  struct Case {
    const char* cause;
    EventType type;
    Outcome result;
  };
  const Case cases[] = {{"unauthorized", EventType::kAuthentication, Outcome::kFailure},
                        {"device-auth-invalid", EventType::kAuthentication, Outcome::kFailure},
                        {"pairing-required", EventType::kPairing, Outcome::kPending},
                        {"device-required", EventType::kConnection, Outcome::kFailure},
                        {"origin-mismatch", EventType::kConnection, Outcome::kFailure},
                        {"protocol-mismatch", EventType::kConnection, Outcome::kFailure},
                        {"invalid-handshake", EventType::kConnection, Outcome::kFailure},
                        {"control-ui-build-mismatch", EventType::kConnection, Outcome::kFailure},
                        {"handshake-timeout", EventType::kConnection, Outcome::kFailure},
                        {"not-known-yet", EventType::kConnection, Outcome::kFailure}};
  for (const Case& c : cases) {
    const Event& event = decode(closed(c.cause, R"(,"remoteAddr":"198.51.100.1")"));
    EXPECT_EQ(event.type, c.type) << c.cause;
    EXPECT_EQ(event.result, c.result) << c.cause;
    EXPECT_EQ(event[Field::kIp], "198.51.100.1") << c.cause;
    EXPECT_EQ(event[Field::kReason], c.cause);
    EXPECT_EQ(event[Field::kConn], "c1");
    EXPECT_EQ(event.level, Level::kWarn);
  }
}

TEST_F(Decoder, BelievesAForwardedAddressOnlyFromATrustedProxy) {
  const auto ip = [&](const std::string& peer, const std::string& forwarded) {
    return std::string(decode(closed("unauthorized", R"(,"remoteAddr":")" + peer + R"(","forwardedFor":")" +
                                                         forwarded + "\""))[Field::kIp]);
  };
  EXPECT_EQ(ip("127.0.0.1", "203.0.113.7"), "203.0.113.7");
  EXPECT_EQ(ip("198.51.100.1", "203.0.113.7"), "198.51.100.1");
  EXPECT_EQ(ip("127.0.0.1", "1.1.1.1, 203.0.113.7, 10.2.3.4"), "203.0.113.7");
  EXPECT_EQ(ip("127.0.0.1", "10.2.3.4"), "127.0.0.1");
}

TEST_F(Decoder, ReadsTheConsoleFormWithItsFlattenedMembers) {
  const Event& event = decode(
      R"({"cause":"unauthorized","remoteAddr":"192.0.2.3","authReason":"token_missing","client":"cli",)"
      R"("time":"2026-11-21T12:00:00.000+08:00","level":"warn","subsystem":"gateway/ws",)"
      R"("message":"closed before connect conn=c9 peer=x"})");
  EXPECT_EQ(event.rule, "ws-authentication-failed");
  EXPECT_EQ(event[Field::kIp], "192.0.2.3");
  EXPECT_EQ(event[Field::kReason], "token_missing");
  EXPECT_EQ(event.level, Level::kWarn);
  EXPECT_EQ(format_rfc3339_ms(event.time), "2026-11-21T04:00:00.000Z");
}

TEST_F(Decoder, ReadsTheMessageWhereverItStands) {
  const char* lines[] = {
      R"({"0":"{\"subsystem\":\"gateway\"}","1":"gateway ready"})",
      R"({"0":"{\"subsystem\": \"gateway\"}","1":"gateway ready"})",
      R"({"0":"{\"a\":[1],\"subsystem\":\"gateway\"}","1":"gateway ready"})",
      R"({"0":"{\"module\":\"gateway\",\"storeKey\":\"x\"}","1":"gateway ready"})",
      R"({"0":"{\"subsystem\":\"gateway\"}","1":{"a":1},"2":"gateway ready"})",
      R"({"0":"{\"subsystem\":\"gateway\"}","1":"gateway ready","2":{"a":1}})",
      R"({"0":"{\"subsystem\":\"gateway\"}","1":"x","message":"gateway ready"})",
      R"({"subsystem":"gateway","msg":"gateway ready"})",
  };
  for (const char* line : lines) EXPECT_EQ(decode(line).rule, "gateway-ready") << line;
  EXPECT_EQ(
      decode(R"({"0":{"message":"[openclaw] file log queue overflow; dropped 3 oldest records"},"1":"x"})")
          .rule,
      "log-queue-overflow");
  EXPECT_EQ(decode(R"({"0":"gateway ready"})").rule, "");
}

TEST_F(Decoder, ReadsLevels) {
  EXPECT_EQ(decode(R"({"_meta":{"logLevelId":1}})").level, Level::kDebug);
  EXPECT_EQ(decode(R"({"_meta":{"logLevelId":6}})").level, Level::kFatal);
  EXPECT_EQ(decode(R"({"_meta":{"logLevelName":"ERROR"}})").level, Level::kError);
  EXPECT_EQ(decode(R"({"_meta":{"logLevelId":77}})").level, Level::kNone);
  EXPECT_EQ(decode(R"({"level":"WARNING"})").level, Level::kWarn);
  EXPECT_EQ(decode(R"({"level":50})").level, Level::kError);
  EXPECT_EQ(decode(R"({"severity":"critical"})").level, Level::kFatal);
  EXPECT_EQ(decode(R"({"message":"x"})").level, Level::kNone);
}

TEST_F(Decoder, ReadsTimes) {
  const auto time = [&](const std::string& member) {
    const Event& event = decode("{" + member + "}");
    if (event.clock == EventClock::kMissing) return std::string("missing");
    return event.clock == EventClock::kUnreadable ? std::string("unreadable") : format_rfc3339_ms(event.time);
  };
  EXPECT_EQ(time(R"("time":"2026-11-21T12:00:00.5+08:00")"), "2026-11-21T04:00:00.500Z");
  EXPECT_EQ(time(R"("_meta":{"date":"2026-11-21T04:00:00.123Z"})"), "2026-11-21T04:00:00.123Z");
  EXPECT_EQ(time(R"("time":"soon","_meta":{"date":"2026-11-21T04:00:00.123Z"})"), "2026-11-21T04:00:00.123Z");
  EXPECT_EQ(time(R"("ts":1795233600123)"), "2026-11-21T04:00:00.123Z");
  EXPECT_EQ(time(R"("ts":1795233600)"), "2026-11-21T04:00:00.000Z");
  EXPECT_EQ(time(R"("ts":1795233600123456789)"), "2026-11-21T04:00:00.123Z");
  EXPECT_EQ(time(R"("@timestamp":"2026-11-21T04:00:00Z")"), "2026-11-21T04:00:00.000Z");
  EXPECT_EQ(time(R"("time":"2026-11-21 04:00:00")"), "unreadable");
  EXPECT_EQ(time(R"("time":"2026-02-30T04:00:00Z")"), "unreadable");
  EXPECT_EQ(time(R"("time":1e300)"), "unreadable");
  EXPECT_EQ(time(R"("time":{})"), "unreadable");
  EXPECT_EQ(time(R"("message":"x")"), "missing");
}

// `[tools] read failed: File not found` begins like a denial and is none; the stack at debug level is its
// twin.
TEST_F(Decoder, CountsADeniedFileOnceAndAMissingOneNever) {
  const auto tools = [&](const std::string& message) -> const Event& {
    std::string line = "{\"0\":";
    append_json_string(line, message);
    line += ",\"message\":";
    append_json_string(line, message);
    return decode(line + "}");
  };
  const Event& denied =
      tools("[tools] read failed: Path escapes sandbox root (~/w): ../x. Use a relative path under y");
  EXPECT_EQ(denied.type, EventType::kFileAccess);
  EXPECT_EQ(denied.result, Outcome::kDenied);
  EXPECT_EQ(denied[Field::kPath], "../x");
  const Event& missing =
      tools("[tools] read failed: File not found: /w/Path escapes sandbox root. raw_params={}");
  EXPECT_EQ(missing.result, Outcome::kError);
  EXPECT_EQ(tools("tools: read failed stack:\nError: Path escapes sandbox root (~/w): /x").type,
            EventType::kLog);
  EXPECT_EQ(tools("[tools] nothing of the kind").type, EventType::kLog);
}

TEST_F(Decoder, KeepsEventsOfTheAuditShape) {
  const Event& event = decode(
      R"({"timestamp":"2026-11-21T04:00:00Z","event_type":"file_access","user":"alex","ip":"192.0.2.1",)"
      R"("result":"denied","action":"read","path":"/etc/shadow","reason":"policy","tokens_in":3,)"
      R"("details":{"a" : "\",\"details\":{}" , "b":[1, {"c":"}"}]} ,"severity":"high"})");
  EXPECT_EQ(event.type, EventType::kFileAccess);
  EXPECT_EQ(event.result, Outcome::kDenied);
  EXPECT_EQ(event[Field::kUser], "alex");
  EXPECT_EQ(event[Field::kPath], "/etc/shadow");
  EXPECT_EQ(event[Quantity::kTokensIn], 3);
  EXPECT_EQ(event.severity, Severity::kHigh);
  EXPECT_EQ(event.details, R"({"a" : "\",\"details\":{}" , "b":[1, {"c":"}"}]})");
}

// Whatever is not taken up into a field must still be in the record.
TEST_F(Decoder, KeepsTheWholeAuditEventWhenAPartHasNoField) {
  const std::string whole[] = {
      R"({"event_type":"authentication","result":"failed","extra":1,"timestamp":"2026-11-21T04:00:00Z","details":{}})",
      R"({"event_type":"authentication","user":{"id":7},"details":{}})",
      R"({"event_type":"authentication","user":7,"details":{}})",
      R"({"event_type":"authentication","result":"perhaps","details":{}})",
      R"({"event_type":"authentication","timestamp":"yesterday","details":{}})",
      R"({"event_type":"something","details":{}})",
      R"({"event_type":"authentication","details":"text"})",
      R"({"event_type":"authentication","details":{},"details":{"a":1}})",
      R"({"event_type":"authentication","det\u0061ils":{}})",
      R"({"event_type":"authentication","source":["x",1,2],"details":{}})"};
  for (const std::string& line : whole) EXPECT_EQ(decode(line).details, line);
}

TEST_F(Decoder, UnderstandsSynonymsOfPairs) {
  const auto pair = [&](const std::string& type, const std::string& result = "") {
    const Event& event = decode("{\"event_type\":\"" + type + "\"" +
                                (result.empty() ? "" : ",\"result\":\"" + result + "\"") + "}");
    return std::string(name_of(event.type)) + "/" + std::string(name_of(event.result));
  };
  EXPECT_EQ(pair("authentication_failed"), "authentication/failure");
  EXPECT_EQ(pair("authentication", "failed"), "authentication/failure");
  EXPECT_EQ(pair("authentication_failed", "denied"), "authentication/denied");
  EXPECT_EQ(pair("file_access_denied"), "file_access/denied");
  EXPECT_EQ(pair("file_access"), "file_access/");
  EXPECT_EQ(pair("exec.blocked"), "command_execution/denied");
  EXPECT_EQ(pair("agent_created"), "agent_create/");
}

TEST_F(Decoder, NeverTakesALineForARecordOfClawtrail) {
  for (const char* type :
       {"segment", "source", "checkpoint", "alert", "gap", "tombstone", "operator", "alert_failed"}) {
    const Event& event = decode("{\"event_type\":\"" + std::string(type) + "\",\"details\":{}}");
    EXPECT_EQ(event.type, EventType::kLog) << type;
  }
}

TEST_F(Decoder, TakesALineThatIsNoJsonForText) {
  const Event& text = decode("plain \"text\"\r");
  EXPECT_EQ(text.details, R"({"message":"plain \"text\""})");
  EXPECT_EQ(text.parse_error, "");
  EXPECT_EQ(text.type, EventType::kLog);
  EXPECT_EQ(text.clock, EventClock::kMissing);
  EXPECT_EQ(decode("[1,2]").details, R"({"message":"[1,2]"})");
  EXPECT_EQ(decode("").details, R"({"message":""})");
  EXPECT_EQ(decode("{\"a\":1").parse_error, "not valid JSON");
  EXPECT_EQ(decode("{\"a\":\"\xFF\"}").parse_error, "invalid UTF-8");
  EXPECT_EQ(decode("a \xFF").parse_error, "invalid UTF-8");
  EXPECT_EQ(decode("a \xFF").details, "{\"message\":\"a \xEF\xBF\xBD\"}");
  EXPECT_EQ(decode(std::string_view("a\0b", 3)).parse_error, "a NUL byte");
  EXPECT_EQ(decode(" {\"a\":1} \r").details, "{\"a\":1}");
  EXPECT_EQ(decode("{\"a\":" + std::string(600, '[') + std::string(600, ']') + "}").parse_error,
            "nested too deeply");
}

TEST_F(Decoder, CutsAFieldAtACharacterBorder) {
  std::string reason(limits::kFieldBytesMax - 1, 'x');
  reason += "\xE2\x82\xAC tail";  // the euro sign crosses the limit
  const Event& event = decode(R"({"0":"Embedded agent failed before reply: )" + reason + "\"}");
  EXPECT_EQ(event[Field::kReason], std::string(limits::kFieldBytesMax - 1, 'x'));
  const std::string line = R"({"event_type":"authentication","user":")" + reason + R"(","details":{}})";
  EXPECT_EQ(decode(line)[Field::kUser].size(), limits::kFieldBytesMax - 1);
  EXPECT_EQ(decode(line).details, line);
}

TEST_F(Decoder, ForgetsTheFormerLine) {
  decode(closed("unauthorized", R"(,"remoteAddr":"198.51.100.1","role":"operator")"));
  const Event& event = decode("{}");
  EXPECT_EQ(event.type, EventType::kLog);
  EXPECT_EQ(event.rule, "");
  for (const std::string_view field : event.fields) EXPECT_EQ(field, "");
  for (const double quantity : event.quantities) EXPECT_TRUE(std::isnan(quantity));
}

}  // namespace
}  // namespace clawtrail
