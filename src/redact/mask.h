// SPDX-License-Identifier: Apache-2.0
// What stands in the place of a secret.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "clawtrail/match/regex.h"

namespace clawtrail::redact {

/// The operator's replacement, which may hold {rule} and {fp}. Threads: immutable.
class MaskTemplate {
 public:
  /// `ids` are the rules that {rule} can stand for: nothing else is taken for a mask.
  MaskTemplate(const std::string& replacement, std::string fingerprint_key, std::set<std::string> ids);

  /// "<8 hex key id>:<16 hex>": the first 4 bytes of HMAC-SHA-256(key, "clawtrail key id") and the first 8 of
  /// HMAC-SHA-256(key, secret). The same secret has the same fingerprint; without the key it tells nothing.
  std::string fingerprint(std::string_view secret) const;

  /// Appends the mask as it must be spelled inside `level` layers of JSON strings; in quotes of its own for a
  /// scalar.
  void append(std::string& out, std::string_view rule, std::string_view fingerprint, std::size_t level,
              bool scalar) const;

  /// The replacement tells the fingerprint.
  bool shows_fingerprint() const;

  /// True if `text` is a mask of this template, white space around it aside.
  bool is_mask(std::string_view text) const;
  /// True if `span` lies within one mask of `text`.
  bool covers(std::string_view text, Span span) const;
  /// True if a mask begins in `span` of `text`.
  bool stands_in(std::string_view text, Span span) const;

 private:
  enum class Part { kText, kRule, kFingerprint };
  struct Piece {
    Part part;
    std::string text;
  };
  /// The end of the longest mask that pieces_[piece, …) make at `at`; npos if there is none.
  std::size_t match_at(std::string_view text, std::size_t at, std::size_t piece) const;

  std::vector<Piece> pieces_;
  std::set<std::string> ids_;
  std::set<std::size_t> id_sizes_;
  std::size_t size_max_ = 0;  ///< of a mask
  std::string key_, key_id_;
};

}  // namespace clawtrail::redact
