// SPDX-License-Identifier: Apache-2.0
// Recursive descent over the grammar of src/query/README.md.
#include <charconv>

#include "query/expression.h"

namespace clawtrail {

namespace {

constexpr int kDepthMax = 64;
constexpr std::size_t kTextMax = 16 * 1024;

struct Operator {
  std::string_view text;
  Compare compare;
};
constexpr Operator kOperators[] = {
    {"!=", Compare::kUnequal},      {"!~", Compare::kMatchesNot}, {"<=", Compare::kLessEqual},
    {">=", Compare::kGreaterEqual}, {"==", Compare::kEqual},      {"=", Compare::kEqual},
    {"~", Compare::kMatches},       {"<", Compare::kLess},        {">", Compare::kGreater}};

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
         c == '-';
}

/// A fingerprint without its key id, or enough of it to mean one secret.
bool is_short_fingerprint(const std::string& text) {
  constexpr std::size_t kDigitsMin = 6;
  return text.size() >= kDigitsMin && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

std::optional<double> number_of(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

/// Parses one expression; the first mistake ends it.
class ExpressionParser {
 public:
  using Node = Expression::Node;
  using NodePtr = std::shared_ptr<const Node>;

  explicit ExpressionParser(const std::string& text) : text_(text) {}

  Result<NodePtr> parse() {
    if (text_.size() > kTextMax) return Error{Code::kTooLarge, "the expression is too long"};
    CLAWTRAIL_ASSIGN(NodePtr root, parse_or(0));
    skip_space();
    if (at_ < text_.size()) return mistake("here \"and\", \"or\" or the end is expected");
    return root;
  }

 private:
  Error mistake(const std::string& what) const {
    return {Code::kInvalid,
            "the expression has a mistake at column " + std::to_string(at_ + 1) + ": " + what};
  }

  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n')) ++at_;
  }

  /// Takes `word` if it stands here as a whole word, in any case.
  bool take_word(std::string_view word) {
    skip_space();
    if (text_.size() - at_ < word.size()) return false;
    for (std::size_t i = 0; i < word.size(); ++i) {
      if ((text_[at_ + i] | 0x20) != word[i]) return false;
    }
    const std::size_t end = at_ + word.size();
    if (end < text_.size() && is_word(text_[end])) return false;
    at_ = end;
    return true;
  }

  bool take(char c) {
    skip_space();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  Result<NodePtr> parse_or(int depth) { return parse_chain(depth, Node::Kind::kOr, "or"); }

  Result<NodePtr> parse_chain(int depth, Node::Kind kind, std::string_view word) {
    if (depth > kDepthMax) return mistake("nested too deeply");
    auto node = std::make_shared<Node>();
    node->kind = kind;
    do {
      auto child = kind == Node::Kind::kOr ? parse_chain(depth, Node::Kind::kAnd, "and") : parse_unary(depth);
      if (!child) return child.error();
      node->children.push_back(std::move(*child));
    } while (take_word(word));
    if (node->children.size() == 1) return node->children.front();
    return NodePtr(std::move(node));
  }

  Result<NodePtr> parse_unary(int depth) {
    if (take_word("not") || (peek() == '!' && take('!'))) {
      if (depth >= kDepthMax) return mistake("nested too deeply");
      auto node = std::make_shared<Node>();
      node->kind = Node::Kind::kNot;
      CLAWTRAIL_ASSIGN(NodePtr child, parse_unary(depth + 1));
      node->children.push_back(std::move(child));
      return NodePtr(std::move(node));
    }
    if (take('(')) {
      CLAWTRAIL_ASSIGN(NodePtr inner, parse_or(depth + 1));
      if (!take(')')) return mistake("a closing parenthesis is missing");
      return inner;
    }
    return parse_comparison();
  }

  char peek() {
    skip_space();
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  Result<NodePtr> parse_comparison() {
    auto node = std::make_shared<Node>();
    if (take_word("exists")) {
      CLAWTRAIL_ASSIGN(node->field, parse_field());
      expand_field(*node);
      return NodePtr(std::move(node));
    }
    CLAWTRAIL_ASSIGN(node->field, parse_field());
    expand_field(*node);
    CLAWTRAIL_ASSIGN(node->compare, parse_operator());
    CLAWTRAIL_ASSIGN(node->value, parse_value());
    node->number = number_of(node->value);
    const bool equality = node->compare == Compare::kEqual || node->compare == Compare::kUnequal;
    node->fingerprint = equality && node->field == std::vector<std::string>{"redactions", "fp"} &&
                        is_short_fingerprint(node->value);
    if (node->compare == Compare::kMatches || node->compare == Compare::kMatchesNot) {
      auto regex = Regex::compile(node->value);
      if (!regex) return mistake(regex.error().message);
      node->regex = std::move(*regex);
    }
    return NodePtr(std::move(node));
  }

  /// `fp` and `rule` are short for the ones of the record's redactions.
  static void expand_field(Node& node) {
    if (node.field.size() == 1 && (node.field[0] == "fp" || node.field[0] == "rule"))
      node.field.insert(node.field.begin(), "redactions");
  }

  Result<std::vector<std::string>> parse_field() {
    skip_space();
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_word(text_[at_])) ++at_;
    const std::string name = text_.substr(begin, at_ - begin);
    if (name.empty()) return mistake("a field name is expected, for example event_type");
    std::vector<std::string> parts;
    for (std::size_t from = 0; from <= name.size();) {
      const std::size_t dot = std::min(name.find('.', from), name.size());
      parts.push_back(name.substr(from, dot - from));
      if (parts.back().empty()) return mistake("an empty part in the field name \"" + name + "\"");
      from = dot + 1;
    }
    return parts;
  }

  Result<Compare> parse_operator() {
    skip_space();
    for (const Operator& op : kOperators) {
      if (text_.compare(at_, op.text.size(), op.text) == 0) {
        at_ += op.text.size();
        return op.compare;
      }
    }
    if (take_word("contains")) return Compare::kContains;
    if (take_word("startswith")) return Compare::kStartsWith;
    return mistake("an operator is expected: = != ~ !~ < <= > >= contains startswith");
  }

  Result<std::string> parse_value() {
    skip_space();
    if (at_ < text_.size() && (text_[at_] == '"' || text_[at_] == '\'')) return parse_quoted();
    const std::size_t begin = at_;
    while (at_ < text_.size() && text_[at_] != ' ' && text_[at_] != ')' && text_[at_] != '(') ++at_;
    if (at_ == begin) return mistake("a value is expected");
    return text_.substr(begin, at_ - begin);
  }

  Result<std::string> parse_quoted() {
    const char quote = text_[at_++];
    std::string out;
    for (; at_ < text_.size() && text_[at_] != quote; ++at_) {
      const bool escaped =
          text_[at_] == '\\' && at_ + 1 < text_.size() && (text_[at_ + 1] == quote || text_[at_ + 1] == '\\');
      if (escaped) ++at_;
      out += text_[at_];
    }
    if (at_ >= text_.size()) return mistake("the closing quote is missing");
    ++at_;
    return out;
  }

  const std::string& text_;
  std::size_t at_ = 0;
};

Result<Expression> Expression::parse(const std::string& text) {
  CLAWTRAIL_ASSIGN(auto root, ExpressionParser(text).parse());
  Expression out;
  out.root_ = std::move(root);
  return out;
}

}  // namespace clawtrail
