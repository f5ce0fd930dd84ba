// SPDX-License-Identifier: Apache-2.0
#include "clawtrail/redact/filter.h"

#include <algorithm>
#include <cstring>

#include "clawtrail/base/check.h"
#include "clawtrail/base/hash.h"
#include "clawtrail/base/limits.h"

namespace clawtrail {

namespace {

/// Large enough that a scan call costs nothing, small enough for the second-level cache.
constexpr std::size_t kBlockBytes = 512 * limits::KiB;
/// How far back from the end of an oversized part a place between tokens is looked for.
constexpr std::size_t kCutBytesMax = 64 * limits::KiB;

/// The lines of a block, cut only when somebody asks.
class BlockLines : public CarryLines {
 public:
  explicit BlockLines(std::string_view block) : block_(block) {}
  std::size_t size() const override { return lines().size(); }
  Span at(std::size_t line) const override { return lines()[line]; }

 private:
  const std::vector<Span>& lines() const {
    for (std::size_t at = lines_.empty() ? 0 : block_.size(); at < block_.size();) {
      const std::size_t end = std::min(block_.find('\n', at), block_.size());
      lines_.push_back({at, end});
      at = end + 1;
    }
    return lines_;
  }
  std::string_view block_;
  mutable std::vector<Span> lines_;
};

class Filter {
 public:
  Filter(const FilterRead& read, const FilterWrite& write, const Redactor& redactor, const Scanner& scanner,
         const FilterOptions& options)
      : read_(read),
        write_(write),
        redactor_(redactor),
        scanner_(scanner),
        options_(options),
        scan_(scanner.make_scratch()),
        scratch_(redactor.make_scratch()),
        carrier_(redactor.make_carrier()) {
    in_.resize(2 * kBlockBytes);
  }
  ~Filter() { wipe(in_.data(), in_.size()); }
  Filter(const Filter&) = delete;
  Filter& operator=(const Filter&) = delete;

  Result<FilterStats> run() {
    for (;;) {
      CLAWTRAIL_ASSIGN(const std::size_t got, fill());
      stats_.bytes_in += got;
      const bool end = got == 0;
      if (size_ == 0) break;
      const std::size_t ready = end ? size_ : ready_bytes();
      if (ready > 0) CLAWTRAIL_TRY(work(ready));
      if (end) break;
    }
    return std::move(stats_);
  }

 private:
  /// Reads behind what is there, with room for at least one block.
  Result<std::size_t> fill() {
    if (in_.size() - size_ < kBlockBytes) in_.resize(in_.size() * 2);
    CLAWTRAIL_ASSIGN(const std::size_t got,
                     read_(in_.data() + size_, std::min(in_.size() - size_, kBlockBytes)));
    CHECK(got <= in_.size() - size_);
    // Only the new bytes can hold the last newline, if the rest had none.
    const void* newline = got == 0 ? nullptr : memrchr(in_.data() + size_, '\n', got);
    if (newline != nullptr)
      lines_end_ = static_cast<std::size_t>(static_cast<const char*>(newline) - in_.data()) + 1;
    size_ += got;
    return got;
  }

  /// How many bytes can be worked on: whole lines, or a part of a line that is too long.
  std::size_t ready_bytes() const {
    if (lines_end_ > 0) return lines_end_;
    if (size_ < limits::kLineBytesMax) return 0;
    const std::size_t low = limits::kLineBytesMax - kCutBytesMax;
    for (std::size_t cut = limits::kLineBytesMax; cut > low; --cut) {
      const char c = in_[cut - 1];
      if (c == ' ' || c == ',' || c == '\t') return cut;
    }
    return limits::kLineBytesMax;
  }

  Status work(std::size_t ready) {
    const std::string_view block(in_.data(), ready);
    const bool overflow = scanner_.scan(block, *scan_, hits_);
    const BlockLines lines(block);
    if (carrier_) {
      carrier_->look(block, lines, hits_, overflow, "");
      carrier_->pass(carry_, 0);
      carried_ = carrier_->finish();
    }
    out_.clear();
    const bool whole = block.back() == '\n';
    if (hits_.empty() && !overflow && !redactor_.every_line() && carried_.empty()) {
      count_lines(block);
      CLAWTRAIL_TRY(write_(block));
    } else {
      redact_block(block, overflow);
      CLAWTRAIL_TRY(write_(out_));
    }
    continued_ = !whole;
    std::memmove(in_.data(), in_.data() + ready, size_ - ready);
    size_ -= ready;
    lines_end_ = 0;
    return {};
  }

