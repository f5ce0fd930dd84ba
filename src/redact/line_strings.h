// SPDX-License-Identifier: Apache-2.0
// The strings of one line with their places, for what is judged across lines.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "clawtrail/match/regex.h"

namespace clawtrail::redact {

/// A string value of a JSON line, or a whole text line.
struct LineString {
  Span raw;                  ///< in the line, without quotes
  bool escaped = false;      ///< has backslashes
  std::uint8_t level = 0;    ///< 1 inside JSON
  std::uint64_t member = 0;  ///< hash of the path of names to it; 0 for text
  std::string_view key;      ///< name of the member, as spelled; "" in a list
  std::string_view outer;    ///< name of the object that holds the member
};

/// Replaces `out`. The views are into `line`.
void strings_of(std::string_view line, std::vector<LineString>& out);

/// A string without its JSON escapes. Wiped by its destructor.
class DecodedString {
 public:
  DecodedString() = default;
  DecodedString(std::string_view line, const LineString& string);
  ~DecodedString();
  DecodedString(DecodedString&&) = default;
  DecodedString& operator=(DecodedString&&) = default;
  std::string_view text() const { return text_; }
  /// Where the decoded `part` stands in the line; never half an escape.
  Span in_line(Span part) const;

 private:
  void decode(std::string_view raw);
  std::string text_;
  std::size_t base_ = 0;
  std::vector<std::uint32_t> from_;  ///< offset of each decoded byte's spelling, and the end; empty: the same
};

/// FNV-1a (64 bits): for keys of small tables, no secrets.
std::uint64_t mix(std::uint64_t hash, std::string_view text);
inline constexpr std::uint64_t kMixSeed = 14695981039346656037U;

}  // namespace clawtrail::redact
