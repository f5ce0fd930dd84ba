// SPDX-License-Identifier: Apache-2.0
// Tailing while the files are alive: every line once, in order, whatever the writer and the rotation do.
#include <algorithm>

#include "clawtrail/io/system.h"
#include "source/tail_fixture.h"

namespace clawtrail {
namespace {

class FileSourceTest : public TailTest {};

TEST_F(FileSourceTest, LinesComeOnceWithTheirByteOffsets) {
  append("a.log", "one\ntwo\n");
  start();
  read_all();
  append("a.log", "three\n");
  read_all();
  EXPECT_EQ(texts(), (Texts{"one", "two", "three"}));
  EXPECT_EQ(notebook_.lines[0].position, 0U);
  EXPECT_EQ(notebook_.lines[1].position, 4U);
  EXPECT_EQ(notebook_.lines[2].position, 8U);
  EXPECT_EQ(notebook_.sources.size(), 1U);
  EXPECT_TRUE(notebook_.gaps.empty());
}

TEST_F(FileSourceTest, APartialLineWaitsForItsNewline) {
  append("a.log", "one\npar");
  start();
  read_all();
  EXPECT_EQ(texts(), (Texts{"one"}));
  append("a.log", "ti");
  read_all();
  append("a.log", "al\nnext\n");
  read_all();
  EXPECT_EQ(texts(), (Texts{"one", "partial", "next"}));
  EXPECT_EQ(notebook_.lines[1].position, 4U);
}

TEST_F(FileSourceTest, EmptyLinesAreSkippedAndCountAsBytes) {
  append("a.log", "\n\r\n\none\r\n\ntwo\n");
  start();
  read_all();
  EXPECT_EQ(texts(), (Texts{"one\r", "two"}));
  EXPECT_EQ(notebook_.lines[0].position, 4U);
  EXPECT_EQ(notebook_.lines[1].position, 10U);
}

TEST_F(FileSourceTest, AnyByteMayStandInALine) {
  const std::string odd("a\0b\xff\xfe\x80 \x1b[0m", 11);
  append("a.log", odd + "\n");
  start();
  read_all();
  EXPECT_EQ(texts(), (Texts{odd}));
}

TEST_F(FileSourceTest, AnEmptyFileSaysNothingUntilItHasALine) {
  append("a.log", "");
  start();
  read_all();
  EXPECT_TRUE(notebook_.sources.empty());
  EXPECT_TRUE(source_->available());
  append("a.log", "one\n");
  read_all();
  EXPECT_EQ(texts(), (Texts{"one"}));
}

TEST_F(FileSourceTest, NothingToReadIsNotAvailable) {
  start();
  read_all();
  EXPECT_FALSE(source_->available());
  append("a.log", "one\n");
  read_all();
  EXPECT_TRUE(source_->available());
  EXPECT_EQ(texts(), (Texts{"one"}));
}

TEST_F(FileSourceTest, ManyShortLinesAreSplitOverBatches) {
  std::string text;
  for (int i = 0; i < 30'000; ++i) text += std::to_string(i) + "\n";
  append("a.log", text);
  start();
  read_all();
  ASSERT_EQ(notebook_.lines.size(), 30'000U);
  for (std::size_t i = 0; i < 30'000; ++i) ASSERT_EQ(notebook_.lines[i].text, std::to_string(i));
}

TEST_F(FileSourceTest, TheRenamedFileIsDrainedBeforeTheNewOneIsBegun) {
  append("a.log", "one\n");
  start();
  read_all();
  append("a.log", "two\nthr");
  rename("a.log", "a.1.log");
  append("a.log", "four\n");
  read_all();
  EXPECT_EQ(texts(), (Texts{"one", "two", "thr", "four"}));
  EXPECT_EQ(notebook_.lines[2].unterminated, 3U);
  EXPECT_EQ(notebook_.lines[2].generation, 1U);
  EXPECT_EQ(notebook_.lines[3].generation, 2U);
  EXPECT_TRUE(notebook_.gaps.empty());
}

TEST_F(FileSourceTest, AWholeRenameChainIsFollowedWithoutLossOrRepetition) {
  Texts expected;
  start();
  for (int round = 0; round < 12; ++round) {
    for (int i = 0; i < 3; ++i) {
      expected.push_back("round " + std::to_string(round) + " line " + std::to_string(i));
      append("a.log", expected.back() + "\n");
      if (i == 1) read_all();
    }
    for (int n = 4; n >= 1; --n) {
      const std::string from = "a." + std::to_string(n) + ".log";
      if (std::filesystem::exists(folder_ / from)) rename(from, "a." + std::to_string(n + 1) + ".log");
    }
    rename("a.log", "a.1.log");
  }
  read_all();
  EXPECT_EQ(texts(), expected);
  EXPECT_TRUE(notebook_.gaps.empty());
}

TEST_F(FileSourceTest, AtTheFirstStartTheOldestArchiveIsReadFirst) {
  append("a.2.log", "one\n");
  append("a.1.log", "two\n");
  append("a.log", "three\n");
  for (const char* name : {"a.log", "a.1.log", "a.2.log"}) {
    std::filesystem::last_write_time(folder_ / name, std::filesystem::file_time_type::clock::now());
  }
  const auto same = std::filesystem::last_write_time(folder_ / "a.log");
  for (const char* name : {"a.log", "a.1.log", "a.2.log"})
    std::filesystem::last_write_time(folder_ / name, same);
  start();
  read_all();
  EXPECT_EQ(texts(), (Texts{"one", "two", "three"}));
}

TEST_F(FileSourceTest, AFileRenamedOutOfThePatternIsReadToItsEnd) {
  patterns_ = {"a.log"};
  append("a.log", "one\n");
  start();
  read_all();
  append("a.log", "two\nrest");
  rename("a.log", "a.log.1");
  read_all_later();
  EXPECT_EQ(texts(), (Texts{"one", "two", "rest"}));
  EXPECT_TRUE(notebook_.gaps.empty());
}

TEST_F(FileSourceTest, ADeletedFileIsReadToItsEnd) {
  append("a.log", "one\n");
  start();
  read_all();
  append("a.log", "two\nrest");
  remove("a.log");
  read_all_later();
  EXPECT_EQ(texts(), (Texts{"one", "two", "rest"}));
  EXPECT_TRUE(notebook_.gaps.empty());
  EXPECT_TRUE(notebook_.recovered(kName, false).sources.empty());  // forgotten
}

TEST_F(FileSourceTest, AWriterThatGoesOnInTheRenamedFileIsHeard) {
  append("a.log", "one\n");
  start();
  read_all();
  std::ofstream late(folder_ / "a.log", std::ios::app);
  rename("a.log", "a.1.log");
  append("a.log", "new\n");
  read_all();
  late << "late\n" << std::flush;
  read_all();
  EXPECT_EQ(texts(), (Texts{"one", "new", "late"}));
  clock_.advance(std::chrono::minutes(1));
  read_all();
  late << "very late\n" << std::flush;  // The descriptor was given up; the next look finds the growth.
  clock_.advance(std::chrono::seconds(2));
  read_all();
  EXPECT_EQ(texts(), (Texts{"one", "new", "late", "very late"}));
}

TEST_F(FileSourceTest, TruncationIsAGapAndANewGeneration) {
  append("a.log", "one\ntwo\npart");
  start();
  read_all();
  truncate("a.log");
  read_all();
  append("a.log", "three\n");
  read_all();
  EXPECT_EQ(texts(), (Texts{"one", "two", "part", "three"}));
  EXPECT_EQ(notebook_.lines[2].unterminated, 4U);
  EXPECT_EQ(notebook_.lines[3].generation, 2U);
  EXPECT_EQ(notebook_.lines[3].position, 0U);
  ASSERT_EQ(notebook_.gaps.size(), 1U);
  EXPECT_NE(notebook_.gaps[0].find("truncated"), std::string::npos);
}

TEST_F(FileSourceTest, BytesCutOffBeforeTheyWereReadAreAGap) {
  append("a.log", std::string(limits::kBatchBytesSoft - 1, 'x') + "\nnever read\n");
  start();
  ASSERT_TRUE(read_batch());
  truncate("a.log", limits::kBatchBytesSoft);
  read_all();
  EXPECT_EQ(notebook_.lines.size(), 1U);
  ASSERT_EQ(notebook_.gaps.size(), 1U);
  EXPECT_NE(notebook_.gaps[0].find("11 bytes at its end were not read"), std::string::npos);
}

TEST_F(FileSourceTest, CopyTruncateThatHasGrownAgainIsSeen) {
  append("a.log", "first one\nsecond one\n");
  start();
  read_all();
  truncate("a.log");
  append("a.log", "third one, a long line to get beyond the old offset\nfourth one\n");
  read_all();
  EXPECT_EQ(texts(), (Texts{"first one", "second one", "third one, a long line to get beyond the old offset",
                            "fourth one"}));
  EXPECT_EQ(notebook_.gaps.size(), 1U);
}

TEST_F(FileSourceTest, CopyTruncateToTheSameSizeIsSeen) {
  append("a.log", "1111\n2222\n");
  start();
  read_all();
  truncate("a.log");
  append("a.log", "3333\n4444\n");
  const auto later = std::filesystem::last_write_time(folder_ / "a.log") + std::chrono::seconds(1);
  std::filesystem::last_write_time(folder_ / "a.log", later);
  read_all();
  EXPECT_EQ(texts(), (Texts{"1111", "2222", "3333", "4444"}));
  EXPECT_EQ(notebook_.gaps.size(), 1U);
}

TEST_F(FileSourceTest, TheCopyOfCopyTruncateGoesOnWhereTheOriginalWasLeft) {
  append("a.log", "one\ntwo\n");
  start();
  read_all();
  append("a.log", "three\nfour");
  std::filesystem::copy_file(folder_ / "a.log", folder_ / "a.1.log");
  truncate("a.log");
  append("a.log", "five\n");
  read_all_later();
  EXPECT_EQ(texts(), (Texts{"one", "two", "three", "four", "five"}));
  EXPECT_TRUE(notebook_.gaps.empty());
  EXPECT_EQ(notebook_.lines[2].generation, 1U);
  EXPECT_EQ(notebook_.lines[2].position, 8U);
}

TEST_F(FileSourceTest, ACopySeenBeforeTheTruncationIsNotReadTwice) {
  append("a.log", "one\ntwo\n");
  start();
  read_all();
  std::filesystem::copy_file(folder_ / "a.log", folder_ / "a.1.log");
  read_all();
  truncate("a.log");
  read_all();
  append("a.log", "three\n");
  read_all_later();
  EXPECT_EQ(texts(), (Texts{"one", "two", "three"}));
  EXPECT_TRUE(notebook_.gaps.empty());
}

TEST_F(FileSourceTest, ACopyWithoutATruncationIsAFileOfItsOwn) {
  append("a.log", "one\n");
  start();
  read_all();
  append("b.log", "one\ntwo\n");
  read_all_later();
  EXPECT_EQ(texts(), (Texts{"one", "one", "two"}));
}

TEST_F(FileSourceTest, AnEqualProbeDoesNotHideARewrittenHead) {
  const std::string tail = std::string(100, 't') + "\n";
  append("a.log", "old head\n" + tail);
  start();
  read_all();
  overwrite("a.log", "new head\n" + tail + "more\n");
  read_all();
  EXPECT_EQ(texts(), (Texts{"old head", tail.substr(0, 100), "new head", tail.substr(0, 100), "more"}));
  EXPECT_EQ(notebook_.gaps.size(), 1U);
}

TEST_F(FileSourceTest, AnInodeUsedAgainIsANewFile) {
  append("a.log", "one\n");
  start();
  read_all();
  remove("a.log");
  read_all_later();
  for (int i = 0; i < 20; ++i) {  // File systems hand the freed inode out again at once.
    append("a.log", "again " + std::to_string(i) + "\n");
    read_all();
    remove("a.log");
    read_all_later();
  }
  ASSERT_EQ(notebook_.lines.size(), 21U);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(notebook_.lines[static_cast<std::size_t>(i) + 1].text, "again " + std::to_string(i));
  }
  EXPECT_TRUE(notebook_.gaps.empty());
}

TEST_F(FileSourceTest, FilesWithEqualHeadsAreDifferentFiles) {
  const std::string banner = std::string(2000, '=') + "\n";
  append("a.log", banner + "from a\n");
  append("b.log", banner + "from b\n");
  append("c.log", banner);
  start();
  read_all();
  append("c.log", "from c\n");
  read_all();
  EXPECT_EQ(notebook_.lines.size(), 6U);
  EXPECT_EQ(notebook_.sources.size(), 3U);
  EXPECT_EQ(notebook_.lines.back().text, "from c");
}

TEST_F(FileSourceTest, ANewFileIsFound) {
  append("a.log", "one\n");
  start();
  read_all();
  append("b.log", "two\n");
  read_all();
  append("a.log", "three\n");
  read_all();
  EXPECT_EQ(texts(), (Texts{"one", "two", "three"}));
}

TEST_F(FileSourceTest, WhatIsNoRegularFileIsToldOnceAndBlocksNothing) {
  ASSERT_EQ(::mkfifo((folder_ / "pipe.log").c_str(), 0600), 0);
  std::filesystem::create_directory(folder_ / "folder.log");
  std::filesystem::create_symlink("/etc/passwd", folder_ / "link.log");
  append("z.log", "one\n");
  start();
  read_all();
  clock_.advance(std::chrono::seconds(30));
  read_all();
  EXPECT_EQ(texts(), (Texts{"one"}));
  ASSERT_EQ(notebook_.gaps.size(), 3U);
  std::sort(notebook_.gaps.begin(), notebook_.gaps.end());
  EXPECT_NE(notebook_.gaps[0].find("folder.log: it is not a regular file"), std::string::npos);
  EXPECT_NE(notebook_.gaps[1].find("link.log: it is a symbolic link"), std::string::npos);
  EXPECT_NE(notebook_.gaps[2].find("pipe.log: it is not a regular file"), std::string::npos);
}

TEST_F(FileSourceTest, AFileThatBecomesReadableIsRead) {
  ASSERT_EQ(::mkfifo((folder_ / "a.log").c_str(), 0600), 0);
  start();
  read_all();
  remove("a.log");
  append("a.log", "one\n");
  clock_.advance(std::chrono::seconds(2));
  read_all();
  EXPECT_EQ(texts(), (Texts{"one"}));
  EXPECT_EQ(notebook_.gaps.size(), 1U);
}

TEST_F(FileSourceTest, AFileOfAStrangerInAWorldWritableFolderIsNotRead) {
  if (effective_user_id() != 0) GTEST_SKIP() << "only root can give files away";
  constexpr uid_t kStranger = 12345;
  append("a.log", "planted\n");
  ASSERT_EQ(::chown((folder_ / "a.log").c_str(), kStranger, kStranger), 0);
  ASSERT_EQ(::chown(folder_.path().c_str(), kStranger, kStranger), 0);
  ASSERT_EQ(::chmod(folder_.path().c_str(), 01777), 0);
  start();
  read_all();
  EXPECT_TRUE(texts().empty());
  ASSERT_EQ(notebook_.gaps.size(), 1U);
  // A folder of the stranger's own vouches for the stranger's files.
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0700), 0);
  read_all();
  EXPECT_EQ(texts(), (Texts{"planted"}));
}

TEST_F(FileSourceTest, OnceReadsToTheEndAndFinishes) {
  once_ = true;
  append("a.1.log", "one\nloose end");
  append("a.log", "two\nlast");
  start();
  read_all();
  EXPECT_TRUE(finished_);
  EXPECT_EQ(texts(), (Texts{"one", "loose end", "two", "last"}));
  EXPECT_EQ(notebook_.lines[3].unterminated, 4U);
  EXPECT_EQ(source_->poll(batch_, 0), Poll::kFinished);
}

TEST_F(FileSourceTest, OnceSaysThatANamedFileDoesNotExist) {
  once_ = true;
  patterns_ = {"missing.log"};
  start();
  read_all();
  EXPECT_TRUE(finished_);
  ASSERT_EQ(notebook_.gaps.size(), 1U);
  EXPECT_NE(notebook_.gaps[0].find("does not exist"), std::string::npos);
}

TEST_F(FileSourceTest, MoreFilesThanDescriptorsAreAllRead) {
  constexpr std::size_t kFiles = limits::kTailedFilesOpenMax * 2 + 5;
  for (std::size_t i = 0; i < kFiles; ++i) append("f" + std::to_string(i) + ".log", "first\nhalf");
  start();
  read_all();
  EXPECT_EQ(notebook_.lines.size(), kFiles);
  for (std::size_t i = 0; i < kFiles; ++i) append("f" + std::to_string(i) + ".log", " whole\n");
  clock_.advance(std::chrono::seconds(2));
  read_all();
  ASSERT_EQ(notebook_.lines.size(), 2 * kFiles);
  for (std::size_t i = kFiles; i < 2 * kFiles; ++i) EXPECT_EQ(notebook_.lines[i].text, "half whole");
  EXPECT_TRUE(notebook_.gaps.empty());
}

TEST_F(FileSourceTest, ALineAboveTheLimitIsCutAndTold) {
  append("a.log", "short\n" + std::string(limits::kLineBytesMax, 'x') + "yz\nafter\n");
  start();
  read_all();
  ASSERT_EQ(notebook_.lines.size(), 3U);
  EXPECT_EQ(notebook_.lines[1].text, std::string(limits::kLineBytesMax, 'x'));
  EXPECT_EQ(notebook_.lines[1].truncated_from, limits::kLineBytesMax + 2);
  EXPECT_EQ(notebook_.lines[2].text, "after");
  EXPECT_EQ(notebook_.lines[2].position, 6 + limits::kLineBytesMax + 3);
  ASSERT_EQ(notebook_.gaps.size(), 1U);
  EXPECT_NE(notebook_.gaps[0].find("16777218 bytes"), std::string::npos);
}

TEST_F(FileSourceTest, ALineOf100MegabytesIsReadInBoundedMemory) {
  constexpr std::size_t kSize = 100'000'000;
  {
    std::ofstream file(folder_ / "a.log", std::ios::binary);
    const std::string piece(1'000'000, 'x');
    for (std::size_t i = 0; i < kSize / piece.size(); ++i) file << piece;
    file << "\nafter\n";
  }
  start();
  std::size_t capacity = 0;
  while (read_batch()) capacity = std::max(capacity, batch_.bytes.capacity());
  ASSERT_EQ(notebook_.lines.size(), 2U);
  EXPECT_EQ(notebook_.lines[0].truncated_from, kSize);
  EXPECT_EQ(notebook_.lines[1].text, "after");
  EXPECT_LT(capacity, 3 * limits::kLineBytesMax);
}

TEST_F(FileSourceTest, ACutLineEndsAtACharacterBorder) {
  line_bytes_max_ = 10;
  append("a.log", "12345678\xE2\x82\xAC and more\n123456789\xC3\xA9\n1234567890\n");
  start();
  read_all();
  EXPECT_EQ(texts(), (Texts{"12345678", "123456789", "1234567890"}));
  EXPECT_EQ(notebook_.gaps.size(), 2U);
}

TEST_F(FileSourceTest, WakeEndsAWait) {
  start();
  read_all();
  source_->wake();
  EXPECT_EQ(source_->poll(batch_, 60'000), Poll::kIdle);
}

TEST_F(FileSourceTest, LagIsWhatWasNotHandedOut) {
  append("a.log", "one\npart");
  start();
  read_all();
  EXPECT_EQ(source_->lag(), 4U);
}

}  // namespace
}  // namespace clawtrail
