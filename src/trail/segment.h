// SPDX-License-Identifier: Apache-2.0
// One segment file: its name, its first and last line, and the only place that writes to it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "clawtrail/base/names.h"
#include "clawtrail/base/result.h"
#include "clawtrail/io/files.h"
#include "clawtrail/trail/trail_reader.h"

namespace clawtrail {

/// "NNNNNNNNNNNNNNNNNNNN.jsonl", 20 digits: the index of its first record.
std::string segment_name(RecordIndex first);
std::optional<RecordIndex> parse_segment_name(std::string_view name);

/// The last complete line of a segment, without its newline; "" if there is none. Reads backwards from the
/// end. Errors: kIo, kCorrupt (longer than limits::kRecordBytesMax).
Result<std::string> read_last_line(Files& files, const SegmentFile& segment);

/// The write path. Threads: confined.
class SegmentWriter {
 public:
  /// Errors: as Files::open.
  static Result<SegmentWriter> create(Files& files, const std::string& path);
  static Result<SegmentWriter> open(Files& files, const std::string& path);

  /// All or nothing. Errors: kIo, kNoSpace (nothing was written), kBroken (the end could not be cut back).
  Status append(std::string_view lines);
  Status truncate(std::uint64_t bytes);
  Status sync();
  std::uint64_t bytes() const { return bytes_; }

 private:
  SegmentWriter(std::string path, std::unique_ptr<File> file, std::uint64_t bytes)
      : path_(std::move(path)), file_(std::move(file)), bytes_(bytes) {}
  std::string path_;
  std::unique_ptr<File> file_;
  std::uint64_t bytes_ = 0;
};

}  // namespace clawtrail
