// SPDX-License-Identifier: Apache-2.0
// What the engine remembers between two records: windows by rule and key, within stated bounds.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "alert/notices.h"
#include "alert/print.h"
#include "alert/rule.h"
#include "alert/streams.h"
#include "alert/window.h"
#include "clawtrail/base/result.h"

namespace clawtrail::alert {

/// A record that may have to be shown: a redacted JSON line.
struct Sample {
  Instant instant;
  std::string line;
};

/// A rule with a window that has fired for a key and is not resolved yet.
struct Firing {
  Key key;
  Timestamp window_start, window_end, first_seen, last_seen;
  Timestamp quiet_from;  ///< from here on the count is at the threshold or below
  std::uint64_t count = 0;
  bool notified = false;
  std::vector<RecordIndex> records;
};

struct KeyState {
  std::string key;              ///< values of the `by` fields as a JSON array
  SlidingWindow instants;       ///< with a window: matching records; without: alerts raised
  std::vector<Sample> samples;  ///< the newest, for rules with a window that are close to firing
  std::unique_ptr<Firing> firing;
  std::uint64_t held = 0;  ///< without a window: matching records since the last alert
  Timestamp held_since;

  /// Memory that it takes, roughly, with its place in the maps.
  std::size_t bytes() const;
};

/// The keys of one rule, the one touched last at the end. Threads: confined.
class RuleState {
 public:
  Notices notices;

  /// The state of `key`, made if there is none; moves to the end.
  KeyState& touch(const std::string& key);
  KeyState* find(std::string_view key);
  void erase_oldest();
  std::size_t size() const { return keys_.size(); }
  KeyState& oldest() { return keys_.front(); }
  const std::list<KeyState>& keys() const { return keys_; }

 private:
  std::list<KeyState> keys_;
  std::unordered_map<std::string_view, std::list<KeyState>::iterator> by_key_;  ///< views into keys_
};

/// Everything that a snapshot holds. Threads: confined.
struct State {
  using Due = std::tuple<Timestamp, std::uint32_t, std::string>;  ///< when a firing rule and key resolve

  Streams streams;
  std::vector<RuleState> rules;  ///< as AlertRules::Impl::rules
  std::set<Due> due;
  std::size_t bytes = 0;  ///< sum of KeyState::bytes()
  std::uint64_t late = 0, evicted = 0;
};

/// Deterministic JSON text of the state.
std::string write_snapshot(const State& state, const AlertRules::Impl& rules);
/// Errors: kInvalid (no snapshot, another version, other rules).
Result<State> read_snapshot(const std::string& text, const AlertRules::Impl& rules);

/// When a firing key resolves.
inline Timestamp due_time(const Firing& firing, const Rule& rule) {
  return firing.quiet_from + rule.cooldown;
}

}  // namespace clawtrail::alert
