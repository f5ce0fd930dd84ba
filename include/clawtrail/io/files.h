// SPDX-License-Identifier: Apache-2.0
// The file system behind an interface: the one seam where the simulation injects faults and power cuts.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "clawtrail/base/names.h"
#include "clawtrail/base/result.h"
#include "clawtrail/base/time.h"

namespace clawtrail {

/// What tells one file from another, also when an inode number is used again.
struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t born_ns = 0;  ///< birth time (statx), 0 where the file system keeps none
  auto operator<=>(const FileIdentity&) const = default;
};

struct FileStat {
  FileIdentity identity;
  std::uint64_t size = 0;
  Timestamp modified;
  std::uint32_t owner = 0;  ///< uid
  std::uint32_t mode = 0;   ///< permission bits
  bool regular = false;
};

enum class OpenMode {
  kRead,        ///< existing file, read only
  kReadTailed,  ///< as kRead; regular files only, last component no symbolic link, never blocks (another
                ///< user's file)
  kAppend,      ///< existing or new file (0600), writes go to the end
  kCreate,      ///< new file (0600) for writing; kBusy if it exists
};

/// An open file. Threads: confined. Closed by the destructor.
class File {
 public:
  virtual ~File() = default;
  /// Reads up to bytes.size() at `offset`; 0 at the end. EINTR is retried.
  virtual Result<std::size_t> read_at(ByteOffset offset, std::span<char> bytes) = 0;
  /// Writes all of `bytes` at the end. On error an unknown prefix may have been written: truncate() to the
  /// old size.
  virtual Status append(std::string_view bytes) = 0;
  virtual Status truncate(std::uint64_t size) = 0;
  /// fdatasync. After a failure the file's dirty pages are of unknown state: never retried, the file is
  /// final.
  virtual Status sync() = 0;
  virtual Result<FileStat> stat() = 0;
};

struct DirEntry {
  std::string name;
  FileStat stat;
};

/// Holds an exclusive advisory lock until destroyed.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

/// Threads: shared.
class Files {
 public:
  virtual ~Files() = default;
  /// Errors: kNotFound, kPermission, kBusy (kCreate and it exists), kInvalid (kReadTailed and it is not
  /// regular), kIo.
  virtual Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) = 0;
  virtual Result<FileStat> stat(const std::string& path) = 0;
  /// Regular files and folders in `path`, sorted by name.
  virtual Result<std::vector<DirEntry>> list(const std::string& path) = 0;
  /// Paths that match a shell pattern (`*`, `?`, `[…]`), sorted; empty when nothing does.
  virtual std::vector<std::string> glob(const std::string& pattern) = 0;
  /// Creates the folder and its parents (0700).
  virtual Status create_dirs(const std::string& path) = 0;
  virtual Status rename(const std::string& from, const std::string& to) = 0;
  virtual Status remove(const std::string& path) = 0;
  /// fsync of a folder: makes creations, renames and removals in it durable.
  virtual Status sync_dir(const std::string& path) = 0;
  /// Errors: kBusy with the owner's process id in the sentence, if the lock file names it.
  virtual Result<std::unique_ptr<FileLock>> lock(const std::string& path) = 0;
  /// Bytes free for this user on the file system of `path`.
  virtual Result<std::uint64_t> free_bytes(const std::string& path) = 0;
};

/// The real file system.
Files& real_files();

/// Whole file as text. Errors as open(), and kTooLarge above `size_max`.
Result<std::string> read_file(Files& files, const std::string& path, std::size_t size_max);
/// Writes `text` to `path` so that a crash leaves the old or the new content: temporary file (0600), sync,
/// rename, folder sync.
Status write_file_atomically(Files& files, const std::string& path, std::string_view text);

/// "~/x" and "~" with the user's home folder put in (HOME, else the password database).
std::string expand_home(const std::string& path);
/// Folder part of a path, "." if it has none; and the part after the last slash.
std::string parent_of(const std::string& path);
std::string basename_of(const std::string& path);
std::string join_path(const std::string& dir, const std::string& name);

}  // namespace clawtrail
