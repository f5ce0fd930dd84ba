// SPDX-License-Identifier: Apache-2.0
#include "redact/user_pattern.h"

#include <algorithm>

#include "clawtrail/base/check.h"
#include "redact/borders.h"
#include "redact/names.h"
#include "redact/values.h"

namespace clawtrail::redact {

namespace {

constexpr std::size_t kLiteralBytesMin = 2;
constexpr std::size_t kLiteralBytesMax = 200;

bool is_just_a_word(const std::string& pattern) {
  return !pattern.empty() && std::all_of(pattern.begin(), pattern.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
  });
}

/// Collects runs of plain characters at the top level of a pattern.
class LiteralFinder {
 public:
  explicit LiteralFinder(const std::string& pattern) : pattern_(pattern) {}

  std::string run() {
    while (at_ < pattern_.size()) {
      const char c = pattern_[at_];
      if (c == '|') return "";
      if (c == '(' || c == '[') {
        flush();
        if (!skip_group()) return "";
        skip_repeat();
      } else if (c == '.' || c == '^' || c == '$') {
        flush();
        ++at_;
        skip_repeat();
      } else if (c == '\\') {
        if (at_ + 1 >= pattern_.size()) return "";
        const char escaped = pattern_[at_ + 1];
        if (escaped == 'Q' || escaped == 'x' || escaped == 'p' || escaped == 'P' ||
            (escaped >= '0' && escaped <= '9'))
          return "";
        at_ += 2;
        if (is_word(escaped)) {
          flush();  // \d, \w, \b, \n, …
          skip_repeat();
        } else {
          plain(escaped);
        }
      } else {
        ++at_;
        plain(c);
      }
    }
    flush();
    return best_;
  }

 private:
  void plain(char c) {
    const char next = at_ < pattern_.size() ? pattern_[at_] : '\0';
    if (next == '?' || next == '*' || next == '{') {
      flush();  // Perhaps not there at all.
      skip_repeat();
      return;
    }
    run_ += c;
    if (next == '+') {
      flush();
      skip_repeat();
    }
  }

  void flush() {
    if (run_.size() > best_.size()) best_ = run_;
    run_.clear();
  }

  void skip_repeat() {
    while (at_ < pattern_.size() && (pattern_[at_] == '?' || pattern_[at_] == '*' || pattern_[at_] == '+'))
      ++at_;
    if (at_ < pattern_.size() && pattern_[at_] == '{') {
      at_ = std::min(pattern_.find('}', at_), pattern_.size() - 1) + 1;
      if (at_ < pattern_.size() && pattern_[at_] == '?') ++at_;
    }
  }

  /// Over a (group) or [class]; false if it does not end or sets flags.
  bool skip_group() {
    int depth = 0;
    bool in_class = false;
    if (pattern_.compare(at_, 2, "(?") == 0 && pattern_.compare(at_, 3, "(?:") != 0 &&
        pattern_.compare(at_, 3, "(?P") != 0)
      return false;
    for (; at_ < pattern_.size(); ++at_) {
      const char c = pattern_[at_];
      if (c == '\\') {
        ++at_;
      } else if (in_class) {
        if (c == ']' && at_ > class_begin_ + (pattern_[class_begin_ + 1] == '^' ? 2U : 1U)) in_class = false;
      } else if (c == '[') {
        in_class = true;
        class_begin_ = at_;
      } else if (c == '(') {
        ++depth;
      } else if (c == ')') {
        --depth;
      }
      if (!in_class && depth == 0) {
        ++at_;
        return true;
      }
    }
    return false;
  }

  const std::string& pattern_;
  std::size_t at_ = 0;
  std::size_t class_begin_ = 0;
  std::string run_, best_;
};

}  // namespace

std::string required_literal(const std::string& pattern) {
  std::string literal = LiteralFinder(pattern).run();
  if (literal.size() < kLiteralBytesMin) return "";
  return literal.substr(0, kLiteralBytesMax);
}

std::vector<CompiledPattern> compile_patterns(const std::vector<UserPattern>& patterns,
                                              Diagnostics& diagnostics) {
  std::vector<CompiledPattern> all;
  for (const UserPattern& entry : patterns) {
    CompiledPattern compiled;
    if (entry.pattern.empty()) {
      diagnostics.error(entry.where, "a redaction pattern is empty");
      continue;
    }
    if (is_just_a_word(entry.pattern)) {
      compiled.name = name_words(entry.pattern);
      if (compiled.name.empty()) {
        diagnostics.error(entry.where, "a redaction pattern has no letters");
        continue;
      }
      // The last word alone is the literal: it is spelled alike in api_key, apiKey and api-key.
      compiled.literal = {compiled.name.back(), true, Follow::kAssignment, 0, false, false};
      all.push_back(std::move(compiled));
      continue;
    }
    auto regex = Regex::compile(entry.pattern);
    if (!regex) {
      diagnostics.error(entry.where, regex.error().message,
                        "patterns follow https://github.com/google/re2/wiki/Syntax");
      continue;
    }
    if (regex->matches("")) {
      diagnostics.error(entry.where, "the pattern matches the empty text",
                        "let it require at least one character");
      continue;
    }
    compiled.regex = std::move(*regex);
    compiled.literal.bytes = required_literal(entry.pattern);
    all.push_back(std::move(compiled));
  }
  return all;
}

bool find_user_matches(const Regex& regex, std::string_view text, std::size_t& work, std::size_t work_max,
                       std::vector<Span>& spans) {
  std::size_t at = 0;
  Span match[1];
  while (at <= text.size()) {
    if (work > work_max) return false;
    if (!regex.find(text, at, text.size(), match)) {
      work += text.size() - at;
      return true;
    }
    work += match[0].end - at + 1;
    if (match[0].begin == match[0].end) {
      at = match[0].end + 1;
      continue;
    }
    if (is_word(text[match[0].begin]) && !token_begins(text, match[0].begin)) {
      // No match can begin inside this word, so the search goes on behind it.
      at = match[0].begin + 1;
      while (at < text.size() && is_word(text[at])) ++at;
      continue;
    }
    std::size_t end = match[0].end;
    if (is_token_char(text[end - 1])) {
      while (end < text.size() && is_token_char(text[end])) ++end;
    }
    spans.push_back({match[0].begin, end});
    at = end;
  }
  return true;
}

}  // namespace clawtrail::redact
