// SPDX-License-Identifier: Apache-2.0
// One redacted line in, one Event out: parse, look where its parts are, find its rule, take its fields.
#include <charconv>
#include <cstring>

#include "clawtrail/base/check.h"
#include "clawtrail/base/encoding.h"
#include "event/audit_shape.h"
#include "event/expression.h"
#include "event/line_view.h"
#include "event/rules.h"

namespace clawtrail {

namespace {

constexpr std::size_t kTextKept = limits::kBatchBytesSoft;  ///< memory kept for the details of text lines

std::string_view trim(std::string_view line) {
  const auto space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!line.empty() && space(line.back())) line.remove_suffix(1);
  while (!line.empty() && space(line.front())) line.remove_prefix(1);
  return line;
}

/// "61", "0.25", "782ms"; nothing for other text.
std::optional<double> number_of(std::string_view text) {
  double value = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end.ec != std::errc()) return std::nullopt;
  const std::string_view unit = text.substr(static_cast<std::size_t>(end.ptr - text.data()));
  if (unit == "s") return value * 1000;
  return unit.empty() || unit == "ms" ? std::optional(value) : std::nullopt;
}

bool starts_with_any(std::string_view text, const std::vector<std::string>& prefixes) {
  for (const std::string& prefix : prefixes) {
    if (text.starts_with(prefix)) return true;
  }
  return prefixes.empty();
}

}  // namespace

struct EventDecoder::Impl {
  explicit Impl(std::shared_ptr<const Classifier> given)
      : classifier(std::move(given)),
        rules(classifier->impl()),
        reader(rules.top_names),
        evaluator(rules.proxies, rules.absent) {}

  void decode_text(std::string_view line);
  void decode_object(std::string_view text, const JsonValue& root);
  void apply(const EventRule& rule);
  const EventRule* find_rule(const LineView& view);
  bool applies(const EventRule& rule, const LineView& view);

  std::shared_ptr<const Classifier> classifier;
  const Classifier::Impl& rules;
  JsonParser parser;
  LineReader reader;
  Evaluator evaluator;
  std::string text_details;
  std::string parse_error;
  Event event;
};

bool EventDecoder::Impl::applies(const EventRule& rule, const LineView& view) {
  if (!starts_with_any(view.message, rule.prefixes)) return false;
  if (rule.levels != 0 && (rule.levels & 1U << static_cast<unsigned>(view.level)) == 0) return false;
  for (const std::string& piece : rule.contains) {
    if (view.message.find(piece) == std::string_view::npos) return false;
  }
  for (const MetaCondition& condition : rule.meta) {
    const std::string_view value = evaluator.evaluate(condition.member);
    bool found = false;
    for (const std::string& wanted : condition.values) found = found || value == wanted;
    if (!found) return false;
  }
  for (const Expression& expression : rule.has) {
    if (evaluator.evaluate(expression).empty()) return false;
  }
  for (const Expression& expression : rule.lacks) {
    if (!evaluator.evaluate(expression).empty()) return false;
  }
  if (!rule.matches) return true;
  auto& groups = evaluator.groups();
  groups.resize(static_cast<std::size_t>(rule.matches->groups()) + 1);
  return rule.matches->find(view.message, 0, view.message.size(), groups);
}

const EventRule* EventDecoder::Impl::find_rule(const LineView& view) {
  const RuleBucket& bucket = rules.bucket_of(view.subsystem);
  const auto& candidates =
      view.message.empty() ? bucket.no_message : bucket.by_first[static_cast<unsigned char>(view.message[0])];
  for (const std::uint16_t id : candidates) {
    if (applies(rules.rules[id], view)) return &rules.rules[id];
  }
  return nullptr;
}

void EventDecoder::Impl::apply(const EventRule& rule) {
  event.rule = rule.id;
  event.type = rule.type;
  event.result = rule.result;
  event.severity = rule.severity;
  for (const auto& [field, value] : rule.fields) event[field] = value;
  for (const FieldTake& take : rule.takes) {
    const std::string_view value = evaluator.evaluate(take.from);
    if (!value.empty()) event[take.field] = utf8_prefix(value, limits::kFieldBytesMax);
  }
  for (const QuantityTake& take : rule.quantities) {
    if (const auto number = number_of(evaluator.evaluate(take.from))) event[take.quantity] = *number;
  }
}

void EventDecoder::Impl::decode_object(std::string_view text, const JsonValue& root) {
  const LineView& view = reader.read(root);
  evaluator.start(view);
  event.details = text;
  event.level = view.level;
  if (view.time) {
    event.clock = EventClock::kEvent;
    event.time = *view.time;
  } else if (view.has_time) {
    event.clock = EventClock::kUnreadable;
  }
  if (!view.event_type.empty()) {
    read_audit_shape(view, text, rules.audit, evaluator, event);
  } else if (const EventRule* rule = find_rule(view)) {
    apply(*rule);
  }
  for (const FieldTake& take : rules.always) {
    if (!event[take.field].empty()) continue;
    const std::string_view value = evaluator.evaluate(take.from);
    if (!value.empty()) event[take.field] = utf8_prefix(value, limits::kFieldBytesMax);
  }
}

void EventDecoder::Impl::decode_text(std::string_view line) {
  if (text_details.capacity() > kTextKept) text_details = std::string();
  text_details = "{\"message\":";
  append_json_string(text_details, line);
  text_details += '}';
  event.details = text_details;
  event.parse_error = parse_error;
}

EventDecoder::EventDecoder(std::shared_ptr<const Classifier> classifier)
    : impl_(std::make_unique<Impl>(std::move(classifier))) {}
EventDecoder::~EventDecoder() = default;
EventDecoder::EventDecoder(EventDecoder&&) noexcept = default;

const Event& EventDecoder::decode(std::string_view line) {
  CHECK(impl_ != nullptr);
  Impl& impl = *impl_;
  impl.event = Event();
  impl.parse_error.clear();
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  const std::string_view text = trim(line);
  if (!text.empty() && text.front() == '{') {
    const auto root = impl.parser.parse(text, true);
    if (root) {
      CHECK(root->is_object());
      impl.decode_object(text, *root);
      return impl.event;
    }
    impl.parse_error = root.error().message;
  } else if (line.find('\0') != std::string_view::npos) {
    impl.parse_error = "a NUL byte";
  } else if (utf8_error(line)) {
    impl.parse_error = "invalid UTF-8";
  }
  impl.decode_text(line);
  return impl.event;
}

}  // namespace clawtrail
