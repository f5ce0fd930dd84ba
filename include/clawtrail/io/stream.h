// SPDX-License-Identifier: Apache-2.0
// Reading a descriptor that the process was started with: a pipe, a terminal, a file.
#pragma once

#include <cstddef>
#include <span>

#include "clawtrail/base/result.h"

namespace clawtrail {

/// Waits up to `wait_ms` for bytes and reads what is there, up to bytes.size(), into `bytes`.
/// Errors: kTimeout (nothing came), kEnd (the other side has closed), kIo.
Result<std::size_t> read_stream(int descriptor, std::span<char> bytes, int wait_ms);

}  // namespace clawtrail
