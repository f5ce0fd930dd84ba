// SPDX-License-Identifier: Apache-2.0
#include "trail/own_record.h"

#include <algorithm>

#include "clawtrail/base/check.h"
#include "clawtrail/base/encoding.h"

namespace clawtrail {

namespace {

Error no_record(const char* kind, const char* what) {
  return {Code::kCorrupt, std::string("not a ") + kind + " record: " + what};
}

/// `{"timestamp":…,"event_type":…,"level":"info","action":…[,"gateway":…],"details":`
std::string head(Timestamp at, EventType type, std::string_view action, const std::string& gateway) {
  std::string line = "{\"timestamp\":\"";
  append_rfc3339_ms(line, at);
  line += "\",\"event_type\":\"";
  line += name_of(type);
  line += "\",\"level\":\"info\",\"action\":";
  append_json_string(line, action);
  if (!gateway.empty()) line += ",\"gateway\":" + json_string(gateway);
  line += ",\"details\":{";
  return line;
}

void put_text(std::string& line, std::string_view name, std::string_view value) {
  if (line.back() != '{') line += ',';
  append_json_string(line, name);
  line += ':';
  append_json_string(line, value);
}

void put_number(std::string& line, std::string_view name, std::uint64_t value) {
  if (line.back() != '{') line += ',';
  append_json_string(line, name);
  line += ':';
  append_number(line, value);
}

bool read_digest(std::string_view text, Digest& digest) {
  const std::optional<std::string> bytes = unbase64(text);
  if (!bytes || bytes->size() != digest.size()) return false;
  std::copy(bytes->begin(), bytes->end(), reinterpret_cast<char*>(digest.data()));
  return true;
}

/// The parsed line, if it is an object of that type.
Result<JsonValue> parse_own(JsonParser& parser, std::string_view line, EventType type, const char* kind) {
  auto record = parser.parse(line);
  if (!record) return no_record(kind, record.error().message.c_str());
  if ((*record)["event_type"].string_or("") != name_of(type))
    return no_record(kind, "its event_type differs");
  if (!(*record)["details"].is_object()) return no_record(kind, "it has no details");
  return *record;
}

std::string text_of(const JsonValue& details, std::string_view name) {
  return std::string(details[name].string_or(""));
}

Timestamp time_of(const JsonValue& record) {
  return parse_rfc3339(record["timestamp"].string_or("")).value_or(Timestamp());
}

void put_sources(std::string& line, const SourceMap& sources) {
  line += ",\"sources\":[";
  for (const RecoveredSource& source : sources.all()) {
    if (line.back() != '[') line += ',';
    line += '{';
    put_text(line, "name", source.progress.source);
    put_number(line, "generation", source.progress.generation);
    put_number(line, "next", source.progress.next);
    if (source.reread) line += ",\"reread\":true";
    if (!source.progress.identity.empty()) line += ",\"identity\":" + source.progress.identity;
    line += '}';
  }
  line += "],\"generations\":{";
  for (const auto& [name, highest] : sources.generations()) put_number(line, name, highest);
  line += '}';
}

SourceMap read_sources(const JsonValue& details) {
  SourceMap sources;
  details["sources"].for_each([&](std::string_view, const JsonValue& value) {
    RecoveredSource source;
    source.progress.source = value["name"].string_or("");
    source.progress.generation = value["generation"].unsigned_integer().value_or(0);
    source.progress.next = value["next"].unsigned_integer().value_or(0);
    if (value["identity"].exists()) source.progress.identity = value["identity"].to_json();
    source.reread = value["reread"].boolean().value_or(false);
    sources.put(std::move(source));
    return true;
  });
  details["generations"].for_each([&](std::string_view name, const JsonValue& highest) {
    sources.put_generation(std::string(name), highest.unsigned_integer().value_or(0));
    return true;
  });
  return sources;
}

}  // namespace

std::string write_segment_record(const SegmentRecord& record) {
  CHECK(!record.log.empty());
  CHECK(!record.key.empty());
  CHECK(record.range.size() <= 64);
  std::string line = head(record.at, EventType::kSegment, "start", record.gateway);
  put_number(line, "format", record.format);
  put_text(line, "version", record.version);
  put_text(line, "log", record.log);
  put_text(line, "key", record.key);
  put_text(line, "gateway", record.gateway);
  put_text(line, "host", record.host);
  put_text(line, "patterns", record.patterns_digest);
  put_text(line, "rules", record.rules_digest);
  put_text(line, "config", record.config_digest);
  put_number(line, "tree_size", record.tree_size);
  put_text(line, "root", base64(as_text(record.root)));
  line += ",\"range\":[";
  for (const Digest& digest : record.range) {
    if (line.back() != '[') line += ',';
    line += '"' + base64(as_text(digest)) + '"';
  }
  line += "]}}";
  CHECK(line.find('\n') == std::string::npos);
  return line;
}

Result<SegmentRecord> read_segment_record(JsonParser& parser, std::string_view line) {
  CLAWTRAIL_ASSIGN(const JsonValue value, parse_own(parser, line, EventType::kSegment, "segment"));
  const JsonValue details = value["details"];
  const auto format = details["format"].unsigned_integer();
  if (!format || *format == 0) return no_record("segment", "it has no format version");
  if (*format > kFormatVersion) {
    return Error{Code::kInvalid, "the trail has format version " + std::to_string(*format) +
                                     ", this program reads up to " + std::to_string(kFormatVersion) +
                                     ": use a newer clawtrail"};
  }
  SegmentRecord record;
  record.at = time_of(value);
  record.format = *format;
  record.version = text_of(details, "version");
  record.log = text_of(details, "log");
  record.key = text_of(details, "key");
  record.gateway = text_of(details, "gateway");
  record.host = text_of(details, "host");
  record.patterns_digest = text_of(details, "patterns");
  record.rules_digest = text_of(details, "rules");
  record.config_digest = text_of(details, "config");
  const auto size = details["tree_size"].unsigned_integer();
  if (!size) return no_record("segment", "it has no tree size");
  record.tree_size = *size;
  if (!read_digest(details["root"].string_or(""), record.root)) return no_record("segment", "it has no root");
  bool readable = details["range"].is_array();
  details["range"].for_each([&](std::string_view, const JsonValue& text) {
    readable = readable && read_digest(text.string_or(""), record.range.emplace_back());
    return readable;
  });
  if (!readable) return no_record("segment", "its compact range cannot be read");
  return record;
}

std::string write_checkpoint_record(const CheckpointRecord& record) {
  CHECK(!record.note.empty());
  std::string line = head(record.at, EventType::kCheckpoint, "checkpoint", record.gateway);
  put_number(line, "tree_size", record.tree_size);
  put_text(line, "root", base64(as_text(record.root)));
  put_text(line, "note", record.note);
  put_sources(line, record.sources);
  line += ",\"readers\":{";
  for (const auto& [name, next] : record.readers) put_number(line, name, next);
  line += "}}}";
  CHECK(line.find('\n') == std::string::npos);
  return line;
}

Result<CheckpointRecord> read_checkpoint_record(JsonParser& parser, std::string_view line) {
  CLAWTRAIL_ASSIGN(const JsonValue value, parse_own(parser, line, EventType::kCheckpoint, "checkpoint"));
  const JsonValue details = value["details"];
  CheckpointRecord record;
  record.at = time_of(value);
  record.gateway = value["gateway"].string_or("");
  const auto size = details["tree_size"].unsigned_integer();
  if (!size) return no_record("checkpoint", "it has no tree size");
  record.tree_size = *size;
  if (!read_digest(details["root"].string_or(""), record.root))
    return no_record("checkpoint", "it has no root");
  record.note = text_of(details, "note");
  record.sources = read_sources(details);
  details["readers"].for_each([&](std::string_view name, const JsonValue& next) {
    record.readers[std::string(name)] = next.unsigned_integer().value_or(0);
    return true;
  });
  return record;
}

}  // namespace clawtrail
