// SPDX-License-Identifier: Apache-2.0
#include "clawtrail/scan/print.h"

#include "clawtrail/base/encoding.h"
#include "clawtrail/base/limits.h"

namespace clawtrail {

namespace {

std::string number(std::uint64_t value) { return std::to_string(value); }

std::string count_of(std::uint64_t count, const std::string& noun) {
  return number(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string size_of(std::uint64_t bytes) {
  static constexpr const char* kUnits[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  while (bytes >= 10 * limits::KiB && unit + 1 < std::size(kUnits)) {
    bytes /= limits::KiB;
    ++unit;
  }
  return number(bytes) + " " + kUnits[unit];
}

void put(std::string& out, std::string_view name, std::string_view value) {
  if (out.back() != '{') out += ',';
  append_json_string(out, name);
  out += ':';
  append_json_string(out, value);
}
void put_raw(std::string& out, std::string_view name, std::string_view json) {
  if (out.back() != '{') out += ',';
  append_json_string(out, name);
  out += ':';
  out += json;
}
void put_if(std::string& out, std::string_view name, const std::string& value) {
  if (!value.empty()) put(out, name, printable_name(value));
}

/// The members that tell a place, without those of the file.
void put_place(std::string& out, const ScanPlace& where) {
  put_if(out, "member", where.member);
  put_if(out, "table", where.table);
  if (where.row) put_raw(out, "row", std::to_string(*where.row));
  put_if(out, "table_column", where.field);
  if (where.line > 0) put_raw(out, "line", number(where.line));
  if (where.column > 0) put_raw(out, "column", number(where.column));
  if (where.offset) put_raw(out, "offset", number(*where.offset));
}

std::string json_of(const ScanFinding& finding) {
  std::string out = "{";
  put(out, "path", printable_name(finding.where.path));
  put_place(out, finding.where);
  put(out, "rule", finding.rule);
  if (!finding.at.empty()) put(out, "at", finding.at);
  put(out, "fp", finding.fp);
  put_raw(out, "unique", finding.unique ? "true" : "false");
  put_raw(out, "expected", finding.expected ? "true" : "false");
  put_raw(out, "exposed", finding.exposed ? "true" : "false");
  return out + "}";
}

std::string json_of(const ScanStats& stats) {
  std::string out = "{";
  put_raw(out, "files", number(stats.files));
  put_raw(out, "bytes", number(stats.bytes));
  put_raw(out, "findings", number(stats.findings));
  put_raw(out, "counted", number(stats.counted));
  put_raw(out, "unlisted", number(stats.unlisted));
  put_raw(out, "problems", number(stats.problems));
  return out + "}";
}

/// RFC 3986: a relative reference, or a file: address.
std::string uri_of(const std::string& path) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out = path.starts_with('/') ? "file://" : "";
  for (const char c : path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("/.-_~").find(c) != std::string_view::npos;
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[static_cast<unsigned char>(c) & 15];
    }
  }
  return out;
}

std::string region_of(const ScanPlace& where) {
  // Lines inside of members and values are no lines of the file.
  if (!where.member.empty() || !where.table.empty()) return "";
  if (where.offset) return "{\"byteOffset\":" + number(*where.offset) + "}";
  if (where.line == 0) return "";
  std::string out = "{\"startLine\":" + number(where.line);
  if (where.column > 0) out += ",\"startColumn\":" + number(where.column);
  return out + "}";
}

const char* level_of(const ScanFinding& finding) {
  if (!finding.counts()) return "note";
  return finding.unique ? "error" : "warning";
}

std::string text_of(const ScanFinding& finding) {
  std::string out = describe(finding.where) + ": " + std::string(finding.rule) + " " + finding.fp;
  if (finding.expected)
    out += finding.exposed ? " (expected here, but others may read it)" : " (expected here)";
  return out;
}

}  // namespace

std::string describe(const ScanPlace& where) {
  std::string out = printable_name(where.path);
  if (!where.member.empty()) out += "!" + printable_name(where.member);
  if (!where.table.empty()) {
    out += ", table " + printable_name(where.table);
    if (where.row) out += ", row " + std::to_string(*where.row);
    if (!where.field.empty()) out += ", column " + printable_name(where.field);
    if (where.line > 1) out += ", line " + number(where.line);
  } else if (where.line > 0) {
    out += ":" + number(where.line);
    if (where.column > 0) out += ":" + number(where.column);
  }
  if (where.offset) out += ", byte " + number(*where.offset);
  return out;
}

std::map<std::string, ScanRule, std::less<>> scan_rules(const std::vector<YamlNode>& packs) {
  std::map<std::string, ScanRule, std::less<>> out;
  out["known-secret"] = {"A secret of this deployment, read from its environment or files", ""};
  out["user-pattern"] = {"A pattern of the operator (logging.redact_patterns)", ""};
  out["over-budget"] = {"Text that is too costly to search in full: it may hold a secret", ""};
  for (const YamlNode& pack : packs) {
    for (const YamlNode& rule : pack["rules"].items())
      out[rule["id"].text()] = {rule["description"].text(), rule["source"].text()};
  }
  return out;
}

ScanPrinter::ScanPrinter(std::ostream& out, ScanFormat format,
                         std::map<std::string, ScanRule, std::less<>> rules)
    : out_(out), format_(format), rules_(std::move(rules)) {
  if (format_ == ScanFormat::kSarif) {
    out_ << "{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\",\"runs\":["
            "{\"results\":[";
  }
}

void ScanPrinter::finding(const ScanFinding& finding) {
  ++by_rule_[std::string(finding.rule)];
  if (format_ == ScanFormat::kText) out_ << text_of(finding) << '\n';
  if (format_ == ScanFormat::kJson) out_ << json_of(finding) << '\n';
  if (format_ == ScanFormat::kSarif) sarif_result(finding);
}

void ScanPrinter::problem(const ScanProblem& problem) {
  if (format_ == ScanFormat::kJson) {
    std::string out = "{";
    put(out, "path", printable_name(problem.path));
    put(out, "problem", problem.message);
    out_ << out << "}\n";
  }
  if (format_ == ScanFormat::kSarif && problems_.size() < limits::kDiagnosticsMax)
    problems_.push_back(problem);
}

void ScanPrinter::finish(const ScanStats& stats) {
  if (format_ == ScanFormat::kJson) out_ << "{\"summary\":" << json_of(stats) << "}\n";
  if (format_ == ScanFormat::kSarif) sarif_end(stats);
  if (format_ != ScanFormat::kText) return;
  out_ << (stats.findings == 0 ? "no secrets" : count_of(stats.findings, "secret")) << " in "
       << count_of(stats.files, "file") << " (" << size_of(stats.bytes) << ")";
  if (stats.findings > stats.counted)
    out_ << "; " << number(stats.findings - stats.counted) << " of them where secrets belong";
  if (stats.unlisted > 0) out_ << "; " << number(stats.unlisted) << " more of the same not listed";
  if (stats.problems > 0)
    out_ << "; " << count_of(stats.problems, "thing") << " could not be searched (standard error says which)";
  out_ << '\n';
}

void ScanPrinter::sarif_result(const ScanFinding& finding) {
  const auto rule = rules_.find(finding.rule);
  std::string message = rule == rules_.end() ? "A secret" : rule->second.description;
  message += " in plain text, fingerprint " + finding.fp;
  if (finding.exposed) message += "; other users may read the file";
  std::string out = "{";
  put(out, "ruleId", finding.rule);
  put(out, "level", level_of(finding));
  put_raw(out, "message", "{\"text\":" + json_string(message) + "}");
  std::string physical = "{\"artifactLocation\":{\"uri\":" + json_string(uri_of(finding.where.path)) + "}";
  if (const std::string region = region_of(finding.where); !region.empty())
    physical += ",\"region\":" + region;
  std::string location = "{";
  put_raw(location, "physicalLocation", physical + "}");
  if (!finding.where.member.empty() || !finding.where.table.empty()) {
    ScanPlace inside = finding.where;
    inside.path.clear();
    std::string name = describe(inside);
    name.erase(0, name.find_first_not_of("!, "));
    put_raw(location, "logicalLocations", "[{\"fullyQualifiedName\":" + json_string(name) + "}]");
  }
  put_raw(out, "locations", "[" + location + "}]");
  put_raw(out, "partialFingerprints", "{\"clawtrailSecret/v1\":" + json_string(finding.fp) + "}");
  if (!finding.counts()) {
    put_raw(out, "suppressions",
            "[{\"kind\":\"external\",\"justification\":\"the file is where secrets belong\"}]");
  }
  std::string more = "{";
  put_place(more, finding.where);
  put_raw(more, "unique", finding.unique ? "true" : "false");
  put_raw(more, "expected", finding.expected ? "true" : "false");
  put_raw(more, "exposed", finding.exposed ? "true" : "false");
  put_raw(out, "properties", more + "}");
  out_ << (first_ ? "\n" : ",\n") << out << '}';
  first_ = false;
}

void ScanPrinter::sarif_end(const ScanStats& stats) {
  std::string rules;
  for (const auto& [id, count] : by_rule_) {
    std::string rule = "{";
    put(rule, "id", id);
    const auto known = rules_.find(id);
    const std::string text = known == rules_.end() ? id : known->second.description;
    put_raw(rule, "shortDescription", "{\"text\":" + json_string(text) + "}");
    if (known != rules_.end() && known->second.source.starts_with("http"))
      put(rule, "helpUri", known->second.source);
    rules += (rules.empty() ? "" : ",") + rule + "}";
  }
  std::string notices;
  for (const ScanProblem& problem : problems_) {
    notices += notices.empty() ? "" : ",";
    notices += "{\"level\":\"warning\",\"message\":{\"text\":" +
               json_string(printable_name(problem.path) + ": " + problem.message) +
               "},\"locations\":[{\"physicalLocation\":{\"artifactLocation\":{\"uri\":" +
               json_string(uri_of(problem.path)) + "}}}]}";
  }
  out_ << "\n],\"tool\":{\"driver\":{\"name\":\"clawtrail\",\"version\":\"" CLAWTRAIL_VERSION "\",\"rules\":["
       << rules << "]}},\"invocations\":[{\"executionSuccessful\":" << (stats.stopped ? "false" : "true")
       << ",\"toolExecutionNotifications\":[" << notices
       << "]}],\"properties\":{\"summary\":" << json_of(stats) << "}}]}\n";
}

}  // namespace clawtrail
