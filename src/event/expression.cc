// SPDX-License-Identifier: Apache-2.0
#include "event/expression.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

#include "clawtrail/base/check.h"
#include "clawtrail/base/encoding.h"

namespace clawtrail {

namespace {

constexpr std::size_t kJsonTriesMax = 4;  ///< places in a message where embedded JSON is looked for

bool name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '@' ||
         c == '-';
}

struct Function {
  std::string_view name;
  Expression::Op op;
  std::size_t literals;  ///< literal arguments
  std::size_t nested_min, nested_max;
};
constexpr Function kFunctions[] = {
    {"word", Expression::Op::kWord, 1, 0, 0},        {"last_word", Expression::Op::kLastWord, 1, 0, 0},
    {"between", Expression::Op::kBetween, 2, 0, 0},  {"quoted", Expression::Op::kQuoted, 1, 0, 0},
    {"json", Expression::Op::kJson, 1, 0, 0},        {"group", Expression::Op::kGroup, 1, 0, 0},
    {"first", Expression::Op::kFirst, 0, 2, 8},      {"peer", Expression::Op::kPeer, 0, 2, 2},
    {"agent_of", Expression::Op::kAgentOf, 0, 1, 1}, {"list", Expression::Op::kList, 0, 1, 1}};

/// Recursive descent over one expression; the first error sticks.
class ExpressionParser {
 public:
  ExpressionParser(std::string_view text, const Regex* pattern, TopNames& names)
      : text_(text), pattern_(pattern), names_(names) {}

  Result<Expression> parse() {
    Expression expression = parse_one(0);
    skip_space();
    if (error_.empty() && at_ != text_.size()) fail("unexpected text after the expression");
    if (!error_.empty()) return Error{Code::kInvalid, error_};
    return expression;
  }

 private:
  static constexpr int kDepthMax = 4;

