// SPDX-License-Identifier: Apache-2.0
// Long runs of token bytes: where base64, hex and tokens without a prefix are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace clawtrail {

inline constexpr std::size_t kRunBytesMin = 16;

/// Appends the ends (exclusive) of the runs of [A-Za-z0-9+/_-] in `block` that are long enough and may be an
/// encoding or a token: of both letter cases, or with digits among letters or 16 letters in one part of a
/// path. A UUID alone is none. In order of place.
void find_runs(std::string_view block, std::vector<std::uint32_t>& ends);

}  // namespace clawtrail
