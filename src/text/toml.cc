// SPDX-License-Identifier: Apache-2.0
#include "clawtrail/text/toml.h"

#include <toml++/toml.h>

#include <algorithm>
#include <sstream>

#include "text/node.h"

namespace clawtrail {

/// Copies toml++'s tree into ours. Its own parser bounds the depth.
class TomlParser {
 public:
  explicit TomlParser(std::string file) : file_(std::move(file)) {}

  Location place(const toml::source_region& region) const {
    return {file_, region.begin.line, region.begin.column};
  }

  YamlNode copy(const toml::node& from) const {
    YamlNode node;
    node.where_ = place(from.source());
    if (const auto* table = from.as_table()) {
      copy_table(*table, node);
    } else if (const auto* array = from.as_array()) {
      copy_array(*array, node);
    } else {
      copy_scalar(from, node);
    }
    return node;
  }

 private:
  void copy_table(const toml::table& table, YamlNode& node) const {
    node.kind_ = YamlNode::Kind::kMap;
    auto children = std::make_shared<YamlNode::Children>();
    for (const auto& [key, value] : table) {
      YamlNode name;
      name.kind_ = YamlNode::Kind::kScalar;
      name.text_ = std::string(key.str());
      name.where_ = place(key.source());
      children->entries.emplace_back(std::move(name), copy(value));
    }
    std::stable_sort(children->entries.begin(), children->entries.end(), [](const auto& a, const auto& b) {
      return std::pair(a.first.where().line, a.first.where().column) <
             std::pair(b.first.where().line, b.first.where().column);
    });
    node.children_ = std::move(children);
  }

  void copy_array(const toml::array& array, YamlNode& node) const {
    node.kind_ = YamlNode::Kind::kList;
    auto children = std::make_shared<YamlNode::Children>();
    for (const toml::node& item : array) children->items.push_back(copy(item));
    node.children_ = std::move(children);
  }

  static void copy_scalar(const toml::node& from, YamlNode& node) {
    node.kind_ = YamlNode::Kind::kScalar;
    if (const auto* text = from.as_string()) {
      node.text_ = text->get();
      node.quoted_ = true;
      return;
    }
    std::ostringstream written;
    from.visit([&written](const auto& value) {
      if constexpr (toml::is_value<decltype(value)>) written << value;
    });
    node.text_ = written.str();
  }

  std::string file_;
};

YamlNode parse_toml(const std::string& text, const std::string& file, Diagnostics& diagnostics) {
  const TomlParser parser(file);
  try {
    return parser.copy(toml::parse(text, file));
  } catch (const toml::parse_error& error) {
    diagnostics.error(parser.place(error.source()),
                      "the file is no valid TOML: " + std::string(error.description()));
    return {};
  }
}

}  // namespace clawtrail
