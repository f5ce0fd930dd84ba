// SPDX-License-Identifier: Apache-2.0
// What sources hand to the lanes: unredacted lines. Lives in memory only, and is not dumped.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "clawtrail/base/names.h"
#include "clawtrail/base/time.h"
#include "clawtrail/event/json.h"
#include "clawtrail/redact/redacted_batch.h"

namespace clawtrail {

/// One line of a batch. Offsets into RawBatch::bytes, without the newline.
struct RawLine {
  std::uint32_t offset = 0;
  std::uint32_t size = 0;
  std::uint64_t position = 0;        ///< for the record's `source`
  std::uint64_t unterminated = 0;    ///< > 0: the file ended without a newline after this many bytes
  std::uint64_t truncated_from = 0;  ///< > 0: the line had this many bytes, of which `size` are here
};

/// Something about the source itself that must be a record: a file opened, a gap.
struct SourceNotice {
  EventType type = EventType::kSource;  ///< kSource or kGap
  std::string reason;                   ///< one sentence, no event content
  std::uint64_t position = 0;
  std::string details;  ///< JSON object text, no event content (path, sizes, identity)
};

/// Lines of one generation of one source, in order; between two lines lies at least one byte of neither (the
/// newline). Notices are written before the lines. `bytes` ends with JsonParser::kPadding bytes that belong
/// to no line. Value type, movable; reuse keeps capacity.
struct RawBatch {
  std::string source;
  Generation generation = 0;
  Timestamp observed;  ///< stamped once, when the batch was read
  std::string bytes;
  /// After a restart: what stood right before the first line, in whole lines. Its records are in the trail;
  /// it only tells what began there (redact/carry.h). Else "".
  std::string before;
  std::vector<RawLine> lines;
  std::vector<SourceNotice> notices;
  std::vector<SourceProgress> progress;  ///< state after this batch
  std::uint64_t sequence = 0;            ///< given by the pipeline: batches enter the trail in this order

  bool empty() const { return lines.empty() && notices.empty() && progress.empty(); }
  void clear() {
    bytes.clear();
    before.clear();
    lines.clear();
    notices.clear();
    progress.clear();
  }
};

}  // namespace clawtrail
