// SPDX-License-Identifier: Apache-2.0
// What files.h offers on top of any file system: whole files, atomic replacement, parts of paths.
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "clawtrail/io/files.h"

namespace clawtrail {

namespace {

constexpr std::size_t kPasswordBytesMax = 64 * 1024;

std::string home_folder() {
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0') return home;
  std::vector<char> buffer(kPasswordBytesMax);
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(::geteuid(), &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) {
    return found->pw_dir;
  }
  return "/";
}

Status write_new(Files& files, const std::string& path, std::string_view text) {
  CLAWTRAIL_ASSIGN(const auto file, files.open(path, OpenMode::kCreate));
  CLAWTRAIL_TRY(file->append(text));
  return file->sync();
}

}  // namespace

Result<std::string> read_file(Files& files, const std::string& path, std::size_t size_max) {
  CLAWTRAIL_ASSIGN(const auto file, files.open(path, OpenMode::kRead));
  CLAWTRAIL_ASSIGN(const FileStat found, file->stat());
  const auto too_large = [&] {
    return Error{Code::kTooLarge, path + " is larger than " + std::to_string(size_max) + " bytes"};
  };
  if (found.size > size_max) return too_large();
  std::string text;
  // The stated size is a hint only (it is 0 in /proc, and the file may be growing).
  for (std::size_t room = static_cast<std::size_t>(found.size) + 1;; room = text.size() + 4096) {
    const std::size_t old = text.size();
    text.resize(std::max(room, old + 1));
    auto got = file->read_at(old, {text.data() + old, text.size() - old});
    if (!got) return std::move(got.error());
    text.resize(old + *got);
    if (text.size() > size_max) return too_large();
    if (*got == 0) return text;
  }
}

Status write_file_atomically(Files& files, const std::string& path, std::string_view text) {
  const std::string fresh = path + ".new";
  Status removed = files.remove(fresh);  // left by a crash
  if (!removed && removed.error().code != Code::kNotFound) return removed;
  Status done = write_new(files, fresh, text);
  if (done) done = files.rename(fresh, path);
  if (!done) {
    static_cast<void>(files.remove(fresh));  // The old file stands; what matters is the first error.
    return done;
  }
  return files.sync_dir(parent_of(path));
}

std::string expand_home(const std::string& path) {
  if (path == "~") return home_folder();
  if (path.rfind("~/", 0) == 0) return join_path(home_folder(), path.substr(2));
  return path;
}

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string basename_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

std::string join_path(const std::string& dir, const std::string& name) {
  if (dir.empty() || dir.back() == '/') return dir + name;
  return dir + "/" + name;
}

}  // namespace clawtrail
