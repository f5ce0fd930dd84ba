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

/// Of "<key id>:<hex>", the hex or its beginning is enough.
bool has_fingerprint(std::string_view fingerprint, std::string_view wanted) {
  return fingerprint.substr(fingerprint.find(':') + 1).starts_with(wanted);
}

/// A positive comparison with one value that is there.
bool holds(const Node& node, const JsonValue& value) {
  switch (node.compare) {
    case Compare::kExists:
      return true;
    case Compare::kEqual:
    case Compare::kUnequal:
      if (node.fingerprint) return has_fingerprint(value.string_or(""), node.value);
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

/// The value itself, or each of its elements.
bool any_element_holds(const Node& node, const JsonValue& value) {
  if (!value.exists()) return false;
  if (!value.is_array()) return holds(node, value);
  bool found = node.compare == Compare::kExists;
  value.for_each([&](std::string_view, const JsonValue& element) {
    found = found || holds(node, element);
    return !found;
  });
  return found;
}

/// True if any of the values that the rest of the field names fits. An array stands for each of its elements,
/// unless the field names one by its number.
bool any_holds(const Node& node, const JsonValue& value, std::size_t depth) {
  if (depth == node.field.size()) return any_element_holds(node, value);
  const std::string& part = node.field[depth];
  if (!value.is_array()) return any_holds(node, value[part], depth + 1);
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), index);
  if (error == std::errc() && end == part.data() + part.size())
    return any_holds(node, value.at(index), depth + 1);
  bool found = false;
  value.for_each([&](std::string_view, const JsonValue& element) {
    found = element.is_object() && any_holds(node, element[part], depth + 1);
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
  return any_holds(node, record, 0) != negated;
}

}  // namespace

bool Expression::matches(const JsonValue& record) const {
  CHECK(root_ != nullptr);
  return evaluate(*root_, record);
}

}  // namespace clawtrail
