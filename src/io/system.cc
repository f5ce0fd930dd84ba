// SPDX-License-Identifier: Apache-2.0
#include "clawtrail/io/system.h"

#include <pwd.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <ctime>
#include <string>

#include "clawtrail/base/check.h"
#include "clawtrail/io/files.h"

extern char** environ;

namespace clawtrail {

namespace {

constexpr std::size_t kPasswordBytesMax = 64 * 1024;
constexpr std::size_t kStatmBytesMax = 256;

std::int64_t read_clock(clockid_t id) {
  timespec t{};
  CHECK(::clock_gettime(id, &t) == 0);
  return static_cast<std::int64_t>(t.tv_sec) * 1'000'000'000 + t.tv_nsec;
}

class SystemClock : public Clock {
 public:
  Timestamp now() override { return {read_clock(CLOCK_REALTIME)}; }
  std::int64_t monotonic_ns() override { return read_clock(CLOCK_MONOTONIC); }
};

class SystemRng : public Rng {
 public:
  void fill(void* bytes, std::size_t size) override {
    auto* at = static_cast<char*>(bytes);
    while (size > 0) {
      const ssize_t got = ::getrandom(at, size, 0);
      if (got < 0 && errno == EINTR) continue;
      CHECK(got > 0);  // Without random numbers no key may be made.
      at += got;
      size -= static_cast<std::size_t>(got);
    }
  }
};

}  // namespace

Clock& system_clock() {
  static SystemClock instance;
  return instance;
}

Rng& system_rng() {
  static SystemRng instance;
  return instance;
}

std::string host_name() {
  char name[HOST_NAME_MAX + 1] = {};
  if (::gethostname(name, sizeof name - 1) != 0) return "unknown";
  return name;
}

std::string os_user() {
  std::vector<char> buffer(kPasswordBytesMax);
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(::geteuid(), &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) {
    return found->pw_name;
  }
  return std::to_string(::geteuid());
}

std::uint32_t effective_user_id() { return ::geteuid(); }

int process_id() { return ::getpid(); }

std::optional<std::string> environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

std::vector<std::pair<std::string, std::string>> environment_all() {
  std::vector<std::pair<std::string, std::string>> out;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const std::size_t equals = text.find('=');
    if (equals != std::string::npos) out.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return out;
}

void lower_thread_priority() {
  // ioprio_set(2) has no wrapper: IOPRIO_WHO_PROCESS, this thread, IOPRIO_CLASS_IDLE. Neither call has to
  // work.
  constexpr int kWhoProcess = 1, kIdle = 3 << 13, kNicest = 19;
  const auto thread = static_cast<id_t>(::syscall(SYS_gettid));
  static_cast<void>(::setpriority(PRIO_PROCESS, thread, kNicest));
  static_cast<void>(::syscall(SYS_ioprio_set, kWhoProcess, 0, kIdle));
}

void make_undumpable() {
  CHECK(::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0);
  const rlimit none{0, 0};
  CHECK(::setrlimit(RLIMIT_CORE, &none) == 0);
}

std::size_t resident_bytes() {
  const auto text = read_file(real_files(), "/proc/self/statm", kStatmBytesMax);
  if (!text) return 0;
  // "<total pages> <resident pages> …", proc(5).
  const std::size_t space = text->find(' ');
  if (space == std::string::npos) return 0;
  const unsigned long pages = std::strtoul(text->c_str() + space, nullptr, 10);
  return static_cast<std::size_t>(pages) * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace clawtrail
