// SPDX-License-Identifier: Apache-2.0
// What names and owners of log files say.
#pragma once

#include <cstdint>
#include <string>

#include "clawtrail/io/files.h"

namespace clawtrail {

/// "x.3.log" and "x.log.3" are the third archive of "x.log"; any other path is its own base, with index 0.
struct ChainName {
  std::string base;
  unsigned index = 0;
};
ChainName chain_name(const std::string& path);

/// Oldest first: by modification time, then the archive with the higher number, then by name.
bool older(Timestamp a_modified, const std::string& a, Timestamp b_modified, const std::string& b);

/// "" if the file may be read, else the reason. Its owner must be root, this process's user, or the owner of
/// its folder; a folder that everybody may put files into (sticky and world-writable, as /tmp) vouches for
/// nobody.
std::string owner_trouble(Files& files, const std::string& path, const FileStat& stat,
                          std::uint32_t own_user);

bool is_pattern(const std::string& path);

}  // namespace clawtrail
