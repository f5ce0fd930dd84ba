// SPDX-License-Identifier: Apache-2.0
// Appends, seals and rotates.  State changes last: after a failed call the tree knows only lines that are
// there.
#include "clawtrail/trail/trail_writer.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <utility>

#include "clawtrail/base/check.h"
#include "clawtrail/trail/merkle.h"
#include "trail/own_record.h"
#include "trail/recovery.h"
#include "trail/segment.h"
#include "trail/source_map.h"

namespace clawtrail {

namespace {

class SegmentedWriter : public TrailWriter {
 public:
  SegmentedWriter(Files& files, Clock& clock, TrailOptions options, SigningKey key)
      : files_(files), clock_(clock), options_(std::move(options)), key_(std::move(key)) {}

  Status start();

  const Recovered& recovered() const override { return recovered_; }
  Result<TreeSize> append(const RedactedBatch& batch) override;
  Status sync() override;
  Status checkpoint() override;
  bool checkpoint_due() const override;
  void set_reader_position(const std::string& reader, RecordIndex next) override;
  TreeSize size() const override { return tree_.size(); }
  TreeSize durable_size() const override { return durable_.load(std::memory_order_acquire); }
  Digest root() const override { return tree_.root(); }
  const std::string& last_checkpoint() const override { return note_; }
  const std::string& log_id() const override { return key_.name; }
  Status close() override;

 private:
  Status cut_back(const Recovery& recovery);
  void take_over(Recovery recovery);
  /// Writes lines that end with a newline. After kBroken nothing more is written.
  Status write(std::string_view lines);
  Status rotate();
  Status create_segment();
  Status append_checkpoint_record();
  Status replace_checkpoint_file();
  std::string sign_now() const;
  SegmentRecord header_now() const;
  Status refuse() const { return Error{Code::kBroken, broken_}; }
  Status break_with(Error error);

