// SPDX-License-Identifier: Apache-2.0
// Complete lines of one file, block by block, also while it grows.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "clawtrail/base/names.h"
#include "clawtrail/base/result.h"
#include "clawtrail/io/files.h"

namespace clawtrail {

/// Threads: confined.
class LineReader {
 public:
  explicit LineReader(std::unique_ptr<File> file);

  /// The next line without its newline, with JsonParser::kPadding readable bytes behind it; nothing if the
  /// file ends before a newline (a later call looks again). Valid until the next call. Errors: kIo, kCorrupt
  /// (a line longer than limits::kRecordBytesMax).
  Result<std::optional<std::string_view>> next();
  /// Bytes of the file before the line that next() will return.
  ByteOffset offset() const { return offset_; }
  /// What follows the last complete line, as far as it was read.
  std::string_view rest() const { return {buffer_.get() + begin_, end_ - begin_}; }

 private:
  /// Reads more bytes behind end_. Returns false at the end of the file.
  Result<bool> fill();
  void make_room();

  std::unique_ptr<File> file_;
  std::unique_ptr<char[]> buffer_;  ///< uninitialised: touching fresh memory costs more than reading into it
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;    ///< first byte not returned yet
  std::size_t scanned_ = 0;  ///< no newline in [begin_, scanned_)
  std::size_t end_ = 0;      ///< end of what was read
  ByteOffset offset_ = 0;    ///< of begin_ in the file
};

}  // namespace clawtrail
