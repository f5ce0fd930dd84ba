// SPDX-License-Identifier: Apache-2.0
#include "clawtrail/io/dir_watch.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>

#include "io/fd.h"

namespace clawtrail {

namespace {

constexpr std::uint32_t kEvents = IN_MODIFY | IN_ATTRIB | IN_CREATE | IN_DELETE | IN_MOVED_FROM |
                                  IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
constexpr std::size_t kEventBytes = 64 * 1024;

/// A counter that poll(2) can wait for.
class WakeUp {
 public:
  WakeUp() : fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}
  bool valid() const { return fd_.valid(); }
  int fd() const { return fd_.get(); }
  void set() {
    const std::uint64_t one = 1;
    static_cast<void>(!::write(fd_.get(), &one, sizeof one));
  }
  void clear() {
    std::uint64_t count = 0;
    static_cast<void>(!::read(fd_.get(), &count, sizeof count));
  }

 private:
  Fd fd_;
};

class InotifyWatch : public DirWatch {
 public:
  explicit InotifyWatch(Fd inotify) : inotify_(std::move(inotify)) {}
  bool valid() const { return wake_up_.valid(); }

  Status add(const std::string& dir) override {
    // Adding the same inode again changes nothing; a folder made anew under the old name gets a watch of its
    // own.
    if (::inotify_add_watch(inotify_.get(), dir.c_str(), kEvents) < 0)
      return errno_error("watch", dir, errno);
    return {};
  }

  bool wait(int timeout_ms) override {
    std::array<pollfd, 2> waiting{{{inotify_.get(), POLLIN, 0}, {wake_up_.fd(), POLLIN, 0}}};
    if (::poll(waiting.data(), waiting.size(), timeout_ms) <= 0) return false;
    if (waiting[1].revents != 0) wake_up_.clear();
    if (waiting[0].revents == 0) return false;
    // What happened does not matter, only that something did: the events are thrown away.
    while (::read(inotify_.get(), events_.data(), events_.size()) > 0) {
    }
    return true;
  }

  void wake() override { wake_up_.set(); }

 private:
  Fd inotify_;
  WakeUp wake_up_;
  std::array<char, kEventBytes> events_{};
};

class SleepWatch : public DirWatch {
 public:
  Status add(const std::string& /*dir*/) override { return {}; }
  bool wait(int timeout_ms) override {
    pollfd waiting{wake_up_.fd(), POLLIN, 0};
    if (::poll(&waiting, 1, timeout_ms) > 0) wake_up_.clear();
    return false;
  }
  void wake() override { wake_up_.set(); }

 private:
  WakeUp wake_up_;
};

}  // namespace

Result<std::unique_ptr<DirWatch>> make_dir_watch() {
  Fd inotify(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (!inotify.valid()) return errno_error("open", "an inotify instance", errno);
  auto watch = std::make_unique<InotifyWatch>(std::move(inotify));
  if (!watch->valid()) return errno_error("open", "an event descriptor", errno);
  return std::unique_ptr<DirWatch>(std::move(watch));
}

std::unique_ptr<DirWatch> make_sleep_watch() { return std::make_unique<SleepWatch>(); }

}  // namespace clawtrail
