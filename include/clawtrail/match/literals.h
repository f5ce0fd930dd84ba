// SPDX-License-Identifier: Apache-2.0
// The literals that rooms want found, and the ids under which they get their hits back.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace clawtrail {

/// What must stand around a literal for its hit to be reported; tested on the raw bytes inside the scan
/// callback, so that frequent words ("token") cost nanoseconds. Never removes a hit whose decoded text could
/// match, except where an ASCII character is spelled \u00XX or \/: whoever must see those makes these
/// spellings literals too.
enum class Follow : std::uint8_t {
  kAny,         ///< every occurrence
  kTokenTail,   ///< at least `tail_min` bytes of [A-Za-z0-9_-+/=.%\~:] come right after
  kAssignment,  ///< the name ends with the literal: no letter comes next; then within 64 bytes on the same
                ///< line: digits and signs of a name, then quotes, brackets, backslashes
                ///< or spaces, then ':' '=' '>' '%' '|' '?', or after a quote ',' or '}'; after a space also
                ///< one more word with '=' and a quote (`var token string = "…"`), a quote, "is", 16 bytes or
                ///< more of [A-Za-z0-9_.+/=-] with two digits, or anything if the name starts with '-'; "!="
  kNearToken,  ///< within 48 bytes a run of [A-Za-z0-9_-] begins: 10 bytes with two digits, or 20 without
  kRun,  ///< no literal (`bytes` is empty): the end of a run of 16 or more bytes of [A-Za-z0-9+/_-] that can
         ///< be base64 or hex or a token; what it is depends on its letters and digits (src/match/runs.h)
  kUserInfo,  ///< within 512 bytes ':' and later '@' come, before a space, quote, '<' or '/'
};

struct Literal {
  std::string bytes;      ///< at least 1, at most 255 bytes; none with Follow::kRun
  bool caseless = false;  ///< ASCII only
  Follow follow = Follow::kAny;
  std::uint8_t tail_min = 0;
  /// The literal starts a token: no [A-Za-z0-9_] stands before it, except as the end of an escape (`\n`,
  /// `\u001b[1m`) or of a percent triple.
  bool border = false;
  /// Made from a secret of this deployment: a database that holds it is never written to disk.
  bool secret = false;
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
