// SPDX-License-Identifier: Apache-2.0
// Signal handlers that set a flag and wake whoever waits.
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>

#include "clawtrail/base/check.h"
#include "clawtrail/io/system.h"

namespace clawtrail::signals {

namespace {

std::atomic<bool> stop{false};
std::atomic<bool> reload{false};

static_assert(std::atomic<bool>::is_always_lock_free, "a handler may touch lock-free atomics only");

/// Made before the first handler is installed; lives as long as the process.
int wake_fd() {
  static const int fd = [] {
    const int made = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    CHECK(made >= 0);
    return made;
  }();
  return fd;
}

void wake() {
  const std::uint64_t one = 1;
  // A full counter wakes as well, so a short write is no loss.
  static_cast<void>(!::write(wake_fd(), &one, sizeof one));
}

void handle(int signal) {
  const int saved = errno;
  (signal == SIGHUP ? reload : stop).store(true);
  wake();
  errno = saved;
}

}  // namespace

void install() {
  wake_fd();
  struct sigaction action {};
  action.sa_handler = handle;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  CHECK(::sigaction(SIGINT, &action, nullptr) == 0);
  CHECK(::sigaction(SIGTERM, &action, nullptr) == 0);
  CHECK(::sigaction(SIGHUP, &action, nullptr) == 0);
  action.sa_handler = SIG_IGN;
  CHECK(::sigaction(SIGPIPE, &action, nullptr) == 0);
}

bool stop_requested() { return stop.load(); }

bool take_reload_request() { return reload.exchange(false); }

void request_stop() {
  stop.store(true);
  wake();
}

bool wait_ms(int milliseconds) {
  if (stop.load() || reload.load()) return stop.load();
  pollfd waiting{wake_fd(), POLLIN, 0};
  if (::poll(&waiting, 1, milliseconds) > 0 && !stop.load()) {
    // After a stop the counter stays up, so that every waiting thread sees it.
    std::uint64_t count = 0;
    static_cast<void>(!::read(wake_fd(), &count, sizeof count));
    if (stop.load()) wake();
  }
  return stop.load();
}

}  // namespace clawtrail::signals
