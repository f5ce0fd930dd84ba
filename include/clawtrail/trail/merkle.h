// SPDX-License-Identifier: Apache-2.0
// The Merkle tree of RFC 9162 section 2.1 as a compact range: the roots of its full subtrees, largest first.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "clawtrail/base/hash.h"
#include "clawtrail/base/names.h"
#include "clawtrail/base/result.h"

namespace clawtrail {

/// Grows leaf by leaf; knows the root at any time. At most 64 hashes. Value type.
class CompactTree {
 public:
  CompactTree() = default;
  /// Errors: kCorrupt if the number of hashes is not that of `size`'s set bits.
  static Result<CompactTree> restore(TreeSize size, std::vector<Digest> range);

  void append(const Digest& leaf);
  void append(std::span<const Digest> leaves);
  TreeSize size() const { return size_; }
  /// RFC 9162 MTH: SHA-256 of nothing for the empty tree.
  Digest root() const;
  const std::vector<Digest>& range() const { return range_; }
  bool operator==(const CompactTree&) const = default;

 private:
  TreeSize size_ = 0;
  std::vector<Digest> range_;
};

}  // namespace clawtrail
