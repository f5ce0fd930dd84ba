// SPDX-License-Identifier: Apache-2.0
// Taking JSON-style backslash escapes out of text, with the way back from decoded to source positions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "clawtrail/match/regex.h"

namespace clawtrail::redact {

/// A place where a unit of the source (a byte or an escape) starts; one about every 64 decoded bytes.
struct Waypoint {
  std::uint32_t decoded = 0;
  std::uint32_t source = 0;
};

/// Appends `source` to `out` without its escapes: \" \\ \/ \b \f \n \r \t \uXXXX (surrogate pairs joined, a
/// lone one becomes U+FFFD). Any other byte, a broken escape too, stands for itself. Appends the waypoints,
/// relative to the start of this text; none if there was no escape (then both spellings are the same).
void decode_escapes(std::string_view source, std::string& out, std::vector<Waypoint>& waypoints);

/// The smallest part of `source` whose decoding covers the decoded `span`: never half an escape.
/// `waypoints` are the ones that decode_escapes() made of it.
Span source_span(std::string_view source, const Waypoint* waypoints, std::size_t count, Span span);

}  // namespace clawtrail::redact
