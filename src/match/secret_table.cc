// SPDX-License-Identifier: Apache-2.0
#include "match/secret_table.h"

#include <algorithm>
#include <cstring>
#include <unordered_map>

#include "clawtrail/base/check.h"

namespace clawtrail::match {

namespace {

constexpr std::size_t kWindow = sizeof(std::uint64_t);
constexpr std::uint64_t kMultiplier = 0x9E3779B97F4A7C15U;  ///< 2^64 / golden ratio (Knuth, TAOCP 3, 6.4)
constexpr int kSlotBitsMin = 12;
constexpr int kSlotBitsMax = 24;
/// Filter bits for each slot, as a power of two: one foreign window in 64 passes it.
constexpr int kFilterBits = 4;
constexpr std::size_t kWindowsTried = 8;

/// Eight bytes with bit 5 set: letters of either case are one, and some punctuation is, too. That only makes
/// candidates; stands_at() compares.
std::uint64_t window_at(const char* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, kWindow);
  return word | 0x2020202020202020U;
}

char small(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

bool SecretTable::takes(const Literal& literal) {
  return literal.secret && !literal.border && literal.follow == Follow::kAny &&
         literal.bytes.size() >= kWindow;
}

SecretTable::SecretTable(const std::vector<Literal>& literals, const std::vector<std::uint32_t>& ids)
    : literals_(literals) {
  int bits = kSlotBitsMin;
  while (bits < kSlotBitsMax && (std::size_t{1} << bits) < 2 * ids.size()) ++bits;
  shift_ = 64 - bits;
  filter_.resize((std::size_t{1} << (bits + kFilterBits)) / 64);
  // Secrets of one issuer begin alike: of a few windows the one that the fewest others have.
  std::unordered_map<std::uint64_t, std::uint32_t> taken;
  std::vector<Entry> all;
  for (const std::uint32_t id : ids) {
    const std::string& bytes = literals[id].bytes;
    CHECK(takes(literals[id]));
    Entry best;
    std::uint32_t best_count = ~0U;
    const std::size_t spare = bytes.size() - kWindow;
    const std::size_t step = std::max<std::size_t>(1, spare / kWindowsTried);
    for (std::size_t after = 0; after <= spare && best_count > 0; after += step) {
      const std::uint64_t window = window_at(bytes.data() + spare - after);
      const auto found = taken.find(window);
      const std::uint32_t count = found == taken.end() ? 0 : found->second;
      if (count < best_count) best = {window, id, static_cast<std::uint32_t>(after)};
      best_count = std::min(best_count, count);
    }
    ++taken[best.window];
    all.push_back(best);
  }
  first_.assign((std::size_t{1} << bits) + 1, 0);
  for (const Entry& entry : all) ++first_[slot_of(entry.window) + 1];
  for (std::size_t i = 1; i < first_.size(); ++i) first_[i] += first_[i - 1];
  entries_.resize(all.size());
  std::vector<std::uint32_t> next(first_.begin(), first_.end() - 1);
  for (const Entry& entry : all) {
    entries_[next[slot_of(entry.window)]++] = entry;
    const std::uint64_t hash = entry.window * kMultiplier >> (shift_ - kFilterBits);
    filter_[hash / 64] |= std::uint64_t{1} << (hash % 64);
  }
}

std::size_t SecretTable::slot_of(std::uint64_t window) const {
  return static_cast<std::size_t>(window * kMultiplier >> shift_);
}

bool SecretTable::stands_at(const Entry& entry, std::string_view block, std::size_t window_end) const {
  const Literal& literal = literals_[entry.id];
  const std::size_t end = window_end + entry.after;
  if (end > block.size() || end < literal.bytes.size()) return false;
  const std::string_view text = block.substr(end - literal.bytes.size(), literal.bytes.size());
  if (!literal.caseless) return text == literal.bytes;
  return std::equal(text.begin(), text.end(), literal.bytes.begin(),
                    [](char a, char b) { return small(a) == small(b); });
}

bool SecretTable::scan(std::string_view block, std::vector<Hit>& hits, std::size_t hits_max) const {
  for (std::size_t end = kWindow; end <= block.size(); ++end) {
    const std::uint64_t window = window_at(block.data() + end - kWindow);
    const std::uint64_t hash = window * kMultiplier >> (shift_ - kFilterBits);
    if ((filter_[hash / 64] >> (hash % 64) & 1) == 0) continue;
    const std::size_t slot = slot_of(window);
    for (std::uint32_t i = first_[slot]; i < first_[slot + 1]; ++i) {
      const Entry& entry = entries_[i];
      if (entry.window != window || !stands_at(entry, block, end)) continue;
      if (hits.size() >= hits_max) return true;
      hits.push_back({entry.id, static_cast<std::uint32_t>(end + entry.after)});
    }
  }
  return false;
}

}  // namespace clawtrail::match
