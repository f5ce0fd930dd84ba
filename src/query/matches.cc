// SPDX-License-Identifier: Apache-2.0
// Does a record fit an expression?
#include <algorithm>
#include <charconv>

#include "clawtrail/base/check.h"
#include "query/expression.h"

namespace clawtrail {

namespace {

using Node = Expression::Node;

/// The value as the text that a user would type.
std::string text_of(const JsonValue& value) {
  if (const auto text = value.string()) return std::string(*text);
  return value.exists() ? value.to_json() : "";
}

bool compare_numbers(Compare compare, double a, double b) {
  switch (compare) {
    case Compare::kLess:
      return a < b;
    case Compare::kLessEqual:
      return a <= b;
    case Compare::kGreater:
      return a > b;
    default:
      return a >= b;
  }
}

bool compare_texts(Compare compare, const std::string& a, const std::string& b) {
  switch (compare) {
    case Compare::kLess:
      return a < b;
    case Compare::kLessEqual:
      return a <= b;
    case Compare::kGreater:
      return a > b;
    default:
      return a >= b;
  }
}

/// A positive comparison with one value that is there.
bool holds(const Node& node, const JsonValue& value) {
  switch (node.compare) {
    case Compare::kExists:
      return true;
    case Compare::kEqual:
    case Compare::kUnequal:
      if (node.number && value.number()) return *value.number() == *node.number;
      return text_of(value) == node.value;
    case Compare::kMatches:
    case Compare::kMatchesNot:
      return node.regex->matches(text_of(value));
    case Compare::kContains:
      return text_of(value).find(node.value) != std::string::npos;
    case Compare::kStartsWith:
      return text_of(value).starts_with(node.value);
    default:
      if (node.number && value.number()) return compare_numbers(node.compare, *value.number(), *node.number);
      return value.is_string() && compare_texts(node.compare, text_of(value), node.value);
  }
}

/// True if any of the values that the field names fits. `fp` and `rule` look into every redaction, and an
/// array stands for each of its elements.
bool any_holds(const Node& node, const JsonValue& record) {
  if (node.field.size() == 1 && (node.field[0] == "fp" || node.field[0] == "rule")) {
    bool found = false;
    record["redactions"].for_each([&](std::string_view, const JsonValue& entry) {
      const JsonValue value = entry[node.field[0]];
      found = value.exists() && holds(node, value);
      return !found;
    });
    return found;
  }
  JsonValue value = record;
  for (const std::string& part : node.field) {
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), index);
    const bool number = error == std::errc() && end == part.data() + part.size();
    value = value.is_array() && number ? value.at(index) : value[part];
  }
  if (!value.exists()) return false;
  if (!value.is_array()) return holds(node, value);
  bool found = node.compare == Compare::kExists;
  value.for_each([&](std::string_view, const JsonValue& element) {
    found = found || holds(node, element);
    return !found;
  });
  return found;
}

bool evaluate(const Node& node, const JsonValue& record) {
  const auto fits = [&record](const auto& child) { return evaluate(*child, record); };
  switch (node.kind) {
    case Node::Kind::kAnd:
      return std::all_of(node.children.begin(), node.children.end(), fits);
    case Node::Kind::kOr:
      return std::any_of(node.children.begin(), node.children.end(), fits);
    case Node::Kind::kNot:
      return !fits(node.children.front());
    case Node::Kind::kCompare:
      break;
  }
  // "reason != x" also holds for a record without a reason.
  const bool negated = node.compare == Compare::kUnequal || node.compare == Compare::kMatchesNot;
  return any_holds(node, record) != negated;
}

}  // namespace

bool Expression::matches(const JsonValue& record) const {
  CHECK(root_ != nullptr);
  return evaluate(*root_, record);
}

}  // namespace clawtrail
