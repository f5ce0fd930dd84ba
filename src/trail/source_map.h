// SPDX-License-Identifier: Apache-2.0
// How far each generation of each source has got: what checkpoints carry and recovery rebuilds.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "clawtrail/trail/trail_writer.h"

namespace clawtrail {

/// Value type. Bounded: of each source the newest limits::kTailedFilesMax generations are kept.
class SourceMap {
 public:
  SourceMap() = default;
  SourceMap(SourceMap&&) = default;
  SourceMap& operator=(SourceMap&&) = default;
  /// A copy has entries of its own, so it must not keep the other's short cut into them.
  SourceMap(const SourceMap& other) : entries_(other.entries_), generations_(other.generations_) {}
  SourceMap& operator=(const SourceMap& other) { return *this = SourceMap(other); }
  ~SourceMap() = default;

  /// The batch with this progress is in the trail.
  void advance(const SourceProgress& progress);
  /// Takes what a record after the last checkpoint says about its source (recovery).
  void apply(std::string_view line);
  /// Puts back what a checkpoint carried.
  void put(RecoveredSource source);
  void put_generation(const std::string& source, Generation highest);

  std::vector<RecoveredSource> all() const;
  const std::map<std::string, Generation>& generations() const { return generations_; }

 private:
  using Key = std::pair<std::string, Generation>;
  RecoveredSource& entry(const std::string& source, Generation generation);
  std::map<Key, RecoveredSource> entries_;
  std::map<std::string, Generation> generations_;
  RecoveredSource* last_ = nullptr;  ///< entry of the last apply(): records of one source come in runs
};

}  // namespace clawtrail
