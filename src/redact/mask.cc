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

constexpr std::size_t kFingerprintSize = 2 * kKeyIdBytes + 1 + 2 * kFingerprintBytes;

bool is_fingerprint(std::string_view text) {
  if (text.size() != kFingerprintSize) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    if (i == 2 * kKeyIdBytes ? c != ':' : !digit) return false;
  }
  return true;
}

std::string_view trimmed(std::string_view text) {
  static constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) + 1 - begin);
}

}  // namespace

MaskTemplate::MaskTemplate(const std::string& replacement, std::string fingerprint_key,
                           std::set<std::string> ids)
    : ids_(std::move(ids)), key_(std::move(fingerprint_key)) {
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
  for (const std::string& id : ids_) id_sizes_.insert(id.size());
  for (const Piece& piece : pieces_) {
    size_max_ += piece.part == Part::kText          ? piece.text.size()
                 : piece.part == Part::kFingerprint ? kFingerprintSize
                 : id_sizes_.empty()                ? 0
                                                    : *id_sizes_.rbegin();
  }
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

std::size_t MaskTemplate::match_at(std::string_view text, std::size_t at, std::size_t piece) const {
  if (piece == pieces_.size()) return at;
  const std::string_view rest = text.substr(at);
  switch (pieces_[piece].part) {
    case Part::kText:
      if (!rest.starts_with(pieces_[piece].text)) return std::string_view::npos;
      return match_at(text, at + pieces_[piece].text.size(), piece + 1);
    case Part::kFingerprint:
      if (!is_fingerprint(rest.substr(0, kFingerprintSize))) return std::string_view::npos;
      return match_at(text, at + kFingerprintSize, piece + 1);
    case Part::kRule:
      break;
  }
  std::size_t longest = std::string_view::npos;
  for (const std::size_t size : id_sizes_) {
    if (size > rest.size() || !ids_.contains(std::string(rest.substr(0, size)))) continue;
    const std::size_t end = match_at(text, at + size, piece + 1);
    if (end != std::string_view::npos && (longest == std::string_view::npos || end > longest)) longest = end;
  }
  return longest;
}

bool MaskTemplate::is_mask(std::string_view text) const {
  text = trimmed(text);
  return !text.empty() && match_at(text, 0, 0) == text.size();
}

bool MaskTemplate::covers(std::string_view text, Span span) const {
  if (pieces_.empty() || span.end - span.begin > size_max_) return false;
  std::size_t at = span.end > size_max_ ? span.end - size_max_ : 0;
  for (; at <= span.begin; ++at) {
    const std::string& front = pieces_.front().text;
    if (pieces_.front().part == Part::kText) at = text.substr(0, span.begin + front.size()).find(front, at);
    if (at > span.begin) return false;
    const std::size_t end = match_at(text, at, 0);
    if (end != std::string_view::npos && end >= span.end) return true;
  }
  return false;
}

bool MaskTemplate::shows_fingerprint() const {
  return std::any_of(pieces_.begin(), pieces_.end(),
                     [](const Piece& piece) { return piece.part == Part::kFingerprint; });
}

bool MaskTemplate::stands_in(std::string_view text, Span span) const {
  for (std::size_t at = span.begin; at < span.end && !pieces_.empty(); ++at) {
    if (match_at(text, at, 0) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace clawtrail::redact
