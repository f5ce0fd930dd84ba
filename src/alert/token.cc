// SPDX-License-Identifier: Apache-2.0
#include "alert/token.h"

#include "clawtrail/base/limits.h"

namespace clawtrail::alert {

namespace {

bool is_word_byte(char c) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  const bool digit = c >= '0' && c <= '9';
  return letter || digit || static_cast<unsigned char>(c) >= 0x80 ||
         std::string_view("_.-/:@*+#%~$").find(c) != std::string_view::npos;
}

/// Reads the quoted text that begins at `at`. A backslash escapes a quote or a backslash; before anything
/// else it stands for itself, so that a Windows path needs no doubling.
bool read_string(std::string_view text, std::size_t& at, Token& token, ConditionError& error) {
  const char quote = text[at];
  for (std::size_t i = at + 1; i < text.size(); ++i) {
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    if (text[i] == '\\' && (next == '\\' || next == '\'' || next == '"')) {
      token.text += next;
      ++i;
    } else if (text[i] == quote) {
      at = i + 1;
      return true;
    } else {
      token.text += text[i];
    }
  }
  error = {at, "the quoted text is not closed", std::string("put a ") + quote + " at its end"};
  return false;
}

std::size_t operator_size(std::string_view rest) {
  for (const std::string_view two : {"==", "!=", ">=", "<="}) {
    if (rest.substr(0, 2) == two) return 2;
  }
  return rest[0] == '=' || rest[0] == '>' || rest[0] == '<' ? 1 : 0;
}

}  // namespace

bool tokenize(std::string_view text, std::vector<Token>& tokens, ConditionError& error) {
  tokens.clear();
  if (text.size() > limits::kAlertConditionBytesMax) {
    error = {
        0, "the condition has " + std::to_string(text.size()) + " bytes",
        "at most " + std::to_string(limits::kAlertConditionBytesMax) + " are read; make several rules of it"};
    return false;
  }
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      ++at;
      continue;
    }
    Token token;
    token.kind = TokenKind::kWord;
    token.offset = at;
    if (c == '\'' || c == '"') {
      token.kind = TokenKind::kString;
      if (!read_string(text, at, token, error)) return false;
    } else if (c == '(' || c == ')' || c == ',') {
      token.kind = c == '(' ? TokenKind::kOpen : c == ')' ? TokenKind::kClose : TokenKind::kComma;
      token.text.push_back(c);
      ++at;
    } else if (const std::size_t size = operator_size(text.substr(at)); size > 0) {
      token.kind = TokenKind::kOperator;
      token.text = std::string(text.substr(at, size));
      at += size;
    } else if (is_word_byte(c)) {
      while (at < text.size() && is_word_byte(text[at])) token.text += text[at++];
    } else {
      error = {at, std::string("\"") + c + "\" has no meaning here",
               "a value with other characters than letters, digits and _.-/:@*+#%~$ stands in quotes"};
      return false;
    }
    tokens.push_back(std::move(token));
  }
  tokens.emplace_back().offset = text.size();
  return true;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return out;
}

}  // namespace clawtrail::alert
