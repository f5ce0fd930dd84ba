// SPDX-License-Identifier: Apache-2.0
#include "clawtrail/text/diagnostics.h"

#include <algorithm>
#include <fstream>

#include "clawtrail/base/limits.h"

namespace clawtrail {

namespace {

constexpr std::size_t kSnippetColumns = 120;

/// Line `number` of `path`; empty if it cannot be read.
std::string line_of(const std::string& path, std::size_t number) {
  std::ifstream in(path);
  std::string line;
  for (std::size_t i = 0; i < number; ++i) {
    if (!std::getline(in, line)) return "";
  }
  return line;
}

/// A line of a configuration may hold a secret that somebody wrote there against the rules: show no value
/// that is one long run of token characters.
std::string without_values(std::string line) {
  constexpr std::size_t kRunMax = 15;
  std::size_t run = 0;
  for (std::size_t i = 0; i <= line.size(); ++i) {
    const bool token =
        i < line.size() && (std::isalnum(static_cast<unsigned char>(line[i])) != 0 || line[i] == '_' ||
                            line[i] == '-' || line[i] == '+' || line[i] == '=');
    if (token) {
      ++run;
      continue;
    }
    const auto begin = line.begin() + static_cast<std::ptrdiff_t>(i - run);
    const auto end = line.begin() + static_cast<std::ptrdiff_t>(i);
    const bool digits = std::any_of(begin, end, [](char c) { return c >= '0' && c <= '9'; });
    if (run > kRunMax && digits) std::fill(begin, end, '*');
    run = 0;
  }
  return line;
}

std::string render_one(const Diagnostic& diagnostic) {
  std::string out;
  const Location& where = diagnostic.where;
  if (!where.file.empty()) {
    out += where.file + ":";
    if (where.line > 0) out += std::to_string(where.line) + ":" + std::to_string(where.column) + ":";
    out += " ";
  }
  constexpr const char* kImpacts[] = {"error", "warning", "note"};
  out += kImpacts[static_cast<int>(diagnostic.impact)];
  out += ": " + diagnostic.message + "\n";
  const std::string line = where.line > 0 ? without_values(line_of(where.file, where.line)) : "";
  if (!line.empty() && line.size() <= kSnippetColumns) {
    out += "    " + line + "\n";
    if (where.column > 0 && where.column <= line.size() + 1)
      out += std::string(3 + where.column, ' ') + "^\n";
  }
  if (!diagnostic.help.empty()) out += "  help: " + diagnostic.help + "\n";
  return out;
}

/// Levenshtein distance.
std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1] ? 1u : 0u)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace

void Diagnostics::add(Diagnostic diagnostic) {
  if (diagnostic.impact == Impact::kError) ++errors_;
  if (all_.size() < limits::kDiagnosticsMax) all_.push_back(std::move(diagnostic));
}

void Diagnostics::error(Location where, std::string message, std::string help) {
  add({Impact::kError, std::move(where), std::move(message), std::move(help)});
}
void Diagnostics::warning(Location where, std::string message, std::string help) {
  add({Impact::kWarning, std::move(where), std::move(message), std::move(help)});
}
void Diagnostics::note(Location where, std::string message, std::string help) {
  add({Impact::kNote, std::move(where), std::move(message), std::move(help)});
}

void Diagnostics::append(const Diagnostics& other) {
  for (const Diagnostic& diagnostic : other.all_) add(diagnostic);
}

std::string Diagnostics::render() const {
  std::string out;
  for (const Diagnostic& diagnostic : all_) out += render_one(diagnostic);
  return out;
}

std::string suggest(const std::string& word, const std::vector<std::string>& candidates) {
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    const std::size_t d = distance(word, candidate);
    if (d < best_distance) {
      best = candidate;
      best_distance = d;
    }
  }
  return best;
}

}  // namespace clawtrail
