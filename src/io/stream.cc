// SPDX-License-Identifier: Apache-2.0
#include "clawtrail/io/stream.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "clawtrail/base/check.h"

namespace clawtrail {

Result<std::size_t> read_stream(int descriptor, std::span<char> bytes, int wait_ms) {
  CHECK(!bytes.empty());
  pollfd waiting{descriptor, POLLIN, 0};
  const int ready = ::poll(&waiting, 1, wait_ms);
  const Error nothing{Code::kTimeout, "nothing to read yet"};
  if (ready == 0 || (ready < 0 && errno == EINTR)) return nothing;
  const std::string name = "descriptor " + std::to_string(descriptor);
  if (ready < 0) return errno_error("wait for", name, errno);
  const ssize_t got = ::read(descriptor, bytes.data(), bytes.size());
  if (got > 0) return static_cast<std::size_t>(got);
  if (got == 0) return Error{Code::kEnd, name + " is at its end"};
  if (errno == EINTR || errno == EAGAIN) return nothing;
  return errno_error("read", name, errno);
}

}  // namespace clawtrail
