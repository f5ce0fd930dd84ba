// SPDX-License-Identifier: Apache-2.0
// Reads the records of a trail in order, from a place, also while it is written.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "clawtrail/base/names.h"
#include "clawtrail/base/result.h"
#include "clawtrail/io/files.h"

namespace clawtrail {

struct RecordView {
  RecordIndex index = 0;
  std::string_view line;  ///< without the newline, with JsonParser::kPadding readable bytes behind it
};

/// One segment file of a trail.
struct SegmentFile {
  RecordIndex first = 0;
  std::string path;
  std::uint64_t bytes = 0;
};
/// Sorted by first index. Errors: kNotFound (no folder, or no trail in it), kIo.
Result<std::vector<SegmentFile>> list_segments(Files& files, const std::string& dir);

/// Threads: confined. Needs no lock and no writer; opens the folder itself.
class TrailReader {
 public:
  /// Errors: kNotFound, kPermission, kIo, kInvalid (a newer format version).
  static Result<std::unique_ptr<TrailReader>> open(Files& files, const std::string& dir);
  virtual ~TrailReader() = default;

  /// The next record has index `index` (or the first that exists after it).
  virtual Status seek(RecordIndex index) = 0;
  /// Next complete record below the limit; nothing if there is none yet (call again later).
  /// The view is valid until the next call. Errors: kIo, kCorrupt (a line longer than
  /// limits::kRecordBytesMax).
  virtual Result<std::optional<RecordView>> next() = 0;
  /// Records at or after `size` are not returned: set it to the writer's durable_size(). Default: no limit.
  virtual void set_limit(TreeSize size) = 0;
  virtual RecordIndex position() const = 0;  ///< index that next() will return
};

}  // namespace clawtrail
