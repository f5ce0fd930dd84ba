// SPDX-License-Identifier: Apache-2.0
// The byte tests around a literal (Follow, border) that run inside the scan callback.
#pragma once

#include <cstddef>
#include <string_view>

#include "clawtrail/match/literals.h"

namespace clawtrail {

/// True if the surroundings of `block[begin, end)` are what `literal` asks for. At most a few hundred bytes
/// around the literal are read, none of another line, so the answer does not depend on where a block starts
/// or ends.
bool context_allows(const Literal& literal, std::string_view block, std::size_t begin, std::size_t end);

}  // namespace clawtrail
