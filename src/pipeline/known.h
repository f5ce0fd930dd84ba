// SPDX-License-Identifier: Apache-2.0
// Where the deployment's own secrets are read: this environment, the gateway's, and files.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "clawtrail/io/processes.h"
#include "clawtrail/pipeline/pipeline.h"

namespace clawtrail {

/// Reads all places anew, and keeps what `before` knew.
std::shared_ptr<const KnownSecrets> read_known_secrets(Files& files, const KnownSecretOptions& options,
                                                       const KnownSecrets* before,
                                                       std::vector<KnownPlace>& places);

/// True for `openclaw gateway …`, started as a command, through node, or under the title it gives itself.
bool is_gateway(const std::vector<std::string>& arguments);

/// Tells by looking from outside (inode, time, size; the gateway's process) that they should be read again.
/// Threads: confined.
class KnownWatch {
 public:
  KnownWatch(Files& files, const KnownSecretOptions& options);
  /// True if something has changed since the last call (or since the construction).
  bool changed();

 private:
  std::string look();
  Files& files_;
  std::vector<std::string> paths_;
  bool with_gateway_;
  int calls_ = 0;
  std::string gateway_, seen_;
};

}  // namespace clawtrail