  void fail(const std::string& reason) {
    if (error_.empty()) error_ = reason + " at character " + std::to_string(at_ + 1);
  }
  void skip_space() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  bool take(char c) {
    skip_space();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  std::string_view name() {
    skip_space();
    const std::size_t begin = at_;
    while (at_ < text_.size() && name_char(text_[at_])) ++at_;
    if (at_ == begin) fail("a name is missing");
    return text_.substr(begin, at_ - begin);
  }
  std::string literal() {
    skip_space();
    if (at_ < text_.size() && text_[at_] == '"') {
      const std::size_t close = text_.find('"', at_ + 1);
      if (close == std::string_view::npos) {
        fail("a quote is not closed");
        return {};
      }
      std::string value(text_.substr(at_ + 1, close - at_ - 1));
      at_ = close + 1;
      return value;
    }
    const std::size_t end = std::min(text_.find_first_of(",)", at_), text_.size());
    std::string value(text_.substr(at_, end - at_));
    at_ = end;
    return value;
  }
  void path(Expression& expression) {
    while (at_ < text_.size() && text_[at_] == '.') {
      ++at_;
      expression.path.emplace_back(name());
    }
  }

  Expression parse_one(int depth) {
    Expression expression;
    if (depth > kDepthMax) {
      fail("nested too deeply");
      return expression;
    }
    const std::string word(name());
    if (at_ < text_.size() && text_[at_] == '(') {
      call(word, expression, depth);
    } else if (word == "meta") {
      expression.op = Expression::Op::kMeta;
      path(expression);
      if (expression.path.empty()) fail("\"meta\" needs a member (meta.cause)");
    } else if (word == "message" || word == "subsystem") {
      expression.op = word == "message" ? Expression::Op::kMessage : Expression::Op::kSubsystem;
    } else {
      top(word, expression);
    }
    return expression;
  }

  void top(const std::string& word, Expression& expression) {
    expression.op = Expression::Op::kTop;
    auto found = std::find(names_.begin(), names_.end(), word);
    if (found == names_.end()) {
      if (names_.size() == kTopNamesMax) return fail("too many different top-level members");
      found = names_.insert(found, word);
    }
    expression.index = static_cast<std::size_t>(found - names_.begin());
    path(expression);
  }

  void call(const std::string& word, Expression& expression, int depth) {
    const auto* function = std::find_if(std::begin(kFunctions), std::end(kFunctions),
                                        [&](const Function& f) { return f.name == word; });
    if (function == std::end(kFunctions)) return fail("there is no function \"" + word + "\"");
    expression.op = function->op;
    take('(');
    for (std::size_t i = 0; i < function->literals; ++i) {
      if (i > 0 && !take(',')) return fail("a comma is missing");
      (i == 0 ? expression.a : expression.b) = literal();
    }
    for (std::size_t i = 0; function->nested_max > 0; ++i) {
      expression.arguments.push_back(parse_one(depth + 1));
      if (!error_.empty() || !take(',')) break;
    }
    const std::size_t nested = expression.arguments.size();
    if (nested < function->nested_min || nested > function->nested_max)
      return fail("wrong number of arguments");
    if (!take(')')) return fail("a closing bracket is missing");
    if (function->op == Expression::Op::kJson) path(expression);
    if (function->op == Expression::Op::kGroup) group(expression);
    const bool may_be_empty = function->op == Expression::Op::kBetween || function->literals == 0;
    if (!may_be_empty && expression.a.empty()) fail("the text to look for is empty");
  }

  void group(Expression& expression) {
    const auto index = pattern_ == nullptr ? std::nullopt : pattern_->group(expression.a);
    if (!index) return fail("the rule's pattern has no group \"" + expression.a + "\"");
    expression.index = static_cast<std::size_t>(*index);
  }

  std::string_view text_;
  const Regex* pattern_;
  TopNames& names_;
  std::size_t at_ = 0;
  std::string error_;
};

JsonValue member(JsonValue value, const std::vector<std::string>& path) {
  for (const std::string& key : path) value = value[key];
  return value;
}

/// A word begins at the start of the message or after a space, so that "conn=" is not found in "xconn=".
bool begins_word(std::string_view text, std::size_t at) { return at == 0 || text[at - 1] == ' '; }

std::string_view word_at(std::string_view text, std::size_t begin) {
  return text.substr(begin, std::min(text.find_first_of(" \n", begin), text.size()) - begin);
}

std::string_view word_after(std::string_view text, std::string_view key) {
  for (std::size_t at = text.find(key); at != std::string_view::npos; at = text.find(key, at + 1)) {
    if (begins_word(text, at)) return word_at(text, at + key.size());
  }
  return {};
}

std::string_view last_word_after(std::string_view text, std::string_view key) {
  for (std::size_t at = text.rfind(key); at != std::string_view::npos;
       at = at == 0 ? at - 1 : text.rfind(key, at - 1)) {
    if (begins_word(text, at)) return word_at(text, at + key.size());
  }
  return {};
}

std::string_view between(std::string_view text, std::string_view open, std::string_view close) {
  const std::size_t at = text.find(open);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + open.size());
  if (close.empty()) return text;
  const std::size_t end = text.find(close);
  return end == std::string_view::npos ? std::string_view() : text.substr(0, end);
}

std::string_view quoted(std::string_view text, std::string_view key) {
  const std::size_t at = text.find(key);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + key.size());
  const std::size_t end = text.rfind('"');
  if (text.empty() || text.front() != '"' || end == 0) return {};
  return text.substr(1, end - 1);
}

/// "main" of "agent:main:telegram:42".
std::string_view agent_of(std::string_view key) {
  constexpr std::string_view kPrefix = "agent:";
  if (!key.starts_with(kPrefix)) return {};
  key.remove_prefix(kPrefix.size());
  return key.substr(0, key.find(':'));
}

}  // namespace

Result<Expression> parse_expression(std::string_view text, const Regex* pattern, TopNames& names) {
  return ExpressionParser(text, pattern, names).parse();
}

std::string_view Arena::keep(std::string_view text) {
  text = utf8_prefix(text, std::min(bytes_.size() - used_, limits::kFieldBytesMax));
  if (text.empty()) return {};
  char* to = bytes_.data() + used_;
  std::memcpy(to, text.data(), text.size());
  used_ += text.size();
  return {to, text.size()};
}

std::string_view Arena::keep_number(double value) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value);
  return keep({text, static_cast<std::size_t>(end.ptr - text)});
}

