// SPDX-License-Identifier: Apache-2.0
// The syntax tree of a search expression.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "clawtrail/match/regex.h"
#include "clawtrail/query/search.h"

namespace clawtrail {

enum class Compare {
  kEqual,
  kUnequal,
  kMatches,
  kMatchesNot,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kContains,
  kStartsWith,
  kExists
};

/// A comparison, or `and`, `or`, `not` over its children. Immutable after parsing.
struct Expression::Node {
  enum class Kind { kCompare, kAnd, kOr, kNot };
  Kind kind = Kind::kCompare;
  std::vector<std::shared_ptr<const Node>> children;
  std::vector<std::string> field;  ///< path into the record, one member a part
  Compare compare = Compare::kExists;
  std::string value;
  std::optional<double> number;  ///< `value` as a number, if it is one
  std::optional<Regex> regex;    ///< of ~ and !~
  bool fingerprint = false;      ///< of = and !=: `value` is a fingerprint without its key id
};

}  // namespace clawtrail
