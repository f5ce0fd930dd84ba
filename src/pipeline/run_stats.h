// SPDX-License-Identifier: Apache-2.0
// What the run has done so far: kept by the appender and the alert reader, read by the web page and the
// summary.
#pragma once

#include <mutex>
#include <string>

#include "clawtrail/metrics/metrics.h"
#include "clawtrail/pipeline/pipeline.h"

namespace clawtrail {

/// Threads: shared.
class RunStats {
 public:
  explicit RunStats(Metrics& metrics) : metrics_(metrics) {}

  /// Counts a batch that is in the trail. `gateway`: it came from the gateway (and feeds the guide's
  /// metrics).
  void appended(const RedactedBatch& batch, const std::string& source, bool gateway);
  void alert(const std::string& rule, Severity severity, const std::string& title, bool firing);
  void notified(const std::string& notifier, bool delivered);

  PipelineSummary snapshot() const;

 private:
  Metrics& metrics_;
  mutable std::mutex mutex_;
  PipelineSummary summary_;
};

}  // namespace clawtrail
