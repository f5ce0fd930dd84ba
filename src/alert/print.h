// SPDX-License-Identifier: Apache-2.0
// Conditions back to text: the canonical spelling, and the search that shows an alert's records.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "alert/condition.h"

namespace clawtrail::alert {

/// One spelling for all conditions of equal meaning and order; parse_condition() reads it back. Digests use
/// it.
std::string canonical(const Condition& condition);

using Key = std::vector<std::pair<std::string, std::string>>;  ///< field and value, in the order of `by`

/// A shell command that lists the records which `selection` could want for `key` in [since, until]. A test
/// that the search language cannot say, or a key value that is unsafe to paste into a shell, is left out: the
/// search then shows more, never less.
std::string search_command(const Node& selection, const Key& key, Timestamp since, Timestamp until);

/// `text` fit for a terminal line: control bytes become '?', ill-formed UTF-8 U+FFFD, at most 128 bytes.
std::string printable(std::string_view text);

}  // namespace clawtrail::alert
