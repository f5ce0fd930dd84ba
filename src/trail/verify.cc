// SPDX-License-Identifier: Apache-2.0
#include "clawtrail/trail/verify.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "clawtrail/base/check.h"
#include "trail/note.h"
#include "trail/peek.h"
#include "trail/recovery.h"
#include "trail/segment.h"
#include "trail/verifier.h"

namespace clawtrail {

namespace {

constexpr std::uint64_t kProgressBytes = 16 * limits::MiB;

bool has_nul(std::string_view line) { return std::memchr(line.data(), '\0', line.size()) != nullptr; }

std::string plural(std::uint64_t count, const char* noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

}  // namespace

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kIntact:
      return "intact";
    case Verdict::kTornTail:
      return "torn tail";
    case Verdict::kTruncated:
      return "truncated";
    case Verdict::kAltered:
      return "altered";
    case Verdict::kReordered:
      return "reordered";
    case Verdict::kUnknownKey:
      return "unknown key";
    case Verdict::kNoTrail:
      return "no trail";
  }
  CHECK(false);
}

void Verifier::fail(Verdict verdict, RecordIndex first_bad, bool exact, std::string segment,
                    std::string message) {
  CHECK(verdict != Verdict::kIntact && verdict != Verdict::kTornTail);
  if (failed_) return;
  failed_ = true;
  report_.verdict = verdict;
  report_.first_bad = first_bad;
  report_.exact = exact;
  report_.bad_segment = std::move(segment);
  report_.message = std::move(message);
}

Status Verifier::choose_key() {
  CHECK(!segments_.empty());
  if (options_.key) key_ = options_.key;
  CLAWTRAIL_ASSIGN(auto file, files_.open(segments_.front().path, OpenMode::kRead));
  LineReader lines(std::move(file));
  CLAWTRAIL_ASSIGN(const std::optional<std::string_view> line, lines.next());
  if (!line) return {};
  auto header = read_segment_record(parser_, *line);
  if (!header && header.error().code == Code::kInvalid) return header.error();
  if (!header || key_) return {};
  if (auto key = parse_verifier_key(header->key)) key_ = std::move(*key);
  return {};
}

Status Verifier::read_anchors() {
  if (newest_ && key_) {
    auto note = open_checkpoint(*newest_, *key_);
    if (note && note->origin == key_->name) {
      anchors_.push_back({"the file " + std::string(kCheckpointFile), {note->size, note->root}});
    } else if (!note && note.error().code == Code::kNotFound) {
      fail(Verdict::kUnknownKey, 0, false, kCheckpointFile,
           "the newest checkpoint is not signed by " + key_->name);
    } else {
      const std::string why = note ? "it is of the log " + note->origin : note.error().message;
      fail(Verdict::kAltered, 0, false, kCheckpointFile, "the file checkpoint was altered: " + why);
    }
  }
  if (!options_.checkpoint || !key_) return {};
  auto kept = open_checkpoint(*options_.checkpoint, *key_);
  if (!kept && kept.error().code == Code::kNotFound) {
    fail(Verdict::kUnknownKey, 0, false, "", "the checkpoint kept elsewhere is not signed by " + key_->name);
    return {};
  }
  if (!kept)
    return Error{Code::kInvalid, "the checkpoint kept elsewhere cannot be used: " + kept.error().message};
  anchors_.push_back({"the checkpoint kept elsewhere", {kept->size, kept->root}});
  return {};
}

void Verifier::settle() {
  good_ = tree_;
  good_place_ = here_;
  report_.signed_size = tree_.size();
}

Status Verifier::take_anchors() {
  for (const Anchor& anchor : anchors_) {
    if (failed_ || anchor.root.size != tree_.size()) continue;
    if (anchor.root.root != tree_.root()) return fail_span("not those that " + anchor.name + " signed", true);
    settle();
  }
  return {};
}

