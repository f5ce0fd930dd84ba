// SPDX-License-Identifier: Apache-2.0
#include "clawtrail/io/processes.h"

#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "clawtrail/base/hash.h"
#include "clawtrail/base/limits.h"
#include "clawtrail/io/files.h"
#include "clawtrail/io/system.h"

namespace clawtrail {

namespace {

/// Linux allows 128 KiB a string and a quarter of the stack for all.
constexpr std::size_t kProcFileBytesMax = 4 * limits::MiB;

std::string proc_path(int process, const char* name) {
  return "/proc/" + std::to_string(process) + "/" + name;
}

/// Texts that each end with a NUL byte.
template <typename Take>
void for_each_text(std::string_view bytes, const Take& take) {
  while (!bytes.empty()) {
    const std::size_t end = std::min(bytes.find('\0'), bytes.size());
    if (end > 0) take(bytes.substr(0, end));
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
  }
}

}  // namespace

std::vector<Process> processes_of_this_user() {
  std::vector<Process> out;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir("/proc"), ::closedir);
  if (!folder) return out;
  while (const dirent* entry = ::readdir(folder.get())) {
    const int id = std::atoi(entry->d_name);
    struct stat stat {};
    if (id <= 0 || id == process_id()) continue;
    if (::stat(proc_path(id, "").c_str(), &stat) != 0 || stat.st_uid != effective_user_id()) continue;
    const auto text = read_file(real_files(), proc_path(id, "cmdline"), kProcFileBytesMax);
    if (!text) continue;
    Process process{id, {}};
    for_each_text(*text, [&](std::string_view argument) { process.arguments.emplace_back(argument); });
    if (!process.arguments.empty()) out.push_back(std::move(process));
  }
  std::sort(out.begin(), out.end(), [](const Process& a, const Process& b) { return a.id < b.id; });
  return out;
}

Result<std::vector<std::pair<std::string, std::string>>> environment_of(int process) {
  CLAWTRAIL_ASSIGN(std::string text,
                   read_file(real_files(), proc_path(process, "environ"), kProcFileBytesMax));
  std::vector<std::pair<std::string, std::string>> out;
  for_each_text(text, [&](std::string_view variable) {
    const std::size_t equals = variable.find('=');
    if (equals == std::string_view::npos) return;
    out.emplace_back(variable.substr(0, equals), variable.substr(equals + 1));
  });
  wipe(text.data(), text.size());
  return out;
}

}  // namespace clawtrail
