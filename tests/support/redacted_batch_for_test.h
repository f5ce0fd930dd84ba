// SPDX-License-Identifier: Apache-2.0
// Batches with chosen lines, for tests of what comes after the intake.
#pragma once

#include <string>
#include <vector>

#include "clawtrail/redact/redacted_batch.h"

namespace clawtrail {

class RedactedBatchForTest {
 public:
  /// `lines` without newlines.
  static RedactedBatch make(const std::vector<std::string>& lines,
                            std::vector<SourceProgress> progress = {}) {
    RedactedBatch batch;
    for (const std::string& line : lines) {
      batch.bytes_ += line + "\n";
      batch.ends_.push_back(static_cast<std::uint32_t>(batch.bytes_.size()));
      batch.leaves_.push_back(leaf_hash(line));
    }
    batch.progress_ = std::move(progress);
    return batch;
  }

  /// An event record in the shape of the intake: `position` in generation 1 of source "log".
  static std::string record(std::uint64_t position, const std::string& text = "x") {
    return "{\"timestamp\":\"2026-11-21T04:00:00." + std::to_string(100 + position % 900) +
           "Z\",\"event_type\":\"log\",\"source\":[\"log\",1," + std::to_string(position) +
           "],\"salt\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"details\":{\"message\":\"" + text + "\"}}";
  }
};

}  // namespace clawtrail
