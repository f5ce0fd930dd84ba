// SPDX-License-Identifier: Apache-2.0
// The only thing that may be written, alerted on, forwarded or shown: records whose secrets are out.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "clawtrail/base/hash.h"
#include "clawtrail/base/names.h"
#include "clawtrail/base/time.h"

namespace clawtrail {

/// How far one generation of one source has got. Written into checkpoints, read back on recovery.
struct SourceProgress {
  std::string source;  ///< name in the configuration
  Generation generation = 0;
  std::uint64_t next = 0;  ///< position of the first record not yet in the trail
  std::string
      identity;  ///< JSON object that the source room understands (path, inode, fingerprint); may be ""
  bool forget = false;  ///< the generation is over and its file is gone: leave it out of later checkpoints
};

/// What the metrics need to know of a batch.
struct BatchStats {
  std::array<std::uint32_t, kEventTypes> events{};
  std::vector<std::pair<std::string_view, std::uint32_t>>
      redactions;  ///< rule id (lives with the Redactor), count
  std::uint64_t bytes_in = 0;
  std::uint32_t parse_errors = 0;
  std::uint32_t gaps = 0;
  std::uint32_t errors = 0;  ///< records of level error or fatal
  std::uint32_t agent_requests = 0, agent_errors = 0;
  std::vector<double> latencies_ms;  ///< duration_ms of api_call records
};

/// Records of one source in order, each a line of JSON with its newline, with their leaf hashes.
/// Only the intake can make one (RecordWriter is its class): "redacted" is this type. Value type, movable.
class RedactedBatch {
 public:
  std::string_view bytes() const { return bytes_; }
  std::size_t size() const { return leaves_.size(); }
  bool empty() const { return leaves_.empty(); }
  std::span<const Digest> leaves() const { return leaves_; }
  /// End offset (after the newline) of each record in bytes().
  std::span<const std::uint32_t> ends() const { return ends_; }
  const std::vector<SourceProgress>& progress() const { return progress_; }
  const BatchStats& stats() const { return stats_; }
  std::uint64_t sequence() const { return sequence_; }

 private:
  friend class RecordWriter;
  friend class RedactedBatchForTest;
  std::string bytes_;
  std::vector<std::uint32_t> ends_;
  std::vector<Digest> leaves_;
  std::vector<SourceProgress> progress_;
  BatchStats stats_;
  std::uint64_t sequence_ = 0;
};

}  // namespace clawtrail
