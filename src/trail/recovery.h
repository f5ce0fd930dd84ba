// SPDX-License-Identifier: Apache-2.0
// Finds out where a trail ends and what it knew, from its last segment.  Reads only; the writer acts on it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "clawtrail/base/result.h"
#include "clawtrail/trail/checkpoint.h"
#include "clawtrail/trail/merkle.h"
#include "clawtrail/trail/trail_reader.h"
#include "trail/own_record.h"
#include "trail/source_map.h"

namespace clawtrail {

inline constexpr const char* kCheckpointFile = "checkpoint";
inline constexpr const char* kLockFile = "lock";

/// What is to be done, and the state after it.
struct Recovery {
  std::optional<SegmentFile> last;  ///< segment to go on with; nothing: begin a new trail
  std::uint64_t keep_bytes = 0;     ///< of `last`; the rest is torn
  std::string remove;               ///< path of a last segment without a first record, "" if there is none
  std::uint64_t torn_bytes = 0;     ///< what goes away, in both

  SegmentRecord header;            ///< of `last`
  std::uint64_t header_bytes = 0;  ///< its first line with the newline
  CompactTree tree;
  SourceMap sources;
  std::map<std::string, RecordIndex> readers;
  TreeSize checkpointed_size = 0;  ///< index after the last checkpoint record, 0 if there is none
  std::string note;                ///< content of DIR/checkpoint, "" if there is none
};

/// Errors: kCorrupt (damage that is no torn tail), kInvalid (newer format, another key), kIo, kPermission.
Result<Recovery> recover(Files& files, const std::string& dir, const SigningKey& key);

}  // namespace clawtrail
