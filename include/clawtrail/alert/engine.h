// SPDX-License-Identifier: Apache-2.0
// Counts records in windows of event time and raises alerts: a function of the log and the rules.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "clawtrail/alert/rules.h"
#include "clawtrail/base/names.h"
#include "clawtrail/base/result.h"
#include "clawtrail/base/time.h"
#include "clawtrail/trail/trail_reader.h"

namespace clawtrail {

/// One raised (or resolved) alert. Shape of to_json(): DESIGN section 8, "Alert out".
struct Alert {
  std::string id;    ///< hex of a hash of rule, key and window: equal on every replay
  std::string rule;  ///< name as written
  std::string rule_digest;
  Severity severity = Severity::kMedium;
  bool firing = true;
  Timestamp timestamp;  ///< event time of the record that raised it
  std::string title, description;
  std::vector<std::pair<std::string, std::string>> key;
  std::uint64_t count = 0;
  Timestamp window_start, window_end, first_seen, last_seen;
  std::vector<RecordIndex> records;  ///< at most limits::kAlertSamplesMax
  std::vector<std::string> samples;  ///< these records, redacted JSON lines
  std::vector<std::string> tags;
  std::string runbook, search;
  bool notify = true;       ///< false: older than notify_max_age when it was recorded, or over the hourly cap
  std::string undelivered;  ///< why nobody is told, "" if somebody is
  // Filled in by the caller:
  std::string log, gateway, checkpoint;

  std::string to_json() const;
};

/// Threads: confined.
class AlertEngine {
 public:
  AlertEngine(std::shared_ptr<const AlertRules> rules, Duration notify_max_age);
  ~AlertEngine();
  /// Takes the next record. Own records (alert, checkpoint, …) count for no rule, but move the clock. Appends
  /// what it raises to `alerts`. A record that no rule can want is recognised by its first bytes and skipped.
  void process(const RecordView& record, std::vector<Alert>& alerts);

  /// State as JSON, and back: same rules (digest) only. Errors of restore(): kInvalid, then start from the
  /// beginning.
  std::string snapshot() const;
  Status restore(const std::string& snapshot);
  std::uint64_t late() const;     ///< records older than the stated lateness when they came
  std::uint64_t evicted() const;  ///< keys dropped by a limit

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace clawtrail
