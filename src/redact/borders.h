// SPDX-License-Identifier: Apache-2.0
// Where a token begins in decoded text.
#pragma once

#include <cstddef>
#include <string_view>

namespace clawtrail::redact {

/// True if a token can begin at `at`: no [A-Za-z0-9_] stands before it, except as the end of an escape that
/// is still written out (\n, \u001b, \x1b), of an ANSI sequence (ESC [ 1 m) or of a percent triple (%3D).
bool token_begins(std::string_view text, std::size_t at);

}  // namespace clawtrail::redact
