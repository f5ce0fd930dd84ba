// SPDX-License-Identifier: Apache-2.0
// What `redact --stats` tells.
#pragma once

#include <string>

#include "clawtrail/redact/filter.h"

namespace clawtrail {

/// Adds what one more file had.
void add_stats(FilterStats& total, const FilterStats& more);
/// A table for a person: totals, then findings by rule, most frequent first.
std::string stats_table(const FilterStats& stats);
/// One line: {"lines":…,"bytes":…,"lines_changed":…,"findings":…,"by_rule":{…}}
std::string stats_json(const FilterStats& stats);

}  // namespace clawtrail
