// SPDX-License-Identifier: Apache-2.0
// The key of the redaction fingerprints.
#pragma once

#include <string>

#include "clawtrail/base/result.h"
#include "clawtrail/base/time.h"
#include "clawtrail/io/files.h"

namespace clawtrail {

/// Reads 32 bytes (base64 on one line) from `path`, or makes them (0600). An empty path gives a key for this
/// run only. Errors: kPermission if others may read the file, kInvalid if it holds no such key, kIo.
Result<std::string> load_or_make_key(Files& files, const std::string& path, Rng& rng);

}  // namespace clawtrail
