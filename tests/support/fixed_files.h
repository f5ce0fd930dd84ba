// SPDX-License-Identifier: Apache-2.0
// Files that live in memory and cannot be written.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "clawtrail/io/files.h"

namespace clawtrail {

/// Files with fixed contents; nothing can be written. Shell patterns match by prefix up to the star.
class FixedFiles : public Files {
 public:
  std::map<std::string, std::string> contents;

  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode) override {
    const auto it = contents.find(path);
    if (it == contents.end()) return Error{Code::kNotFound, "cannot open " + path + ": no such file"};
    return std::unique_ptr<File>(std::make_unique<FixedFile>(it->second));
  }
  Result<FileStat> stat(const std::string& path) override {
    const auto it = contents.find(path);
    if (it == contents.end()) return Error{Code::kNotFound, "cannot stat " + path + ": no such file"};
    return stat_of(it->second);
  }
  Result<std::vector<DirEntry>> list(const std::string& path) override { return refused(path); }
  std::vector<std::string> glob(const std::string& pattern) override {
    const std::string prefix = pattern.substr(0, pattern.find('*'));
    std::vector<std::string> out;
    for (const auto& [path, text] : contents) {
      if (path.starts_with(prefix)) out.push_back(path);
    }
    return out;
  }
  Status create_dirs(const std::string& path) override { return refused(path); }
  Status rename(const std::string& from, const std::string&) override { return refused(from); }
  Status remove(const std::string& path) override { return refused(path); }
  Status sync_dir(const std::string& path) override { return refused(path); }
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override { return refused(path); }
  Result<std::uint64_t> free_bytes(const std::string& path) override { return refused(path); }

 private:
  class FixedFile : public File {
   public:
    explicit FixedFile(std::string text) : text_(std::move(text)) {}
    Result<std::size_t> read_at(ByteOffset offset, std::span<char> bytes) override {
      if (offset >= text_.size()) return std::size_t{0};
      return text_.copy(bytes.data(), bytes.size(), offset);
    }
    Status append(std::string_view) override { return refused("a fixed file"); }
    Status truncate(std::uint64_t) override { return refused("a fixed file"); }
    Status sync() override { return {}; }
    Result<FileStat> stat() override { return stat_of(text_); }

   private:
    std::string text_;
  };
  static FileStat stat_of(const std::string& text) {
    FileStat stat;
    stat.size = text.size();
    stat.regular = true;
    return stat;
  }
  static Error refused(const std::string& path) { return {Code::kPermission, path + " cannot be changed"}; }
};

}  // namespace clawtrail
