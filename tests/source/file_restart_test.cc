// SPDX-License-Identifier: Apache-2.0
// Exactly once across restarts.
// Goal: a line is in the trail once, wherever the process died.
// Method: after any batch the source is thrown away and made anew from what a trail would have recovered: the
// exact progress, or only the position of the last record, which is then read again and dropped.
#include <random>

#include "source/tail_fixture.h"

namespace clawtrail {
namespace {

class FileRestartTest : public TailTest {};

TEST_F(FileRestartTest, EveryLinePositionCanBeReread) {
  const Texts all{"one", "two two", "three\r", "4", "five"};
  append("a.log", "one\n\ntwo two\nthree\r\n\r\n4\n\n\nfive\nrest");
  start();
  read_all();
  ASSERT_EQ(texts(), all);
  const Notebook whole = notebook_;
  const Recovered end = whole.recovered(kName, true);
  ASSERT_EQ(end.sources.size(), 1U);
  for (std::size_t k = 0; k < all.size(); ++k) {
    SCOPED_TRACE(k);
    Recovered recovered = end;
    recovered.sources[0].progress.next = whole.lines[k].position;
    FileSourceOptions options;
    options.name = kName;
    options.paths = {folder_ / "a.log"};
    options.fingerprint_key = "key of the test";
    source_ = make_file_source(real_files(), clock_, options, recovered);
    notebook_ = Notebook();
    read_all();
    EXPECT_EQ(texts(), Texts(all.begin() + static_cast<std::ptrdiff_t>(k) + 1, all.end()));
    EXPECT_TRUE(notebook_.sources.empty());
    EXPECT_TRUE(notebook_.gaps.empty());
  }
}

// What a record says about later ones is known again, wherever the process died.
TEST_F(FileRestartTest, TheFirstLinesBringWhatStoodBefore) {
  const Texts all{"one", "two", "three", "four"};
  append("a.log", "one\n\ntwo\nthree\n");
  start();
  read_all();
  EXPECT_EQ(batch_.before, "");
  append("a.log", "four\n");
  for (const bool by_record : {false, true}) {
    const Notebook kept = notebook_;
    start(by_record);
    ASSERT_TRUE(read_batch());
    EXPECT_EQ(batch_.before, "one\n\ntwo\nthree\n") << by_record;
    EXPECT_EQ(batch_.lines.size(), 1U);
    append("a.log", "five\n");
    ASSERT_TRUE(read_batch());
    EXPECT_EQ(batch_.before, "") << "only once";
    notebook_ = kept;
    truncate("a.log", std::string_view("one\n\ntwo\nthree\nfour\n").size());
  }
}

TEST_F(FileRestartTest, WhatStoodBeforeIsBoundedAndWhole) {
  const std::string line(1000, 'x');
  for (int i = 0; i < 300; ++i) append("a.log", line + "\n");
  start();
  read_all();
  append("a.log", "end\n");
  start();
  ASSERT_TRUE(read_batch());
  EXPECT_GT(batch_.before.size(), limits::kPrimeBytesMax - 1001);
  EXPECT_LE(batch_.before.size(), limits::kPrimeBytesMax);
  EXPECT_TRUE(batch_.before.starts_with(line + "\n"));
}

TEST_F(FileRestartTest, ANewFileAfterARestartBringsTheEndOfTheOneBefore) {
  append("a.log", "one\ntwo\n");
  start();
  read_all();
  rename("a.log", "a.1.log");
  append("a.log", "three\n");
  start();
  ASSERT_TRUE(read_batch());
  while (batch_.lines.empty()) ASSERT_TRUE(read_batch());
  EXPECT_EQ(notebook_.lines.back().text, "three");
  EXPECT_EQ(batch_.before, "one\ntwo\n");
}

TEST_F(FileRestartTest, WhatStoodBeforeReachesIntoTheFilesBefore) {
  append("a.log", "one\ntwo");
  start();
  read_all();
  rename("a.log", "a.1.log");
  append("a.log", "three\n");
  read_all_later();
  append("a.log", "four\n");
  start();
  ASSERT_TRUE(read_batch());
  while (batch_.lines.empty()) ASSERT_TRUE(read_batch());
  EXPECT_EQ(texts(), (Texts{"one", "two", "three", "four"}));
  EXPECT_EQ(batch_.before, "one\ntwo\nthree\n");
}

TEST_F(FileRestartTest, ARestartGoesOnInTheSameGeneration) {
  append("a.log", "one\npar");
  start();
  read_all();
  append("a.log", "tial\ntwo\n");
  start();
  read_all();
  EXPECT_EQ(texts(), (Texts{"one", "partial", "two"}));
  EXPECT_EQ(notebook_.lines[2].generation, 1U);
  EXPECT_EQ(notebook_.sources.size(), 1U);
}

TEST_F(FileRestartTest, AFileRotatedWhileNobodyReadIsDrainedFirst) {
  append("a.log", "one\n");
  start();
  read_all();
  append("a.log", "two\n");
  rename("a.log", "a.1.log");
  append("a.log", "three\n");
  start(true);
  read_all();
  EXPECT_EQ(texts(), (Texts{"one", "two", "three"}));
  EXPECT_TRUE(notebook_.gaps.empty());
}

TEST_F(FileRestartTest, AFileRenamedOutOfThePatternWhileNobodyReadIsFound) {
  patterns_ = {"a.log"};
  append("a.log", "one\n");
  start();
  read_all();
  append("a.log", "two\nend");
  rename("a.log", "a.log.1");
  append("a.log", "three\n");
  start();
  read_all();
  EXPECT_EQ(texts(), (Texts{"one", "two", "end", "three"}));
  EXPECT_TRUE(notebook_.gaps.empty());
}

TEST_F(FileRestartTest, AFileThatIsGoneIsAGap) {
  append("a.log", "one\n");
  start();
  read_all();
  append("a.log", "two\n");
  remove("a.log");
  append("b.log", "three\n");
  start();
  read_all();
  EXPECT_EQ(texts(), (Texts{"one", "three"}));
  ASSERT_EQ(notebook_.gaps.size(), 1U);
  EXPECT_NE(notebook_.gaps[0].find("is gone; bytes after 4 were not read"), std::string::npos);
  notebook_.gaps.clear();
  start();  // It is told once.
  read_all();
  EXPECT_TRUE(notebook_.gaps.empty());
}

TEST_F(FileRestartTest, ADrainedFileThatIsGoneIsNoGap) {
  append("a.log", "one\n");
  start();
  read_all();
  rename("a.log", "a.1.log");
  append("a.log", "two\n");
  read_all();
  remove("a.1.log");
  start();
  read_all();
  EXPECT_EQ(texts(), (Texts{"one", "two"}));
  EXPECT_TRUE(notebook_.gaps.empty());
  EXPECT_EQ(notebook_.recovered(kName, false).sources.size(), 1U);
}

TEST_F(FileRestartTest, AFileRewrittenWhileNobodyReadIsAGapAndReadAnew) {
  append("a.log", "old old old\n");
  start();
  read_all();
  truncate("a.log");
  append("a.log", "new new new new\nmore\n");
  start();
  read_all();
  EXPECT_EQ(texts(), (Texts{"old old old", "new new new new", "more"}));
  EXPECT_EQ(notebook_.lines[1].generation, 2U);
  ASSERT_EQ(notebook_.gaps.size(), 1U);
}

TEST_F(FileRestartTest, AnEqualHeadDoesNotHideARewriteWhileNobodyRead) {
  const std::string banner = std::string(limits::kFingerprintBytes, '=') + "\n";
  append("a.log", banner + "old line\n");
  start();
  read_all();
  truncate("a.log");
  append("a.log", banner + "new line\nmore\n");
  start();
  read_all();
  EXPECT_EQ(texts(), (Texts{banner.substr(0, banner.size() - 1), "old line",
                            banner.substr(0, banner.size() - 1), "new line", "more"}));
  EXPECT_EQ(notebook_.gaps.size(), 1U);
}

TEST_F(FileRestartTest, CopyTruncateWhileNobodyReadLosesAndRepeatsNothing) {
  append("a.log", "one\ntwo\n");
  start();
  read_all();
  append("a.log", "three\n");
  std::filesystem::copy_file(folder_ / "a.log", folder_ / "a.1.log");
  truncate("a.log");
  append("a.log", "four\n");
  start();
  read_all_later();
  EXPECT_EQ(texts(), (Texts{"one", "two", "three", "four"}));
  EXPECT_TRUE(notebook_.gaps.empty());
}

TEST_F(FileRestartTest, AnUnterminatedLineIsNotReadTwice) {
  once_ = true;
  append("a.log", "one\nlast");
  start();
  read_all();
  start(true);
  read_all();
  EXPECT_EQ(texts(), (Texts{"one", "last"}));
  start();
  append("a.log", " words\nmore\n");
  read_all();
  EXPECT_EQ(texts(), (Texts{"one", "last", " words", "more"}));
  EXPECT_TRUE(notebook_.gaps.empty());
}

TEST_F(FileRestartTest, WhatIsAppendedToAnUnterminatedLineIsReadAfterACrash) {
  once_ = true;
  append("a.log", "one\nlast");
  start();
  read_all();
  // The trail knows the record of "last" and its length, and no progress after it.
  Recovered recovered = notebook_.recovered(kName, true);
  ASSERT_EQ(recovered.sources.size(), 1U);
  recovered.sources[0].progress.next = 8;
  recovered.sources[0].progress.identity = notebook_.sources[0];
  recovered.sources[0].reread = false;
  append("a.log", " words\nmore\n");
  FileSourceOptions options;
  options.name = kName;
  options.paths = {folder_ / "a.log"};
  options.fingerprint_key = "key of the test";
  options.once = true;
  source_ = make_file_source(real_files(), clock_, options, recovered);
  read_all();
  EXPECT_EQ(texts(), (Texts{"one", "last", " words", "more"}));
  EXPECT_TRUE(notebook_.gaps.empty());
}

TEST_F(FileRestartTest, AnOverlongLineIsNotReadTwice) {
  line_bytes_max_ = 1000;
  append("a.log", "one\n" + std::string(700'000, 'x') + "\ntwo\n");
  start();
  while (read_batch()) start(true);
  ASSERT_EQ(notebook_.lines.size(), 3U);
  EXPECT_EQ(notebook_.lines[1].truncated_from, 700'000U);
  EXPECT_EQ(notebook_.lines[2].text, "two");
}

// The writer decides by the seed; the model knows which lines it wrote and which of them a rotation by
// truncation took away before they could be read.
class RandomTailTest : public TailTest, public testing::WithParamInterface<unsigned> {
 protected:
  void write_some() {
    const int lines = pick(1, 6);
    for (int i = 0; i < lines; ++i) {
      std::string line = "line " + std::to_string(++written_) + " ";
      line.append(static_cast<std::size_t>(pick(0, 9) == 0 ? pick(0, 60'000) : pick(0, 200)), 'x');
      expected_.push_back(line);
      const std::size_t cut = static_cast<std::size_t>(pick(0, static_cast<int>(line.size())));
      append("a.log", line.substr(0, cut));
      if (pick(0, 7) == 0) read_some();
      append("a.log", line.substr(cut) + (pick(0, 5) == 0 ? "\n\n" : "\n"));
    }
  }
  void rotate() {
    if (!std::filesystem::exists(folder_ / "a.log")) return;
    for (int n = 4; n >= 1; --n) {
      const std::string from = "a." + std::to_string(n) + ".log";
      if (std::filesystem::exists(folder_ / from)) rename(from, "a." + std::to_string(n + 1) + ".log");
    }
    rename("a.log", "a.1.log");
  }
  void truncate_after_reading() {
    if (!std::filesystem::exists(folder_ / "a.log")) return;
    read_all();
    truncate("a.log");
    // Time stamps of files have the resolution of a clock tick.
    if (pick(0, 1) == 0) read_all();
  }
  /// What logrotate does with copytruncate. Lines that nobody has read yet are in the copy only.
  void copy_and_truncate() {
    read_all();
    // A copy is known by what was read of its original, so that must be something.
    const std::string original = folder_ / "a.log";
    if (!std::filesystem::exists(original) || std::filesystem::file_size(original) == 0) return;
    if (pick(0, 1) == 0) write_some();
    rotate();
    rename("a.1.log", "a.log");
    std::filesystem::copy_file(original, folder_ / "a.1.log");
    if (pick(0, 1) == 0) read_some();
    truncate("a.log");
    copied_ = true;
  }
  void read_some() {
    for (int i = pick(0, 3); i > 0; --i) read_batch();
  }
  int pick(int from, int to) { return std::uniform_int_distribution<int>(from, to)(random_); }

  std::mt19937 random_{GetParam()};
  int written_ = 0;
  bool copied_ = false;  // since then not all was read
  Texts expected_;
};

TEST_P(RandomTailTest, EveryLineIsReadExactlyOnceAndInOrder) {
  start();
  for (int step = 0; step < 300; ++step) {
    const int what = pick(0, 99);
    if (what < 50) {
      write_some();
    } else if (what < 75) {
      read_some();
    } else if (what < 83) {
      read_all();  // Archives fall off the chain's end; they must have been read by then.
      copied_ = false;
      rotate();
    } else if (what < 88) {
      truncate_after_reading();
    } else if (what < 91) {
      copy_and_truncate();
    } else if (what < 96) {
      start(pick(0, 1) == 0 && !copied_);
    } else {
      clock_.advance(std::chrono::seconds(pick(1, 8)));
    }
  }
  read_all_later();
  for (std::size_t i = 0; i < std::min(notebook_.lines.size(), expected_.size()); ++i) {
    ASSERT_EQ(notebook_.lines[i].text.substr(0, 40), expected_[i].substr(0, 40)) << i;
    ASSERT_EQ(notebook_.lines[i].text, expected_[i]) << i;
  }
  ASSERT_EQ(notebook_.lines.size(), expected_.size());
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomTailTest, testing::Range(0U, 24U));

}  // namespace
}  // namespace clawtrail
