// SPDX-License-Identifier: Apache-2.0
// Finds secrets in text that comes in pieces; the reading half of redact/filter.h, with columns.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "clawtrail/match/scanner.h"
#include "clawtrail/redact/redactor.h"

namespace clawtrail::scan {

/// `column` counts bytes from 1; 0 if the place of the secret in the line is not known.
using OnSecret = std::function<void(std::uint64_t line, std::uint64_t column, const Redaction& redaction)>;

/// Works on blocks of whole lines, one scan a block; a line longer than limits::kLineBytesMax is cut between
/// tokens. A private key block (PEM) is found whole, over its lines. Threads: confined. Its memory held raw
/// text and is wiped.
class TextFinder {
 public:
  /// `scanner` is the one that `redactor` was bound to; `replacement` the redactor's.
  TextFinder(const Redactor& redactor, const Scanner& scanner, std::string replacement);
  ~TextFinder();
  TextFinder(const TextFinder&) = delete;
  TextFinder& operator=(const TextFinder&) = delete;

  /// A new text begins; what was not finished is dropped.
  void start(OnSecret on_secret);
  void feed(std::string_view bytes);
  void finish();
  /// Lines before this one have been worked on, from 1.
  std::uint64_t line() const { return line_; }

  /// A whole text at once, without copying it.
  void find(std::string_view text, OnSecret on_secret);
  /// `name` with secrets in it masked, cut to limits::kScanNameBytesMax.
  std::string masked(std::string_view name);

 private:
  std::size_t ready_bytes() const;
  void search(std::string_view block);
  void search_lines(std::string_view block, bool overflow);
  void search_line(std::string_view line, std::span<const Hit> hits, bool overflow, std::uint64_t number,
                   std::uint64_t column_base);
  /// A private key block begins in this line and goes on in the next ones: these are searched as one text.
  void search_block(std::string_view block, std::size_t begin, std::uint64_t number,
                    std::uint64_t column_base);
  std::string mask_of(const Redaction& redaction) const;

  const Redactor& redactor_;
  const Scanner& scanner_;
  std::string replacement_;
  std::unique_ptr<ScanScratch> scan_;
  std::unique_ptr<RedactScratch> scratch_;
  OnSecret on_secret_;
  std::string in_, out_;
  std::size_t size_ = 0;       ///< bytes in in_
  std::size_t lines_end_ = 0;  ///< behind the last newline in in_
  std::uint64_t line_ = 1;     ///< number of the line at the start of in_
  std::uint64_t column_ = 0;   ///< bytes of that line that were cut off and worked on
  std::vector<Hit> hits_, block_hits_;
  std::vector<Redaction> redactions_;
};

}  // namespace clawtrail::scan
