// SPDX-License-Identifier: Apache-2.0
// Secrets that are spread over several lines: a key that is logged line by line, a token cut by streaming.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "clawtrail/base/limits.h"
#include "clawtrail/match/regex.h"
#include "clawtrail/match/scanner.h"

namespace clawtrail {

/// A private key that was begun and not ended. Value type; holds nothing of the key.
struct KeyBlock {
  bool open = false;
  bool putty = false;             ///< else PEM or OpenPGP
  bool body = false;              ///< a line of the key itself was seen
  std::uint8_t prefix_words = 0;  ///< what stood before its first line (a time, a level), in words
  std::uint16_t lines_left = 0;   ///< PuTTY says how many
  std::uint16_t records = 0;      ///< since the one that began it
  std::uint8_t member_count = 0;  ///< a record may hold a message twice
  std::array<std::uint64_t, limits::kKeyBlockMembersMax> members{};  ///< hashes of the members' paths
  bool operator==(const KeyBlock&) const = default;
};

/// The end of the last part of a streamed answer. Holds event content: wiped by its destructor.
struct DeltaTail {
  DeltaTail() = default;
  ~DeltaTail();
  DeltaTail(const DeltaTail&) = default;
  DeltaTail& operator=(const DeltaTail&) = default;
  std::uint64_t conversation = 0;
  std::uint64_t used = 0;  ///< when, in parts of the source
  std::uint8_t size = 0;
  std::array<char, limits::kDeltaTailBytes> bytes{};
};

/// What the lines of one source so far say about the next one. A generation that was never seen goes on where
/// the newest one stopped (rotation). Value type, bounded.
struct CarryState {
  std::map<std::uint64_t, KeyBlock> open;  ///< by generation
  std::uint64_t newest = 0;
  std::vector<DeltaTail> tails;
  std::uint64_t parts = 0;
};

/// One state a source.
using CarryBook = std::map<std::string, CarryState, std::less<>>;

/// A part of a line that only its neighbours show to be a secret.
struct CarriedSecret {
  std::size_t line = 0;
  Span span;               ///< in the line
  std::string secret;      ///< decoded
  std::string_view rule;   ///< lives as long as the Redactor
  std::uint8_t level = 0;  ///< 1: inside a JSON string
  bool note = false;       ///< nothing to mask here, the key begins in the next line
  bool open = false;       ///< the secret goes on in the next record
};

/// The lines of a batch, by number. They stand in one block, in order.
class CarryLines {
 public:
  virtual ~CarryLines() = default;
  virtual std::size_t size() const = 0;
  virtual Span at(std::size_t line) const = 0;  ///< in the block, without the newline
};

/// Finds them, batch by batch, in three steps, of which only the second needs the batches before: look() and
/// finish() run on all lanes at once, pass() one batch after the other. Threads: confined.
class Carrier {
 public:
  virtual ~Carrier() = default;
  /// `hits` are the scanner's in `block`; `overflow` means that hits are missing. `before` is what stood
  /// right before the first line, if the state is lost (a restart): whole lines, of which no records are
  /// made. All of it must live until finish().
  virtual void look(std::string_view block, const CarryLines& lines, std::span<const Hit> hits, bool overflow,
                    std::string_view before) = 0;
  /// Moves `state` on over the batch. Costs next to nothing unless a key is open.
  virtual void pass(CarryState& state, std::uint64_t generation) = 0;
  /// What there is to mask, sorted by line. Valid until the next look().
  virtual std::span<const CarriedSecret> finish() = 0;
};

}  // namespace clawtrail
