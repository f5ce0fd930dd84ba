// SPDX-License-Identifier: Apache-2.0
// Where events come from. Each source reads one thing and hands over raw batches in order.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "clawtrail/base/result.h"
#include "clawtrail/base/time.h"
#include "clawtrail/intake/raw_batch.h"
#include "clawtrail/io/files.h"
#include "clawtrail/trail/trail_writer.h"

namespace clawtrail {

enum class Poll {
  kBatch,     ///< the batch was filled
  kIdle,      ///< nothing new within the wait
  kFinished,  ///< nothing will ever come (end of stdin; all inputs of --once read)
};

/// Threads: poll() is confined to one ingest thread; wake() and acknowledge() may be called from any thread.
class Source {
 public:
  virtual ~Source() = default;
  virtual const std::string& name() const = 0;
  /// Fills `batch` (cleared before) with what is there, at most limits::kBatchBytesSoft unless one line is
  /// longer; waits up to `wait_ms` if there is nothing. Every batch carries the progress after it. Never
  /// fails: trouble with a file becomes a notice and the source goes on.
  virtual Poll poll(RawBatch& batch, int wait_ms) = 0;
  virtual void wake() {}
  /// The batch with this progress is durable.
  virtual void acknowledge(const SourceProgress& /*progress*/) {}
  /// Bytes (files) or messages known to be waiting; for the lag metric.
  virtual std::uint64_t lag() const { return 0; }
  /// False while the thing to read does not exist or cannot be opened.
  virtual bool available() const { return true; }
};

struct FileSourceOptions {
  std::string name;
  std::vector<std::string> paths;  ///< files or shell patterns, home expanded
  bool once = false;               ///< read to the end, an unterminated last line included, then kFinished
  std::string fingerprint_key;     ///< keys the identity fingerprints
  std::size_t line_bytes_max = limits::kLineBytesMax;
};

/// Tails files: new files, rename rotation (the old inode is drained first), truncation, reused inodes.
/// `recovered`: what the trail knows of this source. A file that is gone and was not read to its end is a
/// gap.
std::unique_ptr<Source> make_file_source(Files& files, Clock& clock, FileSourceOptions options,
                                         const Recovered& recovered);

/// Reads standard input, or another descriptor, to its end. Positions count bytes; each start is a
/// generation.
std::unique_ptr<Source> make_stdin_source(Clock& clock, std::string name, int descriptor,
                                          const Recovered& recovered);

struct ZmqSourceOptions {
  std::string name;
  std::string endpoint;
  std::string curve_secret_key;  ///< "" only if the operator said `insecure: true`
};
/// A PULL socket; a message is one event or NDJSON. Positions count messages; each start is a generation.
/// Errors: kBusy, kInvalid as bind_zmq_pull().
Result<std::unique_ptr<Source>> make_zmq_source(Clock& clock, ZmqSourceOptions options,
                                                const Recovered& recovered);

struct ReplaySourceOptions {
  std::string name;
  std::vector<std::string> lines;  ///< of a recorded gateway log; their time fields are set to now
  int lines_per_second = 10;
  bool once = false;  ///< finish after the last line
};
/// Recorded lines as if they were live, for the demo. Positions count lines; each start is a generation.
std::unique_ptr<Source> make_replay_source(Clock& clock, ReplaySourceOptions options,
                                           const Recovered& recovered);

}  // namespace clawtrail