Status Verifier::take_header(std::size_t i, std::string_view line) {
  const RecordIndex index = tree_.size();
  auto header = read_segment_record(parser_, line);
  if (!header && header.error().code == Code::kInvalid) return header.error();
  const auto altered = [&](const std::string& what) {
    return fail_record(i, "the first record of " + file_of(i) + " was altered: " + what);
  };
  if (!header) return altered(header.error().message);
  const auto key = parse_verifier_key(header->key);
  if (!key) return altered(key.error().message);
  if (header->log != key->name) return altered("log and key differ");
  if (!key_ || key->name != key_->name || key->public_key != key_->public_key) {
    fail(Verdict::kUnknownKey, index, true, file_of(i),
         file_of(i) + " belongs to the key " + key->name + (key_ ? ", expected was " + key_->name : ""));
    return {};
  }
  if (header->tree_size != index && segments_swapped()) {
    fail(Verdict::kReordered, index, true, file_of(i),
         "the segments were put in another order: " + file_of(i) + " begins with record " +
             std::to_string(header->tree_size));
    return {};
  }
  const auto before = CompactTree::restore(header->tree_size, header->range);
  if (header->tree_size != index) return altered("it says it is record " + std::to_string(header->tree_size));
  if (!before || before->root() != header->root) return altered("its compact range does not give its root");
  if (*before != tree_) return fail_span("not those that " + file_of(i) + " was built on", true);
  return {};
}

Status Verifier::take_checkpoint(std::size_t i, std::string_view line) {
  const RecordIndex index = tree_.size();
  auto record = read_checkpoint_record(parser_, line);
  auto note = record ? open_checkpoint(record->note, *key_) : Result<Checkpoint>(record.error());
  if (!note || note->size != record->tree_size || note->root != record->root || note->origin != key_->name) {
    const std::string why = note ? "its fields are not those of its note" : note.error().message;
    return fail_record(i, "record " + std::to_string(index) + ", a checkpoint, was altered: " + why);
  }
  ++report_.checkpoints;
  if (note->size > index)
    return fail_span(plural(note->size - index, "record") + " fewer than were signed", false);
  if (note->size < index)
    return fail_span(plural(index - note->size, "record") + " more than were signed", false);
  if (note->root != tree_.root()) {
    return fail_span("not those that the checkpoint at record " + std::to_string(index) + " signed", true);
  }
  settle();
  return {};
}

Status Verifier::take_line(std::size_t i, std::string_view line, bool first) {
  CLAWTRAIL_TRY(take_anchors());
  if (first && !failed_) CLAWTRAIL_TRY(take_header(i, line));
  if (!failed_ && is_own_line(line, EventType::kCheckpoint)) CLAWTRAIL_TRY(take_checkpoint(i, line));
  if (failed_) {
    ++uncounted_;
    return {};
  }
  tree_.append(leaf_hash(line));
  return {};
}

Status Verifier::check_name(std::size_t i) {
  const RecordIndex first = segments_[i].first;
  if (failed_ || first == tree_.size()) return {};
  if (first < tree_.size()) return fail_span("more than the name of " + file_of(i) + " allows", false);
  fail(Verdict::kAltered, tree_.size(), true, file_of(i),
       "records " + std::to_string(tree_.size()) + " to " + std::to_string(first - 1) +
           " are missing before " + file_of(i));
  return {};
}

Status Verifier::read_segment(std::size_t i) {
  CLAWTRAIL_TRY(check_name(i));
  const SegmentFile& segment = segments_[i];
  const bool last = i + 1 == segments_.size();
  CLAWTRAIL_ASSIGN(auto file, files_.open(segment.path, OpenMode::kRead));
  CLAWTRAIL_ASSIGN(const FileStat stat, file->stat());
  // A live trail grows: of its last segment what was there at the start is checked, to the end of that line.
  const std::uint64_t bytes = last ? segment.bytes : stat.size;
  LineReader lines(std::move(file));
  here_ = {i, 0};
  while (lines.offset() < bytes) {
    CLAWTRAIL_ASSIGN(const std::optional<std::string_view> line, lines.next());
    const bool first = here_.offset == 0;
    // As recovery does: a last segment whose first record never reached the disk is a torn one.
    if (!line || (first && last && has_nul(*line))) break;
    CLAWTRAIL_TRY(take_line(i, *line, first));
    here_.offset = lines.offset();
    report_.bytes += line->size() + 1;
    report_progress(false);
  }
  ++report_.segments;
  if (here_.offset >= bytes) return {};
  report_.torn_bytes = bytes - here_.offset;
  if (!last)
    fail(Verdict::kAltered, tree_.size(), true, file_of(i), file_of(i) + " ends in the middle of a record");
  return {};
}

