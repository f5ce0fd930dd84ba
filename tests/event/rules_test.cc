// SPDX-License-Identifier: Apache-2.0
// The rules that are shipped, and what the loader says about wrong ones.
#include <gtest/gtest.h>

#include "clawtrail/event/classifier.h"
#include "event/event_fixture.h"

namespace clawtrail {
namespace {

TEST(EventRules, EveryShippedExampleHolds) {
  Diagnostics diagnostics;
  const std::vector<YamlNode> documents = shipped_event_rules(diagnostics);
  const std::size_t run = test_event_rules(documents, diagnostics);
  EXPECT_FALSE(diagnostics.has_errors()) << diagnostics.render();
  EXPECT_GE(run, 90U);
}

std::string rule(const std::string& when, const std::string& set, const std::string& take = "") {
  return "rules:\n  - id: r\n    when: " + when + "\n    set: " + set + "\n" +
         (take.empty() ? "" : "    take: " + take + "\n");
}

/// All errors that the documents give, examples included.
std::string errors_of(const std::string& text) {
  Diagnostics diagnostics;
  test_event_rules({parse_yaml(text, "rules.yaml", diagnostics)}, diagnostics);
  std::string all;
  for (const Diagnostic& diagnostic : diagnostics.all()) {
    EXPECT_GT(diagnostic.where.line, 0U) << diagnostic.message;
    all += diagnostic.message + "\n";
  }
  return all;
}

TEST(EventRules, NamesEveryMistake) {
  const std::string set = "{event_type: system}", when = "{message: x}";
  const std::pair<std::string, const char*> cases[] = {
      {rule("{}", set), "would take every line"},
      {rule("{subsystem: a}", set), "would take every line"},
      {rule("{message: [\"\"]}", set), "empty message prefix"},
      {rule("{mesage: x}", set), "mesage"},
      {rule("{matches: \"(\"}", set), "not accepted"},
      {rule("{message: x, level: loud}", set), "no level"},
      {rule(when, "{result: success}"), "sets no event_type"},
      {rule(when, "{event_type: sistem}"), "no event type"},
      {rule(when, "{event_type: checkpoint}"), "no event type"},
      {rule(when, "{event_type: system, result: maybe}"), "no result"},
      {rule(when, "{event_type: system, severity: huge}"), "no severity"},
      {rule(when, "{event_type: system, who: me}"), "no field"},
      {rule(when, set, "{user: wrod(x=)}"), "no function"},
      {rule(when, set, "{user: group(name)}"), "no group"},
      {rule(when, set, "{user: meta}"), "needs a member"},
      {rule(when, set, "{user: first(a)}"), "wrong number"},
      {rule(when, set, "{user: \"peer(a, b, c)\"}"), "wrong number"},
      {rule(when, set, "{user: word()}"), "empty"},
      {rule(when, set, "{user: 'between(\"x)'}"), "quote is not closed"},
      {rule(when, set, "{user: word(x}"), "closing bracket"},
      {rule(when, set, "{user: traceId traceId}"), "unexpected text"},
      {rule(when, set, "{user: agent_of(agent_of(agent_of(agent_of(agent_of(agent_of(x))))))}"),
       "too deeply"},
      {rule(when, set), "has no examples"},
      {"rules: [{id: r, when: {message: x}, set: {event_type: system}}, {id: r, when: {message: y}, set: "
       "{event_type: system}}]",
       "given twice"},
      {"rules: [{when: {message: x}, set: {event_type: system}}]", "no id"},
      {"audit: {types: {a: gap}, results: {b: c}}", "no event type"},
      {"audit: {types: {}, results: {b: c}}", "no result"},
      {"always: {user: word(}", "is no expression"},
      {"ruels: []", "ruels"},
      {"- list", "must be a map"}};
  for (const auto& [text, expected] : cases) {
    EXPECT_NE(errors_of(text).find(expected), std::string::npos) << text << "\n" << errors_of(text);
  }
}

TEST(EventRules, AnExampleFailsForAMissingAWrongAndAnUnexpectedField) {
  const std::string text =
      rule("{message: \"hello \"}", "{event_type: system, result: success}", "{user: word(user=)}") +
      "    examples:\n"
      "      - {line: {message: hello user=alex}, gives: {event_type: system, result: error}}\n"
      "      - {line: {message: hello}, gives: {event_type: log, ip: 1.2.3.4}}\n";
  const std::string errors = errors_of(text);
  EXPECT_NE(errors.find("result is \"success\" instead of \"error\""), std::string::npos) << errors;
  EXPECT_NE(errors.find("user is \"alex\", which the example does not expect"), std::string::npos) << errors;
  EXPECT_NE(errors.find("ip is missing"), std::string::npos) << errors;
  EXPECT_NE(errors.find("taken by no rule"), std::string::npos) << errors;
}

// The first rule of the file that fits decides, whichever subsystem or prefix led to it.
TEST(EventRules, TheFirstRuleThatFitsDecides) {
  Diagnostics diagnostics;
  const YamlNode document = parse_yaml(
      "rules:\n"
      "  - {id: narrow, when: {subsystem: a, message: xy, level: warn}, set: {event_type: system}}\n"
      "  - {id: any, when: {contains: y}, set: {event_type: system}}\n"
      "  - {id: wide, when: {subsystem: [a, b], message: [x, z]}, set: {event_type: system}}\n"
      "  - {id: bare, when: {subsystem: none, message: x}, set: {event_type: system}}\n",
      "rules.yaml", diagnostics);
  LineDecoder decoder(Classifier::load({document}, TrustedProxies(), diagnostics));
  ASSERT_FALSE(diagnostics.has_errors()) << diagnostics.render();
  const auto taken = [&](const std::string& subsystem, const std::string& message, const std::string& level) {
    std::string line = "{\"message\":\"" + message + "\",\"level\":\"" + level + "\"";
    if (!subsystem.empty()) line += ",\"subsystem\":\"" + subsystem + "\"";
    return std::string(decoder.decode(line + "}").rule);
  };
  EXPECT_EQ(taken("a", "xyz", "warn"), "narrow");
  EXPECT_EQ(taken("a", "xyz", "info"), "any");
  EXPECT_EQ(taken("a", "x", "info"), "wide");
  EXPECT_EQ(taken("b", "z", "info"), "wide");
  EXPECT_EQ(taken("c", "z", "info"), "");
  EXPECT_EQ(taken("c", "y", "info"), "any");
  EXPECT_EQ(taken("", "x", "info"), "bare");
  EXPECT_EQ(taken("", "", "info"), "");
}

}  // namespace
}  // namespace clawtrail
