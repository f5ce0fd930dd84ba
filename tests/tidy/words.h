// SPDX-License-Identifier: Apache-2.0
// What may not stand in any file of the tree: promises for later, paths of one machine, secrets; and what
// must.
#pragma once

#include <regex>
#include <string>
#include <vector>

#include "tidy/rooms.h"

namespace clawtrail::tidy {

// The words are put together here, so that this file does not hold them.
inline const std::regex& later_words() {
  static const std::regex pattern(
      "\\b(TO"
      "DO|FIX"
      "ME|XX"
      "X|HA"
      "CK)\\b(?!-)");
  return pattern;
}
inline const std::regex& machine_paths() {
  static const std::regex pattern(
      "/(work|tmp/wt)/[a-z]|/(ho"
      "me|Us"
      "ers)/(?!(user|openclaw)\\b)[a-z]");
  return pattern;
}
/// Shapes that only real keys have; examples in patterns are made by generators when they run.
inline const std::regex& secret_shapes() {
  static const std::regex pattern(
      "sk-ant-(api|admin)\\d\\d-[A-Za-z0-9_-]{60}|sk-proj-[A-Za-z0-9_-]{40}|\\bgh[pousr]_[A-Za-z0-9]{36}|"
      "\\bAKIA[A-Z2-7]{16}\\b|\\bxox[bp]-[0-9]{10,}-[A-Za-z0-9-]{20}|-----BEGIN [A-Z ]*PRIVATE "
      "KEY-----\\s*[A-Za-z0-9+/]{40}");
  return pattern;
}

inline Findings check_words(const std::string& path, const std::string& text) {
  Findings findings;
  const std::vector<std::string> lines = lines_of(text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::smatch match;
    if (std::regex_search(lines[i], match, later_words()))
      find(findings, path, i + 1, "says " + match[0].str());
    if (std::regex_search(lines[i], match, machine_paths())) {
      find(findings, path, i + 1, "names a path of one machine: " + match[0].str());
    }
  }
  return findings;
}

inline Findings check_secrets(const std::string& path, const std::string& text) {
  Findings findings;
  const std::vector<std::string> lines = lines_of(text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (std::regex_search(lines[i], secret_shapes()))
      find(findings, path, i + 1, "holds what looks like a secret");
  }
  return findings;
}

/// One SPDX line, in the first line, or the second of a script.
inline Findings check_licence(const std::string& path, const std::string& text) {
  const std::vector<std::string> lines = lines_of(text);
  std::size_t seen = 0, place = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].find("SPDX-License-"
                      "Identifier: Apache-2.0") == std::string::npos)
      continue;
    ++seen;
    if (place == 0) place = i + 1;
  }
  const bool script = !lines.empty() && lines[0].starts_with("#!");
  Findings findings;
  if (seen != 1 || place != (script ? 2u : 1u))
    find(findings, path, 1, "needs exactly one SPDX line, at its head");
  return findings;
}

}  // namespace clawtrail::tidy
