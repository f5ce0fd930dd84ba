// SPDX-License-Identifier: Apache-2.0
#include "clawtrail/alert/engine.h"

#include <algorithm>

#include "alert/matcher.h"
#include "alert/peek.h"
#include "alert/raise.h"
#include "alert/rule.h"
#include "alert/state.h"
#include "clawtrail/base/check.h"
#include "clawtrail/base/encoding.h"
#include "clawtrail/base/limits.h"
#include "clawtrail/event/json.h"

namespace clawtrail {

using namespace alert;  // NOLINT(google-build-using-namespace): this file is the room's front

struct AlertEngine::Impl {
  std::shared_ptr<const AlertRules> rules;
  Duration notify_max_age;
  State state;

  // Scratch.
  JsonParser parser;
  std::string header;
  std::vector<std::uint32_t> wanted;

  const AlertRules::Impl& in_force() const { return rules->impl(); }
  void process(const RecordView& record, std::vector<Alert>& alerts);

 private:
  /// One record on its way through the rules.
  struct Visit {
    const RecordView& record;
    const RecordPeek& peek;
    JsonValue json;
    bool in_order;
    std::vector<Alert>& alerts;
    Instant instant() const { return {peek.time, record.index}; }
  };

  void find_wanted(const RecordPeek& peek);
  Result<JsonValue> parse(const RecordView& record, const RecordPeek& peek);
  void resolve_due(std::vector<Alert>& alerts);
  void evaluate(std::uint32_t index, const Visit& visit);
  void count_in_window(std::uint32_t index, KeyState& key, Key values, const Visit& visit);
  void fire(std::uint32_t index, KeyState& key, Key values, const SlidingWindow::Excess& excess,
            const Visit& visit);
  void extend(std::uint32_t index, KeyState& key, const std::optional<SlidingWindow::Excess>& excess,
              Timestamp at);
  void alert_on_record(std::uint32_t index, KeyState& key, Key values, const Visit& visit);
  void keep_bounds(std::uint32_t index);
  void erase_oldest(std::uint32_t index);
  bool is_over(const KeyState& key, const Rule& rule) const;
};

namespace {

/// Keeps lengths of up to 400 days from running over the ends of the range.
Timestamp clamp(Timestamp t) {
  constexpr Timestamp kLatest{INT64_MAX - Duration::from_seconds(1000LL * 24 * 3600).ns};
  return std::clamp(t, Timestamp{0}, kLatest);
}

Duration twice(Duration d) { return {2 * d.ns}; }

constexpr std::size_t kAlertTimesMax = 64;  // of one key, for the cooldown of records that come out of order

Key key_of(const Rule& rule, const JsonValue& record, std::string& text) {
  Key key;
  text = "[";
  for (const FieldRef& field : rule.condition.by) {
    key.emplace_back(field.name, text_of(field, record));
    if (text.size() > 1) text += ',';
    append_json_string(text, key.back().second);
  }
  text += ']';
  return key;
}

/// How old the event was when clawtrail received it; `observed` is left out where it equals the timestamp.
Duration age_of(const JsonValue& record, Timestamp time) {
  const auto observed = parse_rfc3339(record["observed"].string_or(""));
  return observed ? clamp(*observed) - time : Duration{};
}

}  // namespace

void AlertEngine::Impl::process(const RecordView& record, std::vector<Alert>& alerts) {
  auto peeked = peek(record.line);
  if (!peeked) return;  // not a line that a trail holds; `verify` tells
  peeked->time = clamp(peeked->time);
  if (is_own(peeked->type)) {
    state.streams.own_record(peeked->time, peeked->type == EventType::kCheckpoint);
    resolve_due(alerts);
    return;
  }
  const bool in_order = state.streams.record(peeked->stream, peeked->time);
  if (!in_order) ++state.late;
  // What is over is over before this record: it begins anew.
  resolve_due(alerts);
  find_wanted(*peeked);
  if (wanted.empty()) return;
  auto json = parse(record, *peeked);
  if (!json) return;
  const Visit visit{record, *peeked, *json, in_order, alerts};
  for (const std::uint32_t index : wanted) evaluate(index, visit);
}

void AlertEngine::Impl::find_wanted(const RecordPeek& peek) {
  const AlertRules::Impl& all = in_force();
  const auto& by_type = all.by_type[static_cast<std::size_t>(peek.type)];
  wanted.assign(by_type.begin(), by_type.end());
  if (!all.by_redactions.empty() && peek.redactions) {
    wanted.insert(wanted.end(), all.by_redactions.begin(), all.by_redactions.end());
  }
  if (!all.by_matched.empty() && peek.matched) {
    wanted.insert(wanted.end(), all.by_matched.begin(), all.by_matched.end());
  }
  if (wanted.size() == by_type.size()) return;
  std::sort(wanted.begin(), wanted.end());
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
}

/// Most rules read the header only, and `details` may have megabytes.
Result<JsonValue> AlertEngine::Impl::parse(const RecordView& record, const RecordPeek& peek) {
  const bool whole = std::any_of(wanted.begin(), wanted.end(),
                                 [&](std::uint32_t index) { return in_force().rules[index].whole_record; });
  if (whole || !peek.has_details) return parser.parse(record.line, true);
  header.assign(peek.header);
  header += '}';
  header.append(JsonParser::kPadding, ' ');
  return parser.parse(std::string_view(header).substr(0, peek.header.size() + 1), true);
}

void AlertEngine::Impl::resolve_due(std::vector<Alert>& alerts) {
  while (!state.due.empty() && std::get<0>(*state.due.begin()) <= state.streams.watermark()) {
    const auto [time, index, name] = *state.due.begin();
    state.due.erase(state.due.begin());
    KeyState* key = state.rules[index].find(name);
    CHECK(key != nullptr && key->firing != nullptr);
    alerts.push_back(resolved_alert(in_force().rules[index], *key->firing, name));
    state.bytes -= key->bytes();
    key->firing.reset();
    state.bytes += key->bytes();
  }
}

void AlertEngine::Impl::evaluate(std::uint32_t index, const Visit& visit) {
  const Rule& rule = in_force().rules[index];
  if (!matches(rule.condition.selection, visit.json, rule.literal_names)) return;
  // A closed window does not change any more; a leak is one whenever it is seen.
  if (rule.condition.window && !visit.in_order) return;

  std::string name;
  Key values = key_of(rule, visit.json, name);
  RuleState& keys = state.rules[index];
  const std::size_t before = keys.find(name) != nullptr ? keys.find(name)->bytes() : 0;
  KeyState& key = keys.touch(name);
  if (rule.condition.window) {
    count_in_window(index, key, std::move(values), visit);
  } else {
    alert_on_record(index, key, std::move(values), visit);
  }
  state.bytes += key.bytes() - before;
  keep_bounds(index);
}

void AlertEngine::Impl::count_in_window(std::uint32_t index, KeyState& key, Key values, const Visit& visit) {
  const Rule& rule = in_force().rules[index];
  const Window& window = *rule.condition.window;
  key.instants.drop_until(state.streams.watermark() - window.length);
  const auto excess = key.instants.add(visit.instant(), window.length, window.threshold);
  if (key.firing) return extend(index, key, excess, visit.peek.time);
  if (excess) return fire(index, key, std::move(values), *excess, visit);

  // Only the last records before the one too many are ever shown: a scan over many keys stores no lines.
  constexpr std::size_t kKept = limits::kAlertSamplesMax - 1;
  if (key.instants.size() + kKept <= window.threshold) return;
  key.samples.push_back({visit.instant(), sample_of(visit.record.line, visit.peek)});
  if (key.samples.size() > kKept) key.samples.erase(key.samples.begin());
}

void AlertEngine::Impl::fire(std::uint32_t index, KeyState& key, Key values,
                             const SlidingWindow::Excess& excess, const Visit& visit) {
  const Rule& rule = in_force().rules[index];
  const Window& window = *rule.condition.window;
  auto firing = std::make_unique<Firing>();
  firing->key = std::move(values);
  firing->window_start = excess.end - window.length;
  firing->window_end = excess.end;
  firing->first_seen = excess.first.at;
  firing->last_seen = excess.end;
  firing->quiet_from = excess.lasts_to;
  firing->count = window.threshold + 1;
  std::vector<std::string> lines;
  key.samples.push_back({visit.instant(), sample_of(visit.record.line, visit.peek)});
  for (Sample& sample : key.samples) {
    if (sample.instant.at <= firing->window_start) continue;
    firing->records.push_back(sample.instant.index);
    lines.push_back(std::move(sample.line));
  }
  key.samples.clear();
  key.samples.shrink_to_fit();

  Alert alert = window_alert(rule, *firing, key.key, visit.peek.time);
  alert.samples = std::move(lines);
  decide_notice(alert, state.rules[index].notices, age_of(visit.json, visit.peek.time), notify_max_age);
  firing->notified = alert.notify;
  state.due.emplace(due_time(*firing, rule), index, key.key);
  key.firing = std::move(firing);
  visit.alerts.push_back(std::move(alert));
}

void AlertEngine::Impl::extend(std::uint32_t index, KeyState& key,
                               const std::optional<SlidingWindow::Excess>& excess, Timestamp at) {
  const Rule& rule = in_force().rules[index];
  Firing& firing = *key.firing;
  ++firing.count;
  firing.first_seen = std::min(firing.first_seen, at);
  firing.last_seen = std::max(firing.last_seen, at);
  // While it fires only the end of the excess matters; a flood must not fill the memory.
  key.instants.keep_newest(2 * (static_cast<std::size_t>(rule.condition.window->threshold) + 1));
  if (!excess || excess->lasts_to <= firing.quiet_from) return;
  const std::size_t erased = state.due.erase({due_time(firing, rule), index, key.key});
  CHECK(erased == 1);
  firing.quiet_from = excess->lasts_to;
  state.due.emplace(due_time(firing, rule), index, key.key);
}

void AlertEngine::Impl::alert_on_record(std::uint32_t index, KeyState& key, Key values, const Visit& visit) {
  const Rule& rule = in_force().rules[index];
  const Timestamp at = visit.peek.time;
  key.instants.drop_until(state.streams.watermark() - twice(rule.cooldown));
  for (std::size_t i = 0; i < key.instants.size(); ++i) {
    const Duration apart = at - key.instants[i].at;
    if (apart >= rule.cooldown || Duration{-apart.ns} >= rule.cooldown) continue;
    if (key.held++ == 0) key.held_since = at;
    key.held_since = std::min(key.held_since, at);
    return;
  }
  // Those held back are told with the next alert, if it comes right after the cooldown; else they are
  // history.
  const bool follows = !key.instants.empty() && key.instants.newest().at <= at &&
                       at - key.instants.newest().at < twice(rule.cooldown);
  const std::uint64_t held = follows ? key.held : 0;
  Alert alert = record_alert(rule, key.key, std::move(values), visit.instant(), held + 1,
                             held > 0 ? std::min(key.held_since, at) : at);
  alert.records = {visit.record.index};
  alert.samples = {sample_of(visit.record.line, visit.peek)};
  decide_notice(alert, state.rules[index].notices, age_of(visit.json, at), notify_max_age);
  visit.alerts.push_back(std::move(alert));
  key.held = 0;
  key.instants.add(visit.instant(), Duration{1}, 0);
  key.instants.keep_newest(kAlertTimesMax);
}

/// True if the key can be forgotten without any effect on records in order.
bool AlertEngine::Impl::is_over(const KeyState& key, const Rule& rule) const {
  if (key.firing) return false;
  if (key.instants.empty()) return true;
  const Duration length = rule.condition.window ? rule.condition.window->length : twice(rule.cooldown);
  return key.instants.newest().at <= state.streams.watermark() - length;
}

/// The key touched last is never dropped here: it is at the end.
void AlertEngine::Impl::keep_bounds(std::uint32_t index) {
  RuleState& keys = state.rules[index];
  // Two for each record, so that those that are over go faster than new ones come.
  for (int i = 0; i < 2 && keys.size() > 1 && is_over(keys.oldest(), in_force().rules[index]); ++i) {
    erase_oldest(index);
  }
  while (keys.size() > 1 &&
         (keys.size() > limits::kAlertKeysMax || state.bytes > limits::kAlertStateBytesMax)) {
    erase_oldest(index);
    ++state.evicted;
  }
}

void AlertEngine::Impl::erase_oldest(std::uint32_t index) {
  RuleState& keys = state.rules[index];
  const KeyState& key = keys.oldest();
  if (key.firing) state.due.erase({due_time(*key.firing, in_force().rules[index]), index, key.key});
  CHECK(state.bytes >= key.bytes());
  state.bytes -= key.bytes();
  keys.erase_oldest();
}

AlertEngine::AlertEngine(std::shared_ptr<const AlertRules> rules, Duration notify_max_age)
    : impl_(std::make_unique<Impl>()) {
  CHECK(rules != nullptr);
  impl_->rules = std::move(rules);
  impl_->notify_max_age = notify_max_age;
  impl_->state.rules.resize(impl_->in_force().rules.size());
}
AlertEngine::~AlertEngine() = default;

void AlertEngine::process(const RecordView& record, std::vector<Alert>& alerts) {
  impl_->process(record, alerts);
}

std::string AlertEngine::snapshot() const { return write_snapshot(impl_->state, impl_->in_force()); }

Status AlertEngine::restore(const std::string& snapshot) {
  auto state = read_snapshot(snapshot, impl_->in_force());
  if (!state) return state.error();
  impl_->state = std::move(*state);
  return {};
}

std::uint64_t AlertEngine::late() const { return impl_->state.late; }
std::uint64_t AlertEngine::evicted() const { return impl_->state.evicted; }

}  // namespace clawtrail
