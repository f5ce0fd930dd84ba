// SPDX-License-Identifier: Apache-2.0
// Looks closer at a span of records whose root does not fit: which record, and altered or only reordered?
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clawtrail/base/hash.h"
#include "clawtrail/base/names.h"
#include "clawtrail/event/json.h"
#include "clawtrail/trail/merkle.h"

namespace clawtrail {

/// A root that some signature vouches for.
struct SignedRoot {
  TreeSize size = 0;
  Digest root{};
};

/// Collects the lines after the last good checkpoint, then tries to explain them. Threads: confined.
class Diagnosis {
 public:
  /// `good`: the tree up to there.
  explicit Diagnosis(CompactTree good) : good_(std::move(good)) {}

  void add(std::string_view line);
  bool full() const;

  /// First record that is no JSON object: it was altered for sure.
  std::optional<RecordIndex> first_unreadable() const { return unreadable_; }
  /// A signed root is reached if the records are put back in order; the first that was out of its place.
  std::optional<RecordIndex> first_moved(const std::vector<SignedRoot>& roots) const;
  /// Positions go backwards within one generation of a source, though none stands there twice.
  bool positions_go_back() const;

 private:
  struct Entry {
    Digest leaf{};
    std::size_t source = 0;  ///< index into sources_, kNoSource for own records
    std::uint64_t position = 0;
  };
  static constexpr std::size_t kNoSource = static_cast<std::size_t>(-1);

  bool gives(std::vector<Entry>& entries, std::size_t count, const Digest& root) const;
  std::optional<RecordIndex> moved_by_position(std::size_t count, const Digest& root) const;
  std::optional<RecordIndex> moved_by_swap(std::size_t count, const Digest& root) const;

  CompactTree good_;
  JsonParser parser_;
  std::vector<std::pair<std::string, Generation>> sources_;
  std::vector<Entry> entries_;
  std::optional<RecordIndex> unreadable_;
};

}  // namespace clawtrail