std::string_view Arena::keep_number(std::int64_t value) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value);
  return keep({text, static_cast<std::size_t>(end.ptr - text)});
}

Evaluator::Evaluator(const TrustedProxies& proxies, const std::vector<std::string>& absent)
    : proxies_(proxies), absent_(absent) {
  for (const std::string& word : absent) absent_size_max_ = std::max(absent_size_max_, word.size());
}

void Evaluator::start(const LineView& line) {
  line_ = &line;
  parsed_ = JsonValue();
  parsed_after_ = {};
  groups_.clear();
  arena_.reset();
}

bool Evaluator::is_absent(std::string_view text) const {
  if (text.empty() || text.size() > absent_size_max_) return text.empty();
  for (const std::string& word : absent_) {
    if (word == text) return true;
  }
  return false;
}

std::string_view Evaluator::text_of(const JsonValue& value) {
  if (!value.exists()) return {};
  if (const auto text = value.string()) return *text;
  if (const auto integer = value.integer()) return arena_.keep_number(*integer);
  if (const auto number = value.number()) return arena_.keep_number(*number);
  if (const auto boolean = value.boolean()) return *boolean ? "true" : "false";
  return {};
}

std::string_view Evaluator::evaluate(const Expression& expression) {
  CHECK(line_ != nullptr);
  const std::string_view value = value_of(expression);
  return is_absent(value) ? std::string_view() : value;
}

std::string_view Evaluator::value_of(const Expression& expression) {
  switch (expression.op) {
    case Expression::Op::kTop:
      return text_of(member(line_->top[expression.index], expression.path));
    case Expression::Op::kMeta:
      return text_of(member(line_->meta, expression.path));
    case Expression::Op::kMessage:
      return line_->message;
    case Expression::Op::kSubsystem:
      return line_->subsystem;
    case Expression::Op::kWord:
      return word_after(line_->message, expression.a);
    case Expression::Op::kLastWord:
      return last_word_after(line_->message, expression.a);
    case Expression::Op::kBetween:
      return between(line_->message, expression.a, expression.b);
    case Expression::Op::kQuoted:
      return quoted(line_->message, expression.a);
    case Expression::Op::kJson:
      return json_after(expression);
    case Expression::Op::kGroup: {
      if (expression.index >= groups_.size() || groups_[expression.index].begin == Regex::npos) return {};
      const Span& span = groups_[expression.index];
      return line_->message.substr(span.begin, span.end - span.begin);
    }
    case Expression::Op::kFirst:
      for (const Expression& argument : expression.arguments) {
        if (const std::string_view value = evaluate(argument); !value.empty()) return value;
      }
      return {};
    case Expression::Op::kPeer:
      return proxies_.effective(evaluate(expression.arguments[0]), evaluate(expression.arguments[1]));
    case Expression::Op::kAgentOf:
      return agent_of(evaluate(expression.arguments[0]));
    case Expression::Op::kList:
      return list_of(evaluate(expression.arguments[0]));
  }
  return {};
}

std::string_view Evaluator::json_after(const Expression& expression) {
  // Several fields are usually taken from the same JSON: it is parsed once a line.
  if (parsed_after_ != expression.a) {
    parsed_ = JsonValue();
    parsed_after_ = expression.a;
    const std::string_view message = line_->message;
    std::size_t at = message.find(expression.a);
    // A path in the text before may imitate the key; only JSON that reaches the end of the message is the
    // real one.
    for (std::size_t i = 0; i < kJsonTriesMax && at != std::string_view::npos; ++i) {
      const auto value = parser_.parse(message.substr(at + expression.a.size()));
      if (value) {
        parsed_ = *value;
        break;
      }
      at = message.find(expression.a, at + 1);
    }
  }
  return text_of(member(parsed_, expression.path));
}

std::string_view Evaluator::list_of(std::string_view text) {
  if (text.find(", ") == std::string_view::npos) return text;
  std::string joined;
  for (std::size_t i = 0; i < text.size() && joined.size() < limits::kFieldBytesMax; ++i) {
    if (text[i] != ' ' || i == 0 || text[i - 1] != ',') joined += text[i];
  }
  return arena_.keep(joined);
}

}  // namespace clawtrail
