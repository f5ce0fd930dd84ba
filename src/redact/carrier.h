// SPDX-License-Identifier: Apache-2.0
// The Carrier of the rules (carry.h): keys line by line, and streamed answers joined again.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "clawtrail/match/literals.h"
#include "clawtrail/redact/carry.h"
#include "redact/delta.h"
#include "redact/key_block.h"

namespace clawtrail::redact {

/// A secret of a text, with the id of its rule.
using NamedSpan = std::pair<Span, std::string_view>;
/// Finds the secrets of a text that stands in no line.
using FindSecrets = std::function<void(std::string_view text, std::vector<NamedSpan>& out)>;

/// Where the literals that concern a Carrier stand in the database; a set of ids that are rarely hit.
struct CarryIds {
  std::vector<std::uint32_t> key_block, delta;
};
CarryIds carry_ids(const LiteralSet& literals, LiteralRange range);

std::unique_ptr<Carrier> make_carrier(CarryIds ids, FindSecrets find);

}  // namespace clawtrail::redact
