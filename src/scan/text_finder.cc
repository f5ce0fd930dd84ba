// SPDX-License-Identifier: Apache-2.0
#include "scan/text_finder.h"

#include <algorithm>
#include <cstring>

#include "clawtrail/base/check.h"
#include "clawtrail/base/hash.h"
#include "clawtrail/base/limits.h"

namespace clawtrail::scan {

namespace {

/// Large enough that a scan call costs nothing, small enough for the second-level cache.
constexpr std::size_t kBlockBytes = 512 * limits::KiB;
/// How far back from the end of an oversized part a place between tokens is looked for.
constexpr std::size_t kCutBytesMax = 64 * limits::KiB;

/// A note of the redactor that is no secret in plain text, and leaves no mask.
constexpr std::string_view kNote = "gateway-masked";
/// RFC 7468. Keys of 16384 bits take 13 KiB; OpenPGP blocks may be longer, and are then known by their start.
constexpr std::string_view kBegin = "-----BEGIN ", kKey = "PRIVATE KEY", kEnd = "-----END";
constexpr std::size_t kKeyBlockBytesMax = 16 * limits::KiB;

/// Where in `line` a private key block begins that does not end there; npos if none does.
std::size_t open_block(std::string_view line) {
  const std::size_t begin = line.rfind(kBegin);
  if (begin == std::string_view::npos || line.find(kEnd, begin) != std::string_view::npos)
    return std::string_view::npos;
  return line.find(kKey, begin) == std::string_view::npos ? std::string_view::npos : begin;
}

/// Puts the masks of a redacted line back to where they stand in the line itself.
class Columns {
 public:
  Columns(std::string_view line, std::string_view redacted) : line_(line), redacted_(redacted) {}

  /// Offset in the line of the next place that became `mask`; npos if it cannot be told.
  std::size_t next(std::string_view mask) {
    if (mask.empty() || lost_) return std::string_view::npos;
    const std::size_t begin = redacted_.find(mask, copied_);
    if (begin == std::string_view::npos) return std::string_view::npos;
    std::string_view before = redacted_.substr(copied_, begin - copied_);
    std::size_t found = exact_ ? at_ : line_.find(before, at_ + 1);
    // A number that became a mask was given quotes.
    if (!fits(found, before) && before.ends_with('"')) {
      before.remove_suffix(1);
      found = exact_ ? at_ : line_.find(before, at_ + 1);
    }
    lost_ = !fits(found, before) || (!exact_ && before.empty());
    if (lost_) return std::string_view::npos;
    at_ = found + before.size();
    copied_ = begin + mask.size();
    exact_ = false;  // How long the secret was is not known: the text behind the mask has to be found.
    return at_;
  }

 private:
  bool fits(std::size_t at, std::string_view text) const {
    return at != std::string_view::npos && line_.substr(std::min(at, line_.size())).starts_with(text);
  }

  std::string_view line_, redacted_;
  std::size_t at_ = 0, copied_ = 0;
  bool exact_ = true, lost_ = false;
};

}  // namespace

TextFinder::TextFinder(const Redactor& redactor, const Scanner& scanner, std::string replacement)
    : redactor_(redactor),
      scanner_(scanner),
      replacement_(std::move(replacement)),
      scan_(scanner.make_scratch()),
      scratch_(redactor.make_scratch()) {}

TextFinder::~TextFinder() { wipe(in_.data(), in_.size()); }

void TextFinder::start(OnSecret on_secret) {
  on_secret_ = std::move(on_secret);
  size_ = lines_end_ = 0;
  line_ = 1;
  column_ = 0;
}

void TextFinder::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::string_view part = bytes.substr(0, kBlockBytes);
    bytes.remove_prefix(part.size());
    if (in_.size() - size_ < part.size())
      in_.resize(std::max({in_.size() * 2, size_ + part.size(), 2 * kBlockBytes}));
    std::memcpy(in_.data() + size_, part.data(), part.size());
    if (const std::size_t newline = part.rfind('\n'); newline != std::string_view::npos)
      lines_end_ = size_ + newline + 1;
    size_ += part.size();
    if (size_ < kBlockBytes) continue;
    const std::size_t ready = ready_bytes();
    if (ready == 0) continue;
    search({in_.data(), ready});
    std::memmove(in_.data(), in_.data() + ready, size_ - ready);
    size_ -= ready;
    lines_end_ -= std::min(lines_end_, ready);
  }
}

void TextFinder::finish() {
  if (size_ > 0) search({in_.data(), size_});
  size_ = lines_end_ = 0;
}

