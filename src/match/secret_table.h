// SPDX-License-Identifier: Apache-2.0
// Very many literals without context: a table of 8-byte windows. Hyperscan needs seconds to compile 100,000
// literals; this needs milliseconds, and its scan does not depend on their number.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "clawtrail/match/literals.h"
#include "clawtrail/match/scanner.h"

namespace clawtrail::match {

/// Threads: immutable.
class SecretTable {
 public:
  /// Can a table find it? Only plain literals of at least eight bytes.
  static bool takes(const Literal& literal);

  /// `ids` are indexes into `literals`, which must outlive the table.
  SecretTable(const std::vector<Literal>& literals, const std::vector<std::uint32_t>& ids);

  /// Appends the hits in `block`, unsorted. True if there would be more than `hits_max` altogether.
  bool scan(std::string_view block, std::vector<Hit>& hits, std::size_t hits_max) const;

 private:
  struct Entry {
    std::uint64_t window = 0;  ///< eight bytes of the literal, letters of either case alike
    std::uint32_t id = 0;
    std::uint32_t after = 0;  ///< bytes of the literal behind the window
  };
  std::size_t slot_of(std::uint64_t window) const;
  bool stands_at(const Entry& entry, std::string_view block, std::size_t window_end) const;

  const std::vector<Literal>& literals_;
  int shift_ = 0;
  std::vector<std::uint64_t> filter_;  ///< a bit for each hash that occurs
  std::vector<std::uint32_t> first_;   ///< by slot: where its entries begin; one more than there are slots
  std::vector<Entry> entries_;         ///< by slot
};

}  // namespace clawtrail::match
