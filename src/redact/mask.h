// SPDX-License-Identifier: Apache-2.0
// What stands in the place of a secret.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace clawtrail::redact {

/// The operator's replacement, which may hold {rule} and {fp}. Threads: immutable.
class MaskTemplate {
 public:
  MaskTemplate(const std::string& replacement, std::string fingerprint_key);

  /// "<8 hex key id>:<16 hex>": the first 4 bytes of HMAC-SHA-256(key, "clawtrail key id") and the first 8 of
  /// HMAC-SHA-256(key, secret). The same secret has the same fingerprint; without the key it tells nothing.
  std::string fingerprint(std::string_view secret) const;

  /// Appends the mask as it must be spelled inside `level` layers of JSON strings; in quotes of its own for a
  /// scalar.
  void append(std::string& out, std::string_view rule, std::string_view fingerprint, std::size_t level,
              bool scalar) const;

  /// True if `text` is a mask of this template, white space around it aside.
  bool is_mask(std::string_view text) const;

 private:
  enum class Part { kText, kRule, kFingerprint };
  struct Piece {
    Part part;
    std::string text;
  };
  std::vector<Piece> pieces_;
  std::string key_, key_id_;
};

}  // namespace clawtrail::redact
