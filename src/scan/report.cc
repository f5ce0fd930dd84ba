// SPDX-License-Identifier: Apache-2.0
#include "scan/report.h"

#include "clawtrail/base/check.h"
#include "clawtrail/base/limits.h"

namespace clawtrail::scan {

void Report::start_file(std::string path, bool expected, bool exposed) {
  path_ = std::move(path);
  expected_ = expected;
  exposed_ = exposed;
  repeats_.clear();
}

void Report::found(ScanPlace where, const Redaction& redaction) {
  CHECK(!redaction.rule.empty());
  ScanFinding finding;
  finding.where = std::move(where);
  finding.where.path = path_;
  finding.rule = redaction.rule;
  finding.at = redaction.at;
  finding.fp = redaction.fp;
  finding.unique = redaction.unique;
  finding.expected = expected_;
  finding.exposed = exposed_;
  ++stats_.findings;
  if (finding.counts()) ++stats_.counted;
  auto place = repeats_.find({finding.rule, finding.fp});
  const bool room = place != repeats_.end() || repeats_.size() < limits::kScanSecretsPerFileMax;
  if (room && place == repeats_.end()) place = repeats_.emplace(std::pair{finding.rule, finding.fp}, 0).first;
  if (!room || ++place->second > limits::kScanRepeatsMax) {
    ++stats_.unlisted;
    return;
  }
  if (options_.on_finding) options_.on_finding(finding);
}

void Report::problem(const std::string& path, const std::string& message) {
  ++stats_.problems;
  if (options_.on_problem) options_.on_problem({path, message});
}

bool Report::stop() {
  if (options_.on_progress) options_.on_progress(stats_);
  stats_.stopped = stats_.stopped || (options_.stop && options_.stop());
  return stats_.stopped;
}

}  // namespace clawtrail::scan
