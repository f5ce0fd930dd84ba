// SPDX-License-Identifier: Apache-2.0
// Counts what was found in one file after the other, and lists it within limits.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>

#include "clawtrail/scan/scan.h"

namespace clawtrail::scan {

/// What the readers of files tell. Threads: confined.
class Report {
 public:
  explicit Report(const ScanOptions& options) : options_(options) {}

  /// A file of this path (secrets masked) comes next.
  void start_file(std::string path, bool expected, bool exposed);
  const std::string& path() const { return path_; }
  /// `where` gets the path of the file.
  void found(ScanPlace where, const Redaction& redaction);
  void problem(const std::string& path, const std::string& message);
  void problem(const std::string& message) { problem(path_, message); }
  void read_bytes(std::uint64_t bytes) { stats_.bytes += bytes; }
  void read_file() { ++stats_.files; }
  /// Tells the progress; true if the scan is to end.
  bool stop();
  const ScanStats& stats() const { return stats_; }

 private:
  const ScanOptions& options_;
  ScanStats stats_;
  std::string path_;
  bool expected_ = false, exposed_ = false;
  std::map<std::pair<std::string_view, std::string>, std::size_t> repeats_;  ///< rule, fp → places
};

}  // namespace clawtrail::scan
