// SPDX-License-Identifier: Apache-2.0
// The second look-up: encoded literals and issuers' words, only near runs of token bytes and secret words.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "clawtrail/match/scanner.h"
#include "redact/rule_set.h"

namespace clawtrail::redact {

/// An issuer's word is looked for so many bytes before a run or a secret word.
inline constexpr std::size_t kWindowBackBytes = 64;
/// A literal's tail is looked for so many bytes behind a run.
inline constexpr std::size_t kWindowOnBytes = 48;

/// Memory of one thread for the second look-up.
struct WindowScratch {
  std::unique_ptr<ScanScratch> scan;
  std::vector<Hit> hits;
};

/// Threads: immutable.
class Windows {
 public:
  Windows(const RuleSet::Lookup& lookup, const Scanner& scanner) : lookup_(lookup), scanner_(scanner) {}

  /// Calls visit(Action, Span literal) for each literal in text[window), until it returns true. Returns
  /// whether one did. A window with too many hits counts as if one had.
  template <typename Visit>
  bool each(std::string_view text, Span window, WindowScratch& scratch, Visit visit) const {
    if (scanner_.scan(text.substr(window.begin, window.end - window.begin), *scratch.scan, scratch.hits))
      return true;
    // The visitor may look into windows of its own.
    const std::vector<Hit> hits = scratch.hits;
    for (const Hit& hit : hits) {
      const std::size_t end = window.begin + hit.end;
      const Span literal{end - lookup_.literals[hit.literal].bytes.size(), end};
      for (const Action action : lookup_.actions[hit.literal]) {
        if (visit(action, literal)) return true;
      }
    }
    return false;
  }

 private:
  const RuleSet::Lookup& lookup_;
  const Scanner& scanner_;
};

/// The run of token bytes that ends at `end`.
Span run_before(std::string_view text, std::size_t end);
/// `span` with the bytes around it in which an issuer's word or the rest of a token may stand.
inline Span with_context(std::string_view text, Span span) {
  return {span.begin - std::min(span.begin, kWindowBackBytes),
          std::min(text.size(), span.end + kWindowOnBytes)};
}

}  // namespace clawtrail::redact
