// SPDX-License-Identifier: Apache-2.0
// Private keys that are logged line by line: PEM (RFC 7468, RFC 1421), OpenPGP (RFC 9580), PuTTY.
#pragma once

#include <string_view>

#include "clawtrail/redact/carry.h"

namespace clawtrail::redact {

inline constexpr std::string_view kKeyBlockId = "private-key-block";
inline constexpr std::string_view kPuttyId = "putty-private-key";
/// Literals of the shipped rules without which no key begins.
inline constexpr std::string_view kKeyBlockMark = "PRIVATE KEY";
inline constexpr std::string_view kPuttyMark = "Private-Lines: ";

/// What one text says about an open key.
struct BlockStep {
  bool matched = false;  ///< the text begins, or goes on with, a key
  bool open = false;     ///< and does not end it
  Span secret;           ///< empty if none of the key itself stands here
  std::size_t end = 0;   ///< what is after the key, or the text's size
};

/// Takes `text` as what follows an open key. Changes `block` (body, lines_left) for the text after it.
BlockStep continue_block(std::string_view text, KeyBlock& block);

/// Looks for a key that begins in text[from, …) and is not ended there. Sets `block` if there is one; its
/// members are left to the caller. `secret.begin` is behind the header.
BlockStep begin_block(std::string_view text, std::size_t from, KeyBlock& block);

}  // namespace clawtrail::redact
