// SPDX-License-Identifier: Apache-2.0
// Exact spans of a pattern in a window of text, in linear time (RE2).
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "clawtrail/base/result.h"

namespace clawtrail {

struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool operator==(const Span&) const = default;
};

/// A compiled pattern (RE2 syntax: https://github.com/google/re2/wiki/Syntax). Cheap to copy (shared).
/// Threads: immutable.
class Regex {
 public:
  /// Errors: kInvalid with RE2's reason and the offending part of the pattern.
  static Result<Regex> compile(const std::string& pattern, bool caseless = false);
  /// The same for a pattern that compile() has accepted before (in another process): it is compiled at its
  /// first use. Most rules of a start are never used.
  static Regex deferred(std::string pattern, bool caseless);

  /// Leftmost match in text[from, to); `^`, `$` and `\b` see all of `text`. groups[0] is the whole match,
  /// then the capture groups; an unset group has begin == npos. Returns false if there is none.
  bool find(std::string_view text, std::size_t from, std::size_t to, std::span<Span> groups) const;
  bool matches(std::string_view text) const;  ///< anywhere in `text`
  int groups() const;                         ///< capture groups, without the whole match
  /// Index of a named group, if it exists.
  std::optional<int> group(const std::string& name) const;
  std::vector<std::string> group_names() const;  ///< "" for unnamed; index 0 is group 1
  const std::string& pattern() const;            ///< as given; compiles nothing
  bool caseless() const;
  static constexpr std::size_t npos = static_cast<std::size_t>(-1);

 private:
  struct Impl;
  template <int kRoom>
  bool find_in(std::string_view text, std::size_t from, std::size_t to, std::span<Span> groups) const;
  explicit Regex(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

}  // namespace clawtrail
