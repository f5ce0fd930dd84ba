// SPDX-License-Identifier: Apache-2.0
// Alert::to_json: the payload of DESIGN section 8, "Alert out".
#include "clawtrail/alert/engine.h"
#include "clawtrail/base/encoding.h"

namespace clawtrail {

namespace {

void member(std::string& out, const char* name, std::string_view value) {
  out += out.size() > 1 ? ",\"" : "\"";
  out += name;
  out += "\":";
  append_json_string(out, value);
}

void raw_member(std::string& out, const char* name, std::string_view json) {
  out += ",\"";
  out += name;
  out += "\":";
  out += json;
}

template <typename List, typename Write>
std::string array(const List& list, Write&& write) {
  std::string out = "[";
  for (const auto& item : list) {
    if (out.size() > 1) out += ',';
    write(out, item);
  }
  return out + "]";
}

std::string key_object(const std::vector<std::pair<std::string, std::string>>& key) {
  std::string out = "{";
  for (const auto& [field, value] : key) {
    if (out.size() > 1) out += ',';
    append_json_string(out, field);
    out += ':';
    append_json_string(out, value);
  }
  return out + "}";
}

}  // namespace

std::string Alert::to_json() const {
  std::string out = "{";
  member(out, "id", id);
  member(out, "rule", rule);
  member(out, "severity", name_of(severity));
  member(out, "state", firing ? "firing" : "resolved");
  member(out, "timestamp", format_rfc3339_ms(timestamp));
  member(out, "title", title);
  member(out, "description", description);
  raw_member(out, "key", key_object(key));
  raw_member(out, "count", std::to_string(count));
  raw_member(out, "window",
             "{\"start\":\"" + format_rfc3339_ms(window_start) + "\",\"end\":\"" +
                 format_rfc3339_ms(window_end) + "\"}");
  member(out, "first_seen", format_rfc3339_ms(first_seen));
  member(out, "last_seen", format_rfc3339_ms(last_seen));
  raw_member(out, "records",
             array(records, [](std::string& to, RecordIndex index) { append_number(to, index); }));
  // Samples are lines of the trail: JSON objects already.
  raw_member(out, "samples", array(samples, [](std::string& to, const std::string& line) { to += line; }));
  raw_member(out, "tags",
             array(tags, [](std::string& to, const std::string& tag) { append_json_string(to, tag); }));
  member(out, "runbook", runbook);
  member(out, "search", search);
  member(out, "log", log);
  member(out, "gateway", gateway);
  member(out, "rule_digest", rule_digest);
  member(out, "checkpoint", checkpoint);
  return out + "}";
}

}  // namespace clawtrail
