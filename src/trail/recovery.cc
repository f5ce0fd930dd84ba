// SPDX-License-Identifier: Apache-2.0
#include "trail/recovery.h"

#include <cstring>
#include <utility>

#include "clawtrail/base/check.h"
#include "trail/line_reader.h"
#include "trail/note.h"
#include "trail/peek.h"
#include "trail/segment.h"

namespace clawtrail {

namespace {

Error corrupt(RecordIndex index, const std::string& path, const std::string& what) {
  return {Code::kCorrupt, "the trail is damaged at record " + std::to_string(index) + " in " + path + ": " +
                              what + "; nothing was changed, `clawtrail verify` tells more"};
}

class Recoverer {
 public:
  Recoverer(Files& files, std::string dir, const SigningKey& key)
      : files_(files), dir_(std::move(dir)), key_(key), verifier_{key.name, key.public_key} {}

  Result<Recovery> run();

 private:
  Status read_checkpoint_file();
  /// A last segment without a complete first line was being made when the machine stopped.
  Status drop_unborn_segment();
  Status check_sealed(std::size_t i);
  Status read_last_segment();
  Status read_header(std::string_view line);
  Status take(std::string_view line);
  Status take_checkpoint(std::string_view line);
  Status compare_checkpoint_file();

  Files& files_;
  std::string dir_;
  const SigningKey& key_;
  VerifierKey verifier_;
  JsonParser parser_;
  std::vector<SegmentFile> segments_;
  std::optional<Checkpoint> newest_;  ///< DIR/checkpoint
  Recovery out_;
};

Status Recoverer::read_checkpoint_file() {
  const std::string path = join_path(dir_, kCheckpointFile);
  auto note = read_file(files_, path, kNoteBytesMax);
  if (!note && note.error().code == Code::kNotFound) return {};
  if (!note) return note.error();
  auto opened = open_checkpoint(*note, verifier_);
  if (!opened && opened.error().code == Code::kNotFound) {
    return Error{Code::kInvalid, path + " is signed by another key than " + key_.name +
                                     ": use the key of this trail, or begin a new trail in another folder"};
  }
  if (!opened) return Error{Code::kCorrupt, path + " is damaged: " + opened.error().message};
  newest_ = *opened;
  out_.note = std::move(*note);
  return {};
}

Status Recoverer::drop_unborn_segment() {
  CHECK(!segments_.empty());
  const SegmentFile& last = segments_.back();
  CLAWTRAIL_ASSIGN(auto file, files_.open(last.path, OpenMode::kRead));
  LineReader lines(std::move(file));
  CLAWTRAIL_ASSIGN(const std::optional<std::string_view> line, lines.next());
  if (line && std::memchr(line->data(), '\0', line->size()) == nullptr) return {};
  out_.remove = last.path;
  out_.torn_bytes += last.bytes;
  segments_.pop_back();
  return {};
}

Status Recoverer::check_sealed(std::size_t i) {
  const SegmentFile& segment = segments_[i];
  const RecordIndex next = segments_[i + 1].first;
  CLAWTRAIL_ASSIGN(const std::string line, read_last_line(files_, segment));
  auto record = read_checkpoint_record(parser_, line);
  if (!record) return corrupt(segment.first, segment.path, "it does not end with a checkpoint record");
  if (record->tree_size + 1 != next) {
    return corrupt(record->tree_size + 1, segments_[i + 1].path,
                   "the segment before it ends with record " + std::to_string(record->tree_size) +
                       ", so records are missing or doubled between them");
  }
  if (i + 2 < segments_.size()) return {};
  // The last segment may not have a checkpoint yet: then the sealing one of its predecessor counts.
  out_.sources = std::move(record->sources);
  out_.readers = std::move(record->readers);
  out_.checkpointed_size = next;
  return {};
}

Status Recoverer::read_header(std::string_view line) {
  const SegmentFile& last = *out_.last;
  auto header = read_segment_record(parser_, line);
  if (!header && header.error().code == Code::kInvalid) return header.error();
  if (!header) return corrupt(last.first, last.path, header.error().message);
  if (header->log != key_.name) {
    return Error{Code::kInvalid, "the trail in " + dir_ + " belongs to the log " + header->log +
                                     ", the key is that of " + key_.name +
                                     ": use the key of this trail, or begin a new one elsewhere"};
  }
  if (header->tree_size != last.first) {
    return corrupt(last.first, last.path, "it begins with record " + std::to_string(header->tree_size));
  }
  auto tree = CompactTree::restore(header->tree_size, header->range);
  if (!tree) return corrupt(last.first, last.path, tree.error().message);
  if (tree->root() != header->root)
    return corrupt(last.first, last.path, "its compact range does not give its root");
  out_.tree = std::move(*tree);
  out_.header = std::move(*header);
  out_.header_bytes = line.size() + 1;
  return {};
}

Status Recoverer::take_checkpoint(std::string_view line) {
  const RecordIndex index = out_.tree.size();
  const std::string& path = out_.last->path;
  auto record = read_checkpoint_record(parser_, line);
  if (!record) return corrupt(index, path, record.error().message);
  const auto note = open_checkpoint(record->note, verifier_);
  if (!note) return corrupt(index, path, note.error().message);
  if (record->tree_size != index || note->size != index) {
    return corrupt(index, path, "this checkpoint is of " + std::to_string(record->tree_size) + " records");
  }
  if (record->root != note->root || note->root != out_.tree.root()) {
    return corrupt(index, path, "the records before it are not those that this checkpoint signed");
  }
  out_.sources = std::move(record->sources);
  out_.readers = std::move(record->readers);
  out_.checkpointed_size = index + 1;
  return {};
}

Status Recoverer::compare_checkpoint_file() {
  if (!newest_ || newest_->size != out_.tree.size() || newest_->root == out_.tree.root()) return {};
  return corrupt(out_.tree.size(), out_.last ? out_.last->path : dir_,
                 "the records before it are not those that " + join_path(dir_, kCheckpointFile) + " signed");
}

Status Recoverer::take(std::string_view line) {
  if (out_.header_bytes == 0) CLAWTRAIL_TRY(read_header(line));
  if (is_own_line(line, EventType::kCheckpoint)) {
    CLAWTRAIL_TRY(take_checkpoint(line));
  } else {
    out_.sources.apply(line);
  }
  CLAWTRAIL_TRY(compare_checkpoint_file());
  out_.tree.append(leaf_hash(line));
  return {};
}

Status Recoverer::read_last_segment() {
  out_.last = segments_.back();
  CLAWTRAIL_ASSIGN(auto file, files_.open(out_.last->path, OpenMode::kRead));
  CLAWTRAIL_ASSIGN(const FileStat stat, file->stat());
  LineReader lines(std::move(file));
  for (;;) {
    out_.keep_bytes = lines.offset();
    CLAWTRAIL_ASSIGN(const std::optional<std::string_view> line, lines.next());
    // JSON has no NUL byte: it is a page that never reached the disk, in data that was not yet synced.
    if (!line || std::memchr(line->data(), '\0', line->size()) != nullptr) break;
    CLAWTRAIL_TRY(take(*line));
  }
  CHECK(out_.keep_bytes <= stat.size);
  out_.torn_bytes += stat.size - out_.keep_bytes;
  if (out_.header_bytes == 0) return corrupt(out_.last->first, out_.last->path, "it has no first record");
  return compare_checkpoint_file();
}

Result<Recovery> Recoverer::run() {
  auto segments = list_segments(files_, dir_);
  if (!segments && segments.error().code != Code::kNotFound) return segments.error();
  if (segments) segments_ = std::move(*segments);
  CLAWTRAIL_TRY(read_checkpoint_file());
  if (!segments_.empty()) CLAWTRAIL_TRY(drop_unborn_segment());
  if (!segments_.empty() && segments_.front().first != 0) {
    return corrupt(0, segments_.front().path, "the segments before it are missing");
  }
  for (std::size_t i = 0; i + 1 < segments_.size(); ++i) CLAWTRAIL_TRY(check_sealed(i));
  if (!segments_.empty()) CLAWTRAIL_TRY(read_last_segment());

  const TreeSize size = out_.tree.size();
  if (newest_ && newest_->size > size) {
    return Error{Code::kCorrupt, "records are missing at the end of the trail in " + dir_ +
                                     ": its signed checkpoint counts " + std::to_string(newest_->size) +
                                     " records, there are " + std::to_string(size) +
                                     " (truncated); nothing was changed"};
  }
  if (!out_.remove.empty() && parse_segment_name(basename_of(out_.remove)) != size) {
    return corrupt(size, out_.remove, "its name does not follow the last record, and it has no first record");
  }
  return std::move(out_);
}

}  // namespace

Result<Recovery> recover(Files& files, const std::string& dir, const SigningKey& key) {
  return Recoverer(files, dir, key).run();
}

}  // namespace clawtrail
