// SPDX-License-Identifier: Apache-2.0
// What a scan found, for a person, for programs, and for code scanning tools.
#pragma once

#include <cstdint>
#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "clawtrail/scan/scan.h"
#include "clawtrail/text/yaml.h"

namespace clawtrail {

/// kText: a line a finding, then a sentence. kJson: JSON lines, the last one {"summary":{…}}. kSarif: one
/// SARIF 2.1.0 log (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html).
enum class ScanFormat { kText, kJson, kSarif };

struct ScanRule {
  std::string description, source;
};
/// Ids, descriptions and sources of the rules of packs (patterns/secrets), and of those that have no pack.
std::map<std::string, ScanRule, std::less<>> scan_rules(const std::vector<YamlNode>& packs);

/// Writes as the findings come; nothing is kept but the names of the rules. Threads: confined.
class ScanPrinter {
 public:
  ScanPrinter(std::ostream& out, ScanFormat format, std::map<std::string, ScanRule, std::less<>> rules);
  void finding(const ScanFinding& finding);
  void problem(const ScanProblem& problem);
  /// Once, at the end.
  void finish(const ScanStats& stats);

 private:
  void sarif_result(const ScanFinding& finding);
  void sarif_end(const ScanStats& stats);

  std::ostream& out_;
  ScanFormat format_;
  std::map<std::string, ScanRule, std::less<>> rules_;
  std::map<std::string, std::uint64_t, std::less<>> by_rule_;
  std::vector<ScanProblem> problems_;  ///< SARIF tells them at the end; at most limits::kDiagnosticsMax
  bool first_ = true;
};

/// "PATH!MEMBER, table T row 5 F, line 3 column 9", as a person reads it.
std::string describe(const ScanPlace& where);

}  // namespace clawtrail
