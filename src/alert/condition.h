// SPDX-License-Identifier: Apache-2.0
// The meaning of a condition: a tree of tests on one record, and the window that counts the records that
// pass.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "clawtrail/base/names.h"
#include "clawtrail/base/time.h"

namespace clawtrail::alert {

/// A member of a record that a condition or `by` names.
struct FieldRef {
  enum class Kind {
    kText,     ///< event_type, result, level, severity and the string fields of DESIGN section 3
    kNumber,   ///< tokens_in, tokens_out, cost_usd, duration_ms
    kSource,   ///< name of the source, first element of `source`
    kDetails,  ///< details.<member>.<member>…: any scalar of the original event
  };
  Kind kind = Kind::kText;
  std::string name;               ///< as written, lower case for all but details.*
  std::vector<std::string> path;  ///< of kDetails: the members below `details`
  bool operator==(const FieldRef&) const = default;
};

enum class Comparison { kEqual, kNotEqual, kGreater, kGreaterEqual, kLess, kLessEqual };

/// A node of the tree. Value type; which members are used depends on `kind`.
struct Node {
  enum class Kind {
    kAnd,          ///< children (2 or more)
    kOr,           ///< children (2 or more)
    kNot,          ///< children[0]
    kPair,         ///< type, and results unless empty: `authentication_failed`, `tool_call`
    kCompare,      ///< field, comparison, value (and number, if it is one)
    kExists,       ///< field
    kLogContains,  ///< value, literal
    kSecretFound,
  };
  Kind kind = Kind::kAnd;
  std::vector<Node> children;
  EventType type = EventType::kLog;
  std::vector<std::string> results;  ///< any of these values of `result`
  FieldRef field;
  Comparison comparison = Comparison::kEqual;
  std::string value;
  std::optional<double> number;
  std::size_t literal = 0;  ///< number of this log_contains in its condition, from 0
};

/// `> threshold in length`: true while more than `threshold` records lie in a window of `length`.
struct Window {
  std::uint64_t threshold = 0;
  Duration length;
};

/// A parsed condition. Without a window every record that passes `selection` counts by itself.
struct Condition {
  Node selection;
  std::optional<Window> window;
  std::vector<FieldRef> by;           ///< records are counted apart for each combination of their values
  std::vector<std::string> literals;  ///< of the log_contains terms, in order
  bool only_literals = false;         ///< the selection is nothing but log_contains terms joined by `or`
};

}  // namespace clawtrail::alert
