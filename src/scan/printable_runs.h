// SPDX-License-Identifier: Apache-2.0
// The printable runs of binary data, as strings(1) shows them, one a line; and where each began.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace clawtrail::scan {

/// Takes bytes, gives text. A run is at least kRunBytesMin printable ASCII characters, of one byte or of two
/// (UTF-16, either order). Threads: confined.
class PrintableRuns {
 public:
  static constexpr std::size_t kRunBytesMin = 8;

  void start();
  /// Appends the runs that ended in `bytes`, each with a newline, and what is there of the last one.
  void feed(std::string_view bytes);
  void finish();
  /// What has been gathered and may be taken: whole runs, and parts of a long one.
  std::string_view ready() const { return std::string_view(text_).substr(0, ready_); }
  void take();

  /// Offset in the data of a character of the text; `line` and `column` count from 1, a column 0 is the
  /// first.
  std::uint64_t offset_of(std::uint64_t line, std::uint64_t column) const;
  /// Lines before this one are not asked for any more.
  void forget_before(std::uint64_t line);

 private:
  struct Run {
    std::uint64_t begin = 0;
    bool wide = false;
  };
  void put(char c, std::uint64_t at);
  void end_run();

  std::string text_;
  std::size_t ready_ = 0;      ///< bytes of text_ that cannot be taken back any more
  std::size_t run_begin_ = 0;  ///< in text_
  std::uint64_t at_ = 0;       ///< bytes seen
  std::uint64_t first_line_ = 1;
  std::deque<Run> runs_;  ///< of the lines from first_line_ on
  bool open_ = false, kept_ = false, wide_ = false, gap_ = false;
};

}  // namespace clawtrail::scan
