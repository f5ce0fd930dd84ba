// SPDX-License-Identifier: Apache-2.0
// One file that is followed: what it is, how far it was read, and whether it is still the same content.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "clawtrail/base/limits.h"
#include "clawtrail/intake/raw_batch.h"
#include "clawtrail/io/files.h"
#include "clawtrail/trail/trail_writer.h"
#include "source/file_record.h"
#include "source/line_cutter.h"

namespace clawtrail {

enum class ReadOutcome {
  kLines,      ///< the batch has lines
  kNothing,    ///< read up to the target, no whole line was left
  kRewritten,  ///< cut short or written anew: what stands there now is other content
  kFailed,     ///< an I/O error, see failure()
};

/// One generation of a source. Threads: confined.
///
/// Same content.  Every read also reads the up to 64 bytes before its offset, in the same call, and compares
/// them
///                with what was read there; then the head of the file is compared. So neither a truncation
///                nor a rewrite between two looks can pass another file's bytes off as this one's.
/// Fairness.      begin_pass() fixes a target, the size at that time; read() does not go beyond it, so that a
///                file which grows without end does not keep others waiting.
class TailedFile {
 public:
  /// A file met for the first time, to be read from its start. `key` must outlive the object.
  TailedFile(const std::string& key, std::size_t line_bytes_max, std::string path, std::unique_ptr<File> file,
             const FileStat& stat);

  /// Goes on where a former process stopped. False, and nothing has changed, if the content is not what was
  /// read.
  bool resume(const RecoveredSource& recovered, const FileRecord& record);

  /// True if this file begins as all that is known of `other`'s head does: it may be a copy of it.
  bool begins_like(const TailedFile& other) const;

  /// Looks at size and time. False if the descriptor cannot be asked (see failure()).
  bool begin_pass(std::int64_t now_ns);
  /// Reads on, towards the target. `batch` has been cleared; it has lines only after kLines.
  ReadOutcome read(RawBatch& batch);
  /// Hands out a last line without an end. True if there was one.
  bool flush(RawBatch& batch);

  /// The whole lines among the last limits::kPrimeBytesMax bytes before `position`; "" if they cannot be
  /// read.
  std::string text_before(ByteOffset position);

  /// Gives the descriptor (and a partial line) up; reopen() reads that again.
  void close();
  /// The file was opened again at its path and is the same inode.
  void reopen(std::unique_ptr<File> file);
  /// Hands the descriptor to the next generation.
  std::unique_ptr<File> release() { return std::move(file_); }

  FileRecord record() const;
  SourceProgress progress(const std::string& source) const;

  const FileIdentity& identity() const { return identity_; }
  const std::string& path() const { return path_; }
  /// Where the file that follows this one appears, once this one is rotated.
  const std::string& successor_path() const { return successor_path_; }
  /// The file was renamed.
  void move_to(const std::string& path);
  /// By its name the file is an archive of the one at `path`.
  void set_archive_of(const std::string& path);
  const std::string& failure() const { return failure_; }

  bool open() const { return file_ != nullptr; }
  std::uint64_t next() const { return cutter_.next(); }
  std::uint64_t size() const { return size_; }
  Timestamp modified() const { return modified_; }
  /// Something is there that read() could bring (or find out).
  bool pending() const { return suspect_ || cutter_.has_more() || cutter_.end() < target_; }
  /// Bytes known to be there and not handed out.
  std::uint64_t unread() const { return size_ > cutter_.next() ? size_ - cutter_.next() : 0; }
  std::int64_t idle_ns(std::int64_t now_ns) const { return now_ns - grown_at_ns_; }

  // Set by the owner.
  Generation generation = 0;  ///< 0: nothing of it was handed out yet
  bool announced = false;     ///< its `source` record was handed out
  bool primed = true;         ///< false after resume(): nobody knows what its lines so far have begun
  bool linked = true;         ///< found by the last look at the folders
  bool rotated = false;  ///< renamed, deleted, or an archive by its name: nobody should write to it any more
  bool drained = false;  ///< rotated and read to its end
  Timestamp last_write;  ///< as the last look at the folders saw it; for the order of reading
  std::uint64_t cut_off = 0;       ///< bytes that were seen, not read, and are gone; told by the owner
  std::int64_t held_until_ns = 0;  ///< looks like a copy that copytruncate makes: not begun before
  bool changed = false;            ///< closed, and the last look found another size or time

 private:
  bool fill_probe(ByteOffset end);
  /// Compares the known head; learns more of it from the bytes before `read_to`.
  bool head_unchanged(ByteOffset read_to);
  bool content_unchanged();
  ReadOutcome fail(Error error);

  const std::string& key_;
  std::string path_;
  std::string first_path_;  // as the `source` record says it
  std::string successor_path_;
  FileIdentity identity_;
  std::unique_ptr<File> file_;
  std::uint64_t size_;
  std::uint64_t target_ = 0;
  Timestamp modified_;
  std::int64_t grown_at_ns_ = 0;
  bool suspect_ = false;       // Size or time say that the content must be compared before anything else.
  bool unterminated_ = false;  // What was handed out last had no newline.
  std::string head_;
  std::array<char, limits::kTailProbeBytes> probe_{};
  std::size_t probe_size_ = 0;  // Bytes of probe_ that stand before cutter_.end().
  LineCutter cutter_;
  std::string failure_;
};

}  // namespace clawtrail
