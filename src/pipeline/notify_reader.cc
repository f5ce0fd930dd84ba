// SPDX-License-Identifier: Apache-2.0
#include "pipeline/notify_reader.h"

#include <algorithm>

#include "clawtrail/base/encoding.h"
#include "clawtrail/base/limits.h"
#include "clawtrail/base/log.h"

namespace clawtrail {

namespace {

constexpr int kRecordsPerStep = 50'000;
constexpr std::string_view kAlertType = "\"event_type\":\"alert\"";
constexpr std::size_t kPeek = 96;
constexpr std::string_view kDetails = ",\"details\":";

std::int64_t ns_of(std::chrono::milliseconds ms) { return std::int64_t{ms.count()} * 1'000'000; }

}  // namespace

NotifyReader::NotifyReader(Parts parts)
    : parts_(std::move(parts)),
      file_(parts_.files, parts_.trail_dir, "notify-" + parts_.notifier->name(), parts_.log_id) {}

Result<std::unique_ptr<NotifyReader>> NotifyReader::open(Parts parts) {
  std::unique_ptr<NotifyReader> self(new NotifyReader(std::move(parts)));
  CLAWTRAIL_ASSIGN(self->reader_, TrailReader::open(self->parts_.files, self->parts_.trail_dir));
  // A notifier that is new to this trail starts at its end: nobody wants the alerts of last year.
  const auto saved = self->file_.load();
  const RecordIndex from = saved ? saved->next : self->parts_.durable.size();
  CLAWTRAIL_TRY(self->reader_->seek(from));
  self->position_ = self->saved_position_ = from;
  if (!saved) CLAWTRAIL_TRY(self->file_.save({from, ""}));
  return self;
}

Result<bool> NotifyReader::step() {
  if (!payload_.empty()) {
    if (parts_.clock.monotonic_ns() < retry_at_ns_) return false;
    return attempt();
  }
  reader_->set_limit(parts_.durable.size());
  for (int taken = 0; taken < kRecordsPerStep; ++taken) {
    CLAWTRAIL_ASSIGN(const auto record, reader_->next());
    if (!record) return taken > 0;
    if (record->line.substr(0, kPeek).find(kAlertType) != std::string_view::npos) {
      const auto root = parser_.parse(record->line, true);
      const std::size_t details = record->line.find(kDetails);
      if (root && details != std::string_view::npos && is_for_me(*root)) {
        payload_ = record->line.substr(details + kDetails.size());
        payload_.pop_back();  // the record's own closing brace
        alert_id_ = (*root)["details"]["id"].string_or("");
        position_ = record->index;
        return attempt();
      }
    }
    position_ = record->index + 1;
  }
  return true;
}

bool NotifyReader::is_for_me(const JsonValue& record) {
  if (record["result"].string_or("") != name_of(Outcome::kPending)) return false;
  const std::lock_guard lock(rules_mutex_);
  const auto targets = parts_.rules->targets_of(std::string(record["action"].string_or("")));
  return std::any_of(targets.begin(), targets.end(), [&](const NotificationTarget& target) {
    return target.target == parts_.notifier->name();
  });
}

bool NotifyReader::attempt() {
  const Status sent = parts_.notifier->send(payload_);
  if (!sent && sent.error().code != Code::kInvalid) {
    backoff_ns_ =
        std::clamp(backoff_ns_ * 2, ns_of(limits::kNotifyBackoffMin), ns_of(limits::kNotifyBackoffMax));
    retry_at_ns_ = parts_.clock.monotonic_ns() + backoff_ns_;
    log_warn("the notifier " + name() + " did not take an alert and will be tried again in " +
             format_duration({backoff_ns_}) + ": " + sent.error().message);
    return false;
  }
  if (!sent) {
    log_error("the notifier " + name() + " refuses an alert for good: " + sent.error().message);
    OwnRecord gap;
    gap.type = EventType::kGap;
    gap.at = parts_.clock.now();
    gap.level = Level::kError;
    gap.reason = "the notifier " + name() + " refused an alert for good: " + sent.error().message;
    gap.details = "{\"notifier\":" + json_string(name()) + ",\"alert\":" + json_string(alert_id_) + "}";
    if (!parts_.own.push(std::move(gap))) return false;  // tried again: the loss must be a record
  }
  parts_.stats.notified(name(), sent.ok());
  payload_.clear();
  backoff_ns_ = retry_at_ns_ = 0;
  position_ = position_ + 1;
  if (const Status saved = save(); !saved) log_warn(saved.error().message);
  return true;
}

Status NotifyReader::save() {
  if (position_ == saved_position_) return {};
  saved_position_ = position_;
  return file_.save({position_, ""});
}

void NotifyReader::set_rules(std::shared_ptr<const AlertRules> rules) {
  const std::lock_guard lock(rules_mutex_);
  parts_.rules = std::move(rules);
}

}  // namespace clawtrail
