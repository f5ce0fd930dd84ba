// SPDX-License-Identifier: Apache-2.0
// The real file system.
#include "clawtrail/io/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <glob.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "clawtrail/base/check.h"
#include "io/fd.h"

namespace clawtrail {

namespace {

constexpr mode_t kFileMode = 0600;
constexpr mode_t kFolderMode = 0700;
constexpr unsigned kStatMask = STATX_BASIC_STATS | STATX_BTIME;

std::int64_t nanoseconds(const struct statx_timestamp& t) {
  return t.tv_sec * 1'000'000'000 + static_cast<std::int64_t>(t.tv_nsec);
}

FileStat to_stat(const struct statx& x) {
  FileStat out;
  out.identity.device = makedev(x.stx_dev_major, x.stx_dev_minor);
  out.identity.inode = x.stx_ino;
  out.identity.born_ns = (x.stx_mask & STATX_BTIME) != 0 ? nanoseconds(x.stx_btime) : 0;
  out.size = x.stx_size;
  out.modified = {nanoseconds(x.stx_mtime)};
  out.owner = x.stx_uid;
  out.mode = x.stx_mode & 07777U;
  out.regular = S_ISREG(x.stx_mode);
  return out;
}

class RealFile : public File {
 public:
  RealFile(Fd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  Result<std::size_t> read_at(ByteOffset offset, std::span<char> bytes) override {
    for (;;) {
      const ssize_t got = ::pread(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) return errno_error("read", path_, errno);
    }
  }

  Status append(std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t written = ::write(fd_.get(), bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return errno_error("write", path_, errno);
      if (written == 0) return Error{Code::kIo, "cannot write " + path_ + ": the device took no bytes"};
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
  }

  Status truncate(std::uint64_t size) override {
    while (::ftruncate(fd_.get(), static_cast<off_t>(size)) != 0) {
      if (errno != EINTR) return errno_error("truncate", path_, errno);
    }
    return {};
  }

  Status sync() override {
    if (::fdatasync(fd_.get()) != 0) return errno_error("sync", path_, errno);
    return {};
  }

  Result<FileStat> stat() override {
    struct statx x {};
    if (::statx(fd_.get(), "", AT_EMPTY_PATH, kStatMask, &x) != 0) return errno_error("stat", path_, errno);
    return to_stat(x);
  }

 private:
  Fd fd_;
  std::string path_;
};

class RealLock : public FileLock {
 public:
  explicit RealLock(Fd fd) : fd_(std::move(fd)) {}

 private:
  Fd fd_;  // Closing it gives the lock back, also when the process dies.
};

int flags_of(OpenMode mode) {
  // O_NONBLOCK: opening a pipe that stands where a file should be must not hang.
  switch (mode) {
    case OpenMode::kRead:
      return O_RDONLY | O_NONBLOCK | O_CLOEXEC;
    case OpenMode::kReadTailed:
      return O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    case OpenMode::kAppend:
      return O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC;
    case OpenMode::kCreate:
      return O_RDWR | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC;
  }
  CHECK(false);
}

int open_retrying(const std::string& path, int flags) {
  for (;;) {
    const int fd = ::open(path.c_str(), flags, kFileMode);
    if (fd >= 0 || errno != EINTR) return fd;
  }
}

/// Process id in a lock file; "" if it holds none.
std::string holder_of(int fd) {
  char text[32];
  const ssize_t got = ::pread(fd, text, sizeof text, 0);
  std::string digits;
  for (ssize_t i = 0; i < got && text[i] >= '0' && text[i] <= '9'; ++i) digits.push_back(text[i]);
  return digits;
}

class RealFiles : public Files {
 public:
  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override {
    Fd fd(open_retrying(path, flags_of(mode)));
    if (!fd.valid()) {
      if (mode == OpenMode::kReadTailed && errno == ELOOP) {
        return Error{Code::kInvalid,
                     "cannot open " + path + ": it is a symbolic link, which is not followed"};
      }
      // ENXIO: a socket, or a device without a driver.
      if (mode == OpenMode::kReadTailed && errno == ENXIO) return not_regular(path);
      return errno_error("open", path, errno);
    }
    auto file = std::make_unique<RealFile>(std::move(fd), path);
    if (mode == OpenMode::kReadTailed) {
      CLAWTRAIL_ASSIGN(const FileStat found, file->stat());
      if (!found.regular) return not_regular(path);
    }
    return std::unique_ptr<File>(std::move(file));
  }

  Result<FileStat> stat(const std::string& path) override {
    struct statx x {};
    if (::statx(AT_FDCWD, path.c_str(), 0, kStatMask, &x) != 0) return errno_error("stat", path, errno);
    return to_stat(x);
  }

  Result<std::vector<DirEntry>> list(const std::string& path) override {
    const std::unique_ptr<DIR, int (*)(DIR*)> dir(::opendir(path.c_str()), ::closedir);
    if (!dir) return errno_error("list", path, errno);
    std::vector<DirEntry> out;
    for (;;) {
      errno = 0;
      const dirent* entry = ::readdir(dir.get());
      if (entry == nullptr) break;
      const std::string name = entry->d_name;
      if (name == "." || name == "..") continue;
      struct statx x {};
      // A file that vanished since readdir is no entry.
      if (::statx(::dirfd(dir.get()), entry->d_name, AT_SYMLINK_NOFOLLOW, kStatMask, &x) != 0) continue;
      if (S_ISREG(x.stx_mode) || S_ISDIR(x.stx_mode)) out.push_back({name, to_stat(x)});
    }
    if (errno != 0) return errno_error("list", path, errno);
    std::sort(out.begin(), out.end(), [](const DirEntry& a, const DirEntry& b) { return a.name < b.name; });
    return out;
  }

  std::vector<std::string> glob(const std::string& pattern) override {
    glob_t found{};
    std::vector<std::string> out;
    if (::glob(pattern.c_str(), 0, nullptr, &found) == 0) {
      out.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
    }
    ::globfree(&found);
    // glob() sorts by locale; ours is the order of bytes, everywhere the same.
    std::sort(out.begin(), out.end());
    return out;
  }

  Status create_dirs(const std::string& path) override {
    if (path.empty()) return Error{Code::kInvalid, "cannot create a folder without a name"};
    for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
      const std::string part = path.substr(0, end);
      if (::mkdir(part.c_str(), kFolderMode) != 0 && errno != EEXIST) {
        const int reason = errno;
        struct statx x {};
        // A folder above may refuse mkdir (read-only file system) and be there all the same.
        const bool there = ::statx(AT_FDCWD, part.c_str(), 0, STATX_TYPE, &x) == 0 && S_ISDIR(x.stx_mode);
        if (!there) return errno_error("create the folder", part, reason);
      }
      if (end == std::string::npos) break;
    }
    struct statx x {};
    if (::statx(AT_FDCWD, path.c_str(), 0, STATX_TYPE, &x) != 0) return errno_error("stat", path, errno);
    if (!S_ISDIR(x.stx_mode)) return errno_error("create the folder", path, ENOTDIR);
    return {};
  }

  Status rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return errno_error("rename", from + " to " + to, errno);
    return {};
  }

