// SPDX-License-Identifier: Apache-2.0
#include "pipeline/credentials.h"

#include "clawtrail/base/encoding.h"
#include "clawtrail/base/limits.h"
#include "clawtrail/base/log.h"
#include "clawtrail/event/json.h"
#include "clawtrail/redact/fingerprint.h"

namespace clawtrail {

namespace {

constexpr std::int64_t kLookEvery = std::int64_t{3600} * 1'000'000'000;  // ns
constexpr std::int64_t kDay = 24 * kLookEvery;
constexpr std::size_t kFileBytesMax = 4 * limits::MiB;

std::int64_t days_since(Timestamp first, Timestamp now) { return now < first ? 0 : (now - first).ns / kDay; }

std::string days(std::int64_t count) { return std::to_string(count) + (count == 1 ? " day" : " days"); }

}  // namespace

CredentialWatch::CredentialWatch(Parts parts)
    : parts_(std::move(parts)), path_(join_path(join_path(parts_.trail_dir, "readers"), "credentials.json")) {
  load();
}

void CredentialWatch::load() {
  const auto text = read_file(parts_.files, path_, kFileBytesMax);
  if (!text) return;
  JsonParser parser;
  const auto root = parser.parse(*text);
  if (!root) return log_warn(path_ + " cannot be read; the ages of the known secrets begin anew");
  (*root)["credentials"].for_each([&](std::string_view, const JsonValue& value) {
    const auto first_seen = parse_rfc3339(value["first_seen"].string_or(""));
    if (!first_seen) return true;
    Entry entry;
    entry.fp = value["fp"].string_or("");
    entry.first_seen = *first_seen;
    entry.told = static_cast<int>(value["told"].unsigned_integer().value_or(0));
    entries_[std::string(value["name"].string_or(""))] = std::move(entry);
    return entries_.size() < limits::kCredentialsMax;
  });
}

void CredentialWatch::save() {
  const std::lock_guard lock(mutex_);
  write();
}

void CredentialWatch::write() {
  if (!changed_) return;
  std::string text = "{\"credentials\":[";
  for (const auto& [name, entry] : entries_) {
    if (text.back() != '[') text += ',';
    text += "\n{\"name\":" + json_string(name) + ",\"fp\":" + json_string(entry.fp) +
            ",\"first_seen\":" + json_string(format_rfc3339_ms(entry.first_seen)) +
            ",\"told\":" + std::to_string(entry.told) + "}";
  }
  Status done = parts_.files.create_dirs(parent_of(path_));
  if (done) done = write_file_atomically(parts_.files, path_, text + "\n]}\n");
  if (!done) return log_warn(done.error().message);
  changed_ = false;
}

void CredentialWatch::set(const std::vector<Credential>& credentials) {
  const std::lock_guard lock(mutex_);
  for (auto& [name, entry] : entries_) entry.present = false;
  for (const Credential& credential : credentials) take(credential);
  if (entries_.size() > limits::kCredentialsMax) {
    std::erase_if(entries_, [](const auto& item) { return !item.second.present; });
    changed_ = true;
  }
  look();
}

void CredentialWatch::take(const Credential& credential) {
  const auto found = entries_.find(credential.name);
  if (found == entries_.end()) {
    if (entries_.size() >= 2 * limits::kCredentialsMax) return;
    entries_[credential.name] = {credential.fp, parts_.clock.now(), 0, true};
    changed_ = true;
    return;
  }
  Entry& entry = found->second;
  if (entry.present) return;  // A name that is there twice.
  entry.present = true;
  if (entry.fp == credential.fp) return;
  // Another key makes other fingerprints of the same values: nothing can be said then.
  if (key_id_of(entry.fp) == key_id_of(credential.fp)) {
    const std::int64_t age = days_since(entry.first_seen, parts_.clock.now());
    if (!record("credential_rotated", credential.name,
                credential.name + " has a new value; the old one was " + days(age) + " old",
                ",\"fp\":" + json_string(credential.fp) + ",\"old_fp\":" + json_string(entry.fp) +
                    ",\"old_age_days\":" + std::to_string(age))) {
      return;
    }
    entry.first_seen = parts_.clock.now();
    entry.told = 0;
  }
  entry.fp = credential.fp;
  changed_ = true;
}

void CredentialWatch::step() {
  const std::lock_guard lock(mutex_);
  if (parts_.clock.monotonic_ns() - looked_ns_ >= kLookEvery) look();
  if (parts_.own.durable() >= pushed_) write();
}

void CredentialWatch::look() {
  looked_ns_ = parts_.clock.monotonic_ns();
  const Timestamp now = parts_.clock.now();
  const RotationOptions& options = parts_.options;
  for (auto& [name, entry] : entries_) {
    if (!entry.present) continue;
    const std::int64_t age = days_since(entry.first_seen, now);
    parts_.metrics.credential_age(name, static_cast<double>(age));
    const int stage = age >= options.interval_days                                ? 2
                      : age >= options.interval_days - options.notify_before_days ? 1
                                                                                  : 0;
    if (!options.enabled || stage <= entry.told) continue;
    const std::int64_t left = options.interval_days - age;
    const std::string text =
        stage == 2
            ? name + " is " + days(age) + " old and was to be rotated after " + days(options.interval_days)
            : name + " is " + days(age) + " old and has to be rotated within " + days(left);
    const bool told = record("credential_rotation_due", name, text,
                             ",\"fp\":" + json_string(entry.fp) +
                                 ",\"first_seen\":" + json_string(format_rfc3339_ms(entry.first_seen)) +
                                 ",\"age_days\":" + std::to_string(age) +
                                 ",\"interval_days\":" + std::to_string(options.interval_days) +
                                 ",\"overdue\":" + (stage == 2 ? "true" : "false"));
    if (!told) continue;  // The queue is full: in an hour again.
    entry.told = stage;
    changed_ = true;
  }
}

bool CredentialWatch::record(const std::string& action, const std::string& name, const std::string& reason,
                             const std::string& details) {
  OwnRecord record;
  record.type = EventType::kSystem;
  record.at = parts_.clock.now();
  record.level = action == "credential_rotated" ? Level::kInfo : Level::kWarn;
  record.action = action;
  record.reason = reason;
  record.details = "{\"name\":" + json_string(name) + details + "}";
  const bool taken = parts_.own.push(std::move(record));
  if (taken) pushed_ = parts_.own.pushed();
  return taken;
}

}  // namespace clawtrail
