// SPDX-License-Identifier: Apache-2.0
// The two kinds of records that the trail writes about itself: `segment` and `checkpoint`.  Grammar:
// FORMAT.md.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "clawtrail/base/hash.h"
#include "clawtrail/base/result.h"
#include "clawtrail/base/time.h"
#include "clawtrail/event/json.h"
#include "trail/source_map.h"

namespace clawtrail {

/// Version of the format that this program writes; it reads this one only.
inline constexpr std::uint64_t kFormatVersion = 1;

/// First line of each segment.
struct SegmentRecord {
  Timestamp at;
  std::uint64_t format = kFormatVersion;
  std::string version;  ///< of the program
  std::string log;      ///< name of the signing key
  std::string key;      ///< its verifier key
  std::string gateway, host;
  std::string patterns_digest, rules_digest, config_digest;
  TreeSize tree_size = 0;     ///< index of this record
  Digest root{};              ///< of all records before it
  std::vector<Digest> range;  ///< compact range of all records before it
};
/// The line, without its newline.
std::string write_segment_record(const SegmentRecord& record);
/// Errors: kInvalid for a newer format version (said as such), kCorrupt for anything that is no segment
/// record.
Result<SegmentRecord> read_segment_record(JsonParser& parser, std::string_view line);

/// What the trail knew at one instant, signed.
struct CheckpointRecord {
  Timestamp at;
  std::string gateway;
  TreeSize tree_size = 0;  ///< index of this record
  Digest root{};           ///< of all records before it
  std::string note;        ///< the signed note over these
  SourceMap sources;
  std::map<std::string, RecordIndex> readers;
};
std::string write_checkpoint_record(const CheckpointRecord& record);
/// Errors: kCorrupt.
Result<CheckpointRecord> read_checkpoint_record(JsonParser& parser, std::string_view line);

}  // namespace clawtrail
