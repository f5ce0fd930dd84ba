// SPDX-License-Identifier: Apache-2.0
// Redacting a whole stream of lines, as the `redact` command does.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "clawtrail/base/result.h"
#include "clawtrail/redact/redactor.h"

namespace clawtrail {

struct FilterOptions {
  /// Called once for each line that was changed or noted, with its number from 1. May be empty.
  std::function<void(std::uint64_t line, const std::vector<Redaction>&)> on_redactions;
  bool count_lines = true;  ///< else FilterStats::lines stays 0
};

struct FilterStats {
  std::uint64_t bytes_in = 0;
  std::uint64_t lines = 0;  ///< a last line without newline counts
  std::uint64_t lines_changed = 0;
  std::map<std::string, std::uint64_t, std::less<>> by_rule;
};

/// Reads up to `size` bytes; 0 is the end.
using FilterRead = std::function<Result<std::size_t>(char* bytes, std::size_t size)>;
using FilterWrite = std::function<Status(std::string_view bytes)>;

/// Copies `read` to `write` with every secret masked: same lines, same order, same newlines. Works on blocks
/// of whole lines of about 1 MiB, one scan a block; runs of clean lines are copied at once. A line longer
/// than limits::kLineBytesMax is worked on in parts, each as text, cut where no token is cut. A key that is
/// spread over lines is masked in all of them (carry.h). `scanner` is
/// the one that `redactor` was bound to. Errors: those of `read` and `write`.
Result<FilterStats> redact_stream(const FilterRead& read, const FilterWrite& write, const Redactor& redactor,
                                  const Scanner& scanner, const FilterOptions& options = {});

}  // namespace clawtrail
