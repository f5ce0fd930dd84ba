// SPDX-License-Identifier: Apache-2.0
// Compressed files and archives through libarchive, which is used here alone (with database.cc's SQLite, the
// libraries of this room).
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "clawtrail/base/result.h"

namespace clawtrail::scan {

/// What one file of the disk may still expand to.
struct ExpandBudget {
  explicit ExpandBudget(std::uint64_t file_bytes);
  std::uint64_t left;
  bool spent(std::uint64_t bytes) {
    left -= bytes < left ? bytes : left;
    return left == 0;
  }
};

/// The compressed bytes: up to bytes.size() at an offset, 0 at the end.
struct ArchiveBytes {
  std::function<Result<std::size_t>(std::uint64_t offset, std::span<char> bytes)> read;
  std::uint64_t size = 0;
};

/// What comes out. A member's name is "" where the file is compressed and no archive.
struct ArchiveSink {
  std::function<void(std::string_view name)> member;
  std::function<void(std::string_view bytes)> bytes;
  std::function<void()> member_end;
  std::function<bool()> stop;
};

/// Expands the members in order. Errors: kTooLarge (the budget is spent, or there are too many members),
/// kInvalid (damaged, encrypted, or of no kind that libarchive reads); what came before has gone to `sink`.
Status read_archive(const ArchiveBytes& in, ExpandBudget& budget, const ArchiveSink& sink);

}  // namespace clawtrail::scan
