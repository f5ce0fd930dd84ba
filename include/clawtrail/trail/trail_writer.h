// SPDX-License-Identifier: Apache-2.0
// Appends redacted records to the trail, extends its Merkle tree, signs checkpoints, recovers after a crash.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "clawtrail/base/limits.h"
#include "clawtrail/base/names.h"
#include "clawtrail/base/result.h"
#include "clawtrail/base/time.h"
#include "clawtrail/io/files.h"
#include "clawtrail/redact/redacted_batch.h"
#include "clawtrail/trail/checkpoint.h"

namespace clawtrail {

struct TrailOptions {
  std::string path;  ///< folder of the trail, made if missing (0700)
  std::uint64_t segment_bytes = limits::kSegmentBytesDefault;
  // Written into each `segment` record:
  std::string gateway, host;
  std::string patterns_digest, rules_digest, config_digest;
};

/// Where a source stood when the trail was last written.
struct RecoveredSource {
  SourceProgress progress;  ///< `next` is exact only if `reread` is false
  bool reread = false;      ///< read the record at progress.next again and drop it, then go on
};

struct Recovered {
  TreeSize size = 0;
  std::uint64_t torn_bytes = 0;  ///< cut off the end
  std::vector<RecoveredSource> sources;
  std::map<std::string, Generation> generations;  ///< highest one seen of each source
};

/// Shape.       A line of JSON a record; leaf[n] = SHA-256(0x00 || line without newline).
/// src/trail/FORMAT.md. Durability.  append() makes a batch readable by other processes; sync() makes it
/// survive a power cut. A source may
///              be acknowledged only for records below durable_size().
/// Threads.     Confined, but durable_size() may be read by any thread.
/// Sources.     RFC 9162 section 2.1 (tree), FIPS 180-4 (SHA-256), C2SP tlog-checkpoint and signed-note.
class TrailWriter {
 public:
  /// Opens or creates the trail, takes its lock, cuts a torn tail, rebuilds the tree from the last segment.
  /// Errors: kBusy (another process writes it), kCorrupt (damage that is no torn tail: nothing is changed),
  /// kIo,
  ///         kPermission, kInvalid (written by a newer format version).
  static Result<std::unique_ptr<TrailWriter>> open(Files& files, Clock& clock, TrailOptions options,
                                                   SigningKey key);
  virtual ~TrailWriter() = default;

  virtual const Recovered& recovered() const = 0;
  /// Appends the records of `batch` in order; all or nothing. Starts a new segment before it if the current
  /// is full. Errors: kIo, kNoSpace  nothing was appended, the same batch may be appended again.
  ///         kBroken        the end could not be cut back; close, and open() will cut it.
  virtual Result<TreeSize> append(const RedactedBatch& batch) = 0;
  /// Makes all appended records durable. Errors: kBroken (a failed fsync is final for the segment).
  virtual Status sync() = 0;
  /// Appends a `checkpoint` record for the tree so far, syncs, and replaces DIR/checkpoint.
  virtual Status checkpoint() = 0;
  /// True if limits::kCheckpointInterval or kCheckpointRecordsMax is reached and records came since the last
  /// one.
  virtual bool checkpoint_due() const = 0;
  /// Positions of the readers, to be written into the next checkpoint.
  virtual void set_reader_position(const std::string& reader, RecordIndex next) = 0;

  virtual TreeSize size() const = 0;
  virtual TreeSize durable_size() const = 0;
  virtual Digest root() const = 0;
  /// The newest signed note (content of DIR/checkpoint), "" before the first.
  virtual const std::string& last_checkpoint() const = 0;
  virtual const std::string& log_id() const = 0;
  /// Final checkpoint, sync and close. The object is unusable afterwards.
  virtual Status close() = 0;
};

}  // namespace clawtrail
