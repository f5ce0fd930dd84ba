// SPDX-License-Identifier: Apache-2.0
// The literals that rooms want found, and the ids under which they get their hits back.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace clawtrail {

/// What must stand around a literal for its hit to be reported; tested on the raw bytes inside the scan
/// callback, so that frequent words ("token") cost nanoseconds. Never removes a hit whose decoded text could
/// match.
enum class Follow : std::uint8_t {
  kAny,         ///< every occurrence
  kTokenTail,   ///< at least `tail_min` bytes of [A-Za-z0-9_-+/=.%\~:] come right after
  kAssignment,  ///< within 64 bytes: word characters, then quotes, backslashes or spaces, then ':' '=' ','
                ///< '>' or a space followed by more text on the line (CLI flags)
};

struct Literal {
  std::string bytes;      ///< at least 1, at most 255 bytes
  bool caseless = false;  ///< ASCII only
  Follow follow = Follow::kAny;
  std::uint8_t tail_min = 0;
};

/// A room's literals. Ids are the indexes; several may hit at one place. Value type.
using LiteralSet = std::vector<Literal>;

/// Where the ids of one room's set start in the compiled database.
struct LiteralRange {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  bool contains(std::uint32_t id) const { return id - first < count; }
};

}  // namespace clawtrail