  void count_lines(std::string_view block) {
    if (!options_.count_lines && !options_.on_redactions) return;
    if (continued_) --stats_.lines;
    stats_.lines += static_cast<std::uint64_t>(std::count(block.begin(), block.end(), '\n')) +
                    (block.back() == '\n' ? 0 : 1);
  }

  void redact_block(std::string_view block, bool overflow) {
    const bool every = overflow || redactor_.every_line() || !carried_.empty();
    std::size_t copied = 0, line_begin = 0, hit = 0, number = 0;
    while (line_begin < block.size()) {
      if (!every) {
        if (hit == hits_.size()) break;
        // The line of the next hit; what lies before it is clean.
        const std::size_t before = block.substr(0, hits_[hit].end - 1).rfind('\n');
        line_begin = before == std::string_view::npos ? 0 : std::max(line_begin, before + 1);
      }
      const std::size_t line_end = std::min(block.find('\n', line_begin), block.size());
      const std::size_t first = hit;
      while (hit < hits_.size() && hits_[hit].end <= line_end) {
        hits_[hit].end -= static_cast<std::uint32_t>(line_begin);
        ++hit;
      }
      // A literal that ends with the newline itself belongs to no line.
      while (hit < hits_.size() && hits_[hit].end <= line_end + 1) ++hit;
      out_.append(block.substr(copied, line_begin - copied));
      take_carried(number++);
      redact_line(block.substr(line_begin, line_end - line_begin), {hits_.data() + first, hit - first},
                  overflow, block, line_begin);
      copied = line_end;
      line_begin = line_end + 1;
    }
    out_.append(block.substr(copied));
    count_lines(block);
  }

  /// Lines are numbered only where every line is looked at.
  void take_carried(std::size_t line) {
    std::size_t count = 0;
    while (count < carried_.size() && carried_[count].line == line) ++count;
    scratch_->carried = carried_.first(count);
    carried_ = carried_.subspan(count);
  }

  void redact_line(std::string_view line, std::span<const Hit> hits, bool overflow, std::string_view block,
                   std::size_t line_begin) {
    redactions_.clear();
    if (redactor_.redact(line, hits, overflow, *scratch_, out_, redactions_)) ++stats_.lines_changed;
    if (redactions_.empty()) return;
    for (const Redaction& redaction : redactions_) {
      const auto place = stats_.by_rule.find(redaction.rule);
      place == stats_.by_rule.end() ? void(stats_.by_rule.emplace(redaction.rule, 1)) : void(++place->second);
    }
    if (options_.on_redactions) {
      const auto before = static_cast<std::uint64_t>(
          std::count(block.begin(), block.begin() + static_cast<std::ptrdiff_t>(line_begin), '\n'));
      options_.on_redactions(stats_.lines + before + (continued_ ? 0 : 1), redactions_);
    }
  }

  const FilterRead& read_;
  const FilterWrite& write_;
  const Redactor& redactor_;
  const Scanner& scanner_;
  const FilterOptions& options_;
  std::unique_ptr<ScanScratch> scan_;
  std::unique_ptr<RedactScratch> scratch_;
  std::unique_ptr<Carrier> carrier_;
  CarryState carry_;
  std::span<const CarriedSecret> carried_;  ///< of the lines not done yet
  std::string in_, out_;
  std::size_t size_ = 0;       ///< bytes in in_
  std::size_t lines_end_ = 0;  ///< behind the last newline in in_
  bool continued_ = false;     ///< the block before ended inside a line
  std::vector<Hit> hits_;
  std::vector<Redaction> redactions_;
  FilterStats stats_;
};

}  // namespace

Result<FilterStats> redact_stream(const FilterRead& read, const FilterWrite& write, const Redactor& redactor,
                                  const Scanner& scanner, const FilterOptions& options) {
  return Filter(read, write, redactor, scanner, options).run();
}

}  // namespace clawtrail
