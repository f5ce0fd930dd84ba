// SPDX-License-Identifier: Apache-2.0
// Parts of streamed answers: which records are such, and what of them belongs together.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clawtrail/redact/carry.h"
#include "redact/line_strings.h"

namespace clawtrail::redact {

/// Without it in its bytes a line is no part of a stream.
inline constexpr std::string_view kDeltaMark = "\"delta";

/// One part. The text is event content, and wiped.
struct Delta {
  std::size_t line = 0;
  std::uint64_t conversation = 0;
  LineString string;
  DecodedString text;
};

/// The part that `line` holds, if it is one: the string at "deltaText" or "delta" (the gateway's `chat` and
/// `agent` events), or a text member of an object "delta" (OpenAI's and Anthropic's streams). What belongs
/// together is told by the first of runId, run_id, conversation_id, sessionKey, session_id, session, id.
std::optional<Delta> delta_of(std::string_view line, const std::vector<LineString>& strings);

/// The tail of a conversation, which becomes the most recently used one; a new, empty one if it has none. The
/// longest silent one goes if there are too many.
DeltaTail& tail_of(CarryState& state, std::uint64_t conversation);

/// Moves the tail on over `text`.
void extend(DeltaTail& tail, std::string_view text);

}  // namespace clawtrail::redact
