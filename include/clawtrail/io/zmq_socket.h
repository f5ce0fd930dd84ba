// SPDX-License-Identifier: Apache-2.0
// A receiving ZeroMQ socket (PULL), optionally with CURVE encryption. The only user of cppzmq.
#pragma once

#include <memory>
#include <string>

#include "clawtrail/base/result.h"

namespace clawtrail {

struct ZmqReceiverOptions {
  std::string endpoint;          ///< "tcp://127.0.0.1:5599", "ipc://…"
  std::string curve_secret_key;  ///< Z85, 40 characters; empty: no encryption
};

/// Threads: confined.
class ZmqReceiver {
 public:
  virtual ~ZmqReceiver() = default;
  /// Waits up to `timeout_ms` for a message and puts its frames, joined by newlines, into `message`.
  /// False: none came. Errors: kTooLarge (message dropped by limit; the sender's fault), kIo.
  virtual Result<bool> receive(std::string& message, int timeout_ms) = 0;
  /// The endpoint really bound (for "tcp://127.0.0.1:*").
  virtual std::string endpoint() const = 0;
};

/// Errors: kBusy (address in use), kInvalid (endpoint or key).
Result<std::unique_ptr<ZmqReceiver>> bind_zmq_pull(const ZmqReceiverOptions& options);

}  // namespace clawtrail