  Files& files_;
  Clock& clock_;
  TrailOptions options_;
  SigningKey key_;
  std::unique_ptr<FileLock> lock_;
  std::optional<SegmentWriter> segment_;
  std::uint64_t header_bytes_ = 0;  ///< of the current segment: it is empty if it has no more than these
  CompactTree tree_;
  SourceMap sources_;
  std::map<std::string, RecordIndex> readers_;
  Recovered recovered_;
  std::string note_;                     ///< content of DIR/checkpoint
  std::string note_unwritten_;           ///< signed, but DIR/checkpoint could not be replaced yet
  TreeSize checkpointed_size_ = 0;       ///< index after the last checkpoint record
  std::int64_t checkpointed_at_ns_ = 0;  ///< monotonic
  bool positions_changed_ = false;       ///< sources or readers moved without a record since then
  bool rotate_pending_ = false;          ///< nothing may be appended to the current segment any more
  std::atomic<TreeSize> durable_{0};
  std::string broken_;  ///< why, "" while usable
};

Status SegmentedWriter::break_with(Error error) {
  broken_ = "the trail in " + options_.path + " cannot be written until it is opened again: " + error.message;
  return refuse();
}

Status SegmentedWriter::start() {
  CLAWTRAIL_TRY(files_.create_dirs(options_.path));
  CLAWTRAIL_ASSIGN(lock_, files_.lock(join_path(options_.path, kLockFile)));
  CLAWTRAIL_ASSIGN(Recovery recovery, recover(files_, options_.path, key_));
  CLAWTRAIL_TRY(cut_back(recovery));
  checkpointed_at_ns_ = clock_.monotonic_ns();
  const bool fresh = !recovery.last;
  take_over(std::move(recovery));
  if (fresh) CLAWTRAIL_TRY(create_segment());
  // What a killed process left in the page cache is counted from here on, so it has to be on the disk.
  CLAWTRAIL_TRY(sync());
  CLAWTRAIL_TRY(files_.sync_dir(options_.path));
  CHECK(durable_size() == tree_.size());
  if (note_.empty() && !fresh) {
    note_unwritten_ = sign_now();
    CLAWTRAIL_TRY(replace_checkpoint_file());
  }
  return {};
}

Status SegmentedWriter::cut_back(const Recovery& recovery) {
  if (!recovery.remove.empty()) {
    CLAWTRAIL_TRY(files_.remove(recovery.remove));
    CLAWTRAIL_TRY(files_.sync_dir(options_.path));
  }
  if (!recovery.last) return {};
  CLAWTRAIL_ASSIGN(segment_, SegmentWriter::open(files_, recovery.last->path));
  CHECK(segment_->bytes() >= recovery.keep_bytes);
  if (segment_->bytes() > recovery.keep_bytes) {
    CLAWTRAIL_TRY(segment_->truncate(recovery.keep_bytes));
    CLAWTRAIL_TRY(segment_->sync());
  }
  return {};
}

void SegmentedWriter::take_over(Recovery recovery) {
  tree_ = std::move(recovery.tree);
  header_bytes_ = recovery.header_bytes;
  checkpointed_size_ = recovery.checkpointed_size;
  note_ = std::move(recovery.note);
  readers_ = std::move(recovery.readers);
  sources_ = std::move(recovery.sources);
  recovered_.size = tree_.size();
  recovered_.torn_bytes = recovery.torn_bytes;
  recovered_.sources = sources_.all();
  recovered_.generations = sources_.generations();
  if (!recovery.last) return;
  // Each segment says what was in force when it was written, so a change begins a new one.
  const SegmentRecord now = header_now();
  const SegmentRecord& then = recovery.header;
  rotate_pending_ = then.version != now.version || then.gateway != now.gateway || then.host != now.host ||
                    then.patterns_digest != now.patterns_digest || then.rules_digest != now.rules_digest ||
                    then.config_digest != now.config_digest;
}

SegmentRecord SegmentedWriter::header_now() const {
  SegmentRecord record;
  record.at = clock_.now();
  record.version = CLAWTRAIL_VERSION;
  record.log = key_.name;
  record.key = format_verifier_key({key_.name, key_.public_key});
  record.gateway = options_.gateway;
  record.host = options_.host;
  record.patterns_digest = options_.patterns_digest;
  record.rules_digest = options_.rules_digest;
  record.config_digest = options_.config_digest;
  record.tree_size = tree_.size();
  record.root = tree_.root();
  record.range = tree_.range();
  return record;
}

std::string SegmentedWriter::sign_now() const {
  return sign_checkpoint({key_.name, tree_.size(), tree_.root()}, key_);
}

Status SegmentedWriter::write(std::string_view lines) {
  CHECK(broken_.empty());
  CHECK(segment_.has_value());
  CHECK(!rotate_pending_ || tree_.size() != checkpointed_size_);
  Status written = segment_->append(lines);
  if (!written && written.error().code == Code::kBroken) return break_with(std::move(written.error()));
  return written;
}

Result<TreeSize> SegmentedWriter::append(const RedactedBatch& batch) {
  if (!broken_.empty()) return refuse().error();
  const std::span<const Digest> leaves = batch.leaves();
  CHECK(batch.ends().size() == leaves.size());
  CHECK(batch.empty() == batch.bytes().empty());
  if (!batch.empty()) {
    CHECK(batch.ends().back() == batch.bytes().size());
    // Rotation happens only between batches, so a torn tail is always inside one file.
    const bool full = segment_->bytes() + batch.bytes().size() > options_.segment_bytes;
    if (rotate_pending_ || (full && segment_->bytes() > header_bytes_)) CLAWTRAIL_TRY(rotate());
    CLAWTRAIL_TRY(write(batch.bytes()));
    tree_.append(leaves);  // Only now: the tree must never know a line that is not there.
  }
  for (const SourceProgress& progress : batch.progress()) sources_.advance(progress);
  positions_changed_ = positions_changed_ || !batch.progress().empty();
  CHECK(tree_.size() >= durable_size());
  return tree_.size();
}

Status SegmentedWriter::sync() {
  if (!broken_.empty()) return refuse();
  if (tree_.size() == durable_size()) return {};
  CHECK(segment_.has_value());
  if (Status synced = segment_->sync(); !synced) return break_with(std::move(synced.error()));
  durable_.store(tree_.size(), std::memory_order_release);
  return {};
}

Status SegmentedWriter::append_checkpoint_record() {
  CheckpointRecord record;
  record.at = clock_.now();
  record.gateway = options_.gateway;
  record.tree_size = tree_.size();
  record.root = tree_.root();
  record.note = sign_now();
  record.sources = sources_;
  record.readers = readers_;
  const std::string line = write_checkpoint_record(record);
  CLAWTRAIL_TRY(write(line + "\n"));
  tree_.append(leaf_hash(line));
  checkpointed_size_ = tree_.size();
  checkpointed_at_ns_ = clock_.monotonic_ns();
  positions_changed_ = false;
  // The note in the file counts the checkpoint record too, so that this record is covered as well.
  note_unwritten_ = sign_now();
  return {};
}

Status SegmentedWriter::replace_checkpoint_file() {
  if (note_unwritten_.empty()) return {};
  CHECK(durable_size() >= checkpointed_size_);  // A note must not count what a power cut could take away.
  CLAWTRAIL_TRY(write_file_atomically(files_, join_path(options_.path, kCheckpointFile), note_unwritten_));
  note_ = std::exchange(note_unwritten_, std::string());
  return {};
}

Status SegmentedWriter::checkpoint() {
  if (!broken_.empty()) return refuse();
  CLAWTRAIL_TRY(sync());
  // First what an earlier call owes: without its file a checkpoint record must not be followed by another.
  CLAWTRAIL_TRY(replace_checkpoint_file());
  const bool changed = tree_.size() != checkpointed_size_ || positions_changed_;
  if (changed && rotate_pending_ && tree_.size() == checkpointed_size_) CLAWTRAIL_TRY(create_segment());
  if (changed) CLAWTRAIL_TRY(append_checkpoint_record());
  CLAWTRAIL_TRY(sync());
  return replace_checkpoint_file();
}

bool SegmentedWriter::checkpoint_due() const {
  if (tree_.size() == checkpointed_size_ || !broken_.empty()) return false;
  CHECK(tree_.size() > checkpointed_size_);
  if (tree_.size() - checkpointed_size_ >= limits::kCheckpointRecordsMax) return true;
  const auto interval = std::chrono::duration_cast<std::chrono::nanoseconds>(limits::kCheckpointInterval);
  return clock_.monotonic_ns() - checkpointed_at_ns_ >= interval.count();
}

void SegmentedWriter::set_reader_position(const std::string& reader, RecordIndex next) {
  RecordIndex& known = readers_[reader];
  positions_changed_ = positions_changed_ || known != next;
  known = next;
}

Status SegmentedWriter::rotate() {
  // The seal: nothing of this segment is without a signature once the next one exists.
  if (tree_.size() != checkpointed_size_) CLAWTRAIL_TRY(append_checkpoint_record());
  CLAWTRAIL_TRY(sync());
  CLAWTRAIL_TRY(replace_checkpoint_file());
  return create_segment();
}

Status SegmentedWriter::create_segment() {
  CHECK(tree_.size() == 0 || tree_.size() == checkpointed_size_);
  // From here a file of that name may exist, so the old segment must not grow past its first index.
  rotate_pending_ = true;
  const std::string path = join_path(options_.path, segment_name(tree_.size()));
  auto next = SegmentWriter::create(files_, path);
  if (!next && next.error().code == Code::kBusy) {
    // Ours, from an attempt that failed: the lock is held, and recovery saw no such file.
    CLAWTRAIL_TRY(files_.remove(path));
    next = SegmentWriter::create(files_, path);
  }
  if (!next) return next.error();

  const std::string line = write_segment_record(header_now());
  Status made = next->append(line + "\n");
  if (made) made = next->sync();
  if (made) made = files_.sync_dir(options_.path);
  if (!made) {
    // A remainder is removed by the next attempt or by recovery; a failure here changes nothing.
    static_cast<void>(files_.remove(path));
    return made;
  }
  segment_ = std::move(*next);
  header_bytes_ = segment_->bytes();
  tree_.append(leaf_hash(line));
  rotate_pending_ = false;
  durable_.store(tree_.size(), std::memory_order_release);
  return {};
}

Status SegmentedWriter::close() {
  const Status done = checkpoint();
  segment_.reset();
  lock_.reset();
  if (broken_.empty()) broken_ = "the trail in " + options_.path + " is closed";
  return done;
}

}  // namespace

Result<std::unique_ptr<TrailWriter>> TrailWriter::open(Files& files, Clock& clock, TrailOptions options,
                                                       SigningKey key) {
  CHECK(!options.path.empty());
  CHECK(!key.name.empty());
  auto writer = std::make_unique<SegmentedWriter>(files, clock, std::move(options), std::move(key));
  CLAWTRAIL_TRY(writer->start());
  return std::unique_ptr<TrailWriter>(std::move(writer));
}

}  // namespace clawtrail
