// SPDX-License-Identifier: Apache-2.0
// The `take` language of classification rules: where in a line a field's value stands.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "clawtrail/base/limits.h"
#include "clawtrail/base/result.h"
#include "clawtrail/event/classifier.h"
#include "clawtrail/match/regex.h"
#include "event/line_view.h"

namespace clawtrail {

/// A compiled expression (grammar: patterns/events/README.md). Immutable after load.
struct Expression {
  enum class Op {
    kTop,      ///< top-level member; `index` into TopNames, then `path`
    kMeta,     ///< member of the line's object, by `path`
    kMessage,  ///< the message
    kSubsystem,
    kWord,      ///< text after the first word that begins with `a`, up to a space
    kLastWord,  ///< the same after the last one
    kBetween,   ///< text between `a` and the next `b` ("" = to the end)
    kQuoted,    ///< text after `a` and a quote, up to the last quote of the message
    kJson,      ///< JSON after `a` to the end of the message, then `path`
    kGroup,     ///< capture group `index` of the rule's `matches`
    kFirst,     ///< the first argument that tells something
    kPeer,      ///< address of arguments[0], or of the proxied client in arguments[1] (TrustedProxies)
    kAgentOf,   ///< "main" of an argument like "agent:main:telegram"
    kList,      ///< the argument without the spaces after its commas
  };
  Op op = Op::kMessage;
  std::string a, b;
  std::vector<std::string> path;
  std::size_t index = 0;
  std::vector<Expression> arguments;
};

/// Parses `text`; new top-level names are added to `names`. `groups` are the named groups of the rule's
/// pattern. Errors: kInvalid with what is wrong.
Result<Expression> parse_expression(std::string_view text, const Regex* pattern, TopNames& names);

/// Memory for values that are not a piece of the line: numbers, joined lists. Confined to a decoder.
class Arena {
 public:
  void reset() { used_ = 0; }
  std::string_view keep(std::string_view text);  ///< cut to what fits
  std::string_view keep_number(double value);
  std::string_view keep_number(std::int64_t value);

 private:
  std::vector<char> bytes_ = std::vector<char>(32 * limits::kFieldBytesMax);
  std::size_t used_ = 0;
};

/// Evaluates expressions of one line. Values are views into the line, the parsers or the arena; "" means
/// nothing.
class Evaluator {
 public:
  Evaluator(const TrustedProxies& proxies, const std::vector<std::string>& absent);
  void start(const LineView& line);
  /// Spans of the rule's pattern in the message, for kGroup.
  std::vector<Span>& groups() { return groups_; }
  std::string_view evaluate(const Expression& expression);
  /// A JSON string, number or boolean as text.
  std::string_view text_of(const JsonValue& value);

 private:
  std::string_view value_of(const Expression& expression);
  std::string_view json_after(const Expression& expression);
  std::string_view list_of(std::string_view text);
  bool is_absent(std::string_view text) const;

  const TrustedProxies& proxies_;
  const std::vector<std::string>& absent_;
  std::size_t absent_size_max_ = 0;
  const LineView* line_ = nullptr;
  JsonParser parser_;
  JsonValue parsed_;  ///< JSON found in this line's message after parsed_after_
  std::string_view parsed_after_;
  std::vector<Span> groups_;
  Arena arena_;
};

}  // namespace clawtrail
