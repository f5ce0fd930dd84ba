// SPDX-License-Identifier: Apache-2.0
// A folder of logs, a source that tails them, and a notebook that remembers what a trail would remember.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "clawtrail/source/source.h"

namespace clawtrail {

/// Time stands still until a test moves it.
class ManualClock : public Clock {
 public:
  Timestamp now() override { return {1'800'000'000'000'000'000 + ns_}; }
  std::int64_t monotonic_ns() override { return ns_; }
  void advance(std::chrono::milliseconds by) { ns_ += by.count() * 1'000'000; }

 private:
  std::int64_t ns_ = 1'000'000'000;
};

/// A line as it would stand in the trail.
struct Written {
  Generation generation = 0;
  std::uint64_t position = 0;
  std::string text;
  std::uint64_t unterminated = 0;
  std::uint64_t truncated_from = 0;
};

/// What recovery knows: the newest progress of each generation, or only its last record.
class Notebook {
 public:
  void take(const RawBatch& batch) {
    for (const SourceNotice& notice : batch.notices) {
      if (notice.type == EventType::kGap) gaps.push_back(notice.reason);
      if (notice.type == EventType::kSource) sources.push_back(notice.details);
      if (notice.type == EventType::kSource) progress_[batch.generation].identity = notice.details;
    }
    for (const RawLine& line : batch.lines) {
      lines.push_back({batch.generation, line.position, batch.bytes.substr(line.offset, line.size),
                       line.unterminated, line.truncated_from});
    }
    for (const SourceProgress& progress : batch.progress) {
      if (progress.forget) {
        progress_.erase(progress.generation);
        last_record_.erase(progress.generation);
      } else {
        older_identity_[progress.generation] = progress_[progress.generation].identity;
        progress_[progress.generation] = progress;
        last_record_.erase(progress.generation);
        if (!batch.lines.empty()) last_record_[progress.generation] = batch.lines.back().position;
      }
      highest_ = std::max(highest_, progress.generation);
    }
  }

  /// `by_record`: the checkpoint is older than the last record, so only that record's position is known.
  Recovered recovered(const std::string& source, bool by_record) const {
    Recovered out;
    for (const auto& [generation, progress] : progress_) {
      RecoveredSource one{progress, false};
      const auto last = last_record_.find(generation);
      if (by_record && last != last_record_.end()) {
        one.progress.next = last->second;
        one.reread = true;
        one.progress.identity = older_identity_.at(generation);
      }
      out.sources.push_back(one);
    }
    if (highest_ > 0) out.generations[source] = highest_;
    return out;
  }

  std::vector<std::string> texts() const {
    std::vector<std::string> out;
    for (const Written& line : lines) out.push_back(line.text);
    return out;
  }

  std::vector<Written> lines;
  std::vector<std::string> gaps;
  std::vector<std::string> sources;

 private:
  std::map<Generation, SourceProgress> progress_;
  std::map<Generation, std::uint64_t> last_record_;
  std::map<Generation, std::string> older_identity_;  // of the last checkpoint, or the `source` record
  Generation highest_ = 0;
};

/// An empty folder of its own for each test.
class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "clawtrail-XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    path_ = name;
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

class TailTest : public testing::Test {
 protected:
  static constexpr const char* kName = "log";

  void append(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name, std::ios::app | std::ios::binary) << text;
  }
  void overwrite(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name, std::ios::in | std::ios::binary) << text;
  }
  void truncate(const std::string& name, std::uint64_t size = 0) {
    ASSERT_EQ(::truncate((folder_ / name).c_str(), static_cast<off_t>(size)), 0);
  }
  void rename(const std::string& from, const std::string& to) {
    std::filesystem::rename(folder_ / from, folder_ / to);
  }
  void remove(const std::string& name) { std::filesystem::remove(folder_ / name); }

  /// The program starts (again), knowing what the notebook holds.
  void start(bool by_record = false) {
    source_.reset();
    FileSourceOptions options;
    options.name = kName;
    for (const std::string& pattern : patterns_) options.paths.push_back(folder_ / pattern);
    options.once = once_;
    options.fingerprint_key = "key of the test";
    options.line_bytes_max = line_bytes_max_;
    source_ = make_file_source(real_files(), clock_, options, notebook_.recovered(kName, by_record));
  }

  /// One batch; false if there is none.
  bool read_batch() {
    const Poll polled = source_->poll(batch_, 0);
    finished_ = polled == Poll::kFinished;
    if (polled != Poll::kBatch) return false;
    EXPECT_EQ(batch_.source, kName);
    if (!batch_.lines.empty()) {
      EXPECT_GE(batch_.bytes.size(),
                batch_.lines.back().offset + batch_.lines.back().size + JsonParser::kPadding);
      EXPECT_LE(batch_.lines.size(), limits::kBatchRecordsMax);
    }
    notebook_.take(batch_);
    return true;
  }
  void read_all() {
    while (read_batch()) {
    }
  }
  /// After the time in which a rotated file may still grow.
  void read_all_later() {
    clock_.advance(std::chrono::seconds(10));
    read_all();
    clock_.advance(std::chrono::seconds(10));
    read_all();
  }

  std::vector<std::string> texts() const { return notebook_.texts(); }

  using Texts = std::vector<std::string>;

  TempFolder folder_;
  ManualClock clock_;
  std::vector<std::string> patterns_{"*.log"};
  bool once_ = false;
  bool finished_ = false;
  std::size_t line_bytes_max_ = limits::kLineBytesMax;
  Notebook notebook_;
  RawBatch batch_;
  std::unique_ptr<Source> source_;
};

}  // namespace clawtrail
