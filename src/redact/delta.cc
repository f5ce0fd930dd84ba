// SPDX-License-Identifier: Apache-2.0
#include "redact/delta.h"

#include <algorithm>
#include <cstring>
#include <iterator>

#include "clawtrail/base/hash.h"

namespace clawtrail {

DeltaTail::~DeltaTail() { wipe(bytes.data(), bytes.size()); }

namespace redact {

namespace {

struct Member {
  std::string_view outer, key;  ///< outer "": whatever holds it
};
constexpr Member kTexts[] = {{"", "deltaText"},
                             {"", "delta"},
                             {"delta", "text"},
                             {"delta", "content"},
                             {"delta", "thinking"},
                             {"delta", "partial_json"},
                             {"delta", "reasoning_content"}};
constexpr std::string_view kIds[] = {"runId",   "run_id", "conversation_id", "sessionKey", "session_id",
                                     "session", "id"};

bool is_text(const LineString& string) {
  return std::any_of(std::begin(kTexts), std::end(kTexts), [&](const Member& member) {
    return string.key == member.key && (member.outer.empty() || string.outer == member.outer);
  });
}

}  // namespace

std::optional<Delta> delta_of(std::string_view line, const std::vector<LineString>& strings) {
  const auto text = std::find_if(strings.begin(), strings.end(), is_text);
  if (text == strings.end()) return std::nullopt;
  const LineString* id = nullptr;
  std::size_t rank = std::size(kIds);
  for (const LineString& string : strings) {
    const auto place =
        static_cast<std::size_t>(std::find(std::begin(kIds), std::end(kIds), string.key) - kIds);
    if (place >= rank || string.raw.end == string.raw.begin) continue;
    rank = place;
    id = &string;
  }
  Delta delta;
  delta.string = *text;
  delta.conversation = mix(kMixSeed, text->key);
  if (id != nullptr)
    delta.conversation = mix(delta.conversation, line.substr(id->raw.begin, id->raw.end - id->raw.begin));
  delta.text = DecodedString(line, *text);
  return delta;
}

DeltaTail& tail_of(CarryState& state, std::uint64_t conversation) {
  ++state.parts;
  auto& tails = state.tails;
  auto found = std::find_if(tails.begin(), tails.end(),
                            [&](const DeltaTail& tail) { return tail.conversation == conversation; });
  if (found == tails.end()) {
    if (tails.size() < limits::kDeltaConversationsMax) {
      found = tails.emplace(tails.end());
    } else {
      found = std::min_element(tails.begin(), tails.end(),
                               [](const DeltaTail& a, const DeltaTail& b) { return a.used < b.used; });
      *found = DeltaTail();
    }
    found->conversation = conversation;
  }
  found->used = state.parts;
  return *found;
}

void extend(DeltaTail& tail, std::string_view text) {
  if (text.size() >= tail.bytes.size()) {
    std::memcpy(tail.bytes.data(), text.data() + text.size() - tail.bytes.size(), tail.bytes.size());
    tail.size = static_cast<std::uint8_t>(tail.bytes.size());
    return;
  }
  const std::size_t kept = std::min<std::size_t>(tail.size, tail.bytes.size() - text.size());
  std::memmove(tail.bytes.data(), tail.bytes.data() + tail.size - kept, kept);
  std::memcpy(tail.bytes.data() + kept, text.data(), text.size());
  tail.size = static_cast<std::uint8_t>(kept + text.size());
}

}  // namespace redact
}  // namespace clawtrail
