// SPDX-License-Identifier: Apache-2.0
#include "source/file_record.h"

#include "clawtrail/base/encoding.h"
#include "clawtrail/base/hash.h"
#include "clawtrail/event/json.h"

namespace clawtrail {

namespace {

constexpr std::size_t kFingerprintSize = 16;

void add_number(std::string& out, const char* key, auto value) {
  out += key;
  append_number(out, value);
}

void add_members(std::string& out, const FileRecord& record) {
  out += "{\"path\":";
  append_json_string(out, record.path);
  add_number(out, ",\"device\":", record.identity.device);
  add_number(out, ",\"inode\":", record.identity.inode);
  add_number(out, ",\"born\":", record.identity.born_ns);
  add_number(out, ",\"head_bytes\":", record.head_bytes);
  out += ",\"head\":\"" + record.head + "\"";
}

}  // namespace

std::string describe(const FileRecord& record) {
  std::string out;
  add_members(out, record);
  return out + "}";
}

std::string to_json(const FileRecord& record) {
  std::string out;
  add_members(out, record);
  add_number(out, ",\"probe_at\":", record.probe_at);
  out += ",\"probe\":\"" + record.probe + "\"";
  if (record.drained) out += ",\"drained\":true";
  if (record.unterminated) out += ",\"unterminated\":true";
  return out + "}";
}

std::optional<FileRecord> parse_file_record(const std::string& text) {
  JsonParser parser;
  const auto parsed = parser.parse(text);
  if (!parsed) return std::nullopt;
  const JsonValue& json = *parsed;
  if (!json["path"].is_string() || !json["inode"].unsigned_integer()) return std::nullopt;
  FileRecord record;
  record.path = json["path"].string_or("");
  record.identity.device = json["device"].unsigned_integer().value_or(0);
  record.identity.inode = json["inode"].unsigned_integer().value_or(0);
  record.identity.born_ns = json["born"].integer().value_or(0);
  record.head_bytes = json["head_bytes"].unsigned_integer().value_or(0);
  record.head = json["head"].string_or("");
  record.probe_at = json["probe_at"].unsigned_integer().value_or(0);
  record.probe = json["probe"].string_or("");
  record.drained = json["drained"].boolean().value_or(false);
  record.unterminated = json["unterminated"].boolean().value_or(false);
  return record;
}

std::string fingerprint(std::string_view key, std::string_view bytes) {
  const Digest mac = hmac_sha256(key, bytes);
  return hex(as_text(mac).substr(0, kFingerprintSize));
}

}  // namespace clawtrail
