// SPDX-License-Identifier: Apache-2.0
#include "clawtrail/text/yaml.h"

#include <yaml-cpp/yaml.h>

#include <charconv>
#include <limits>

#include "clawtrail/base/check.h"
#include "clawtrail/base/limits.h"
#include "text/node.h"

namespace clawtrail {

/// Copies yaml-cpp's tree into ours.
class YamlParser {
 public:
  YamlParser(std::string file, Diagnostics& diagnostics)
      : file_(std::move(file)), diagnostics_(diagnostics) {}

  YamlNode copy(const YAML::Node& from, int depth) {
    YamlNode node;
    node.where_ = place(from.Mark());
    // Aliases make a small text expand to a huge tree ("billion laughs"): count what comes out.
    if (++nodes_ > kNodesMax || depth > kDepthMax) {
      if (!gave_up_)
        diagnostics_.error(node.where_, "the document is nested too deeply or has too many aliases");
      gave_up_ = true;
      return node;
    }
    switch (from.Type()) {
      case YAML::NodeType::Undefined:
        break;
      case YAML::NodeType::Null:
        node.kind_ = YamlNode::Kind::kNull;
        break;
      case YAML::NodeType::Scalar:
        copy_scalar(from, node);
        break;
      case YAML::NodeType::Sequence:
        copy_list(from, node, depth);
        break;
      case YAML::NodeType::Map:
        copy_map(from, node, depth);
        break;
    }
    return node;
  }

 private:
  static constexpr std::size_t kNodesMax = 1'000'000;
  static constexpr int kDepthMax = 64;

  Location place(const YAML::Mark& mark) const {
    if (mark.is_null()) return {file_, 0, 0};
    return {file_, static_cast<std::size_t>(mark.line) + 1, static_cast<std::size_t>(mark.column) + 1};
  }

  static void copy_scalar(const YAML::Node& from, YamlNode& node) {
    node.kind_ = YamlNode::Kind::kScalar;
    node.text_ = from.Scalar();
    node.quoted_ = from.Tag() == "!";  // yaml-cpp marks quoted scalars with the non-specific tag
  }

  void copy_list(const YAML::Node& from, YamlNode& node, int depth) {
    node.kind_ = YamlNode::Kind::kList;
    auto children = std::make_shared<YamlNode::Children>();
    for (const auto& item : from) children->items.push_back(copy(item, depth + 1));
    node.children_ = std::move(children);
  }

  void copy_map(const YAML::Node& from, YamlNode& node, int depth) {
    node.kind_ = YamlNode::Kind::kMap;
    auto children = std::make_shared<YamlNode::Children>();
    for (const auto& entry : from) {
      YamlNode key = copy(entry.first, depth + 1);
      for (const auto& [other, value] : children->entries) {
        if (other.text() == key.text() && key.is_scalar()) {
          diagnostics_.error(key.where(), "the key \"" + key.text() + "\" is given twice",
                             "it stands in line " + std::to_string(other.where().line) + " already");
        }
      }
      YamlNode value = copy(entry.second, depth + 1);
      children->entries.emplace_back(std::move(key), std::move(value));
    }
    node.children_ = std::move(children);
  }

