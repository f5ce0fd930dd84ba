// SPDX-License-Identifier: Apache-2.0
#include "clawtrail/io/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace clawtrail {

namespace {

std::string shown(int descriptor) {
  constexpr const char* kNames[] = {"standard input", "standard output", "standard error"};
  return descriptor >= 0 && descriptor <= 2 ? kNames[descriptor] : "descriptor " + std::to_string(descriptor);
}

}  // namespace

Result<std::size_t> read_descriptor(int descriptor, std::span<char> bytes) {
  for (;;) {
    const ssize_t got = ::read(descriptor, bytes.data(), bytes.size());
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) return errno_error("read", shown(descriptor), errno);
  }
}

Status write_descriptor(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(descriptor, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return errno_error("write", shown(descriptor), errno);
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

bool is_terminal(int descriptor) { return ::isatty(descriptor) == 1; }

std::size_t terminal_width() {
  winsize size{};
  return is_terminal(STDOUT_FILENO) && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

}  // namespace clawtrail
