// SPDX-License-Identifier: Apache-2.0
// A file that saves the next start some work. Whatever is wrong with it, the work is done again.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace clawtrail {

/// What was stored; nothing if the file is absent, cannot be read, is too large, or is not what was written.
/// Shape of the file: SHA-256 of the rest (32 bytes), then `payload`.
std::optional<std::string> read_cache_file(const std::string& path);

/// Writes atomically (a temporary beside it, then a rename), for the owner alone: whoever can write the file
/// decides what is found. Makes the folder. Failures are ignored.
void write_cache_file(const std::string& path, std::string_view payload);

}  // namespace clawtrail
