// SPDX-License-Identifier: Apache-2.0
// The compact range: one hash a set bit of the size, as in a binary counter.
#include "clawtrail/trail/merkle.h"

#include <bit>

#include "clawtrail/base/check.h"

namespace clawtrail {

Result<CompactTree> CompactTree::restore(TreeSize size, std::vector<Digest> range) {
  const auto expected = static_cast<std::size_t>(std::popcount(size));
  if (range.size() != expected) {
    return Error{Code::kCorrupt, "a tree of " + std::to_string(size) + " records has " +
                                     std::to_string(expected) + " hashes in its compact range, not " +
                                     std::to_string(range.size())};
  }
  CompactTree tree;
  tree.size_ = size;
  tree.range_ = std::move(range);
  return tree;
}

void CompactTree::append(const Digest& leaf) {
  CHECK(size_ + 1 != 0);
  range_.push_back(leaf);
  ++size_;
  // Each trailing zero bit of the new size is a pair of equal subtrees that became one.
  for (TreeSize bits = size_; (bits & 1) == 0; bits >>= 1) {
    CHECK(range_.size() >= 2);
    const Digest right = range_.back();
    range_.pop_back();
    range_.back() = node_hash(range_.back(), right);
  }
  DCHECK(range_.size() == static_cast<std::size_t>(std::popcount(size_)));
}

void CompactTree::append(std::span<const Digest> leaves) {
  for (const Digest& leaf : leaves) append(leaf);
}

Digest CompactTree::root() const {
  CHECK(range_.size() == static_cast<std::size_t>(std::popcount(size_)));
  if (range_.empty()) return sha256("");
  Digest root = range_.back();
  for (std::size_t i = range_.size() - 1; i > 0; --i) root = node_hash(range_[i - 1], root);
  return root;
}

}  // namespace clawtrail