std::size_t TextFinder::ready_bytes() const {
  if (lines_end_ > 0) {
    // A key block that is not all here stays for the next time.
    const std::string_view lines(in_.data(), lines_end_);
    const std::string_view tail = lines.substr(lines.size() - std::min(lines.size(), kKeyBlockBytesMax));
    const std::size_t open = open_block(tail);
    if (open == std::string_view::npos) return lines_end_;
    const std::size_t line = lines.rfind('\n', lines.size() - tail.size() + open);
    return line == std::string_view::npos ? lines_end_ : line + 1;
  }
  if (size_ < limits::kLineBytesMax) return 0;
  for (std::size_t cut = limits::kLineBytesMax; cut > limits::kLineBytesMax - kCutBytesMax; --cut) {
    const char c = in_[cut - 1];
    if (c == ' ' || c == ',' || c == '\t') return cut;
  }
  return limits::kLineBytesMax;
}

void TextFinder::find(std::string_view text, OnSecret on_secret) {
  start(std::move(on_secret));
  if (text.size() <= limits::kLineBytesMax) {
    if (!text.empty()) search(text);
    return;
  }
  feed(text);
  finish();
}

std::string TextFinder::masked(std::string_view name) {
  name = name.substr(0, limits::kScanNameBytesMax);
  const bool overflow = scanner_.scan(name, *scan_, hits_);
  std::string out;
  redactions_.clear();
  redactor_.redact(name, hits_, overflow, *scratch_, out, redactions_);
  return out;
}

void TextFinder::search(std::string_view block) {
  const bool overflow = scanner_.scan(block, *scan_, hits_);
  if (!hits_.empty() || overflow || redactor_.every_line()) search_lines(block, overflow);
  line_ += static_cast<std::uint64_t>(std::count(block.begin(), block.end(), '\n'));
  const std::size_t newline = block.rfind('\n');
  column_ = newline == std::string_view::npos ? column_ + block.size() : block.size() - newline - 1;
}

void TextFinder::search_lines(std::string_view block, bool overflow) {
  const bool every = overflow || redactor_.every_line();
  std::size_t begin = 0, hit = 0, counted = 0;
  std::uint64_t number = line_;
  while (begin < block.size()) {
    if (!every) {
      if (hit == hits_.size()) break;
      // The line of the next hit; what lies before it is clean.
      const std::size_t before = block.substr(0, hits_[hit].end - 1).rfind('\n');
      begin = before == std::string_view::npos ? 0 : std::max(begin, before + 1);
    }
    const std::size_t end = std::min(block.find('\n', begin), block.size());
    const std::size_t first = hit;
    while (hit < hits_.size() && hits_[hit].end <= end) {
      hits_[hit].end -= static_cast<std::uint32_t>(begin);
      ++hit;
    }
    const std::size_t last = hit;
    // A literal that ends with the newline itself belongs to no line.
    while (hit < hits_.size() && hits_[hit].end <= end + 1) ++hit;
    number +=
        static_cast<std::uint64_t>(std::count(block.begin() + static_cast<std::ptrdiff_t>(counted),
                                              block.begin() + static_cast<std::ptrdiff_t>(begin), '\n'));
    counted = begin;
    search_line(block.substr(begin, end - begin), {hits_.data() + first, last - first}, overflow, number,
                begin == 0 ? column_ : 0);
    if (last > first && open_block(block.substr(begin, end - begin)) != std::string_view::npos)
      search_block(block, begin, number, begin == 0 ? column_ : 0);
    begin = end + 1;
  }
}

void TextFinder::search_line(std::string_view line, std::span<const Hit> hits, bool overflow,
                             std::uint64_t number, std::uint64_t column_base) {
  redactions_.clear();
  out_.clear();
  redactor_.redact(line, hits, overflow, *scratch_, out_, redactions_);
  Columns columns(line, out_);
  for (const Redaction& redaction : redactions_) {
    if (redaction.rule == kNote) continue;
    const std::size_t at = columns.next(mask_of(redaction));
    on_secret_(number, at == std::string_view::npos ? 0 : column_base + at + 1, redaction);
  }
}

void TextFinder::search_block(std::string_view block, std::size_t begin, std::uint64_t number,
                              std::uint64_t column_base) {
  const std::string_view rest = block.substr(begin, kKeyBlockBytesMax);
  const std::size_t open = open_block(rest.substr(0, rest.find('\n')));
  const std::size_t end = rest.find(kEnd, open);
  const std::string_view text =
      rest.substr(open, end == std::string_view::npos ? end : end + kEnd.size() - open);
  const bool overflow = scanner_.scan(text, *scan_, block_hits_);
  redactions_.clear();
  out_.clear();
  redactor_.redact(text, block_hits_, overflow, *scratch_, out_, redactions_);
  for (const Redaction& redaction : redactions_) {
    // Whatever else is in it was found line by line.
    if (redaction.rule == "private-key-block") on_secret_(number, column_base + open + 1, redaction);
  }
}

std::string TextFinder::mask_of(const Redaction& redaction) const {
  std::string out = replacement_;
  const auto put = [&](std::string_view name, std::string_view value) {
    for (std::size_t at = out.find(name); at != std::string::npos; at = out.find(name, at + value.size()))
      out.replace(at, name.size(), value);
  };
  put("{rule}", redaction.rule);
  put("{fp}", redaction.fp);
  return out;
}

}  // namespace clawtrail::scan