Status Verifier::read_segments() {
  for (std::size_t i = 0; i < segments_.size(); ++i) CLAWTRAIL_TRY(read_segment(i));
  return take_anchors();
}

Status Verifier::read_unsigned_tail() {
  if (failed_ || good_.size() == tree_.size()) return {};
  // Nobody signed these records, so all that can be said is whether they are records.
  CompactTree tree = good_;
  for (std::size_t i = good_place_.segment; i < segments_.size(); ++i) {
    CLAWTRAIL_ASSIGN(auto file, files_.open(segments_[i].path, OpenMode::kRead));
    LineReader lines(std::move(file));
    while (tree.size() < tree_.size()) {
      const ByteOffset offset = lines.offset();
      CLAWTRAIL_ASSIGN(const std::optional<std::string_view> line, lines.next());
      if (!line) break;
      if (i == good_place_.segment && offset < good_place_.offset) continue;
      const bool last_segment = i + 1 == segments_.size();
      if (last_segment && has_nul(*line)) {
        report_.torn_bytes = segments_[i].bytes - std::min<std::uint64_t>(segments_[i].bytes, offset);
        tree_ = tree;
        return {};
      }
      if (const auto record = parser_.parse(*line);
          !record || !record->is_object() || !has_record_shape(*line)) {
        fail(Verdict::kAltered, tree.size(), true, file_of(i),
             "record " + std::to_string(tree.size()) + " was altered: it is no record");
        return {};
      }
      tree.append(leaf_hash(*line));
    }
  }
  CHECK(tree == tree_);
  return {};
}

Status Verifier::diagnose(Diagnosis& diagnosis, std::vector<SignedRoot>& roots) {
  for (const Anchor& anchor : anchors_) roots.push_back(anchor.root);
  for (std::size_t i = good_place_.segment; i < segments_.size() && !diagnosis.full(); ++i) {
    CLAWTRAIL_ASSIGN(auto file, files_.open(segments_[i].path, OpenMode::kRead));
    LineReader lines(std::move(file));
    while (!diagnosis.full()) {
      const ByteOffset offset = lines.offset();
      CLAWTRAIL_ASSIGN(const std::optional<std::string_view> line, lines.next());
      if (!line) break;
      if (i == good_place_.segment && offset < good_place_.offset) continue;
      diagnosis.add(*line);
      if (!is_own_line(*line, EventType::kCheckpoint)) continue;
      const auto record = read_checkpoint_record(parser_, *line);
      const auto note = record ? open_checkpoint(record->note, *key_) : Result<Checkpoint>(record.error());
      if (note) roots.push_back({note->size, note->root});
    }
  }
  std::sort(roots.begin(), roots.end(),
            [](const SignedRoot& a, const SignedRoot& b) { return a.size < b.size; });
  return {};
}

Status Verifier::fail_span(std::string what, bool count_fits) {
  if (failed_) return {};
  CHECK(key_.has_value());
  Diagnosis diagnosis(good_);
  std::vector<SignedRoot> roots;
  CLAWTRAIL_TRY(diagnose(diagnosis, roots));
  const std::string segment = file_of(good_place_.segment);
  const std::string span =
      "records " + std::to_string(good_.size()) + " to " + std::to_string(tree_.size()) + " are " + what;
  if (const auto moved = diagnosis.first_moved(roots)) {
    fail(Verdict::kReordered, *moved, true, segment,
         span + ": the same records in another order, from record " + std::to_string(*moved) + " on");
  } else if (const auto unreadable = diagnosis.first_unreadable()) {
    const bool within = *unreadable <= tree_.size();
    fail(Verdict::kAltered, within ? *unreadable : good_.size(), within, segment,
         span + (within ? ": record " + std::to_string(*unreadable) + " is no record any more" : ""));
  } else if (count_fits && diagnosis.positions_go_back()) {
    fail(Verdict::kReordered, good_.size(), false, segment, span + ": positions of a source go backwards");
  } else {
    fail(Verdict::kAltered, good_.size(), false, segment, span);
  }
  return {};
}

