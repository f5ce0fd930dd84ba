// SPDX-License-Identifier: Apache-2.0
// Any bytes as a condition, as a record and as a saved state: no crash, and a condition that is taken can be
// run.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "clawtrail/alert/engine.h"
#include "clawtrail/base/check.h"
#include "clawtrail/event/json.h"

namespace clawtrail {
namespace {

constexpr std::string_view kRecord =
    "{\"timestamp\":\"2026-01-01T00:00:00.000Z\",\"event_type\":\"log\",\"user\":\"x\",\"source\":[\"s\",1,0]"
    ","
    "\"redactions\":[{\"rule\":\"github-token\"}],\"matched\":[\"rule\"],\"details\":{\"a\":1}}";

void process(AlertEngine& engine, std::string line, std::vector<Alert>& alerts) {
  const std::size_t size = line.size();
  line.append(JsonParser::kPadding, '\0');
  engine.process({0, std::string_view(line).substr(0, size)}, alerts);
}

std::string yaml_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? "''" : std::string(1, c);
  return out + "'";
}

}  // namespace
}  // namespace clawtrail

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace clawtrail;  // NOLINT(google-build-using-namespace)
  const std::string text(reinterpret_cast<const char*>(data), size);
  Diagnostics diagnostics;
  const std::string yaml = "- name: Rule\n  by: details.a\n  condition: " + yaml_quoted(text) + "\n";
  const auto rules = AlertRules::load({parse_yaml(yaml, "fuzz", diagnostics)}, diagnostics);
  CHECK(rules->size() == (diagnostics.has_errors() ? 0u : 1u));
  AlertEngine engine(rules, Duration{INT64_MAX});
  std::vector<Alert> alerts;
  process(engine, std::string(kRecord), alerts);
  process(engine, text, alerts);
  JsonParser parser;
  for (const Alert& alert : alerts) CHECK(parser.parse(alert.to_json()).ok());

  AlertEngine other(rules, Duration{INT64_MAX});
  CHECK(other.restore(engine.snapshot()).ok());
  CHECK(other.snapshot() == engine.snapshot());
  (void)other.restore(text).ok();
  return 0;
}
