// SPDX-License-Identifier: Apache-2.0
#include "alert/state.h"

#include "clawtrail/base/check.h"

namespace clawtrail::alert {

std::size_t KeyState::bytes() const {
  constexpr std::size_t kMapsAndHeap = 128;
  std::size_t sum = sizeof(KeyState) + kMapsAndHeap + key.size() + instants.bytes();
  for (const Sample& sample : samples) sum += sizeof(Sample) + sample.line.size();
  if (firing) sum += sizeof(Firing) + key.size();
  return sum;
}

KeyState& RuleState::touch(const std::string& key) {
  const auto found = by_key_.find(key);
  if (found != by_key_.end()) {
    keys_.splice(keys_.end(), keys_, found->second);
    return keys_.back();
  }
  KeyState& made = keys_.emplace_back();
  made.key = key;
  by_key_.emplace(made.key, std::prev(keys_.end()));
  return made;
}

KeyState* RuleState::find(std::string_view key) {
  const auto found = by_key_.find(key);
  return found == by_key_.end() ? nullptr : &*found->second;
}

void RuleState::erase_oldest() {
  CHECK(!keys_.empty());
  by_key_.erase(keys_.front().key);
  keys_.pop_front();
  CHECK(by_key_.size() == keys_.size());
}

}  // namespace clawtrail::alert
