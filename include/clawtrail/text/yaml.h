// SPDX-License-Identifier: Apache-2.0
// YAML with a place for every node. The only user of yaml-cpp; its exceptions end here.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "clawtrail/base/result.h"
#include "clawtrail/base/time.h"
#include "clawtrail/text/diagnostics.h"

namespace clawtrail {

/// An immutable node of a parsed document. Cheap to copy (shares the document). Threads: immutable.
class YamlNode {
 public:
  enum class Kind { kMissing, kNull, kScalar, kList, kMap };

  YamlNode() = default;
  Kind kind() const { return kind_; }
  bool exists() const { return kind_ != Kind::kMissing; }
  bool is_scalar() const { return kind_ == Kind::kScalar; }
  bool is_list() const { return kind_ == Kind::kList; }
  bool is_map() const { return kind_ == Kind::kMap; }
  bool is_null() const { return kind_ == Kind::kNull; }
  const Location& where() const { return where_; }

  const std::string& text() const { return text_; }  ///< of a scalar
  bool quoted() const { return quoted_; }            ///< the scalar stood in quotes
  const std::vector<YamlNode>& items() const;        ///< of a list; empty otherwise
  /// Of a map, in file order; a key given twice is an error when parsing.
  const std::vector<std::pair<YamlNode, YamlNode>>& entries() const;
  YamlNode operator[](const std::string& key) const;  ///< kMissing if there is none

  // Each returns nothing and adds one error to `diagnostics` if the node is there and not of that type.
  std::optional<std::string> as_string(Diagnostics& diagnostics, const std::string& name) const;
  std::optional<bool> as_bool(Diagnostics& diagnostics, const std::string& name) const;
  std::optional<std::int64_t> as_int(Diagnostics& diagnostics, const std::string& name, std::int64_t min,
                                     std::int64_t max) const;
  std::optional<Duration> as_duration(Diagnostics& diagnostics, const std::string& name) const;
  /// "128MiB", "1GiB", "64KB", 4096.
  std::optional<std::uint64_t> as_bytes(Diagnostics& diagnostics, const std::string& name) const;
  /// A list of strings; a single string is a list of one.
  std::vector<std::string> as_strings(Diagnostics& diagnostics, const std::string& name) const;

  /// One error for each key of this map that is not in `known`, with a suggestion.
  void reject_unknown_keys(Diagnostics& diagnostics, const std::vector<std::string>& known,
                           const std::string& context) const;

 private:
  friend class YamlParser;
  friend class TomlParser;
  struct Children;
  Kind kind_ = Kind::kMissing;
  bool quoted_ = false;
  Location where_;
  std::string text_;
  std::shared_ptr<const Children> children_;
};

/// Parses one document. On failure kMissing, with the errors in `diagnostics`. Aliases are expanded up to
/// limits::kConfigBytesMax of text in total. `file` only names the place.
YamlNode parse_yaml(const std::string& text, const std::string& file, Diagnostics& diagnostics);

}  // namespace clawtrail
