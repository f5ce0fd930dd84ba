// SPDX-License-Identifier: Apache-2.0
// Searches the bytes of one file, member or value, whether they are text or not.
#pragma once

#include <string_view>

#include "scan/printable_runs.h"
#include "scan/report.h"
#include "scan/text_finder.h"

namespace clawtrail::scan {

/// What the first bytes say of the rest.
enum class Kind { kText, kBinary, kArchive, kDatabase };
Kind kind_of(std::string_view head);
/// Enough of a file for kind_of(): the magic of tar stands at byte 257.
constexpr std::size_t kHeadBytes = 512;

/// Threads: confined.
class Content {
 public:
  Content(TextFinder& finder, Report& report) : finder_(finder), report_(report) {}

  /// Bytes that belong to `where` follow; line, column and offset are told here.
  void start(ScanPlace where);
  void feed(std::string_view bytes);
  void finish();

 private:
  void decide(std::string_view head);
  void flush();

  TextFinder& finder_;
  Report& report_;
  ScanPlace where_;
  PrintableRuns runs_;
  bool decided_ = false, binary_ = false;
};

}  // namespace clawtrail::scan
