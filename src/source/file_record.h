// SPDX-License-Identifier: Apache-2.0
// What the trail keeps of a tailed file, so that the next start can tell whether a file is the same one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "clawtrail/io/files.h"

namespace clawtrail {

/// Shape.       {"path","device","inode","born","head_bytes","head"} in the `source` record; progress adds
///              "probe_at","probe" and, if true, "drained","unterminated".
/// Units.       born: nanoseconds since 1970. head: fingerprint of the first head_bytes bytes. probe:
/// fingerprint of
///              the up to limits::kTailProbeBytes bytes before the offset probe_at.
struct FileRecord {
  std::string path;
  FileIdentity identity;
  std::uint64_t head_bytes = 0;
  std::string head;
  std::uint64_t probe_at = 0;
  std::string probe;
  bool drained = false;       ///< rotated away and read to its end
  bool unterminated = false;  ///< the byte before probe_at ended a line that has no newline
};

/// The part that the `source` record of a generation shows.
std::string describe(const FileRecord& record);
/// All of it, for SourceProgress.identity.
std::string to_json(const FileRecord& record);
/// Nothing if `text` was not written by to_json() or describe().
std::optional<FileRecord> parse_file_record(const std::string& text);

/// 128 bits of HMAC-SHA-256 under `key`, in hex: tells contents apart and cannot be guessed back from the
/// trail.
std::string fingerprint(std::string_view key, std::string_view bytes);

}  // namespace clawtrail
