// SPDX-License-Identifier: Apache-2.0
// One Hyperscan pass over a block of text for the literals of every room.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "clawtrail/base/result.h"
#include "clawtrail/match/literals.h"

namespace clawtrail {

/// A literal ends at byte `end` (exclusive) of the scanned block. A candidate, never a finding.
struct Hit {
  std::uint32_t literal = 0;  ///< id in the compiled database: LiteralRange.first + index in the room's set
  std::uint32_t end = 0;
};

/// Memory that a scan needs. Threads: confined; one a thread, for one Scanner.
class ScanScratch {
 public:
  virtual ~ScanScratch() = default;
};

/// The compiled literals of all rooms. Threads: immutable, used by many at once with one scratch each.
class Scanner {
 public:
  virtual ~Scanner() = default;
  virtual std::unique_ptr<ScanScratch> make_scratch() const = 0;
  /// Replaces `hits` by the hits in `block` (at most 4 GiB - 1), sorted by end, then literal.
  /// True if limits::kHitsPerBlockMax was reached: then `hits` is incomplete and every line of the block must
  /// be treated as a candidate of every literal.
  [[nodiscard]] virtual bool scan(std::string_view block, ScanScratch& scratch,
                                  std::vector<Hit>& hits) const = 0;
  virtual std::size_t literals() const = 0;
};

struct ScannerBuild {
  std::shared_ptr<const Scanner> scanner;
  std::vector<LiteralRange> ranges;  ///< one for each set, in the order given
};

/// Compiles the sets; one scanner for all. `cache_dir`, if not empty, keeps the serialised database under a
/// digest of literals, library version and CPU; a cache that cannot be read or written is ignored. Literals
/// that are secret get a database of their own, which is never written. Errors: kInvalid (an empty literal),
/// kIo (Hyperscan refuses: the sentence says which literal).
Result<ScannerBuild> compile_scanner(std::span<const LiteralSet* const> sets,
                                     const std::string& cache_dir = "");

}  // namespace clawtrail
