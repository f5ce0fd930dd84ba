// SPDX-License-Identifier: Apache-2.0
#include "query/print.h"

#include <array>
#include <cstdio>
#include <string>

namespace clawtrail {

namespace {

constexpr std::array<const char*, 24> kColumns = {
    "timestamp", "event_type", "level",   "severity", "result",   "user",  "agent",  "role",
    "client",    "device",     "ip",      "channel",  "session",  "run",   "trace",  "conn",
    "action",    "path",       "command", "tool",     "provider", "model", "reason", "details"};

std::string cell(const JsonValue& value) {
  if (const auto text = value.string()) return std::string(*text);
  return value.exists() ? value.to_json() : "";
}

void print_csv_cell(std::ostream& out, std::string text) {
  if (!text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos)
    text.insert(0, "'");
  if (text.find_first_of(",\"\r\n") == std::string::npos) {
    out << text;
    return;
  }
  out << '"';
  for (const char c : text) {
    if (c == '"') out << '"';
    out << c;
  }
  out << '"';
}

}  // namespace

std::string visible(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    // C1 controls are C2 80 to C2 9F in UTF-8.
    const bool c1 = c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (c >= 0x20 && c != 0x7F && !c1) {
      out += text[i];
      continue;
    }
    char hex[8];
    std::snprintf(hex, sizeof hex, "\\x%02X", c1 ? static_cast<unsigned char>(text[++i]) : c);
    out += hex;
  }
  return out;
}

namespace {

std::size_t columns_of(const std::string& text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count;
}

/// Exactly `width` characters.
std::string fit(const std::string& text, std::size_t width) {
  std::string out;
  std::size_t count = 0;
  const bool cut = columns_of(text) > width;
  const std::size_t room = cut ? width - 1 : width;
  for (const char c : text) {
    count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    if (count > room) break;
    out += c;
  }
  if (cut) return out + "…";
  return out + std::string(width - columns_of(text), ' ');
}

struct Row {
  std::string time, type, result, who, what;
};

void add(std::string& to, const std::string& name, const std::string& text) {
  if (text.empty()) return;
  if (!to.empty()) to += ' ';
  to += name.empty() ? text : name + "=" + text;
}

Row row_of(const JsonValue& record) {
  Row row;
  row.time = cell(record["timestamp"]);
  row.type = cell(record["event_type"]);
  row.result = cell(record["result"]);
  add(row.who, "", cell(record["user"]));
  add(row.who, "", cell(record["ip"]));
  add(row.who, "", cell(record["client"]));
  add(row.who, "agent", cell(record["agent"]));
  for (const char* name : {"tool", "path", "command", "action"}) add(row.what, name, cell(record[name]));
  add(row.what, "reason", cell(record["reason"]));
  if (row.what.empty()) row.what = cell(record["details"]["message"]);
  if (row.what.empty()) row.what = cell(record["details"]["1"]);
  return row;
}

constexpr std::size_t kTimeWidth = 24, kTypeWidth = 17, kResultWidth = 8, kWhoWidth = 26;

void print_row(std::ostream& out, const Row& row, std::size_t width) {
  std::string line = fit(visible(row.time), kTimeWidth) + " " + fit(visible(row.type), kTypeWidth) + " " +
                     fit(visible(row.result), kResultWidth) + " " + fit(visible(row.who), kWhoWidth) + " " +
                     visible(row.what);
  if (width > 0 && columns_of(line) > width) line = fit(line, width);
  while (!line.empty() && line.back() == ' ') line.pop_back();
  out << line << '\n';
}

}  // namespace

void print_csv_header(std::ostream& out) {
  for (std::size_t i = 0; i < kColumns.size(); ++i) out << (i > 0 ? "," : "") << kColumns[i];
  out << "\r\n";
}

void print_csv_row(std::ostream& out, const JsonValue& record) {
  for (std::size_t i = 0; i < kColumns.size(); ++i) {
    if (i > 0) out << ',';
    print_csv_cell(out, cell(record[kColumns[i]]));
  }
  out << "\r\n";
}

void print_table_header(std::ostream& out, const SearchOptions& options) {
  if (options.colour) out << "\x1b[1m";
  print_row(out, {"time", "type", "result", "who", "what"}, options.width);
  if (options.colour) out << "\x1b[0m";
}

void print_table_row(std::ostream& out, const JsonValue& record, const SearchOptions& options) {
  const Row row = row_of(record);
  const bool bad = row.result == "failure" || row.result == "denied" || row.result == "error";
  const bool coloured = options.colour && (bad || row.type == "alert" || row.type == "gap");
  if (coloured) out << (row.type == "alert" ? "\x1b[35m" : "\x1b[31m");
  print_row(out, row, options.width);
  if (coloured) out << "\x1b[0m";
}

}  // namespace clawtrail
