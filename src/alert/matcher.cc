// SPDX-License-Identifier: Apache-2.0
#include "alert/matcher.h"

#include <algorithm>
#include <bit>

#include "alert/fields.h"
#include "clawtrail/base/check.h"
#include "clawtrail/base/encoding.h"
#include "clawtrail/base/limits.h"

namespace clawtrail::alert {

namespace {

constexpr std::uint32_t kAllTypes = (1u << kEventTypes) - 1;
static_assert(kEventTypes < 32, "Guard::types is a 32-bit mask");

std::uint32_t bit(EventType type) { return 1u << static_cast<std::uint32_t>(type); }

/// How many records a guard lets through, by experience: a hit of a literal is rarer than a redaction, and
/// that is rarer than any event type.
int width(const Guard& guard) {
  return std::popcount(guard.types) * 4 + (guard.redactions ? 2 : 0) + (guard.matched ? 1 : 0);
}

Guard both(const Guard& a, const Guard& b) {
  const bool only_types = !a.redactions && !a.matched && !b.redactions && !b.matched;
  if (only_types) return {a.types & b.types, false, false};
  return width(a) <= width(b) ? a : b;  // Either side alone is a sound guard of an `and`.
}

bool compare_number(double value, Comparison comparison, double with) {
  switch (comparison) {
    case Comparison::kEqual:
      return value == with;
    case Comparison::kNotEqual:
      return value != with;
    case Comparison::kGreater:
      return value > with;
    case Comparison::kGreaterEqual:
      return value >= with;
    case Comparison::kLess:
      return value < with;
    case Comparison::kLessEqual:
      return value <= with;
  }
  return false;
}

JsonValue value_of(const FieldRef& field, const JsonValue& record) {
  if (field.kind == FieldRef::Kind::kSource) return record["source"].at(0);
  if (field.kind != FieldRef::Kind::kDetails) return record[field.name];
  JsonValue value = record["details"];
  for (const std::string& member : field.path) value = value[member];
  return value;
}

bool compare(const Node& node, const JsonValue& record) {
  const JsonValue value = value_of(node.field, record);
  if (const auto number = value.number()) {
    if (node.number) return compare_number(*number, node.comparison, *node.number);
    return node.comparison == Comparison::kNotEqual;
  }
  bool equal = false;
  if (const auto text = value.string()) equal = *text == node.value;
  if (const auto boolean = value.boolean()) equal = node.value == (*boolean ? "true" : "false");
  if (node.comparison == Comparison::kEqual) return equal;
  return node.comparison == Comparison::kNotEqual && !equal;
}

bool has_name(const JsonValue& matched, const std::string& name) {
  bool found = false;
  matched.for_each([&](std::string_view, const JsonValue& entry) {
    found = entry.string_or("") == name;
    return !found;
  });
  return found;
}

bool has_certain_secret(const JsonValue& redactions) {
  bool found = false;
  redactions.for_each([&](std::string_view, const JsonValue& entry) {
    const auto rule = entry["rule"].string();
    found = rule && is_certain_secret_rule(*rule);
    return !found;
  });
  return found;
}

bool is_pair(const Node& node, const JsonValue& record) {
  if (record["event_type"].string_or("") != name_of(node.type)) return false;
  if (node.results.empty()) return true;
  const std::string_view result = record["result"].string_or("");
  return std::find(node.results.begin(), node.results.end(), result) != node.results.end();
}

}  // namespace

Guard guard_of(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kPair:
      return {bit(node.type), false, false};
    case Node::Kind::kLogContains:
      return {0, false, true};
    case Node::Kind::kSecretFound:
      return {0, true, false};
    case Node::Kind::kCompare:
      if (node.field.name == "event_type" && node.comparison == Comparison::kEqual) {
        if (const auto type = event_type_of(node.value)) return {bit(*type), false, false};
      }
      return {kAllTypes, false, false};
    case Node::Kind::kAnd: {
      Guard guard = guard_of(node.children[0]);
      for (const Node& child : node.children) guard = both(guard, guard_of(child));
      return guard;
    }
    case Node::Kind::kOr: {
      Guard guard;
      for (const Node& child : node.children) {
        const Guard other = guard_of(child);
        guard.types |= other.types;
        guard.redactions |= other.redactions;
        guard.matched |= other.matched;
      }
      return guard;
    }
    case Node::Kind::kNot:
    case Node::Kind::kExists:
      return {kAllTypes, false, false};
  }
  return {kAllTypes, false, false};
}

bool reads_details(const Node& node) {
  if (node.field.kind == FieldRef::Kind::kDetails) return true;
  return std::any_of(node.children.begin(), node.children.end(),
                     [](const Node& child) { return reads_details(child); });
}

bool reads_details(const std::vector<FieldRef>& fields) {
  return std::any_of(fields.begin(), fields.end(),
                     [](const FieldRef& field) { return field.kind == FieldRef::Kind::kDetails; });
}

bool matches(const Node& node, const JsonValue& record, const std::vector<std::string>& literal_names) {
  const auto passes = [&](const Node& child) { return matches(child, record, literal_names); };
  switch (node.kind) {
    case Node::Kind::kAnd:
      return std::all_of(node.children.begin(), node.children.end(), passes);
    case Node::Kind::kOr:
      return std::any_of(node.children.begin(), node.children.end(), passes);
    case Node::Kind::kNot:
      return !passes(node.children[0]);
    case Node::Kind::kPair:
      return is_pair(node, record);
    case Node::Kind::kCompare:
      return compare(node, record);
    case Node::Kind::kExists: {
      const JsonValue::Kind kind = value_of(node.field, record).kind();
      return kind != JsonValue::Kind::kMissing && kind != JsonValue::Kind::kNull;
    }
    case Node::Kind::kLogContains:
      CHECK(node.literal < literal_names.size());
      return has_name(record["matched"], literal_names[node.literal]);
    case Node::Kind::kSecretFound:
      return has_certain_secret(record["redactions"]);
  }
  return false;
}

std::string text_of(const FieldRef& field, const JsonValue& record) {
  const JsonValue value = value_of(field, record);
  if (const auto text = value.string()) return std::string(utf8_prefix(*text, limits::kFieldBytesMax));
  const JsonValue::Kind kind = value.kind();
  if (kind == JsonValue::Kind::kNumber || kind == JsonValue::Kind::kBool) return value.to_json();
  return "";
}

}  // namespace clawtrail::alert