  std::string file_;
  Diagnostics& diagnostics_;
  std::size_t nodes_ = 0;
  bool gave_up_ = false;
};

const std::vector<YamlNode>& YamlNode::items() const {
  static const std::vector<YamlNode> kNone;
  return children_ != nullptr ? children_->items : kNone;
}

const std::vector<std::pair<YamlNode, YamlNode>>& YamlNode::entries() const {
  static const std::vector<std::pair<YamlNode, YamlNode>> kNone;
  return children_ != nullptr ? children_->entries : kNone;
}

YamlNode YamlNode::operator[](const std::string& key) const {
  for (const auto& [name, value] : entries()) {
    if (name.is_scalar() && name.text() == key) return value;
  }
  return {};
}

std::optional<std::string> YamlNode::as_string(Diagnostics& diagnostics, const std::string& name) const {
  if (!exists()) return std::nullopt;
  if (is_scalar()) return text_;
  diagnostics.error(where_, name + " must be a text");
  return std::nullopt;
}

std::optional<bool> YamlNode::as_bool(Diagnostics& diagnostics, const std::string& name) const {
  if (!exists()) return std::nullopt;
  if (is_scalar() && !quoted_) {
    if (text_ == "true" || text_ == "yes" || text_ == "on") return true;
    if (text_ == "false" || text_ == "no" || text_ == "off") return false;
  }
  diagnostics.error(where_, name + " must be true or false");
  return std::nullopt;
}

std::optional<std::int64_t> YamlNode::as_int(Diagnostics& diagnostics, const std::string& name,
                                             std::int64_t min, std::int64_t max) const {
  if (!exists()) return std::nullopt;
  std::int64_t value = 0;
  if (is_scalar()) {
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
    if (error == std::errc() && end == text_.data() + text_.size() && value >= min && value <= max)
      return value;
  }
  diagnostics.error(
      where_, name + " must be a whole number from " + std::to_string(min) + " to " + std::to_string(max));
  return std::nullopt;
}

std::optional<Duration> YamlNode::as_duration(Diagnostics& diagnostics, const std::string& name) const {
  if (!exists()) return std::nullopt;
  if (is_scalar()) {
    if (const auto value = parse_duration(text_)) return value;
  }
  diagnostics.error(where_, name + " must be a duration", "for example 500ms, 30s, 5m, 24h, 7d");
  return std::nullopt;
}

namespace {

std::optional<std::uint64_t> bytes_unit(std::string_view unit) {
  constexpr std::uint64_t kKilo = 1000, kKibi = 1024;
  if (unit.empty() || unit == "B") return 1;
  if (unit == "kB" || unit == "KB") return kKilo;
  if (unit == "MB") return kKilo * kKilo;
  if (unit == "GB") return kKilo * kKilo * kKilo;
  if (unit == "TB") return kKilo * kKilo * kKilo * kKilo;
  if (unit == "K" || unit == "KiB") return kKibi;
  if (unit == "M" || unit == "MiB") return kKibi * kKibi;
  if (unit == "G" || unit == "GiB") return kKibi * kKibi * kKibi;
  if (unit == "T" || unit == "TiB") return kKibi * kKibi * kKibi * kKibi;
  return std::nullopt;
}

}  // namespace

std::optional<std::uint64_t> YamlNode::as_bytes(Diagnostics& diagnostics, const std::string& name) const {
  if (!exists()) return std::nullopt;
  if (is_scalar()) {
    std::uint64_t value = 0;
    const char* const last = text_.data() + text_.size();
    const auto [end, error] = std::from_chars(text_.data(), last, value);
    std::string_view rest(end, static_cast<std::size_t>(last - end));
    while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
    const auto unit = bytes_unit(rest);
    if (error == std::errc() && unit && value <= std::numeric_limits<std::uint64_t>::max() / *unit) {
      return value * *unit;
    }
  }
  diagnostics.error(where_, name + " must be a number of bytes", "for example 65536, 64KiB, 128MiB, 1GiB");
  return std::nullopt;
}

std::vector<std::string> YamlNode::as_strings(Diagnostics& diagnostics, const std::string& name) const {
  std::vector<std::string> out;
  if (is_scalar()) out.push_back(text_);
  if (exists() && !is_scalar() && !is_list() && !is_null()) {
    diagnostics.error(where_, name + " must be a list of texts");
  }
  for (const YamlNode& item : items()) {
    if (const auto text = item.as_string(diagnostics, "an entry of " + name)) out.push_back(*text);
  }
  return out;
}

void YamlNode::reject_unknown_keys(Diagnostics& diagnostics, const std::vector<std::string>& known,
                                   const std::string& context) const {
  for (const auto& [key, value] : entries()) {
    bool found = false;
    for (const std::string& name : known) found = found || name == key.text();
    if (found) continue;
    const std::string close = suggest(key.text(), known);
    diagnostics.error(key.where(), "unknown key \"" + key.text() + "\" in " + context,
                      close.empty() ? "" : "did you mean \"" + close + "\"?");
  }
}

YamlNode parse_yaml(const std::string& text, const std::string& file, Diagnostics& diagnostics) {
  if (text.size() > limits::kConfigBytesMax) {
    diagnostics.error({file, 0, 0},
                      "the file is larger than " + std::to_string(limits::kConfigBytesMax) + " bytes");
    return {};
  }
  try {
    const YAML::Node root = YAML::Load(text);
    const std::size_t errors = diagnostics.errors();
    YamlNode node = YamlParser(file, diagnostics).copy(root, 0);
    return diagnostics.errors() == errors ? node : YamlNode{};
  } catch (const YAML::Exception& exception) {
    Location where{file, 0, 0};
    if (!exception.mark.is_null()) {
      where.line = static_cast<std::size_t>(exception.mark.line) + 1;
      where.column = static_cast<std::size_t>(exception.mark.column) + 1;
    }
    diagnostics.error(where, "this is not valid YAML: " + exception.msg);
  } catch (const std::exception& exception) {
    diagnostics.error({file, 0, 0}, std::string("this cannot be read as YAML: ") + exception.what());
  }
  return {};
}

}  // namespace clawtrail