  Status remove(const std::string& path) override {
    if (::remove(path.c_str()) != 0) return errno_error("remove", path, errno);
    return {};
  }

  Status sync_dir(const std::string& path) override {
    const Fd fd(open_retrying(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd.valid()) return errno_error("open", path, errno);
    if (::fsync(fd.get()) != 0) return errno_error("sync", path, errno);
    return {};
  }

  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override {
    Fd fd(open_retrying(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC));
    if (!fd.valid()) return errno_error("open", path, errno);
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK) return errno_error("lock", path, errno);
      const std::string holder = holder_of(fd.get());
      return Error{Code::kBusy,
                   path + " is locked by " + (holder.empty() ? "another process" : "the process " + holder)};
    }
    const std::string text = std::to_string(::getpid()) + "\n";
    const ssize_t size = static_cast<ssize_t>(text.size());
    if (::ftruncate(fd.get(), 0) != 0 || ::pwrite(fd.get(), text.data(), text.size(), 0) != size) {
      return errno_error("write", path, errno != 0 ? errno : EIO);
    }
    return std::unique_ptr<FileLock>(std::make_unique<RealLock>(std::move(fd)));
  }

  Result<std::uint64_t> free_bytes(const std::string& path) override {
    struct statvfs x {};
    if (::statvfs(path.c_str(), &x) != 0) return errno_error("ask for the free space of", path, errno);
    return static_cast<std::uint64_t>(x.f_bavail) * x.f_frsize;
  }

 private:
  static Error not_regular(const std::string& path) {
    return {Code::kInvalid, "cannot open " + path + ": it is not a regular file"};
  }
};

}  // namespace

Files& real_files() {
  static RealFiles instance;
  return instance;
}

}  // namespace clawtrail
