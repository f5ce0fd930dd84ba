// SPDX-License-Identifier: Apache-2.0
// Tails files: decides what is read next, and what a batch says about it.
#include <algorithm>
#include <atomic>
#include <utility>

#include "clawtrail/base/check.h"
#include "clawtrail/io/dir_watch.h"
#include "clawtrail/source/source.h"
#include "source/file_set.h"

namespace clawtrail {

namespace {

constexpr std::int64_t kMillisecond = 1'000'000;
/// A rotated file that has been silent for so long is taken as finished; its descriptor is given up.
constexpr std::int64_t kRotatedGraceNs = 5'000 * kMillisecond;
/// Folders are not looked at more often, however many events come.
constexpr int kScanPauseMs = 10;
constexpr std::int64_t kScanPauseNs = kScanPauseMs * kMillisecond;
constexpr std::int64_t kRescanNs = limits::kRescanInterval.count() * kMillisecond;

std::unique_ptr<DirWatch> open_watch() {
  auto watch = make_dir_watch();
  return watch ? std::move(*watch) : make_sleep_watch();
}

class FileSource : public Source {
 public:
  FileSource(Files& files, Clock& clock, FileSourceOptions options, const Recovered& recovered)
      : clock_(clock), options_(std::move(options)), set_(files, options_, recovered), watch_(open_watch()) {
    CHECK(!options_.name.empty());
  }

  const std::string& name() const override { return options_.name; }
  Poll poll(RawBatch& batch, int wait_ms) override;
  void wake() override { watch_->wake(); }
  std::uint64_t lag() const override { return lag_.load(); }
  bool available() const override { return available_.load(); }

 private:
  void look();
  void start_pass();
  bool next_batch(RawBatch& batch);
  bool hand_out_finding(RawBatch& batch);
  bool serve(RawBatch& batch);
  bool is_over(const TailedFile& file) const;
  bool at_end(RawBatch& batch);
  bool leave(RawBatch& batch);
  bool has_successor(const TailedFile& file) const;
  bool continue_in_copy(RawBatch& batch);
  void retire(RawBatch& batch);
  void hand_out(TailedFile& file, RawBatch& batch);
  void prime(TailedFile& file, RawBatch& batch);
  TailedFile& current() { return *set_.files()[cursor_]; }