Status Verifier::fail_record(std::size_t i, std::string message) {
  const RecordIndex index = tree_.size();
  if (key_) {
    // Another record in its place may only have changed places with it.
    Diagnosis diagnosis(good_);
    std::vector<SignedRoot> roots;
    CLAWTRAIL_TRY(diagnose(diagnosis, roots));
    if (const auto moved = diagnosis.first_moved(roots)) {
      fail(Verdict::kReordered, *moved, true, file_of(i),
           "the same records in another order, from record " + std::to_string(*moved) + " on");
    }
  }
  fail(Verdict::kAltered, index, true, file_of(i), std::move(message));
  return {};
}

bool Verifier::segments_swapped() {
  std::vector<RecordIndex> says;
  for (const SegmentFile& segment : segments_) {
    auto file = files_.open(segment.path, OpenMode::kRead);
    if (!file) return false;
    LineReader lines(std::move(*file));
    const auto line = lines.next();
    if (!line || !*line) return false;
    const auto header = read_segment_record(parser_, **line);
    if (!header) return false;
    says.push_back(header->tree_size);
  }
  std::sort(says.begin(), says.end());
  return std::equal(says.begin(), says.end(), segments_.begin(), segments_.end(),
                    [](RecordIndex index, const SegmentFile& segment) { return index == segment.first; });
}

void Verifier::conclude() {
  for (const Anchor& anchor : anchors_) {
    if (anchor.root.size <= tree_.size()) continue;
    fail(Verdict::kTruncated, tree_.size(), true, file_of(segments_.size() - 1),
         plural(anchor.root.size - tree_.size(), "record") + " gone from the end: " + anchor.name +
             " counts " + std::to_string(anchor.root.size) + ", there are " + std::to_string(tree_.size()));
  }
  // The file is written with the first checkpoint; a crash can come between the two, but not twice.
  if (!newest_ && report_.checkpoints >= 2 && !options_.checkpoint) {
    fail(Verdict::kTruncated, tree_.size(), false, kCheckpointFile,
         "the file checkpoint is gone, so records may be gone from the end: put it back, or give a "
         "checkpoint kept elsewhere");
  }
  if (tree_.size() == 0 && !failed_ && report_.torn_bytes == 0) {
    fail(newest_ ? Verdict::kTruncated : Verdict::kNoTrail, 0, false, "",
         newest_ ? "all records are gone, a checkpoint is there" : "the trail has no record");
  }
  report_.size = tree_.size() + uncounted_;
  report_.root = tree_.root();
  if (failed_) return;
  report_.verdict = report_.torn_bytes > 0 ? Verdict::kTornTail : Verdict::kIntact;
  report_.message =
      plural(report_.size, "record") + " intact, " + std::to_string(report_.signed_size) + " of them signed";
  if (report_.torn_bytes == 0) return;
  report_.message += "; the last " + plural(report_.torn_bytes, "byte") + " are an unfinished record (crash)";
}

void Verifier::report_progress(bool last) {
  if (!options_.progress) return;
  if (!last && report_.bytes - bytes_reported_ < kProgressBytes) return;
  bytes_reported_ = report_.bytes;
  options_.progress(report_.bytes, std::max(bytes_total_, report_.bytes));
}

Result<VerifyReport> Verifier::run() {
  // Before the segments: of a live trail they hold at least what this counts.
  auto newest = read_file(files_, join_path(dir_, kCheckpointFile), kNoteBytesMax);
  if (newest) newest_ = std::move(*newest);
  if (!newest && newest.error().code != Code::kNotFound) return newest.error();
  auto segments = list_segments(files_, dir_);
  if (!segments) {
    CLAWTRAIL_TRY(files_.list(dir_));
    report_.verdict = newest_ ? Verdict::kTruncated : Verdict::kNoTrail;
    report_.message = newest_ ? "all segments are gone, a checkpoint is there" : segments.error().message;
    if (newest_) report_.first_bad = 0;
    return std::move(report_);
  }
  segments_ = std::move(*segments);
  for (const SegmentFile& segment : segments_) bytes_total_ += segment.bytes;
  CLAWTRAIL_TRY(choose_key());
  if (key_) report_.key_name = key_->name;
  CLAWTRAIL_TRY(read_anchors());
  CLAWTRAIL_TRY(read_segments());
  CLAWTRAIL_TRY(read_unsigned_tail());
  conclude();
  report_progress(true);
  return std::move(report_);
}

Result<VerifyReport> verify_trail(Files& files, const std::string& dir, const VerifyOptions& options) {
  return Verifier(files, dir, options).run();
}

}  // namespace clawtrail
