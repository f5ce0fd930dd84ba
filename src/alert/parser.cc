// SPDX-License-Identifier: Apache-2.0
#include "alert/parser.h"

#include <algorithm>
#include <charconv>

#include "alert/fields.h"
#include "clawtrail/base/limits.h"
#include "clawtrail/text/diagnostics.h"

namespace clawtrail::alert {

namespace {

std::optional<double> number_of(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates) {
  const std::string best = suggest(word, candidates);
  return best.empty() ? "" : "did you mean \"" + best + "\"?";
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

/// Recursive descent, one token of look-ahead. Every function returns false after the first mistake.
class Parser {
 public:
  Parser(std::vector<Token> tokens, ConditionError& error) : tokens_(std::move(tokens)), error_(error) {}

  bool condition(Condition& out) {
    if (peek().kind == TokenKind::kEnd) {
      return fail(peek(), "the condition is empty", "for example: authentication_failed > 5 in 5m");
    }
    if (!disjunction(out.selection, 0)) return false;
    if (peek().kind == TokenKind::kOperator && !window(out)) return false;
    if (keyword("by") && (next(), !fields(out.by))) return false;
    if (peek().kind != TokenKind::kEnd) return unexpected_rest(out);
    out.literals = std::move(literals_);
    out.only_literals = only_literals(out.selection);
    return true;
  }

  /// field {"," field}, without the word `by`.
  bool fields(std::vector<FieldRef>& out) {
    do {
      const Token token = next();
      std::optional<FieldRef> field;
      if (token.kind == TokenKind::kWord) field = field_ref(field_name(token.text));
      if (!field) return unknown_field(token);
      if (std::find(out.begin(), out.end(), *field) != out.end()) {
        return fail(token, "the field \"" + token.text + "\" is given twice", "name each field once");
      }
      if (out.size() == limits::kAlertByFieldsMax) {
        return fail(token, "there are too many fields",
                    "at most " + std::to_string(limits::kAlertByFieldsMax) + " fields may be counted by");
      }
      out.push_back(std::move(*field));
    } while (peek().kind == TokenKind::kComma && (next(), true));
    return true;
  }

  bool at_end() const { return peek().kind == TokenKind::kEnd; }
  bool unexpected() {
    return fail(peek(), "\"" + peek().text + "\" was not expected", "separate fields by commas");
  }

 private:
  const Token& peek(std::size_t ahead = 0) const {
    return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
  }
  Token next() {
    Token token = peek();
    if (at_ + 1 < tokens_.size()) ++at_;
    return token;
  }
  bool keyword(std::string_view word) const {
    return peek().kind == TokenKind::kWord && lower(peek().text) == word;
  }
  bool fail(const Token& token, std::string message, std::string help) {
    error_ = {token.offset, std::move(message), std::move(help)};
    return false;
  }
  static std::string named(const Token& token) {
    return token.kind == TokenKind::kEnd ? "the end of the condition" : "\"" + token.text + "\"";
  }
  /// Field names may be written in any case, members of details may not.
  static std::string field_name(const std::string& word) {
    const std::string name = lower(word);
    return name.starts_with("details.") ? "details." + word.substr(8) : name;
  }

  /// One level of `or` or `and`: term {word term}.
  template <typename Term>
  bool chain(Node& out, Node::Kind kind, std::string_view word, Term&& term) {
    if (!term(out)) return false;
    if (!keyword(word)) return true;
    Node all;
    all.kind = kind;
    all.children.push_back(std::move(out));
    while (keyword(word)) {
      next();
      if (!term(all.children.emplace_back())) return false;
    }
    out = std::move(all);
    return true;
  }
  bool disjunction(Node& out, std::size_t depth) {
    return chain(out, Node::Kind::kOr, "or", [&](Node& node) { return conjunction(node, depth); });
  }
  bool conjunction(Node& out, std::size_t depth) {
    return chain(out, Node::Kind::kAnd, "and", [&](Node& node) { return negation(node, depth); });
  }

  bool negation(Node& out, std::size_t depth) {
    if (depth == limits::kAlertConditionDepthMax) {
      return fail(peek(), "the condition is nested too deeply",
                  "at most " + std::to_string(limits::kAlertConditionDepthMax) + " levels are read");
    }
    if (keyword("not")) {
      next();
      out.kind = Node::Kind::kNot;
      return negation(out.children.emplace_back(), depth + 1);
    }
    if (peek().kind == TokenKind::kOpen) {
      const Token open = next();
      if (!disjunction(out, depth + 1)) return false;
      if (peek().kind == TokenKind::kClose) return next(), true;
      return fail(peek(), "\")\" is missing before " + named(peek()),
                  "the \"(\" in column " + std::to_string(open.offset + 1) + " is still open");
    }
    return term(out);
  }

  bool term(Node& out) {
    const Token token = next();
    if (token.kind != TokenKind::kWord) {
      return fail(token, "a test was expected, not " + named(token),
                  "a test is, for example, authentication_failed, ip = 203.0.113.7 or log_contains('text')");
    }
    const std::string word = lower(token.text);
    if (word == "log_contains") return log_contains(out);
    if (word == "secret_found") {
      out.kind = Node::Kind::kSecretFound;
      return true;
    }
    auto pair = pair_of(word);
    auto field = field_ref(field_name(token.text));
    // `session` is both: a field where it is compared as a text, an event where it is counted.
    if (field && (!pair || text_test_follows())) return predicate(out, token, std::move(*field));
    if (!pair) return unknown_term(token, word);
    out.kind = Node::Kind::kPair;
    out.type = pair->type;
    out.results = std::move(pair->results);
    return true;
  }

  bool text_test_follows() const {
    const bool equality = peek().text == "=" || peek().text == "==" || peek().text == "!=";
    return (peek().kind == TokenKind::kOperator && equality) || keyword("exists");
  }

  bool log_contains(Node& out) {
    const std::string help = "write log_contains('text')";
    if (peek().kind != TokenKind::kOpen) return fail(peek(), "\"(\" must follow log_contains", help);
    next();
    const Token text = next();
    if (text.kind != TokenKind::kString) return fail(text, "log_contains needs a text in quotes", help);
    if (text.text.empty() || text.text.size() > 255) {
      return fail(text, "the text of log_contains has " + std::to_string(text.text.size()) + " bytes",
                  "it must have 1 to 255");
    }
    if (peek().kind != TokenKind::kClose)
      return fail(peek(), "\")\" must follow the text of log_contains", help);
    next();
    out.kind = Node::Kind::kLogContains;
    out.literal = literals_.size();
    out.value = text.text;
    literals_.push_back(text.text);
    return true;
  }

  bool predicate(Node& out, const Token& name, FieldRef field) {
    out.field = std::move(field);
    if (keyword("exists")) {
      next();
      out.kind = Node::Kind::kExists;
      return true;
    }
    const Token op = next();
    if (op.kind != TokenKind::kOperator) {
      return fail(op, "a comparison must follow the field \"" + name.text + "\"",
                  "write one of = != > >= < <= and a value, or the word exists");
    }
    out.kind = Node::Kind::kCompare;
    out.comparison = comparison_of(op.text);
    const Token value = next();
    if (value.kind != TokenKind::kWord && value.kind != TokenKind::kString) {
      return fail(value, "a value must follow \"" + op.text + "\", not " + named(value),
                  "a value with spaces or parentheses stands in quotes");
    }
    out.value = value.text;
    out.number = number_of(value.text);
    return check_value(out, op, value);
  }

  static Comparison comparison_of(const std::string& op) {
    if (op == "!=") return Comparison::kNotEqual;
    if (op == ">") return Comparison::kGreater;
    if (op == ">=") return Comparison::kGreaterEqual;
    if (op == "<") return Comparison::kLess;
    if (op == "<=") return Comparison::kLessEqual;
    return Comparison::kEqual;
  }

  bool check_value(const Node& node, const Token& op, const Token& value) {
    const bool ordered = node.comparison != Comparison::kEqual && node.comparison != Comparison::kNotEqual;
    if (ordered && (node.field.kind == FieldRef::Kind::kText || node.field.kind == FieldRef::Kind::kSource)) {
      return fail(op, "\"" + op.text + "\" compares numbers, and " + node.field.name + " is a text",
                  "use = or !=; a count is written at the end, for example: " + node.field.name +
                      " exists > 5 in 5m");
    }
    if ((ordered || node.field.kind == FieldRef::Kind::kNumber) && !node.number) {
      return fail(value, "\"" + value.text + "\" is no number", "write digits, for example 1000 or 0.5");
    }
    const std::vector<std::string> values = values_of(node.field);
    if (values.empty() || std::find(values.begin(), values.end(), value.text) != values.end()) return true;
    const std::optional<EventType> type = event_type_of(value.text);
    if (node.field.name == "event_type" && type && is_own(*type)) {
      return fail(value, "records of type " + value.text + " are clawtrail's own and feed no rule",
                  "choose one of: " + joined(values));
    }
    std::string help = did_you_mean(value.text, values);
    if (help.empty()) help = "it is one of: " + joined(values);
    return fail(value, "\"" + value.text + "\" is no value of " + node.field.name, std::move(help));
  }

  bool window(Condition& out) {
    const std::string help = "a count is written as > 5 in 5m";
    const Token op = next();
    if (op.text != ">" && op.text != ">=") {
      return fail(op, "\"" + op.text + "\" cannot follow here", help);
    }
    const Token count = next();
    std::uint64_t number = 0;
    const char* end = count.text.data() + count.text.size();
    const auto [stop, error] = std::from_chars(count.text.data(), end, number);
    if (count.kind != TokenKind::kWord || error != std::errc() || stop != end) {
      return fail(count, "a whole number must follow \"" + op.text + "\", not " + named(count), help);
    }
    if (op.text == ">=" && number == 0) return fail(count, "\">= 0\" is always true", "write > 0 or >= 1");
    const std::uint64_t threshold = op.text == ">=" ? number - 1 : number;
    if (threshold >= limits::kAlertWindowEventsMax) {
      return fail(count,
                  "a window holds at most " + std::to_string(limits::kAlertWindowEventsMax) + " records",
                  "choose a smaller number or a shorter window");
    }
    if (!keyword("in")) return fail(peek(), "the word \"in\" and a length must follow the number", help);
    next();
    const Token length = next();
    const std::optional<Duration> duration = parse_duration(length.text);
    if (length.kind != TokenKind::kWord || !duration || duration->ns <= 0) {
      return fail(length, named(length) + " is no length of time", "write for example 30s, 5m, 1h30m or 7d");
    }
    constexpr Duration kLongest = Duration::from_seconds(400LL * 24 * 3600);
    if (*duration > kLongest)
      return fail(length, "the window is longer than 400 days", "choose a shorter one");
    out.window = Window{threshold, *duration};
    return true;
  }

  static bool only_literals(const Node& node) {
    if (node.kind == Node::Kind::kLogContains) return true;
    return node.kind == Node::Kind::kOr &&
           std::all_of(node.children.begin(), node.children.end(), only_literals);
  }

  bool unknown_field(const Token& token) {
    std::string help = did_you_mean(lower(token.text), field_names());
    if (help.empty()) help = "fields are: " + joined(field_names()) + ", details.<member>";
    return fail(token, named(token) + " is no field", std::move(help));
  }

  bool unknown_term(const Token& token, const std::string& word) {
    if (text_test_follows()) return unknown_field(token);
    std::vector<std::string> all = pair_names();
    all.insert(all.end(), {"log_contains", "secret_found"});
    all.insert(all.end(), field_names().begin(), field_names().end());
    const std::optional<EventType> own = event_type_of(word);
    if (own && is_own(*own)) {
      return fail(token, "records of type " + word + " are clawtrail's own and feed no rule",
                  "name one of the gateway's events");
    }
    std::string help = did_you_mean(word, all);
    if (help.empty()) {
      help =
          "a test is <event>_<result> such as authentication_failed, a field with a comparison, "
          "log_contains('text') or secret_found";
    }
    return fail(token, "\"" + token.text + "\" is no test", std::move(help));
  }

  bool unexpected_rest(const Condition& so_far) {
    const Token token = peek();
    if (token.kind == TokenKind::kClose) return fail(token, "\")\" closes nothing", "remove it");
    if (so_far.window) {
      return fail(token, named(token) + " cannot follow the window", "only `by` and fields may follow");
    }
    return fail(token, named(token) + " was not expected", "join tests with and, or");
  }

  std::vector<Token> tokens_;
  ConditionError& error_;
  std::size_t at_ = 0;
  std::vector<std::string> literals_;
};

}  // namespace

std::optional<Condition> parse_condition(std::string_view text, ConditionError& error) {
  std::vector<Token> tokens;
  if (!tokenize(text, tokens, error)) return std::nullopt;
  Condition condition;
  if (!Parser(std::move(tokens), error).condition(condition)) return std::nullopt;
  return condition;
}

std::optional<std::vector<FieldRef>> parse_fields(std::string_view text, ConditionError& error) {
  std::vector<Token> tokens;
  if (!tokenize(text, tokens, error)) return std::nullopt;
  Parser parser(std::move(tokens), error);
  std::vector<FieldRef> fields;
  if (!parser.fields(fields)) return std::nullopt;
  if (!parser.at_end()) return parser.unexpected(), std::nullopt;
  return fields;
}

}  // namespace clawtrail::alert
