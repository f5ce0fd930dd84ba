// SPDX-License-Identifier: Apache-2.0
// Waits for changes in folders (inotify). A hint to look again, never the truth: events may be lost or
// merged.
#pragma once

#include <memory>
#include <string>

#include "clawtrail/base/result.h"

namespace clawtrail {

/// Threads: confined, but wake() may be called from any thread.
class DirWatch {
 public:
  virtual ~DirWatch() = default;
  /// Watches the files directly in `dir`. Adding a folder twice is fine; one that does not exist is
  /// kNotFound.
  virtual Status add(const std::string& dir) = 0;
  /// Blocks until something changed, wake() was called, or `timeout_ms` is over. True if something changed.
  virtual bool wait(int timeout_ms) = 0;
  virtual void wake() = 0;
};

/// Errors: kIo if the kernel refuses an inotify instance; callers then poll.
Result<std::unique_ptr<DirWatch>> make_dir_watch();
/// Only sleeps: for file systems without events, and as the fallback.
std::unique_ptr<DirWatch> make_sleep_watch();

}  // namespace clawtrail
