// SPDX-License-Identifier: Apache-2.0
// C++ source as the tidy checks see it: lines, and the same text with comments and literals blanked out.
#pragma once

#include <cctype>
#include <cstddef>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace clawtrail::tidy {

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

/// Blanks comments, string and character literals, so that braces and words in them count for nothing.
/// Newlines stay, so that line numbers do. Raw strings and digit separators are understood.
class Blanker {
 public:
  explicit Blanker(const std::string& text) : text_(text), out_(text) {}

  std::string run() {
    while (at_ < text_.size()) {
      if (starts("//")) {
        blank_until(text_.find('\n', at_), 0);
      } else if (starts("/*")) {
        blank_until(text_.find("*/", at_ + 2), 2);
      } else if (starts("R\"") && !in_word()) {
        const std::size_t open = text_.find('(', at_);
        const std::string end = ")" + text_.substr(at_ + 2, open - at_ - 2) + "\"";
        blank_until(text_.find(end, open), end.size());
      } else if (text_[at_] == '"' || (text_[at_] == '\'' && !in_word())) {
        blank_literal(text_[at_]);
      } else {
        ++at_;
      }
    }
    return out_;
  }

 private:
  bool starts(std::string_view word) const { return text_.compare(at_, word.size(), word) == 0; }
  bool in_word() const {
    return at_ > 0 &&
           (std::isalnum(static_cast<unsigned char>(text_[at_ - 1])) != 0 || text_[at_ - 1] == '_');
  }
  void blank_until(std::size_t end, std::size_t more) {
    end = end == std::string::npos ? text_.size() : end + more;
    for (; at_ < end; ++at_) {
      if (text_[at_] != '\n') out_[at_] = ' ';
    }
  }
  void blank_literal(char quote) {
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != quote && text_[end] != '\n') end += text_[end] == '\\' ? 2 : 1;
    blank_until(end, 1);
  }

  const std::string& text_;
  std::string out_;
  std::size_t at_ = 0;
};

inline std::string without_comments_and_literals(const std::string& text) { return Blanker(text).run(); }

}  // namespace clawtrail::tidy
