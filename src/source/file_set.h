// SPDX-License-Identifier: Apache-2.0
// Which files a source follows: finds them, matches them with what the trail knows, notices what is missing.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "clawtrail/io/dir_watch.h"
#include "clawtrail/source/source.h"
#include "source/tailed_file.h"

namespace clawtrail {

/// Something to tell that comes without lines.
struct Finding {
  Generation generation = 0;  ///< 0: about no generation
  std::optional<SourceNotice> notice;
  std::optional<SourceProgress> progress;
};

/// Threads: confined.
class FileSet {
 public:
  FileSet(Files& files, const FileSourceOptions& options, const Recovered& recovered);

  /// Looks at the folders: new files are opened, renamed and vanished ones noticed, the order made anew.
  void scan(DirWatch& watch, std::int64_t now_ns);

  /// The file was truncated after copytruncate had copied it: goes on in the copy, if there is one with the
  /// bytes that were read before, at the same place. Null if there is none.
  TailedFile* continue_in_copy(const RecoveredSource& stopped, const FileRecord& record);

  /// Makes the order anew, after a generation was begun or ended out of turn.
  void sort();
  /// In the order of reading: generations begun, by number; then the others, oldest first.
  std::vector<std::unique_ptr<TailedFile>>& files() { return tracked_; }
  const std::vector<std::unique_ptr<TailedFile>>& files() const { return tracked_; }
  /// To be handed out before any line.
  std::deque<Finding>& findings() { return findings_; }

  Generation next_generation() { return ++generation_; }
  /// Opens a closed file again. False: not possible now, the next scan says why.
  bool reopen(TailedFile& file);
  /// Replaces a rewritten file by its successor in the same inode.
  void start_over(std::unique_ptr<TailedFile>& file);
  /// Tells of bytes that were cut off before they could be read.
  void tell_cut_off(TailedFile& file);
  /// Tells it once, until the cause goes away or changes.
  void complain(const std::string& path, const std::string& sentence);

 private:
  struct Known {
    RecoveredSource recovered;
    std::optional<FileRecord> record;
    bool present = false;    // its inode is there and cannot be opened now
    bool rewritten = false;  // its inode is there with other content
  };
  struct Seen {
    std::string path;
    FileStat stat;
  };

  std::vector<Seen> look(DirWatch& watch);
  void link(const std::vector<Seen>& seen, std::vector<Seen>& fresh);
  bool adopt(const Seen& seen, bool linked);
  void hold_back_copy(TailedFile& file) const;
  bool resume(TailedFile& file);
  const TailedFile* copy_of(const Known& known);
  void judge_recovered();
  bool find_renamed(const Known& known);
  void notice_archives(const std::vector<Seen>& seen);
  void drop_lost();
  void limit_open(const TailedFile* keep);
  void forget_complaints(const std::set<std::string>& paths, const std::set<std::string>& missing);

  Files& files_;
  const FileSourceOptions& options_;
  Generation generation_ = 0;  // highest one given
  std::int64_t now_ns_ = 0;    // time of the scan
  std::vector<std::unique_ptr<TailedFile>> tracked_;
  std::vector<Known> known_;
  std::deque<Finding> findings_;
  std::map<std::string, std::string> complaints_;  // path, sentence told
};

}  // namespace clawtrail
