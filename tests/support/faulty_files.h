// SPDX-License-Identifier: Apache-2.0
// The real file system, but the k-th call that changes something fails.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "clawtrail/io/files.h"

namespace clawtrail {

/// Counts write, truncate, sync, rename, remove, create and folder-sync calls. Call number `fail_at` (from 0)
/// fails with `code`; a failing write leaves half of its bytes behind. `forever`: all later ones fail too.
class FaultyFiles : public Files {
 public:
  std::uint64_t fail_at = ~std::uint64_t{0};
  Code code = Code::kNoSpace;
  bool forever = false;
  std::uint64_t calls = 0;
  bool failed = false;

  bool strike() {
    const std::uint64_t call = calls++;
    const bool now = call == fail_at || (forever && call > fail_at);
    failed = failed || now;
    return now;
  }
  Error error(const std::string& what) const { return {code, "injected failure in " + what}; }

  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override {
    if (mode == OpenMode::kCreate && strike()) return error("create");
    CLAWTRAIL_ASSIGN(auto file, real_files().open(path, mode));
    return std::unique_ptr<File>(std::make_unique<FaultyFile>(*this, std::move(file)));
  }
  Result<FileStat> stat(const std::string& path) override { return real_files().stat(path); }
  Result<std::vector<DirEntry>> list(const std::string& path) override { return real_files().list(path); }
  std::vector<std::string> glob(const std::string& pattern) override { return real_files().glob(pattern); }
  Status create_dirs(const std::string& path) override { return real_files().create_dirs(path); }
  Status rename(const std::string& from, const std::string& to) override {
    return strike() ? Status(error("rename")) : real_files().rename(from, to);
  }
  Status remove(const std::string& path) override {
    return strike() ? Status(error("remove")) : real_files().remove(path);
  }
  Status sync_dir(const std::string& path) override {
    return strike() ? Status(error("sync_dir")) : real_files().sync_dir(path);
  }
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override { return real_files().lock(path); }
  Result<std::uint64_t> free_bytes(const std::string& path) override { return real_files().free_bytes(path); }

 private:
  class FaultyFile : public File {
   public:
    FaultyFile(FaultyFiles& owner, std::unique_ptr<File> file) : owner_(owner), file_(std::move(file)) {}
    Result<std::size_t> read_at(ByteOffset offset, std::span<char> bytes) override {
      return file_->read_at(offset, bytes);
    }
    Status append(std::string_view bytes) override {
      if (!owner_.strike()) return file_->append(bytes);
      static_cast<void>(file_->append(bytes.substr(0, bytes.size() / 2)));
      return owner_.error("write");
    }
    Status truncate(std::uint64_t size) override {
      return owner_.strike() ? Status(owner_.error("truncate")) : file_->truncate(size);
    }
    Status sync() override { return owner_.strike() ? Status(owner_.error("sync")) : file_->sync(); }
    Result<FileStat> stat() override { return file_->stat(); }

   private:
    FaultyFiles& owner_;
    std::unique_ptr<File> file_;
  };
};

}  // namespace clawtrail
