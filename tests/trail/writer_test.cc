// SPDX-License-Identifier: Apache-2.0
// Appending, rotating, recovering: nothing acknowledged is lost, nothing is there twice.
#include "support/faulty_files.h"
#include "trail/trail_fixture.h"

namespace clawtrail {
namespace {

class Trail : public TrailFixture {};

TEST_F(Trail, WhatWasAppendedIsReadBackInOrder) {
  make_trail(50);
  const auto got = positions();
  ASSERT_EQ(got.size(), 50u);
  for (std::uint64_t i = 0; i < 50; ++i) EXPECT_EQ(got[i], i);
  EXPECT_EQ(verify().verdict, Verdict::kIntact);
  EXPECT_EQ(verify().signed_size, verify().size);
}

TEST_F(Trail, ASecondWriterIsRefusedAndNamesTheFirst) {
  const auto first = open_well();
  const auto second = open();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::kBusy);
  EXPECT_NE(second.error().message.find(std::to_string(process_id())), std::string::npos)
      << second.error().message;
}

TEST_F(Trail, SegmentsRotateAndTheTreeGoesOn) {
  segment_bytes_ = 4096;
  make_trail(200);
  EXPECT_GT(segments().size(), 5u);
  EXPECT_EQ(positions().size(), 200u);
  EXPECT_EQ(verify().verdict, Verdict::kIntact);
}

TEST_F(Trail, ReopeningGoesOnAndKnowsTheSources) {
  make_trail(10);
  auto writer = open_well();
  ASSERT_EQ(writer->recovered().sources.size(), 1u);
  const RecoveredSource& source = writer->recovered().sources[0];
  EXPECT_EQ(source.progress.source, "log");
  EXPECT_EQ(source.progress.next, 10u);
  EXPECT_FALSE(source.reread);
  EXPECT_EQ(source.progress.identity, "{\"path\":\"/x\"}");
  EXPECT_EQ(writer->recovered().generations.at("log"), 1u);
  write(*writer, 10, 20);
  ASSERT_TRUE(writer->close());
  EXPECT_EQ(positions().size(), 20u);
  EXPECT_EQ(verify().verdict, Verdict::kIntact);
}

TEST_F(Trail, RecordsAfterTheLastCheckpointMoveTheSource) {
  {
    auto writer = open_well();
    write(*writer, 0, 3);
    ASSERT_TRUE(writer->checkpoint());
    write(*writer, 3, 6);
  }  // no close: as if killed
  auto writer = open_well();
  ASSERT_EQ(writer->recovered().sources.size(), 1u);
  EXPECT_EQ(writer->recovered().sources[0].progress.next, 5u);
  EXPECT_TRUE(writer->recovered().sources[0].reread);
}

TEST_F(Trail, ATailTornAtAnyByteIsCutAndTheRestStays) {
  {
    auto writer = open_well();
    write(*writer, 0, 4);
  }
  const std::string path = segments().back();
  const std::string whole = read(path);
  const std::size_t last = whole.rfind('\n', whole.size() - 2) + 1;
  for (std::size_t size = last + 1; size < whole.size(); ++size) {
    put(path, whole.substr(0, size));
    EXPECT_EQ(verify().verdict, Verdict::kTornTail) << size;
    auto writer = open_well();
    ASSERT_TRUE(writer);
    EXPECT_EQ(writer->recovered().torn_bytes, size - last);
    writer.reset();
    EXPECT_EQ(positions().size(), 3u);
    std::filesystem::remove(dir_ + "/checkpoint");  // it was not there before the writer opened the trail
  }
}

TEST_F(Trail, ACutBelowTheCheckpointFileIsNotRepaired) {
  make_trail(5);
  auto lines = lines_of(segments().back());
  lines.resize(lines.size() - 3);
  put_lines(segments().back(), lines);
  EXPECT_EQ(verify().verdict, Verdict::kTruncated);
  const std::string before = read(segments().back());
  const auto writer = open();
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().code, Code::kCorrupt);
  EXPECT_EQ(read(segments().back()), before);
}

TEST_F(Trail, ANewerFormatIsRefusedWithASentence) {
  make_trail(2);
  auto lines = lines_of(segments()[0]);
  const std::string key = "\"format\":1";
  const std::size_t at = lines[0].find(key);
  ASSERT_NE(at, std::string::npos) << lines[0];
  lines[0].replace(at, key.size(), "\"format\":9");
  put_lines(segments()[0], lines);
  const auto writer = open();
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().code, Code::kInvalid) << writer.error().message;
}

// Goal: one failed call poisons nothing.  Method: the same workload, the k-th changing call fails; after
// ENOSPC the same batch is appended again; after any failure the folder opens again and holds every synced
// record once.
class Fault : public TrailFixture, public testing::WithParamInterface<Code> {};

TEST_P(Fault, TheKthFailingCallLosesNoSyncedRecordAndDoublesNone) {
  segment_bytes_ = 2048;
  for (std::uint64_t k = 0;; ++k) {
    SCOPED_TRACE(testing::Message() << "failure in call " << k);
    std::filesystem::remove_all(dir_);
    FaultyFiles files;
    files.fail_at = k;
    files.code = GetParam();
    std::uint64_t synced = 0;
    if (auto writer = open(files)) {
      for (std::uint64_t i = 0; i < 30; ++i) {
        auto appended = (*writer)->append(batch_of(i));
        if (!appended && appended.error().code != Code::kBroken) appended = (*writer)->append(batch_of(i));
        if (!appended || !(*writer)->sync()) break;
        synced = i + 1;
        if (i % 10 == 9) static_cast<void>((*writer)->checkpoint());
      }
      static_cast<void>((*writer)->close());
    }
    if (!files.failed) break;  // the workload ended before call k: every call has been tried
    auto writer = open();
    ASSERT_TRUE(writer) << writer.error().message;
    ASSERT_TRUE((*writer)->close());
    const auto got = positions();
    ASSERT_GE(got.size(), synced);
    for (std::uint64_t i = 0; i < got.size(); ++i) ASSERT_EQ(got[i], i);
    const VerifyReport report = verify();
    ASSERT_EQ(report.verdict, Verdict::kIntact) << report.message;
  }
}

INSTANTIATE_TEST_SUITE_P(Codes, Fault, testing::Values(Code::kNoSpace, Code::kIo));

TEST_F(Trail, AReaderFollowsALiveWriterUpToItsLimit) {
  segment_bytes_ = 2048;
  auto writer = open_well();
  auto reader = TrailReader::open(real_files(), dir_);
  ASSERT_TRUE(reader);
  std::uint64_t seen = 0;
  for (std::uint64_t i = 0; i < 60; ++i) {
    ASSERT_TRUE(writer->append(batch_of(i)));
    (*reader)->set_limit(writer->durable_size());
    for (auto record = (*reader)->next(); record && *record; record = (*reader)->next()) {
      ASSERT_EQ((*record)->index, seen);
      ASSERT_LT((*record)->index, writer->durable_size());
      ++seen;
    }
    if (i % 7 == 0) {
      ASSERT_TRUE(writer->sync());
    }
  }
  ASSERT_TRUE(writer->sync());
  (*reader)->set_limit(writer->durable_size());
  for (auto record = (*reader)->next(); record && *record; record = (*reader)->next()) ++seen;
  EXPECT_EQ(seen, writer->durable_size());
  ASSERT_TRUE((*reader)->seek(30));
  EXPECT_EQ((*(*reader)->next())->index, 30u);
}

}  // namespace
}  // namespace clawtrail
