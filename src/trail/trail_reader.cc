// SPDX-License-Identifier: Apache-2.0
// Follows the segments from one to the next, behind a writer that need not know of it.
#include "clawtrail/trail/trail_reader.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "clawtrail/base/check.h"
#include "trail/line_reader.h"
#include "trail/own_record.h"
#include "trail/segment.h"

namespace clawtrail {

namespace {

class FollowingReader : public TrailReader {
 public:
  FollowingReader(Files& files, std::string dir) : files_(files), dir_(std::move(dir)) {}

  Status seek(RecordIndex index) override;
  Result<std::optional<RecordView>> next() override;
  void set_limit(TreeSize size) override { limit_ = size; }
  RecordIndex position() const override { return std::max(index_, wanted_); }

 private:
  Status open_segment(RecordIndex first);
  /// At the end of the current file: goes on to the next segment, if there is one.
  Result<bool> follow();
  Status check_format(std::string_view first_line);

  Files& files_;
  std::string dir_;
  std::unique_ptr<LineReader> lines_;
  RecordIndex segment_first_ = 0;
  RecordIndex index_ = 0;   ///< of the next line of lines_
  RecordIndex wanted_ = 0;  ///< lines before it are skipped
  TreeSize limit_ = std::numeric_limits<TreeSize>::max();
  /// A segment beyond the end of this one was seen while this index was next.
  std::optional<std::pair<RecordIndex, RecordIndex>> beyond_;
};

Status FollowingReader::open_segment(RecordIndex first) {
  CLAWTRAIL_ASSIGN(auto file, files_.open(join_path(dir_, segment_name(first)), OpenMode::kRead));
  lines_ = std::make_unique<LineReader>(std::move(file));
  segment_first_ = index_ = first;
  beyond_.reset();
  return {};
}

Status FollowingReader::seek(RecordIndex index) {
  CLAWTRAIL_ASSIGN(const std::vector<SegmentFile> segments, list_segments(files_, dir_));
  CHECK(!segments.empty());
  const auto after =
      std::upper_bound(segments.begin(), segments.end(), index,
                       [](RecordIndex i, const SegmentFile& segment) { return i < segment.first; });
  CLAWTRAIL_TRY(open_segment(after == segments.begin() ? segments.front().first : std::prev(after)->first));
  wanted_ = index;
  return {};
}

Result<std::optional<RecordView>> FollowingReader::next() {
  while (position() < limit_) {
    CLAWTRAIL_ASSIGN(const std::optional<std::string_view> line, lines_->next());
    if (!line) {
      CLAWTRAIL_ASSIGN(const bool followed, follow());
      if (!followed) break;
      continue;
    }
    if (index_ == segment_first_) CLAWTRAIL_TRY(check_format(*line));
    const RecordIndex index = index_++;
    if (index < wanted_) continue;
    return std::optional(RecordView{index, *line});
  }
  return std::optional<RecordView>();
}

Result<bool> FollowingReader::follow() {
  if (index_ == segment_first_) return false;
  // The next segment's name is the index after this one's last record, so if it exists, this one has ended.
  const Status opened = open_segment(index_);
  if (opened) return true;
  if (opened.error().code != Code::kNotFound) return opened.error();
  if (beyond_ && beyond_->first == index_) {
    // Seen before the last look at this file, which found nothing new: what lies between is gone.  The jump
    // of the index tells the caller; verify_trail says what it means.
    CLAWTRAIL_TRY(open_segment(beyond_->second));
    return true;
  }
  CLAWTRAIL_ASSIGN(const std::vector<SegmentFile> segments, list_segments(files_, dir_));
  if (segments.back().first <= index_) return false;
  for (const SegmentFile& segment : segments) {
    if (segment.first <= index_) continue;
    beyond_ = {index_, segment.first};
    break;
  }
  return true;
}

Status FollowingReader::check_format(std::string_view first_line) {
  JsonParser parser;
  const auto record = read_segment_record(parser, first_line);
  // Damage is for verify_trail to judge; a reader refuses only what it cannot understand.
  if (!record && record.error().code == Code::kInvalid) return record.error();
  return {};
}

}  // namespace

Result<std::unique_ptr<TrailReader>> TrailReader::open(Files& files, const std::string& dir) {
  CLAWTRAIL_ASSIGN(const std::vector<SegmentFile> segments, list_segments(files, dir));
  CLAWTRAIL_ASSIGN(auto newest, files.open(segments.back().path, OpenMode::kRead));
  LineReader lines(std::move(newest));
  CLAWTRAIL_ASSIGN(const std::optional<std::string_view> header, lines.next());
  if (header) {
    JsonParser parser;
    const auto record = read_segment_record(parser, *header);
    if (!record && record.error().code == Code::kInvalid) return record.error();
  }
  auto reader = std::make_unique<FollowingReader>(files, dir);
  CLAWTRAIL_TRY(reader->seek(0));
  return std::unique_ptr<TrailReader>(std::move(reader));
}

}  // namespace clawtrail
