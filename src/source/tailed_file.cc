// SPDX-License-Identifier: Apache-2.0
#include "source/tailed_file.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "clawtrail/base/check.h"

namespace clawtrail {

namespace {

/// While a long line is waited for, reads are not smaller than this.
constexpr std::size_t kReadBytesMin = 128 * limits::KiB;

std::size_t block_for(std::uint64_t carried) {
  // Carried bytes and block together make one soft batch, unless a long line is on its way.
  if (carried + kReadBytesMin >= limits::kBatchBytesSoft) return limits::kBatchBytesSoft;
  return limits::kBatchBytesSoft - static_cast<std::size_t>(carried);
}

/// Up to `size` bytes from `offset`; fewer at the end of the file, none after an error.
std::string read_piece(File& file, ByteOffset offset, std::size_t size) {
  std::string out(size, '\0');
  std::size_t have = 0;
  while (have < size) {
    const auto got = file.read_at(offset + have, {out.data() + have, size - have});
    if (!got || *got == 0) break;
    have += *got;
  }
  out.resize(have);
  return out;
}

}  // namespace

TailedFile::TailedFile(const std::string& key, std::size_t line_bytes_max, std::string path,
                       std::unique_ptr<File> file, const FileStat& stat)
    : key_(key),
      path_(std::move(path)),
      first_path_(path_),
      identity_(stat.identity),
      file_(std::move(file)),
      size_(stat.size),
      target_(stat.size),
      modified_(stat.modified),
      cutter_(line_bytes_max, limits::kTailProbeBytes) {
  CHECK(file_ != nullptr);
}

bool TailedFile::resume(const RecoveredSource& recovered, const FileRecord& record) {
  const std::uint64_t next = recovered.progress.next;
  if (next > size_ || record.head_bytes > limits::kFingerprintBytes) return false;
  const std::string head = read_piece(*file_, 0, limits::kFingerprintBytes);
  if (head.size() < record.head_bytes) return false;
  if (fingerprint(key_, std::string_view(head).substr(0, record.head_bytes)) != record.head) return false;

  if (!record.probe.empty()) {
    const std::size_t size = std::min<std::uint64_t>(record.probe_at, limits::kTailProbeBytes);
    if (record.probe_at > size_) return false;
    if (fingerprint(key_, read_piece(*file_, record.probe_at - size, size)) != record.probe) return false;
  }
  // A record begins after a newline, or after the end of a last line that had none. A position that is no
  // record's own may also be the end of such a line.
  const bool after_unterminated = record.unterminated && next == record.probe_at;
  const bool at_border = next == 0 || after_unterminated || read_piece(*file_, next - 1, 1) == "\n";
  if (recovered.reread && !at_border) return false;

  if (!fill_probe(next)) return false;
  head_ = head;
  cutter_.restart(next, recovered.reread);
  unterminated_ = !at_border || after_unterminated;
  generation = recovered.progress.generation;
  announced = true;
  primed = next == 0;
  drained = record.drained;
  first_path_ = record.path;
  if (first_path_ != path_) set_archive_of(first_path_);
  return true;
}

bool TailedFile::begins_like(const TailedFile& other) const {
  CHECK(file_ != nullptr);
  return !other.head_.empty() && read_piece(*file_, 0, other.head_.size()) == other.head_;
}

bool TailedFile::fill_probe(ByteOffset end) {
  const std::size_t size = std::min<std::uint64_t>(end, probe_.size());
  const std::string piece = read_piece(*file_, end - size, size);
  if (piece.size() != size) return false;
  std::memcpy(probe_.data(), piece.data(), size);
  probe_size_ = size;
  return true;
}

bool TailedFile::begin_pass(std::int64_t now_ns) {
  CHECK(file_ != nullptr);
  const auto found = file_->stat();
  if (!found) {
    failure_ = found.error().message;
    return false;
  }
  // Below the offset it is content that was read, and read() finds out.
  if (found->size < size_ && found->size >= cutter_.end()) cut_off += size_ - found->size;
  // Same size, other time: either written and cut back, or written over.
  const bool touched = found->modified != modified_;
  if (found->size < cutter_.end() || (found->size == cutter_.end() && touched)) suspect_ = true;
  if (found->size != size_ || touched || grown_at_ns_ == 0) grown_at_ns_ = now_ns;
  if (found->size > cutter_.end()) drained = false;
  size_ = found->size;
  modified_ = found->modified;
  target_ = found->size;
  return true;
}

bool TailedFile::head_unchanged(ByteOffset read_to) {
  const std::string head = read_piece(*file_, 0, limits::kFingerprintBytes);
  if (head.compare(0, head_.size(), head_) != 0) return false;
  // Only bytes that were read belong to this content for sure.
  const std::size_t known = std::min<std::uint64_t>(head.size(), read_to);
  if (known > head_.size()) head_ = head.substr(0, known);
  return true;
}

bool TailedFile::content_unchanged() {
  const std::string piece = read_piece(*file_, cutter_.end() - probe_size_, probe_size_);
  return piece == std::string_view(probe_.data(), probe_size_) && head_unchanged(cutter_.end());
}

ReadOutcome TailedFile::fail(Error error) {
  failure_ = std::move(error.message);
  target_ = cutter_.end();
  return ReadOutcome::kFailed;
}

ReadOutcome TailedFile::read(RawBatch& batch) {
  CHECK(file_ != nullptr);
  if (cutter_.has_more()) {
    cutter_.room(batch, 0);
    if (cutter_.take(batch, 0)) return ReadOutcome::kLines;
  }
  if (std::exchange(suspect_, false) && !content_unchanged()) return ReadOutcome::kRewritten;
  while (cutter_.end() < target_) {
    const std::size_t want = std::min<std::uint64_t>(block_for(cutter_.carried()), target_ - cutter_.end());
    const std::span<char> room = cutter_.room(batch, want);
    const std::size_t before = probe_size_;
    char* const start = room.data() - before;
    auto got = file_->read_at(cutter_.end() - before, {start, before + want});
    const bool same = got && *got >= before && std::memcmp(start, probe_.data(), before) == 0 &&
                      head_unchanged(cutter_.end() + *got - before);
    if (!same || *got == before) {
      std::memcpy(start, probe_.data(), before);  // The carried bytes stay what they were.
      cutter_.give_back(batch);
      if (!got) return fail(std::move(got.error()));
      if (!same) return ReadOutcome::kRewritten;
      target_ = cutter_.end();  // Shorter than stat() said; the next look tells by how much.
      return ReadOutcome::kNothing;
    }
    const std::size_t fresh = *got - before;
    const std::size_t keep = std::min(probe_.size(), *got);
    std::memcpy(probe_.data(), room.data() + fresh - keep, keep);
    probe_size_ = keep;
    unterminated_ = false;
    if (cutter_.take(batch, fresh)) return ReadOutcome::kLines;
  }
  return ReadOutcome::kNothing;
}

bool TailedFile::flush(RawBatch& batch) {
  if (cutter_.carried() == 0) return false;
  unterminated_ = true;
  return cutter_.flush(batch);
}

std::string TailedFile::text_before(ByteOffset position) {
  CHECK(file_ != nullptr);
  const std::size_t size = std::min<std::uint64_t>(position, limits::kPrimeBytesMax);
  std::string text = read_piece(*file_, position - size, size);
  if (text.size() < size) return "";
  if (size < position) {
    const std::size_t cut = text.find('\n');
    if (cut == std::string::npos) return "";
    text.erase(0, cut + 1);
  }
  return text;
}

void TailedFile::close() {
  // A probe that cannot be read back will not match later, and the file then counts as rewritten: never
  // silent.
  if (cutter_.carried() > 0 && !fill_probe(cutter_.next())) probe_.fill('\n');
  cutter_.rewind();
  file_.reset();
}

void TailedFile::reopen(std::unique_ptr<File> file) {
  CHECK(file != nullptr);
  file_ = std::move(file);
  suspect_ = true;
  changed = false;
}

void TailedFile::move_to(const std::string& path) {
  if (successor_path_.empty()) successor_path_ = path_;
  path_ = path;
  rotated = true;
}

void TailedFile::set_archive_of(const std::string& path) {
  successor_path_ = path;
  rotated = true;
}

FileRecord TailedFile::record() const {
  FileRecord record;
  record.path = first_path_;
  record.identity = identity_;
  record.head_bytes = head_.size();
  record.head = fingerprint(key_, head_);
  record.probe_at = cutter_.end();
  record.probe = fingerprint(key_, {probe_.data(), probe_size_});
  record.drained = drained;
  record.unterminated = unterminated_;
  return record;
}

SourceProgress TailedFile::progress(const std::string& source) const {
  return {source, generation, cutter_.next(), to_json(record()), false};
}

}  // namespace clawtrail
