// SPDX-License-Identifier: Apache-2.0
#include "alert/print.h"

#include <algorithm>
#include <optional>

#include "clawtrail/base/encoding.h"

namespace clawtrail::alert {

namespace {

const char* spelling(Comparison comparison) {
  switch (comparison) {
    case Comparison::kEqual:
      return " = ";
    case Comparison::kNotEqual:
      return " != ";
    case Comparison::kGreater:
      return " > ";
    case Comparison::kGreaterEqual:
      return " >= ";
    case Comparison::kLess:
      return " < ";
    case Comparison::kLessEqual:
      return " <= ";
  }
  return " = ";
}

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

std::string pair_name(const Node& node) {
  std::string name(name_of(node.type));
  if (node.results.empty()) return name;
  // The first of the synonyms stands for the set; "failure" and "denied" are suffixes themselves.
  return name + "_" + node.results.front();
}

std::string join(const std::vector<std::string>& parts, const char* word) {
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : word) + part;
  return out;
}

std::string print(const Node& node, bool inside) {
  switch (node.kind) {
    case Node::Kind::kPair:
      return pair_name(node);
    case Node::Kind::kCompare:
      return node.field.name + spelling(node.comparison) + quoted(node.value);
    case Node::Kind::kExists:
      return node.field.name + " exists";
    case Node::Kind::kLogContains:
      return "log_contains(" + quoted(node.value) + ")";
    case Node::Kind::kSecretFound:
      return "secret_found";
    case Node::Kind::kNot:
      return "not " + print(node.children[0], true);
    case Node::Kind::kAnd:
    case Node::Kind::kOr:
      break;
  }
  std::vector<std::string> parts;
  for (const Node& child : node.children) parts.push_back(print(child, true));
  const std::string all = join(parts, node.kind == Node::Kind::kAnd ? " and " : " or ");
  return inside ? "(" + all + ")" : all;
}

bool is_safe(const std::string& value) {
  const auto safe = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_.:/@+- ").find(c) != std::string_view::npos;
  };
  return !value.empty() && value.size() <= 128 && std::all_of(value.begin(), value.end(), safe);
}

std::optional<std::string> equal(const std::string& field, const std::string& value) {
  if (!is_safe(value)) return std::nullopt;
  const bool bare = value.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string::npos;
  return field + (bare ? "=" + value : "=\"" + value + "\"");
}

std::optional<std::string> search_of(const Node& node);

std::optional<std::string> search_of_pair(const Node& node) {
  std::string out = "event_type=" + std::string(name_of(node.type));
  std::vector<std::string> results;
  for (const std::string& result : node.results) {
    if (outcome_of(result)) results.push_back("result=" + result);  // records have no other spelling
  }
  if (results.size() > 1) return out + " and (" + join(results, " or ") + ")";
  return results.empty() ? out : out + " and " + results[0];
}

std::optional<std::string> search_of_all(const Node& node) {
  std::vector<std::string> parts;
  for (const Node& child : node.children) {
    if (auto part = search_of(child)) parts.push_back(std::move(*part));
  }
  if (parts.empty()) return std::nullopt;
  return join(parts, " and ");
}

std::optional<std::string> search_of_any(const Node& node) {
  std::vector<std::string> parts;
  for (const Node& child : node.children) {
    auto part = search_of(child);
    if (!part) return std::nullopt;
    parts.push_back("(" + *part + ")");
  }
  return "(" + join(parts, " or ") + ")";
}

std::optional<std::string> search_of(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kPair:
      return search_of_pair(node);
    case Node::Kind::kAnd:
      return search_of_all(node);
    case Node::Kind::kOr:
      return search_of_any(node);
    case Node::Kind::kCompare:
      if (node.comparison == Comparison::kEqual && node.field.kind == FieldRef::Kind::kText) {
        return equal(node.field.name, node.value);
      }
      return std::nullopt;
    case Node::Kind::kNot:
    case Node::Kind::kExists:
    case Node::Kind::kLogContains:
    case Node::Kind::kSecretFound:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

std::string canonical(const Condition& condition) {
  std::string out = print(condition.selection, condition.window.has_value());
  if (condition.window) {
    out += " > " + std::to_string(condition.window->threshold) + " in " +
           format_duration(condition.window->length);
  }
  for (std::size_t i = 0; i < condition.by.size(); ++i)
    out += (i == 0 ? " by " : ", ") + condition.by[i].name;
  return out;
}

std::string search_command(const Node& selection, const Key& key, Timestamp since, Timestamp until) {
  std::vector<std::string> parts;
  if (auto part = search_of(selection)) parts.push_back(std::move(*part));
  for (const auto& [field, value] : key) {
    const auto ref = field.find('.') == std::string::npos && field != "source";
    if (auto part = ref ? equal(field, value) : std::nullopt) parts.push_back(std::move(*part));
  }
  std::string out = "clawtrail search DIR";
  if (!parts.empty()) out += " '" + join(parts, " and ") + "'";
  out += " --since " + format_rfc3339_ms(since);
  // --until is exclusive and the spelling cuts to milliseconds.
  out += " --until " + format_rfc3339_ms(until + Duration::from_ms(1));
  return out;
}

std::string printable(std::string_view text) {
  std::string out;
  append_utf8_repaired(out, text);
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return std::string(utf8_prefix(out, 128));
}

}  // namespace clawtrail::alert
