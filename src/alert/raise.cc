// SPDX-License-Identifier: Apache-2.0
#include "alert/raise.h"

#include "clawtrail/base/check.h"
#include "clawtrail/base/encoding.h"
#include "clawtrail/base/hash.h"
#include "clawtrail/base/limits.h"

namespace clawtrail::alert {

namespace {

std::string describe(const Key& key) {
  std::string out;
  for (const auto& [field, value] : key) {
    out += (out.empty() ? "" : ", ") + field + " " + (value.empty() ? "unknown" : printable(value));
  }
  return out;
}

Alert base_alert(const Rule& rule, const Key& key) {
  Alert alert;
  alert.rule = rule.name;
  alert.rule_digest = rule.digest;
  alert.severity = rule.severity;
  alert.key = key;
  alert.title = printable(rule.name);
  if (!key.empty()) alert.title += " (" + describe(key) + ")";
  alert.tags = rule.tags;
  alert.runbook = rule.runbook;
  return alert;
}

void sentence(std::string& text, const std::string& more) { text += (text.empty() ? "" : " ") + more; }

std::string span(Timestamp start, Timestamp end) {
  return std::to_string(start.ns) + "/" + std::to_string(end.ns);
}

std::string records(std::uint64_t count) {
  return std::to_string(count) + (count == 1 ? " record" : " records");
}

}  // namespace

std::string alert_id(const Rule& rule, std::string_view key, std::string_view occasion) {
  std::string text = "clawtrail alert 1\n" + rule.digest + "\n";
  append_json_string(text, key);  // one line, whatever is in it
  text += '\n';
  text += occasion;
  return hex(as_text(sha256(text))).substr(0, 32);
}

std::string sample_of(std::string_view line, const RecordPeek& peek) {
  if (line.size() <= limits::kAlertSampleBytesMax) return std::string(line);
  const std::string rest = ",\"details\":{\"omitted_bytes\":" + std::to_string(line.size()) + "}}";
  if (peek.has_details && peek.header.size() + rest.size() <= limits::kAlertSampleBytesMax) {
    return std::string(peek.header) + rest;
  }
  return "{\"timestamp\":\"" + format_rfc3339_ms(peek.time) + "\",\"event_type\":\"" +
         std::string(name_of(peek.type)) + "\"" + rest;
}

Alert window_alert(const Rule& rule, const Firing& firing, const std::string& key_text, Timestamp raised) {
  CHECK(rule.condition.window.has_value());
  Alert alert = base_alert(rule, firing.key);
  alert.id = alert_id(rule, key_text, span(firing.window_start, firing.window_end));
  alert.timestamp = raised;
  alert.count = firing.count;
  alert.window_start = firing.window_start;
  alert.window_end = firing.window_end;
  alert.first_seen = firing.first_seen;
  alert.last_seen = firing.last_seen;
  alert.records = firing.records;
  alert.description = rule.description;
  sentence(alert.description,
           records(firing.count) + " within " + format_duration(rule.condition.window->length) + " where " +
               std::to_string(rule.condition.window->threshold) + " are allowed: " + rule.text + ".");
  alert.search = search_command(rule.condition.selection, firing.key, firing.first_seen, firing.last_seen);
  return alert;
}

Alert resolved_alert(const Rule& rule, const Firing& firing, const std::string& key_text) {
  // The excess lasts beyond the window that raised it, so the id is never that of the firing alert.
  CHECK(firing.quiet_from > firing.window_end);
  Alert alert = base_alert(rule, firing.key);
  alert.id = alert_id(rule, key_text, span(firing.window_start, firing.quiet_from));
  alert.firing = false;
  alert.timestamp = due_time(firing, rule);
  alert.count = firing.count;
  alert.window_start = firing.window_start;
  alert.window_end = firing.quiet_from;
  alert.first_seen = firing.first_seen;
  alert.last_seen = firing.last_seen;
  alert.records = firing.records;
  alert.description = rule.description;
  sentence(alert.description, "Over since " + format_rfc3339_ms(firing.quiet_from) + ", after " +
                                  records(firing.count) + ": " + rule.text + ".");
  alert.search = search_command(rule.condition.selection, firing.key, firing.first_seen, firing.last_seen);
  alert.notify = firing.notified;
  if (!firing.notified) alert.undelivered = "nobody was told that it fired";
  return alert;
}

Alert record_alert(const Rule& rule, const std::string& key_text, Key key, Instant instant,
                   std::uint64_t count, Timestamp first_seen) {
  Alert alert = base_alert(rule, key);
  alert.id = alert_id(rule, key_text, std::to_string(instant.index));
  alert.timestamp = instant.at;
  alert.count = count;
  alert.window_start = alert.first_seen = first_seen;
  alert.window_end = alert.last_seen = instant.at;
  alert.description = rule.description;
  sentence(alert.description, "Record " + std::to_string(instant.index) + " fits: " + rule.text + ".");
  if (count > 1) {
    sentence(alert.description, records(count - 1) + " before it came within the cooldown of " +
                                    format_duration(rule.cooldown) + " and raised no alert.");
  }
  alert.search = search_command(rule.condition.selection, key, first_seen, instant.at);
  return alert;
}

void decide_notice(Alert& alert, Notices& notices, Duration age, Duration age_max) {
  if (age > age_max) {
    alert.notify = false;
    alert.undelivered = "the event was " + format_duration({age.ns / 1'000'000'000 * 1'000'000'000}) +
                        " old when it was received, and notify_max_age is " + format_duration(age_max);
    return;
  }
  const std::string cap = std::to_string(limits::kNoticesPerRuleAndHour);
  switch (notices.take(alert.timestamp)) {
    case Notices::Verdict::kNotice: {
      const std::uint64_t withheld = notices.take_withheld();
      if (withheld > 0) {
        sentence(alert.description, "Before this one, " + std::to_string(withheld) +
                                        " alerts of this rule were recorded without a notice.");
      }
      return;
    }
    case Notices::Verdict::kDigest:
      sentence(alert.description,
               "Digest: this rule has given " + cap +
                   " notices within an hour; until there is room again its alerts are only "
                   "recorded in the trail.");
      return;
    case Notices::Verdict::kWithheld:
      alert.notify = false;
      alert.undelivered = "the rule has given " + cap + " notices and a digest within an hour";
      return;
  }
}

}  // namespace clawtrail::alert
