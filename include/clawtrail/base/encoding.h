// SPDX-License-Identifier: Apache-2.0
// Hex, base64 (RFC 4648) and JSON string spelling (RFC 8259). Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace clawtrail {

std::string hex(std::string_view bytes);  ///< lower case
std::optional<std::string> unhex(std::string_view text);

std::string base64(std::string_view bytes);     ///< "+/" alphabet, padded
std::string base64url(std::string_view bytes);  ///< "-_" alphabet, no padding
/// Accepts both alphabets, padded or not. Nothing if the text is not base64.
std::optional<std::string> unbase64(std::string_view text);

/// Views the bytes of an array (Digest, signature, …) as text for the functions above.
template <typename Array>
std::string_view as_text(const Array& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Appends `text` as a JSON string with quotes. `text` need not be UTF-8: each byte of an ill-formed sequence
/// becomes U+FFFD, control characters become \u00XX (or the short form), all else is copied.
void append_json_string(std::string& out, std::string_view text);
std::string json_string(std::string_view text);

/// Appends a decimal number.
void append_number(std::string& out, std::uint64_t value);
void append_number(std::string& out, std::int64_t value);

/// Largest prefix of `text` of at most `size` bytes that does not end inside a UTF-8 sequence.
std::string_view utf8_prefix(std::string_view text, std::size_t size);

/// Offset of the first byte that is not part of well-formed UTF-8, if there is one.
std::optional<std::size_t> utf8_error(std::string_view text);

/// Appends `text` with every ill-formed UTF-8 byte replaced by U+FFFD.
void append_utf8_repaired(std::string& out, std::string_view text);

}  // namespace clawtrail
