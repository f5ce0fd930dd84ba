// SPDX-License-Identifier: Apache-2.0
#include "trail/line_reader.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "clawtrail/base/check.h"
#include "clawtrail/base/limits.h"
#include "clawtrail/event/json.h"

namespace clawtrail {

namespace {

std::unique_ptr<char[]> uninitialised(std::size_t size) {
  return std::unique_ptr<char[]>(new char[size + JsonParser::kPadding]);
}

}  // namespace

LineReader::LineReader(std::unique_ptr<File> file)
    : file_(std::move(file)),
      buffer_(uninitialised(limits::kReaderBlockBytes)),
      capacity_(limits::kReaderBlockBytes) {
  CHECK(file_ != nullptr);
}

Result<std::optional<std::string_view>> LineReader::next() {
  for (;;) {
    CHECK(begin_ <= scanned_ && scanned_ <= end_);
    const void* newline = std::memchr(buffer_.get() + scanned_, '\n', end_ - scanned_);
    if (newline != nullptr) {
      const auto at = static_cast<std::size_t>(static_cast<const char*>(newline) - buffer_.get());
      const std::string_view line(buffer_.get() + begin_, at - begin_);
      offset_ += line.size() + 1;
      begin_ = scanned_ = at + 1;
      return std::optional(line);
    }
    scanned_ = end_;
    if (end_ - begin_ > limits::kRecordBytesMax) {
      return Error{Code::kCorrupt, "the line at offset " + std::to_string(offset_) + " is longer than " +
                                       std::to_string(limits::kRecordBytesMax) + " bytes"};
    }
    CLAWTRAIL_ASSIGN(const bool more, fill());
    if (!more) return std::optional<std::string_view>();
  }
}

void LineReader::make_room() {
  const std::size_t kept = end_ - begin_;
  if (kept < capacity_ / 2) {
    // After one long line the buffer returns to its usual size: a reader is not to hold its memory for ever.
    const std::size_t wanted = std::max(limits::kReaderBlockBytes, 2 * kept);
    if (wanted < capacity_ / 2) {
      auto smaller = uninitialised(wanted);
      std::memcpy(smaller.get(), buffer_.get() + begin_, kept);
      buffer_ = std::move(smaller);
      capacity_ = wanted;
    } else {
      std::memmove(buffer_.get(), buffer_.get() + begin_, kept);
    }
  } else {
    auto larger = uninitialised(2 * capacity_);
    std::memcpy(larger.get(), buffer_.get() + begin_, kept);
    buffer_ = std::move(larger);
    capacity_ *= 2;
  }
  scanned_ -= begin_;
  end_ -= begin_;
  begin_ = 0;
  CHECK(end_ < capacity_);
}

Result<bool> LineReader::fill() {
  if (begin_ == end_) begin_ = scanned_ = end_ = 0;
  if (end_ == capacity_ || (end_ == 0 && capacity_ > limits::kReaderBlockBytes)) make_room();
  const ByteOffset from = offset_ + (end_ - begin_);
  CLAWTRAIL_ASSIGN(const std::size_t read, file_->read_at(from, {buffer_.get() + end_, capacity_ - end_}));
  CHECK(read <= capacity_ - end_);
  end_ += read;
  std::memset(buffer_.get() + end_, 0, JsonParser::kPadding);
  return read > 0;
}

}  // namespace clawtrail
