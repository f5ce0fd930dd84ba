// SPDX-License-Identifier: Apache-2.0
// The descriptors of a command: blocking reads and writes, and whether a person is looking.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "clawtrail/base/result.h"

namespace clawtrail {

/// Reads up to bytes.size(), waiting for at least one; 0 at the end. Errors: kIo.
Result<std::size_t> read_descriptor(int descriptor, std::span<char> bytes);
/// Writes all of `bytes`. Errors: kIo (also: the reader has gone), kNoSpace.
Status write_descriptor(int descriptor, std::string_view bytes);

bool is_terminal(int descriptor);
/// The text on standard input, up to `bytes_max`, without its last newline. On a terminal: one line, typed
/// after `prompt` (on standard error) without being shown. Errors: kIo, kTooLarge, kInvalid (Ctrl-C).
Result<std::string> read_hidden(std::string_view prompt, std::size_t bytes_max);
/// Columns of the terminal on standard output, 0 if it is none.
std::size_t terminal_width();

}  // namespace clawtrail