  Clock& clock_;
  const FileSourceOptions options_;
  FileSet set_;
  std::unique_ptr<DirWatch> watch_;
  std::size_t cursor_ = 0;  // file of set_ that is read now
  std::int64_t now_ns_ = 0;
  std::int64_t looked_at_ns_ = 0;
  bool looked_ = false;
  bool changed_ = false;  // the watch saw something since the last look
  bool finished_ = false;
  bool primed_ = false;  // lines were handed out since the start
  std::atomic<std::uint64_t> lag_{0};
  std::atomic<bool> available_{false};
};

Poll FileSource::poll(RawBatch& batch, int wait_ms) {
  batch.clear();
  batch.source = options_.name;
  if (finished_) return Poll::kFinished;
  now_ns_ = clock_.monotonic_ns();
  if (!looked_ || (!options_.once && now_ns_ - looked_at_ns_ >= kRescanNs)) look();
  bool waited = wait_ms <= 0;
  for (;;) {
    if (next_batch(batch)) {
      batch.observed = clock_.now();
      return Poll::kBatch;
    }
    if (options_.once) {
      finished_ = true;
      return Poll::kFinished;
    }
    // All is read: look for growth, and for new files too unless that was done just now.
    if (wait_ms <= 0 || now_ns_ - looked_at_ns_ >= kScanPauseNs) look();
    start_pass();
    if (next_batch(batch)) {
      batch.observed = clock_.now();
      return Poll::kBatch;
    }
    if (std::exchange(waited, true)) return Poll::kIdle;
    if (watch_->wait(changed_ ? std::min(wait_ms, kScanPauseMs) : wait_ms)) changed_ = true;
    now_ns_ = clock_.monotonic_ns();
    start_pass();
  }
}

void FileSource::look() {
  looked_at_ns_ = now_ns_;
  changed_ = false;
  set_.scan(*watch_, now_ns_);
  bool any = false;
  for (const auto& file : set_.files()) any = any || file->linked;
  available_.store(any);
  // The order may have changed. What was read to its target is passed over quickly.
  if (!std::exchange(looked_, true)) start_pass();
  cursor_ = 0;
}

void FileSource::start_pass() {
  cursor_ = 0;
  std::uint64_t lag = 0;
  for (const auto& file : set_.files()) {
    if (file->open() && !file->begin_pass(now_ns_)) set_.complain(file->path(), file->failure());
    if (file->cut_off > 0) set_.tell_cut_off(*file);
    // Not earlier: a truncated original is now known as such, and comes before its copy.
    if (file->held_until_ns <= now_ns_) file->held_until_ns = 0;
    lag += file->unread();
  }
  lag_.store(lag);
}

bool FileSource::next_batch(RawBatch& batch) {
  for (;;) {
    if (hand_out_finding(batch)) return true;
    if (cursor_ >= set_.files().size()) return false;
    const TailedFile* const file = &current();
    if (serve(batch)) return true;
    // serve() may have taken the file out of the set or told something about it.
    if (cursor_ < set_.files().size() && &current() == file) ++cursor_;
  }
}

bool FileSource::hand_out_finding(RawBatch& batch) {
  if (set_.findings().empty()) return false;
  Finding finding = std::move(set_.findings().front());
  set_.findings().pop_front();
  batch.generation = finding.generation;
  if (finding.notice) batch.notices.push_back(std::move(*finding.notice));
  if (finding.progress) batch.progress.push_back(std::move(*finding.progress));
  CHECK(!batch.empty());
  return true;
}

bool FileSource::serve(RawBatch& batch) {
  TailedFile& file = current();
  if (file.held_until_ns != 0 && !options_.once) return false;
  if (!file.open()) {
    if (file.unread() == 0 && !file.changed) return false;
    if (!set_.reopen(file)) return false;
    if (!file.begin_pass(now_ns_)) return false;
  }
  const bool over = is_over(file);
  for (;;) {
    if (file.pending()) {
      switch (file.read(batch)) {
        case ReadOutcome::kLines:
          hand_out(file, batch);
          return true;
        case ReadOutcome::kRewritten:
          retire(batch);
          return true;
        case ReadOutcome::kFailed:
          set_.complain(file.path(), file.failure());
          return hand_out_finding(batch);
        case ReadOutcome::kNothing:
          break;
      }
    }
    // A file that is about to be left is read to its end as it is now, not as it was when the pass began.
    if (!over || !file.begin_pass(now_ns_) || !file.pending()) break;
  }
  return over && at_end(batch);
}

bool FileSource::is_over(const TailedFile& file) const {
  if (options_.once || file.drained) return true;
  return file.rotated && (has_successor(file) || file.idle_ns(now_ns_) >= kRotatedGraceNs);
}

bool FileSource::at_end(RawBatch& batch) {
  TailedFile& file = current();
  if (file.drained) return leave(batch);
  const bool line = file.flush(batch);
  file.drained = file.rotated;
  if (!line && (file.generation == 0 || !file.drained)) return false;
  hand_out(file, batch);
  return true;
}

bool FileSource::leave(RawBatch& batch) {
  TailedFile& file = current();
  // Some writers go on in the old file until they are told of the rotation.
  if (!options_.once && file.idle_ns(now_ns_) < kRotatedGraceNs) return false;
  if (file.linked) {
    if (!options_.once) file.close();
    return false;
  }
  const bool told = file.generation > 0;
  if (told) {
    batch.generation = file.generation;
    batch.progress.push_back(file.progress(options_.name));
    batch.progress.back().forget = true;
  }
  set_.files().erase(set_.files().begin() + static_cast<std::ptrdiff_t>(cursor_));
  return told;
}

bool FileSource::has_successor(const TailedFile& file) const {
  for (const auto& other : set_.files()) {
    if (other.get() != &file && other->path() == file.successor_path() && other->size() > 0) return true;
  }
  return false;
}

bool FileSource::continue_in_copy(RawBatch& batch) {
  const TailedFile* const file = &current();
  if (file->generation == 0) return false;
  look();
  while (&current() != file) ++cursor_;  // A file that is open stays in the set.
  TailedFile* const copy = set_.continue_in_copy({file->progress(options_.name), false}, file->record());
  if (copy == nullptr) return false;
  hand_out(*copy, batch);  // Where the generation lives now must reach the trail.
  set_.start_over(set_.files()[cursor_]);
  set_.sort();
  cursor_ = 0;  // What the copy still holds comes before what the file holds now.
  return true;
}

void FileSource::retire(RawBatch& batch) {
  if (continue_in_copy(batch)) return;
  std::unique_ptr<TailedFile>& slot = set_.files()[cursor_];
  TailedFile& file = *slot;
  const std::uint64_t read_to = file.next();
  // The beginning of a line that was never finished is still in memory, and nowhere else.
  file.flush(batch);
  const bool complete = file.drained;
  hand_out(file, batch);
  batch.progress.back().forget = true;
  const std::string details = describe(file.record());
  const std::string path = file.path();
  set_.start_over(slot);
  if (complete) return;  // An archive that was read to its end: nothing was lost.
  SourceNotice notice;
  notice.type = EventType::kGap;
  notice.position = read_to;
  notice.reason = "the file " + path + " was truncated or rewritten: it had been read up to byte " +
                  std::to_string(read_to) + " and has " + std::to_string(slot->size()) +
                  " bytes now; what was written in between and not read is lost";
  notice.details = details;
  batch.notices.push_back(std::move(notice));
}

void FileSource::hand_out(TailedFile& file, RawBatch& batch) {
  if (file.generation == 0) file.generation = set_.next_generation();
  if (!std::exchange(file.announced, true)) {
    SourceNotice notice;
    notice.type = EventType::kSource;
    notice.reason = "reading the file " + file.path();
    notice.details = describe(file.record());
    batch.notices.insert(batch.notices.begin(), std::move(notice));
  }
  batch.generation = file.generation;
  batch.progress.push_back(file.progress(options_.name));
  if (!batch.lines.empty()) prime(file, batch);
}

/// The first lines after a restart bring what stood before them, in this file and the ones before it, so that
/// a key which was begun there is known. Nothing of this is kept on the disk: the files themselves say it,
/// wherever the process died.
void FileSource::prime(TailedFile& file, RawBatch& batch) {
  const bool first = !std::exchange(primed_, true);
  const bool resumed = !std::exchange(file.primed, true);
  // A file that was begun in this run goes on where the lines before it have stopped, which the lanes know.
  if (!first && !resumed) return;
  batch.before = file.text_before(batch.lines.front().position);
  std::uint64_t missing = batch.lines.front().position;  // bytes of the file in work that are not in `before`
  missing -= std::min<std::uint64_t>(missing, batch.before.size());
  Generation generation = file.generation;
  while (missing == 0) {
    TailedFile* older = nullptr;
    for (const auto& other : set_.files()) {
      const bool candidate = other->generation > 0 && other->generation < generation;
      if (candidate && (older == nullptr || other->generation > older->generation)) older = other.get();
    }
    if (older == nullptr || (!older->open() && !set_.reopen(*older))) return;
    generation = older->generation;
    std::string text = older->text_before(older->next());
    missing = older->next() - std::min<std::uint64_t>(older->next(), text.size());
    if (!text.empty() && text.back() != '\n') text += '\n';
    if (text.size() + batch.before.size() > limits::kPrimeBytesMax) return;
    batch.before.insert(0, text);
  }
}

}  // namespace

std::unique_ptr<Source> make_file_source(Files& files, Clock& clock, FileSourceOptions options,
                                         const Recovered& recovered) {
  return std::make_unique<FileSource>(files, clock, std::move(options), recovered);
}

}  // namespace clawtrail
