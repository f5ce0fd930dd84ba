// SPDX-License-Identifier: Apache-2.0
// Writing a line with its secrets masked, and telling what was masked where.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "clawtrail/redact/redactor.h"
#include "redact/engine.h"
#include "redact/mask.h"

namespace clawtrail::redact {

/// Appends `line` with every found secret replaced; overlapping ones become one mask, named after the most
/// certain. Adds one Redaction a mask, and one a note if `notes`; `at` is filled if `json`. Sorts `found`.
/// Returns true if anything was replaced.
bool emit(std::string_view line, bool json, bool notes, std::vector<Found>& found, const MaskTemplate& mask,
          std::string& out, std::vector<Redaction>& redactions);

}  // namespace clawtrail::redact
