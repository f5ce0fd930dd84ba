// SPDX-License-Identifier: Apache-2.0
#include "scan/printable_runs.h"

#include "clawtrail/base/check.h"

namespace clawtrail::scan {

namespace {

bool printable(char c) { return (c >= 0x20 && c < 0x7f) || c == '\t'; }

}  // namespace

void PrintableRuns::start() { *this = PrintableRuns(); }

void PrintableRuns::feed(std::string_view bytes) {
  for (const char c : bytes) {
    const std::uint64_t at = at_++;
    if (printable(c)) {
      if (open_ && wide_ && !gap_) {
        // Two characters side by side: the wide run is over, and its last one began this narrow run.
        const char last = text_.back();
        end_run();
        put(last, at - 1);
      }
      put(c, at);
      gap_ = false;
    } else if (c == '\0' && open_ && !gap_ && (wide_ || text_.size() - run_begin_ == 1) &&
               (!kept_ || wide_)) {
      wide_ = gap_ = true;
      if (!runs_.empty()) runs_.back().wide = true;
    } else if (open_) {
      end_run();
    }
  }
}

void PrintableRuns::finish() {
  if (open_) end_run();
}

void PrintableRuns::take() {
  text_.erase(0, ready_);
  run_begin_ = run_begin_ > ready_ ? run_begin_ - ready_ : 0;
  ready_ = 0;
}

void PrintableRuns::put(char c, std::uint64_t at) {
  if (!open_) {
    open_ = true;
    kept_ = wide_ = gap_ = false;
    run_begin_ = text_.size();
    runs_.push_back({at, false});
  }
  text_ += c;
  kept_ = kept_ || text_.size() - run_begin_ >= kRunBytesMin;
  if (kept_) ready_ = text_.size();
}

void PrintableRuns::end_run() {
  open_ = false;
  if (kept_) {
    text_ += '\n';
    ready_ = text_.size();
  } else {
    text_.resize(run_begin_);
    runs_.pop_back();
  }
}

void PrintableRuns::forget_before(std::uint64_t line) {
  for (; first_line_ < line && runs_.size() > 1; ++first_line_) runs_.pop_front();
}

std::uint64_t PrintableRuns::offset_of(std::uint64_t line, std::uint64_t column) const {
  CHECK(line >= first_line_ && line - first_line_ < runs_.size());
  const Run& run = runs_[line - first_line_];
  const std::uint64_t characters = column == 0 ? 0 : column - 1;
  return run.begin + characters * (run.wide ? 2 : 1);
}

}  // namespace clawtrail::scan
