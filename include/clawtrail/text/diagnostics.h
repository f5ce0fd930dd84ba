// SPDX-License-Identifier: Apache-2.0
// All mistakes of operator-written files at once: place, snippet, what it means, what to do.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace clawtrail {

/// A place in a file; line and column count from 1, 0 if unknown.
struct Location {
  std::string file;
  std::size_t line = 0;
  std::size_t column = 0;
};

enum class Impact { kError, kWarning, kNote };

struct Diagnostic {
  Impact impact = Impact::kError;
  Location where;
  std::string message;  ///< what is wrong, one sentence
  std::string help;     ///< what to do, may be empty
};

/// Collects up to limits::kDiagnosticsMax entries. Threads: confined.
class Diagnostics {
 public:
  void error(Location where, std::string message, std::string help = "");
  void warning(Location where, std::string message, std::string help = "");
  void note(Location where, std::string message, std::string help = "");
  bool has_errors() const { return errors_ > 0; }
  std::size_t errors() const { return errors_; }
  const std::vector<Diagnostic>& all() const { return all_; }
  void append(const Diagnostics& other);
  /// "file:line:column: error: message", the source line with a caret under the column (read from the file,
  /// except where the line holds a secret-looking value: then only the key), and "  help: …". One block an
  /// entry.
  std::string render() const;

 private:
  void add(Diagnostic diagnostic);
  std::vector<Diagnostic> all_;
  std::size_t errors_ = 0;
};

/// The candidate closest to `word` (edit distance at most a third of its length), or "".
std::string suggest(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace clawtrail
