// SPDX-License-Identifier: Apache-2.0
#include "source/line_cutter.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "clawtrail/base/check.h"
#include "clawtrail/base/encoding.h"
#include "clawtrail/base/limits.h"

namespace clawtrail {

namespace {

/// Blocks read in one go are far smaller, so that RawLine's 32-bit offsets always reach.
constexpr std::size_t kLimitMax = 1024 * limits::MiB;

void add_padding(RawBatch& batch) { batch.bytes.append(JsonParser::kPadding, '\0'); }

}  // namespace

LineCutter::LineCutter(std::size_t line_bytes_max, std::size_t lead)
    : line_bytes_max_(line_bytes_max), lead_(lead) {
  CHECK(line_bytes_max > 0);
  CHECK(line_bytes_max <= kLimitMax);
  restart(0);
}

void LineCutter::restart(std::uint64_t position, bool drop_first) {
  next_ = end_ = position;
  drop_ = drop_first;
  has_more_ = false;
  surplus_ = 0;
  searched_ = lead_;
  carry_.assign(lead_, '\n');
}

std::span<char> LineCutter::room(RawBatch& batch, std::size_t size) {
  CHECK(batch.empty());
  CHECK(size <= kLimitMax);
  batch.bytes.clear();
  batch.bytes.swap(carry_);  // Nothing is copied, however long the line that we wait for.
  room_begin_ = batch.bytes.size();
  batch.bytes.reserve(room_begin_ + size + JsonParser::kPadding);
  batch.bytes.resize(room_begin_ + size);
  return {batch.bytes.data() + room_begin_, size};
}

void LineCutter::give_back(RawBatch& batch) {
  batch.bytes.resize(room_begin_);
  batch.bytes.swap(carry_);
  batch.clear();
}

bool LineCutter::take(RawBatch& batch, std::size_t got) {
  CHECK(room_begin_ + got <= batch.bytes.size());
  batch.bytes.resize(room_begin_ + got);
  end_ += got;
  std::fill_n(batch.bytes.begin(), lead_, '\n');  // What stood there belongs to an earlier line.
  return cut(batch);
}

bool LineCutter::cut(RawBatch& batch) {
  const std::string& bytes = batch.bytes;
  std::size_t begin = lead_;
  std::size_t from = searched_;
  has_more_ = false;
  while (!has_more_) {
    const void* newline = std::memchr(bytes.data() + from, '\n', bytes.size() - from);
    if (newline == nullptr) break;
    const auto at = static_cast<std::size_t>(static_cast<const char*>(newline) - bytes.data());
    const std::uint64_t size = at - begin + surplus_ - (surplus_ > 0 ? lead_ : 0);
    const bool alone = size > line_bytes_max_ || at - lead_ > limits::kBatchBytesSoft;
    if (!batch.lines.empty() && (alone || batch.lines.size() == limits::kBatchRecordsMax)) {
      has_more_ = true;
      break;
    }
    const bool empty = size == 0 || (size == 1 && bytes[begin] == '\r');
    if (!empty && !drop_) add_line(batch, begin, size);
    drop_ = false;
    next_ += size + 1;
    surplus_ = 0;
    begin = from = at + 1;
    has_more_ = alone && !batch.lines.empty();
  }
  if (begin == lead_) return keep_waiting(batch);
  carry_from(batch, begin);
  if (batch.lines.empty()) {
    batch.clear();
    return false;
  }
  const RawLine& last = batch.lines.back();
  // Of a long line only what is kept goes on; it would otherwise be scanned for secrets to no end.
  batch.bytes.resize(last.truncated_from > 0 ? std::size_t{last.offset} + last.size : begin);
  add_padding(batch);
  return true;
}

void LineCutter::add_line(RawBatch& batch, std::size_t begin, std::uint64_t size) const {
  RawLine line;
  line.offset = static_cast<std::uint32_t>(begin);
  line.size = static_cast<std::uint32_t>(std::min<std::uint64_t>(size, line_bytes_max_));
  line.position = next_;
  if (size > line_bytes_max_) {
    // The byte behind the cut tells whether the cut is at a character border.
    const std::string_view kept =
        utf8_prefix({batch.bytes.data() + begin, line_bytes_max_ + 1}, line_bytes_max_);
    line.size = static_cast<std::uint32_t>(kept.size());
    line.truncated_from = size;
    SourceNotice notice;
    notice.type = EventType::kGap;
    notice.position = next_;
    notice.reason = "a line of " + std::to_string(size) + " bytes is longer than the limit of " +
                    std::to_string(line_bytes_max_) + " bytes; its first " + std::to_string(kept.size()) +
                    " bytes are kept";
    notice.details =
        "{\"line_bytes\":" + std::to_string(size) + ",\"kept_bytes\":" + std::to_string(kept.size()) + "}";
    batch.notices.push_back(std::move(notice));
  }
  batch.lines.push_back(line);
}

void LineCutter::carry_from(const RawBatch& batch, std::size_t begin) {
  carry_.assign(lead_, '\n');
  carry_.append(batch.bytes, begin);
  searched_ = lead_;
  if (!has_more_) throw_surplus_away();
}

bool LineCutter::keep_waiting(RawBatch& batch) {
  CHECK(batch.lines.empty());
  batch.bytes.swap(carry_);
  batch.clear();
  throw_surplus_away();
  return false;
}

void LineCutter::throw_surplus_away() {
  // One byte more than the limit: it tells whether the cut is at a character border.
  const std::size_t kept = lead_ + line_bytes_max_ + 1;
  const std::size_t filler = surplus_ > 0 ? lead_ : 0;
  if (carry_.size() > kept + filler) {
    surplus_ += carry_.size() - kept - filler;
    carry_.resize(kept + lead_);
  }
  searched_ = carry_.size();
}

bool LineCutter::flush(RawBatch& batch) {
  CHECK(!has_more_);
  const std::uint64_t size = carried();
  const bool known = std::exchange(drop_, false);
  if (size == 0) return false;
  room(batch, 0);
  if (!known) {
    add_line(batch, lead_, size);
    batch.lines.back().unterminated = size;
    batch.bytes.resize(lead_ + batch.lines.back().size);
    add_padding(batch);
  } else {
    batch.clear();
  }
  restart(end_);
  return !known;
}

void LineCutter::shrink() { carry_ = std::string(carry_.data(), carry_.size()); }

}  // namespace clawtrail
