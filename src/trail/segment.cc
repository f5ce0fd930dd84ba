// SPDX-License-Identifier: Apache-2.0
#include "trail/segment.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "clawtrail/base/check.h"
#include "clawtrail/base/limits.h"

namespace clawtrail {

namespace {

constexpr std::size_t kDigits = 20;
constexpr std::string_view kExtension = ".jsonl";
/// A checkpoint record of a few sources; longer ones are read by doubling.
constexpr std::size_t kLastLineGuess = 16 * limits::KiB;

/// Up to bytes.size() bytes at `offset`, in as many reads as it takes.
Result<std::size_t> read_fully(File& file, ByteOffset offset, std::string& bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    CLAWTRAIL_ASSIGN(const std::size_t read,
                     file.read_at(offset + done, {bytes.data() + done, bytes.size() - done}));
    if (read == 0) break;
    done += read;
  }
  return done;
}

}  // namespace

std::string segment_name(RecordIndex first) {
  const std::string digits = std::to_string(first);
  CHECK(digits.size() <= kDigits);
  return std::string(kDigits - digits.size(), '0') + digits + std::string(kExtension);
}

std::optional<RecordIndex> parse_segment_name(std::string_view name) {
  if (name.size() != kDigits + kExtension.size() || !name.ends_with(kExtension)) return std::nullopt;
  RecordIndex first = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + kDigits, first);
  if (error != std::errc() || end != name.data() + kDigits) return std::nullopt;
  return first;
}

Result<std::vector<SegmentFile>> list_segments(Files& files, const std::string& dir) {
  CLAWTRAIL_ASSIGN(const std::vector<DirEntry> entries, files.list(dir));
  std::vector<SegmentFile> segments;
  for (const DirEntry& entry : entries) {
    const auto first = parse_segment_name(entry.name);
    if (first && entry.stat.regular)
      segments.push_back({*first, join_path(dir, entry.name), entry.stat.size});
  }
  if (segments.empty()) return Error{Code::kNotFound, "no trail in " + dir + ": it holds no segment file"};
  std::sort(segments.begin(), segments.end(),
            [](const SegmentFile& a, const SegmentFile& b) { return a.first < b.first; });
  return segments;
}

Result<std::string> read_last_line(Files& files, const SegmentFile& segment) {
  CLAWTRAIL_ASSIGN(const auto file, files.open(segment.path, OpenMode::kRead));
  CLAWTRAIL_ASSIGN(const FileStat stat, file->stat());
  for (std::uint64_t window = kLastLineGuess;; window *= 2) {
    const ByteOffset from = stat.size - std::min(stat.size, window);
    std::string text(stat.size - from, '\0');
    CLAWTRAIL_ASSIGN(const std::size_t read, read_fully(*file, from, text));
    text.resize(read);
    const std::size_t end = text.rfind('\n');
    if (end == std::string::npos && from == 0) return std::string();
    const std::size_t before =
        end == std::string::npos || end == 0 ? std::string::npos : text.rfind('\n', end - 1);
    if (before != std::string::npos) return text.substr(before + 1, end - before - 1);
    if (from == 0) return text.substr(0, end);
    if (window > limits::kRecordBytesMax) {
      return Error{Code::kCorrupt, "the last line of " + segment.path + " is longer than " +
                                       std::to_string(limits::kRecordBytesMax) + " bytes"};
    }
  }
}

Result<SegmentWriter> SegmentWriter::create(Files& files, const std::string& path) {
  CLAWTRAIL_ASSIGN(auto file, files.open(path, OpenMode::kCreate));
  return SegmentWriter(path, std::move(file), 0);
}

Result<SegmentWriter> SegmentWriter::open(Files& files, const std::string& path) {
  CLAWTRAIL_ASSIGN(auto file, files.open(path, OpenMode::kAppend));
  CLAWTRAIL_ASSIGN(const FileStat stat, file->stat());
  return SegmentWriter(path, std::move(file), stat.size);
}

Status SegmentWriter::append(std::string_view lines) {
  CHECK(file_ != nullptr);
  CHECK(!lines.empty() && lines.back() == '\n');
  if (const Status written = file_->append(lines); !written) {
    // A short write leaves half a line.  If it cannot be cut off, nothing may follow it.
    if (file_->truncate(bytes_)) return written.error();
    return Error{Code::kBroken, "cannot cut " + path_ + " back to " + std::to_string(bytes_) +
                                    " bytes after a failed write: " + written.error().message};
  }
  bytes_ += lines.size();
  return {};
}

Status SegmentWriter::truncate(std::uint64_t bytes) {
  CHECK(file_ != nullptr);
  CHECK(bytes <= bytes_);
  CLAWTRAIL_TRY(file_->truncate(bytes));
  bytes_ = bytes;
  return {};
}

Status SegmentWriter::sync() {
  CHECK(file_ != nullptr);
  return file_->sync();
}

}  // namespace clawtrail
