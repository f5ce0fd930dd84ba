// SPDX-License-Identifier: Apache-2.0
// The position file of one reader of the trail: DIR/readers/<name>.json, replaced atomically.
#pragma once

#include <optional>
#include <string>

#include "clawtrail/base/names.h"
#include "clawtrail/base/result.h"
#include "clawtrail/io/files.h"

namespace clawtrail {

struct ReaderState {
  RecordIndex next = 0;
  std::string state;  ///< JSON text of the reader's own, "" for none
};

/// Shape {"log":"<log id>","next":N,"state":"…"}; a file of another log is as good as none. Threads:
/// confined.
class ReaderStateFile {
 public:
  ReaderStateFile(Files& files, const std::string& trail_dir, const std::string& reader, std::string log_id);
  /// Nothing if there is no usable file.
  std::optional<ReaderState> load();
  Status save(const ReaderState& state);

 private:
  Files& files_;
  std::string dir_, path_, log_id_;
};

}  // namespace clawtrail
