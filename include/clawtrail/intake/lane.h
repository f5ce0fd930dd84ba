// SPDX-License-Identifier: Apache-2.0
// The lane: raw batch in, redacted records out. A pure function of the batch and the program in force.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "clawtrail/base/hash.h"
#include "clawtrail/event/classifier.h"
#include "clawtrail/intake/raw_batch.h"
#include "clawtrail/match/scanner.h"
#include "clawtrail/redact/redacted_batch.h"
#include "clawtrail/redact/redactor.h"

namespace clawtrail {

/// All that a lane needs to know, compiled once and swapped as a whole on reload. Threads: immutable.
struct LaneProgram {
  std::shared_ptr<const Scanner> scanner;
  std::shared_ptr<const Redactor> redactor;
  LiteralRange redactor_range;
  std::shared_ptr<const Classifier> classifier;
  LiteralRange condition_range;  ///< raw-text alert conditions
  std::vector<std::string>
      condition_names;  ///< for `matched`: one a literal of that range; equal names are merged
  Block16 salt_key{};
  std::string gateway;  ///< written as "gateway" if not empty (the demo)
};

/// Calls `step` once, after it was called for all batches before, with what these have left behind. False: it
/// will never be this batch's turn, and the records are of no use.
using CarryTurn = std::function<bool(const std::function<void(CarryBook&)>& step)>;

/// Turns batches into records. Threads: confined; one a lane, all with the same program.
class Lane {
 public:
  explicit Lane(std::shared_ptr<const LaneProgram> program);
  ~Lane();
  /// Every line gives exactly one record, in order; each notice one before them. The same batch and program
  /// give the same bytes on every lane. What lines say about later ones is kept in the lane.
  RedactedBatch process(const RawBatch& batch);
  /// The same for one of several lanes, which share what is kept.
  RedactedBatch process(const RawBatch& batch, const CarryTurn& turn);
  /// Takes back the memory of a batch that has been appended.
  void recycle(RedactedBatch batch);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A record of clawtrail itself (gap, source, alert, operator), or of what it has noticed about the host
/// (system: alert rules see these). Holds names, numbers and redacted samples only.
struct OwnRecord {
  EventType type = EventType::kOperator;
  Timestamp at;
  Level level = Level::kInfo;
  std::optional<Severity> severity;
  Outcome result = Outcome::kNone;
  std::string user, action, path, reason;
  std::string gateway;
  std::string details = "{}";  ///< JSON object text
};
/// Records in order as one batch.
RedactedBatch write_own_records(const std::vector<OwnRecord>& records);

}  // namespace clawtrail
