// SPDX-License-Identifier: Apache-2.0
#include "redact/mask.h"

#include <algorithm>

#include "clawtrail/base/check.h"
#include "clawtrail/base/encoding.h"
#include "clawtrail/base/hash.h"

namespace clawtrail::redact {

namespace {

constexpr std::size_t kKeyIdBytes = 4;
constexpr std::size_t kFingerprintBytes = 8;

bool is_rule_char(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; }
bool is_fingerprint_char(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == ':'; }

std::string_view trimmed(std::string_view text) {
  static constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) + 1 - begin);
}

}  // namespace

MaskTemplate::MaskTemplate(const std::string& replacement, std::string fingerprint_key)
    : key_(std::move(fingerprint_key)) {
  std::size_t at = 0;
  std::string text;
  while (at < replacement.size()) {
    const std::string_view rest = std::string_view(replacement).substr(at);
    const bool rule = rest.starts_with("{rule}");
    if (!rule && !rest.starts_with("{fp}")) {
      text += replacement[at++];
      continue;
    }
    if (!text.empty()) pieces_.push_back({Part::kText, std::move(text)});
    text.clear();
    pieces_.push_back({rule ? Part::kRule : Part::kFingerprint, ""});
    at += rule ? 6 : 4;
  }
  if (!text.empty()) pieces_.push_back({Part::kText, std::move(text)});
  key_id_ = hex(as_text(hmac_sha256(key_, "clawtrail key id")).substr(0, kKeyIdBytes));
}

std::string MaskTemplate::fingerprint(std::string_view secret) const {
  return key_id_ + ":" + hex(as_text(hmac_sha256(key_, secret)).substr(0, kFingerprintBytes));
}

void MaskTemplate::append(std::string& out, std::string_view rule, std::string_view fingerprint,
                          std::size_t level, bool scalar) const {
  std::string mask;
  for (const Piece& piece : pieces_) {
    mask += piece.part == Part::kText   ? std::string_view(piece.text)
            : piece.part == Part::kRule ? rule
                                        : fingerprint;
  }
  if (scalar) mask = json_string(mask);
  for (std::size_t i = 0; i < level; ++i) {
    const std::string quoted = json_string(mask);
    mask = quoted.substr(1, quoted.size() - 2);
  }
  out += mask;
}

bool MaskTemplate::is_mask(std::string_view text) const {
  text = trimmed(text);
  for (const Piece& piece : pieces_) {
    if (piece.part == Part::kText) {
      if (!text.starts_with(piece.text)) return false;
      text.remove_prefix(piece.text.size());
      continue;
    }
    const auto end = std::find_if_not(text.begin(), text.end(),
                                      piece.part == Part::kRule ? is_rule_char : is_fingerprint_char);
    if (end == text.begin()) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.begin()));
  }
  return text.empty() && !pieces_.empty();
}

}  // namespace clawtrail::redact
