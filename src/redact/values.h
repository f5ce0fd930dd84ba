// SPDX-License-Identifier: Apache-2.0
// What a value looks like: a secret, or a reference, a state, a path, a placeholder.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "redact/names.h"

namespace clawtrail::redact {

/// Bytes that can be told apart in ASCII only.
bool is_word(char c);        ///< [A-Za-z0-9_]
bool is_token_char(char c);  ///< word and '-'

/// Shannon entropy in bits a byte.
double entropy(std::string_view text);

/// A reference to a value that stands elsewhere: ${VAR}, $VAR, {{ x }}, %VAR%, env:X, process.env.X, <x>.
bool is_reference(std::string_view value);
/// A value that stands for one: YOUR_API_KEY, xxxx, ****, changeme, redacted.
bool is_placeholder(std::string_view value);
/// The gateway's own mask: `***` or six characters, an ellipsis, four.
bool is_gateway_mask(std::string_view value);
bool is_path(std::string_view value);
/// Long, of one alphabet, digits among letters, no word of a language.
bool looks_random(std::string_view value);
bool is_uuid(std::string_view value);

/// Checks that a rule can ask for.
enum class Validator : std::uint8_t { kLuhn, kIban, kCrc32Base62, kJwt, kMixed, kCased, kSnowflake };
bool passes(Validator validator, std::string_view secret);

/// The last six of 36 base62 characters are the CRC-32 of the 30 before them (GitHub and npm tokens; the
/// prefix up to its underscore is not part of it).
bool crc32_base62_matches(std::string_view token);
/// Those six characters: the number in base 62 (digits, capitals, small letters), zero-padded.
std::string crc32_base62(std::string_view body);

/// Where a value was found.
struct ValueContext {
  NameKind kind = NameKind::kNone;
  bool quoted = false;  ///< in quotes, or a JSON string
  bool tight = false;   ///< name=value or a flag: no space around the separator
  bool listed = false;  ///< only next to its name in a list or a pair
  bool json = false;    ///< a member of a JSON object
  bool given = false;   ///< in a query, a header, a connection string: whatever stands there is meant
  bool apart = false;   ///< no sign of assignment: only what looks random counts
};
/// True if `value` is a secret in that context.
bool is_secret_value(std::string_view value, const ValueContext& context);

}  // namespace clawtrail::redact
