// SPDX-License-Identifier: Apache-2.0
// What sources without files have in common: each start is a generation, announced by a `source` notice.
#pragma once

#include <string>

#include "clawtrail/intake/raw_batch.h"
#include "clawtrail/trail/trail_writer.h"

namespace clawtrail {

/// Threads: confined.
class ReceiverStart {
 public:
  /// `sentence` and `details` (JSON object) say what is received from where.
  ReceiverStart(std::string source, const Recovered& recovered, std::string sentence, std::string details);

  /// Puts the notice of the start into `batch`, and ends the generations before, which cannot go on. True the
  /// first time; then the batch must be handed out.
  bool hand_out(RawBatch& batch);
  /// Writes source, generation and progress into `batch`.
  void stamp(RawBatch& batch, std::uint64_t next) const;

 private:
  std::string source_;
  Generation generation_ = 1;
  std::string sentence_;
  std::string details_;
  std::vector<SourceProgress> over_;
  bool handed_out_ = false;
};

}  // namespace clawtrail
