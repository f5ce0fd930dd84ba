// SPDX-License-Identifier: Apache-2.0
#include "trail/diagnosis.h"

#include <algorithm>
#include <utility>

#include "clawtrail/base/check.h"
#include "clawtrail/base/limits.h"
#include "trail/peek.h"

namespace clawtrail {

namespace {

/// Two checkpoints apart at most, so that the next signed root is in it.
constexpr std::size_t kEntriesMax = 2 * limits::kCheckpointRecordsMax;
/// Every pair of so many records is tried: 128 * 127 / 2 roots of 128 leaves are a tenth of a second.
constexpr std::size_t kSwapRecordsMax = 128;
constexpr std::size_t kRootsMax = 8;

}  // namespace

bool Diagnosis::full() const { return entries_.size() >= kEntriesMax; }

void Diagnosis::add(std::string_view line) {
  CHECK(!full());
  const RecordIndex index = good_.size() + entries_.size();
  if (!unreadable_) {
    const auto record = parser_.parse(line);
    if (!has_record_shape(line) || !record || !record->is_object()) unreadable_ = index;
  }
  Entry entry;
  entry.leaf = leaf_hash(line);
  entry.source = kNoSource;
  const auto type = peek_event_type(line);
  const auto place = peek_source(line);
  if (place && type != EventType::kGap && type != EventType::kSource) {
    const std::pair<std::string, Generation> key(place->name, place->generation);
    const auto at = std::find(sources_.begin(), sources_.end(), key);
    entry.source = static_cast<std::size_t>(at - sources_.begin());
    entry.position = place->position;
    if (at == sources_.end()) sources_.push_back(key);
  }
  entries_.push_back(entry);
}

bool Diagnosis::gives(std::vector<Entry>& entries, std::size_t count, const Digest& root) const {
  CompactTree tree = good_;
  for (std::size_t i = 0; i < count; ++i) tree.append(entries[i].leaf);
  return tree.root() == root;
}

std::optional<RecordIndex> Diagnosis::moved_by_position(std::size_t count, const Digest& root) const {
  CHECK(count <= entries_.size());
  std::vector<Entry> sorted(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(count));
  for (std::size_t source = 0; source < sources_.size(); ++source) {
    // The places that records of this source take, filled again in the order of their positions.
    std::vector<std::size_t> slots;
    std::vector<Entry> records;
    for (std::size_t i = 0; i < count; ++i) {
      if (entries_[i].source != source) continue;
      slots.push_back(i);
      records.push_back(entries_[i]);
    }
    std::stable_sort(records.begin(), records.end(),
                     [](const Entry& a, const Entry& b) { return a.position < b.position; });
    for (std::size_t i = 0; i < slots.size(); ++i) sorted[slots[i]] = records[i];
  }
  if (!gives(sorted, count, root)) return std::nullopt;
  for (std::size_t i = 0; i < count; ++i) {
    if (sorted[i].leaf != entries_[i].leaf) return good_.size() + i;
  }
  return std::nullopt;
}

std::optional<RecordIndex> Diagnosis::moved_by_swap(std::size_t count, const Digest& root) const {
  CHECK(count <= entries_.size());
  if (count > kSwapRecordsMax) return std::nullopt;
  std::vector<Entry> tried(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(count));
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = i + 1; j < count; ++j) {
      std::swap(tried[i], tried[j]);
      if (gives(tried, count, root)) return good_.size() + i;
      std::swap(tried[i], tried[j]);
    }
  }
  return std::nullopt;
}

std::optional<RecordIndex> Diagnosis::first_moved(const std::vector<SignedRoot>& roots) const {
  std::size_t tried = 0;
  for (const SignedRoot& signed_root : roots) {
    if (signed_root.size <= good_.size()) continue;
    const TreeSize count = signed_root.size - good_.size();
    if (count > entries_.size() || ++tried > kRootsMax) continue;
    if (const auto moved = moved_by_position(count, signed_root.root)) return moved;
    if (const auto moved = moved_by_swap(count, signed_root.root)) return moved;
  }
  return std::nullopt;
}

bool Diagnosis::positions_go_back() const {
  std::vector<std::vector<std::uint64_t>> positions(sources_.size());
  for (const Entry& entry : entries_) {
    if (entry.source != kNoSource) positions[entry.source].push_back(entry.position);
  }
  bool back = false;
  for (std::vector<std::uint64_t>& list : positions) {
    back = back || !std::is_sorted(list.begin(), list.end());
    std::sort(list.begin(), list.end());
    // A record that stands there twice was copied over another one: that is no reordering.
    if (std::adjacent_find(list.begin(), list.end()) != list.end()) return false;
  }
  return back;
}

}  // namespace clawtrail
