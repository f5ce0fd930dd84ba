// SPDX-License-Identifier: Apache-2.0
// Checks a trail from its bytes alone: tree, signatures, continuity. Never changes anything.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "clawtrail/base/names.h"
#include "clawtrail/base/result.h"
#include "clawtrail/io/files.h"
#include "clawtrail/trail/checkpoint.h"

namespace clawtrail {

enum class Verdict {
  kIntact,     ///< every record is the one that was signed (or follows the last checkpoint and fits the tree)
  kTornTail,   ///< intact, but for an unfinished last line: a crash
  kTruncated,  ///< records that a checkpoint counted are gone from the end
  kAltered,    ///< a record's bytes differ, or were inserted or removed
  kReordered,  ///< the same records in another order
  kUnknownKey,  ///< signed, but not by the expected key
  kNoTrail,     ///< nothing to verify
};
std::string_view name_of(Verdict verdict);

struct VerifyOptions {
  std::optional<VerifierKey>
      key;  ///< expected; default: the key that the first segment names (trust on first use)
  std::optional<std::string> checkpoint;  ///< text of a signed note kept elsewhere
  std::function<void(std::uint64_t bytes_done, std::uint64_t bytes_total)> progress;
};

struct VerifyReport {
  Verdict verdict = Verdict::kNoTrail;
  TreeSize size = 0;         ///< records that are there
  TreeSize signed_size = 0;  ///< of these, covered by the newest good checkpoint
  Digest root{};
  std::uint64_t segments = 0, checkpoints = 0, bytes = 0, torn_bytes = 0;
  std::string key_name;
  /// The earliest record that may be wrong: everything before it is proven good.
  std::optional<RecordIndex> first_bad;
  bool exact = false;  ///< first_bad itself is wrong, not only the start of the span that cannot be trusted
  std::string bad_segment;  ///< file name
  std::string message;      ///< one sentence
};

/// Errors only if the trail cannot be read (kNotFound, kPermission, kIo, kInvalid for a newer format).
Result<VerifyReport> verify_trail(Files& files, const std::string& dir, const VerifyOptions& options);

}  // namespace clawtrail
