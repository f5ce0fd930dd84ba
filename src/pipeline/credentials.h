// SPDX-License-Identifier: Apache-2.0
// How old the known secrets are: when each was first seen with its present value, and when it has to change.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "clawtrail/pipeline/options.h"
#include "clawtrail/pipeline/pipeline.h"
#include "pipeline/appender.h"

namespace clawtrail {

/// Records (event_type system) `credential_rotated` when a name has another fingerprint under the same key,
/// and `credential_rotation_due` twice: `notify_before_days` before `interval_days` are over, and when they
/// are. State: DIR/readers/credentials.json, {"credentials":[{"name","fp","first_seen","told"}]}; replaced
/// atomically once the records are durable. A value that was there before clawtrail is as old as clawtrail's
/// first sight of it. Threads: shared.
class CredentialWatch {
 public:
  struct Parts {
    Files& files;
    Clock& clock;
    OwnRecordQueue& own;
    Metrics& metrics;
    RotationOptions options;
    std::string trail_dir;
  };
  explicit CredentialWatch(Parts parts);

  /// The known secrets that are in force from now on; the first ones, or those after a reload.
  void set(const std::vector<Credential>& credentials);
  /// Ages and notices, if an hour has gone by.
  void step();
  /// Called once all records are durable.
  void save();

 private:
  struct Entry {
    std::string fp;
    Timestamp first_seen;
    int told = 0;          ///< notices given: 1 before the interval is over, 2 after
    bool present = false;  ///< among the known secrets of now; not kept on the disk
  };
  void load();
  void write();
  void look();
  void take(const Credential& credential);
  bool record(const std::string& action, const std::string& name, const std::string& reason,
              const std::string& details);

  Parts parts_;
  std::string path_;
  std::mutex mutex_;
  std::map<std::string, Entry> entries_;
  bool changed_ = false;
  std::uint64_t pushed_ = 0;  ///< records of the queue that have to be durable before the state may be
  std::int64_t looked_ns_ = 0;
};

}  // namespace clawtrail
