// SPDX-License-Identifier: Apache-2.0
#include "source/file_set.h"

#include <algorithm>
#include <utility>

#include "clawtrail/base/check.h"
#include "clawtrail/base/encoding.h"
#include "clawtrail/io/system.h"
#include "source/rotation.h"

namespace clawtrail {

namespace {

/// copytruncate copies first and truncates then. A file that looks like a copy is not begun before that could
/// have happened: after it, the copy goes on where the original was left; without it, the file is one of its
/// own.
constexpr std::int64_t kCopyGraceNs = 5'000'000'000;

Finding gap(Generation generation, std::uint64_t position, std::string reason, std::string details) {
  SourceNotice notice;
  notice.type = EventType::kGap;
  notice.position = position;
  notice.reason = std::move(reason);
  notice.details = std::move(details);
  return {generation, std::move(notice), std::nullopt};
}

SourceProgress forgotten(SourceProgress progress) {
  progress.forget = true;
  return progress;
}

bool same_file(const FileIdentity& a, const FileIdentity& b) {
  // Device numbers may change with a reboot, birth times do not.
  const bool same_device = a.device == b.device;
  const bool same_birth = a.born_ns == b.born_ns && a.born_ns != 0;
  return a.inode == b.inode && (same_birth || (same_device && (a.born_ns == 0 || b.born_ns == 0)));
}

}  // namespace

FileSet::FileSet(Files& files, const FileSourceOptions& options, const Recovered& recovered)
    : files_(files), options_(options) {
  if (const auto found = recovered.generations.find(options.name); found != recovered.generations.end()) {
    generation_ = found->second;
  }
  for (const RecoveredSource& source : recovered.sources) {
    if (source.progress.source != options.name || source.progress.generation == 0) continue;
    generation_ = std::max(generation_, source.progress.generation);
    known_.push_back({source, parse_file_record(source.progress.identity)});
  }
  // Newest first: of two generations of one inode the newer one is what stands there.
  std::stable_sort(known_.begin(), known_.end(), [](const Known& a, const Known& b) {
    return a.recovered.progress.generation > b.recovered.progress.generation;
  });
}

void FileSet::scan(DirWatch& watch, std::int64_t now_ns) {
  now_ns_ = now_ns;
  const std::vector<Seen> seen = look(watch);
  std::vector<Seen> fresh;
  link(seen, fresh);
  std::sort(fresh.begin(), fresh.end(), [](const Seen& a, const Seen& b) {
    return older(a.stat.modified, a.path, b.stat.modified, b.path);
  });
  for (const Seen& one : fresh) adopt(one, true);
  judge_recovered();
  notice_archives(seen);
  drop_lost();
  sort();
}

std::vector<FileSet::Seen> FileSet::look(DirWatch& watch) {
  std::set<std::string> paths;
  std::set<std::string> folders;
  for (const std::string& path : options_.paths) {
    if (!is_pattern(parent_of(path))) folders.insert(parent_of(path));
    if (is_pattern(path)) {
      for (std::string& found : files_.glob(path)) paths.insert(std::move(found));
    } else {
      paths.insert(path);
    }
  }
  std::vector<Seen> out;
  std::set<std::string> silent;
  for (const std::string& path : paths) {
    folders.insert(parent_of(path));
    const auto stat = files_.stat(path);
    if (stat) {
      out.push_back({path, *stat});
    } else if (stat.error().code != Code::kNotFound) {
      complain(path, stat.error().message);
    } else if (options_.once && !is_pattern(path)) {
      complain(path, "the file " + path + " does not exist");
    } else {
      silent.insert(path);
    }
  }
  // A folder that cannot be watched is looked at all the same, only later.
  for (const std::string& folder : folders) static_cast<void>(watch.add(folder));
  forget_complaints(paths, silent);
  return out;
}

void FileSet::forget_complaints(const std::set<std::string>& paths, const std::set<std::string>& missing) {
  std::erase_if(complaints_, [&](const auto& told) {
    if (paths.contains(told.first)) return missing.contains(told.first);
    const auto stat = files_.stat(told.first);
    return !stat && stat.error().code == Code::kNotFound;
  });
}

void FileSet::link(const std::vector<Seen>& seen, std::vector<Seen>& fresh) {
  std::map<FileIdentity, TailedFile*> by_identity;
  std::set<TailedFile*> at_home;
  for (const auto& file : tracked_) {
    by_identity[file->identity()] = file.get();
    file->linked = false;
  }
  for (const Seen& one : seen) {
    const auto found = by_identity.find(one.stat.identity);
    if (found != by_identity.end() && found->second->path() == one.path) at_home.insert(found->second);
  }
  for (const Seen& one : seen) {
    const auto found = by_identity.find(one.stat.identity);
    if (found == by_identity.end()) {
      fresh.push_back(one);
      continue;
    }
    TailedFile& file = *found->second;
    file.linked = true;
    file.last_write = one.stat.modified;
    // Another link to the file is no rename.
    if (!at_home.contains(&file) && file.path() != one.path) {
      file.move_to(one.path);
      at_home.insert(&file);
    }
    const bool touched = one.stat.size != file.size() || one.stat.modified != file.modified();
    if (!file.open() && touched) file.changed = true;
  }
  for (const auto& file : tracked_) {
    if (!file->linked && !file->rotated) file->set_archive_of(file->path());
  }
}

bool FileSet::adopt(const Seen& seen, bool linked) {
  auto opened = files_.open(seen.path, OpenMode::kReadTailed);
  const auto refuse = [&](const std::string& sentence) {
    complain(seen.path, sentence);
    for (Known& known : known_) {
      if (known.record && same_file(known.record->identity, seen.stat.identity)) known.present = true;
    }
    return false;
  };
  if (!opened) return opened.error().code == Code::kNotFound ? false : refuse(opened.error().message);
  const auto stat = (*opened)->stat();
  if (!stat) return refuse(stat.error().message);
  const std::string trouble = owner_trouble(files_, seen.path, *stat, effective_user_id());
  if (!trouble.empty()) return refuse("the file " + seen.path + " is not read: " + trouble);
  // Another link to the same file, or renamed since the look at the folder.
  for (const auto& file : tracked_) {
    if (file->identity() == stat->identity) return true;
  }
  if (tracked_.size() >= limits::kTailedFilesMax) {
    return refuse("the file " + seen.path + " is not read: " + std::to_string(limits::kTailedFilesMax) +
                  " files are followed already");
  }
  complaints_.erase(seen.path);
  auto file = std::make_unique<TailedFile>(options_.fingerprint_key, options_.line_bytes_max, seen.path,
                                           std::move(*opened), *stat);
  if (!resume(*file)) hold_back_copy(*file);
  file->linked = linked;
  file->last_write = stat->modified;
  tracked_.push_back(std::move(file));
  limit_open(nullptr);
  return true;
}

void FileSet::hold_back_copy(TailedFile& file) const {
  for (const auto& other : tracked_) {
    if (other->generation > 0 && !other->rotated && file.begins_like(*other)) {
      file.held_until_ns = now_ns_ + kCopyGraceNs;
    }
  }
}

TailedFile* FileSet::continue_in_copy(const RecoveredSource& stopped, const FileRecord& record) {
  if (record.probe.empty() || record.head_bytes == 0) return nullptr;  // Too little to tell a copy by.
  for (const auto& file : tracked_) {
    if (file->generation != 0 || !file->open() || !file->resume(stopped, record)) continue;
    file->held_until_ns = 0;
    return file.get();
  }
  return nullptr;
}

bool FileSet::resume(TailedFile& file) {
  for (auto known = known_.begin(); known != known_.end(); ++known) {
    if (!known->record || !same_file(known->record->identity, file.identity())) continue;
    if (file.resume(known->recovered, *known->record)) {
      known_.erase(known);
      return true;
    }
    known->rewritten = true;
  }
  return false;
}

bool FileSet::find_renamed(const Known& known) {
  if (!known.record || known.rewritten) return false;
  const std::string folder = parent_of(known.record->path);
  const auto entries = files_.list(folder);
  if (!entries) return false;
  for (const DirEntry& entry : *entries) {
    if (!entry.stat.regular || !same_file(entry.stat.identity, known.record->identity)) continue;
    const std::size_t before = known_.size();
    return adopt({join_path(folder, entry.name), entry.stat}, false) && known_.size() < before;
  }
  return false;
}

const TailedFile* FileSet::copy_of(const Known& known) {
  if (!known.record || known.record->drained) return nullptr;
  return continue_in_copy(known.recovered, *known.record);
}

void FileSet::judge_recovered() {
  // find_renamed() takes what it finds out of known_, so each round begins anew.
  for (bool found = true; found;) {
    found = false;
    for (std::size_t i = 0; i < known_.size() && !found; ++i) {
      if (!known_[i].present && !(known_[i].record && known_[i].record->drained))
        found = find_renamed(known_[i]);
    }
  }
  std::vector<Known> waiting;
  for (auto known = known_.rbegin(); known != known_.rend(); ++known) {
    if (std::exchange(known->present, false)) {
      waiting.insert(waiting.begin(), *known);
      continue;
    }
    if (const TailedFile* copy = copy_of(*known)) {
      findings_.push_back({copy->generation, std::nullopt, copy->progress(options_.name)});
      continue;
    }
    const SourceProgress& progress = known->recovered.progress;
    Finding finding{progress.generation, std::nullopt, std::nullopt};
    if (!known->record || !known->record->drained) {
      const std::string name =
          known->record ? "the file " + known->record->path : "a file of an unknown name";
      finding = gap(progress.generation, progress.next,
                    name + (known->rewritten ? " was truncated or rewritten" : " is gone") +
                        "; bytes after " + std::to_string(progress.next) + " were not read",
                    known->record ? describe(*known->record) : "{}");
    }
    finding.progress = forgotten(progress);
    findings_.push_back(std::move(finding));
  }
  known_ = std::move(waiting);
}

void FileSet::notice_archives(const std::vector<Seen>& seen) {
  std::set<std::string> paths;
  for (const Seen& one : seen) paths.insert(one.path);
  for (const auto& file : tracked_) {
    if (file->rotated) continue;
    const ChainName name = chain_name(file->path());
    if (name.index > 0 && paths.contains(name.base)) file->set_archive_of(name.base);
  }
}

void FileSet::drop_lost() {
  std::erase_if(tracked_, [&](const std::unique_ptr<TailedFile>& file) {
    if (file->open() || file->linked) return false;
    Finding finding{file->generation, std::nullopt, std::nullopt};
    if (file->unread() > 0) {
      finding = gap(file->generation, file->next(),
                    "the file " + file->path() + " is gone; bytes after " + std::to_string(file->next()) +
                        " were not read",
                    describe(file->record()));
    }
    if (file->generation > 0) finding.progress = forgotten(file->progress(options_.name));
    if (finding.notice || finding.progress) findings_.push_back(std::move(finding));
    return true;
  });
}

void FileSet::limit_open(const TailedFile* keep) {
  for (;;) {
    std::size_t open = 0;
    TailedFile* least = nullptr;  // Idle ones first, the oldest of them; else the one that will be read last.
    for (const auto& file : tracked_) {
      if (!file->open()) continue;
      ++open;
      if (file.get() == keep || !file->linked) continue;  // A deleted file cannot be opened again.
      const bool idle = file->unread() == 0;
      const bool least_idle = least != nullptr && least->unread() == 0;
      if (!least_idle || (idle && file->modified() < least->modified())) least = file.get();
    }
    if (open <= limits::kTailedFilesOpenMax || least == nullptr) return;
    least->close();
  }
}

void FileSet::sort() {
  std::stable_sort(tracked_.begin(), tracked_.end(), [](const auto& a, const auto& b) {
    const bool both_new = a->generation == 0 && b->generation == 0;
    if (both_new) return older(a->last_write, a->path(), b->last_write, b->path());
    if (a->generation == 0 || b->generation == 0) return a->generation != 0;
    return a->generation < b->generation;
  });
}

bool FileSet::reopen(TailedFile& file) {
  auto opened = files_.open(file.path(), OpenMode::kReadTailed);
  if (!opened) {
    if (opened.error().code != Code::kNotFound) complain(file.path(), opened.error().message);
    return false;
  }
  const auto stat = (*opened)->stat();
  if (!stat || stat->identity != file.identity()) return false;
  file.reopen(std::move(*opened));
  limit_open(&file);
  return true;
}

void FileSet::start_over(std::unique_ptr<TailedFile>& file) {
  std::unique_ptr<File> descriptor = file->release();
  CHECK(descriptor != nullptr);
  const auto stat = descriptor->stat();
  FileStat known;
  known.identity = file->identity();
  auto fresh = std::make_unique<TailedFile>(options_.fingerprint_key, options_.line_bytes_max, file->path(),
                                            std::move(descriptor), stat ? *stat : known);
  fresh->linked = file->linked;
  fresh->last_write = fresh->modified();
  if (file->rotated) fresh->set_archive_of(file->successor_path());
  file = std::move(fresh);
}

void FileSet::tell_cut_off(TailedFile& file) {
  const std::uint64_t bytes = std::exchange(file.cut_off, 0);
  findings_.push_back(gap(file.generation, file.next(),
                          "the file " + file.path() + " was truncated: " + std::to_string(bytes) +
                              " bytes at its end were not read and are gone",
                          describe(file.record())));
}

void FileSet::complain(const std::string& path, const std::string& sentence) {
  const auto told = complaints_.find(path);
  if (told != complaints_.end() && told->second == sentence) return;
  if (told == complaints_.end() && complaints_.size() >= limits::kTailedFilesMax) {
    if (complaints_.size() > limits::kTailedFilesMax) return;
    complaints_[""];  // This one and all further ones are told as one.
    findings_.push_back(gap(0, 0, "more files cannot be read; they are not named one by one", "{}"));
    return;
  }
  complaints_[path] = sentence;
  findings_.push_back(gap(0, 0, sentence, "{\"path\":" + json_string(path) + "}"));
}

}  // namespace clawtrail
