// SPDX-License-Identifier: Apache-2.0
// Lengths of files and functions, counted on code that clang-format has laid out.
#pragma once

#include <regex>
#include <string>
#include <vector>

#include "tidy/rooms.h"

namespace clawtrail::tidy {

constexpr std::size_t kSourceLinesMax = 600;
constexpr std::size_t kHeaderLinesMax = 400;
constexpr std::size_t kFunctionLinesMax = 70;

struct Function {
  std::size_t first = 0;  ///< line of the opening brace, from 1
  std::size_t lines = 0;  ///< to the closing brace, both counted
};

/// What a brace opens, told from the text between the statement before and the brace.
inline bool opens_scope(const std::string& head) {
  static const std::regex scope("\\b(namespace|class|struct|union|enum|extern)\\b[^()]*$");
  return std::regex_search(head, scope);
}

/// Function bodies: braces directly in namespaces or classes that open neither of these nor a list of values.
/// Lambdas and blocks inside count as part of their function.
inline std::vector<Function> functions_of(const std::string& text) {
  const std::string code = without_comments_and_literals(text);
  std::vector<Function> out;
  std::vector<bool> scopes;  // Open braces; true: a namespace or class.
  std::string head;
  std::size_t line = 1, inner = 0;
  for (const char c : code) {
    if (c == '\n') ++line;
    if (c == '{') {
      const bool scope = inner == 0 && opens_scope(head);
      scopes.push_back(scope);
      if (!scope && inner++ == 0)
        out.push_back({line, head.find(')') == std::string::npos ? std::size_t{0} : 1});
      head.clear();
    } else if (c == '}' && !scopes.empty()) {
      if (!scopes.back() && --inner == 0) {
        Function& function = out.back();
        if (function.lines == 0) {
          out.pop_back();  // A list of values, not a body.
        } else {
          function.lines = line - function.first + 1;
        }
      }
      scopes.pop_back();
      head.clear();
    } else if (c == ';' && inner == 0) {
      head.clear();
    } else if (inner == 0) {
      head += c;
    }
  }
  return out;
}

inline Findings check_lengths(const std::string& path, const std::string& text) {
  Findings findings;
  const std::size_t lines = lines_of(text).size();
  const std::size_t max = path.ends_with(".h") ? kHeaderLinesMax : kSourceLinesMax;
  if (lines > max) {
    find(findings, path, lines,
         "the file has " + std::to_string(lines) + " lines, allowed are " + std::to_string(max));
  }
  for (const Function& function : functions_of(text)) {
    if (function.lines <= kFunctionLinesMax) continue;
    find(findings, path, function.first,
         "the function has " + std::to_string(function.lines) + " lines, allowed are " +
             std::to_string(kFunctionLinesMax));
  }
  return findings;
}

}  // namespace clawtrail::tidy
