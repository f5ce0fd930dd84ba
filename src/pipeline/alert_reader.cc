// SPDX-License-Identifier: Apache-2.0
#include "pipeline/alert_reader.h"

#include <algorithm>

#include "clawtrail/base/check.h"
#include "clawtrail/base/limits.h"
#include "clawtrail/base/log.h"
#include "clawtrail/event/json.h"

namespace clawtrail {

namespace {

constexpr int kRecordsPerStep = 20'000;
constexpr std::int64_t kSaveInterval = 5'000'000'000;  // ns
constexpr std::string_view kAlertType = "\"event_type\":\"alert\"";
constexpr std::size_t kPeek = 96;  // timestamp and event_type stand within these bytes

}  // namespace

AlertReader::AlertReader(Parts parts)
    : parts_(std::move(parts)), file_(parts_.files, parts_.trail_dir, "alerts", parts_.log_id) {}

Result<std::unique_ptr<AlertReader>> AlertReader::open(Parts parts) {
  std::unique_ptr<AlertReader> self(new AlertReader(std::move(parts)));
  CLAWTRAIL_ASSIGN(self->reader_, TrailReader::open(self->parts_.files, self->parts_.trail_dir));
  self->engine_ = std::make_unique<AlertEngine>(self->parts_.rules, self->parts_.notify_max_age);
  CLAWTRAIL_TRY(self->resume());
  return self;
}

Status AlertReader::resume() {
  RecordIndex from = 0;
  if (const auto saved = file_.load()) {
    from = saved->next;
    // Other rules: windows start empty, and nothing old is judged by a new rule.
    if (!engine_->restore(saved->state)) log_info("the alert rules have changed: their windows start empty");
  }
  CLAWTRAIL_TRY(collect_written(from));
  CLAWTRAIL_TRY(reader_->seek(from));
  position_ = saved_position_ = from;
  saved_ns_ = parts_.clock.monotonic_ns();
  return {};
}

Status AlertReader::collect_written(RecordIndex from) {
  CLAWTRAIL_TRY(reader_->seek(from));
  JsonParser parser;
  for (;;) {
    CLAWTRAIL_ASSIGN(const auto record, reader_->next());
    if (!record) return {};
    if (record->line.substr(0, kPeek).find(kAlertType) == std::string_view::npos) continue;
    const auto root = parser.parse(record->line, true);
    if (root) written_.emplace((*root)["details"]["id"].string_or(""));
  }
}

Result<bool> AlertReader::step() {
  if (!hand_over()) return false;
  reader_->set_limit(parts_.durable.size());
  int taken = 0;
  for (; taken < kRecordsPerStep; ++taken) {
    CLAWTRAIL_ASSIGN(const auto record, reader_->next());
    if (!record) break;
    engine_->process(*record, pending_);
    position_ = record->index + 1;
    if (!pending_.empty()) break;  // Hand over at once: an alert must not wait for the rest of a backlog.
  }
  const bool handed = !pending_.empty();
  hand_over();
  if (parts_.clock.monotonic_ns() - saved_ns_ > kSaveInterval) CLAWTRAIL_TRY(save());
  return taken > 0 || handed;
}

bool AlertReader::hand_over() {
  while (!pending_.empty()) {
    Alert& alert = pending_.front();
    if (written_.erase(alert.id) == 0) {
      if (!parts_.own.push(record_of(alert))) return false;
      parts_.stats.alert(alert.rule, alert.severity, alert.title, alert.firing);
      if (parts_.terminal && alert.firing) {
        log_warn("ALERT [" + std::string(name_of(alert.severity)) + "] " + alert.title +
                 (alert.undelivered.empty() ? "" : " (" + alert.undelivered + ")"));
      }
    }
    pending_.erase(pending_.begin());
  }
  return true;
}

std::string AlertReader::undelivered(const Alert& alert) const {
  if (!alert.notify) return alert.undelivered.empty() ? "too old to notify anybody" : alert.undelivered;
  std::string missing;
  for (const NotificationTarget& target : parts_.rules->targets_of(alert.rule)) {
    if (std::find(parts_.notifiers.begin(), parts_.notifiers.end(), target.target) != parts_.notifiers.end())
      return "";
    missing += (missing.empty() ? "" : ", ") + target.kind + " " + target.target;
  }
  return missing.empty() ? "" : "undelivered, no notifier is configured for " + missing;
}

OwnRecord AlertReader::record_of(Alert& alert) const {
  alert.log = parts_.log_id;
  alert.gateway = parts_.gateway;
  if (const auto note = read_file(parts_.files, join_path(parts_.trail_dir, "checkpoint"), limits::MiB)) {
    alert.checkpoint = *note;
  }
  alert.undelivered = undelivered(alert);
  OwnRecord record;
  record.type = EventType::kAlert;
  record.at = alert.timestamp;
  record.level = Level::kWarn;
  record.severity = alert.severity;
  record.action = alert.rule;
  record.result = alert.notify && alert.undelivered.empty() ? Outcome::kPending : Outcome::kNone;
  record.reason = alert.undelivered.empty() ? alert.title : alert.undelivered;
  record.details = alert.to_json();
  return record;
}

Status AlertReader::save() {
  parts_.metrics.alert_state(engine_->late(), engine_->evicted());
  saved_ns_ = parts_.clock.monotonic_ns();
  // A snapshot past an alert that is not durable would lose that alert in a crash.
  const bool settled = pending_.empty() && parts_.own.durable() == parts_.own.pushed();
  if (!settled || position_ == saved_position_) return {};
  saved_position_ = position_;
  return file_.save({position_, engine_->snapshot()});
}

void AlertReader::set_rules(std::shared_ptr<const AlertRules> rules) {
  const std::string before = engine_->snapshot();
  parts_.rules = rules;
  engine_ = std::make_unique<AlertEngine>(std::move(rules), parts_.notify_max_age);
  // Equal rules with other targets or texts keep their windows; other rules start with empty ones.
  if (!engine_->restore(before)) log_info("the alert rules have changed: their windows start empty");
}

}  // namespace clawtrail
