// SPDX-License-Identifier: Apache-2.0
// Taking escapes and encodings out of text, with the way back from decoded to source positions.
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

/// Which spellings are taken out.
enum class Escapes : std::uint8_t {
  kJson,  ///< \" \\ \/ \b \f \n \r \t \uXXXX (surrogate pairs joined, a lone one becomes U+FFFD)
  kAll,   ///< these, and \xXX, percent triples, HTML entities; characters without width are left out
};

/// Appends `source` to `out` without its escapes. Any other byte, a broken escape too, stands for itself.
/// Appends the waypoints, relative to the start of this text; none if there was no escape (then both
/// spellings are the same).
void decode_escapes(std::string_view source, Escapes escapes, std::string& out,
                    std::vector<Waypoint>& waypoints);

/// The smallest part of `source` whose decoding covers the decoded `span`: never half an escape.
/// `waypoints` are the ones that decode_escapes() made of it.
Span source_span(std::string_view source, Escapes escapes, const Waypoint* waypoints, std::size_t count,
                 Span span);

/// An encoding of whole texts, in which a literal was seen.
enum class Encoding : std::uint8_t { kBase64, kHex };

/// The run of the encoding's alphabet around `hit` (base64: both alphabets, line breaks in a block, padding).
Span encoded_run(std::string_view text, Encoding encoding, Span hit);

/// Appends the bytes that `run` encodes; `phase` (0 to 3, or 0 to 1 for hex) characters of it are skipped
/// first, so that what was hit is decoded from its own border.
void decode_run(std::string_view run, Encoding encoding, std::size_t phase, std::string& out);

}  // namespace clawtrail::redact
