// SPDX-License-Identifier: Apache-2.0
// Verify as somebody would test it who has something to hide.
#include "clawtrail/base/encoding.h"
#include "trail/trail_fixture.h"

namespace clawtrail {
namespace {

class Forgery : public TrailFixture {
 protected:
  void SetUp() override {
    TrailFixture::SetUp();
    segment_bytes_ = 3000;
    make_trail(40);
    ASSERT_GE(segments().size(), 3u);
    ASSERT_EQ(verify().verdict, Verdict::kIntact);
  }
  /// Line number of an event record in the middle of a segment.
  static std::size_t middle(const std::vector<std::string>& lines) {
    std::size_t at = lines.size() / 2;
    while (lines[at].find("\"event_type\":\"log\"") == std::string::npos) --at;
    return at;
  }
};

TEST_F(Forgery, AFlippedBitAnywhereIsSeen) {
  const std::string path = segments()[1];
  const std::string whole = read(path);
  for (std::size_t i = 0; i < whole.size(); i += 5) {
    std::string changed = whole;
    changed[i] = static_cast<char>(changed[i] ^ (1 << i % 8));
    put(path, changed);
    const auto report = verify_trail(real_files(), dir_, {});
    if (!report) continue;  // a format number that is newer, for example
    ASSERT_NE(report->verdict, Verdict::kIntact) << "byte " << i;
    ASSERT_NE(report->verdict, Verdict::kTornTail) << "byte " << i;
  }
  put(path, whole);
  EXPECT_EQ(verify().verdict, Verdict::kIntact);
}

TEST_F(Forgery, AnAlteredRecordIsNamedWithItsSegment) {
  auto lines = lines_of(segments()[1]);
  const std::size_t at = middle(lines);
  lines[at].replace(lines[at].rfind("\"x\""), 3, "\"y\"");
  put_lines(segments()[1], lines);
  const VerifyReport report = verify();
  EXPECT_EQ(report.verdict, Verdict::kAltered);
  ASSERT_TRUE(report.first_bad);
  const auto listed = list_segments(real_files(), dir_);
  ASSERT_TRUE(listed);
  const RecordIndex altered = (*listed)[1].first + at;
  // What is known is which checkpoint does not fit: the record lies between the good one before it and that
  // one.
  EXPECT_LE(*report.first_bad, altered);
  EXPECT_GE(*report.first_bad + 1, (*listed)[1].first);
  std::string holder;
  for (const SegmentFile& segment : *listed) {
    if (segment.first <= *report.first_bad) holder = basename_of(segment.path);
  }
  EXPECT_EQ(report.bad_segment, holder);
}

TEST_F(Forgery, ARemovedOrRepeatedLineIsSeen) {
  const auto lines = lines_of(segments()[1]);
  auto removed = lines;
  removed.erase(removed.begin() + static_cast<std::ptrdiff_t>(middle(lines)));
  put_lines(segments()[1], removed);
  EXPECT_EQ(verify().verdict, Verdict::kAltered);
  auto repeated = lines;
  repeated.insert(repeated.begin() + static_cast<std::ptrdiff_t>(middle(lines)), lines[middle(lines)]);
  put_lines(segments()[1], repeated);
  EXPECT_EQ(verify().verdict, Verdict::kAltered);
}

TEST_F(Forgery, SwappedLinesAreReordered) {
  auto lines = lines_of(segments()[1]);
  const std::size_t at = middle(lines);
  ASSERT_NE(lines[at - 1].find("\"event_type\":\"log\""), std::string::npos);
  std::swap(lines[at], lines[at - 1]);
  put_lines(segments()[1], lines);
  EXPECT_EQ(verify().verdict, Verdict::kReordered);
}

TEST_F(Forgery, ARemovedSegmentIsSeen) {
  std::filesystem::remove(segments()[1]);
  const VerifyReport report = verify();
  EXPECT_NE(report.verdict, Verdict::kIntact);
  EXPECT_NE(report.verdict, Verdict::kTornTail);
}

TEST_F(Forgery, SwappedSegmentsAreSeen) {
  const auto paths = segments();
  std::filesystem::rename(paths[1], dir_ + "/tmp");
  std::filesystem::rename(paths[2], paths[1]);
  std::filesystem::rename(dir_ + "/tmp", paths[2]);
  EXPECT_NE(verify().verdict, Verdict::kIntact);
}

TEST_F(Forgery, RecordsCutFromTheEndAreTruncatedBecauseTheCheckpointCountsThem) {
  const std::string path = segments().back();
  auto lines = lines_of(path);
  while (lines.size() > 1) {
    lines.pop_back();
    put_lines(path, lines);
    EXPECT_EQ(verify().verdict, Verdict::kTruncated) << lines.size();
  }
  std::filesystem::remove(path);
  EXPECT_EQ(verify().verdict, Verdict::kTruncated);
}

TEST_F(Forgery, AFolderRolledBackIsSeenAgainstACheckpointKeptElsewhere) {
  const std::string copy = dir_ + "-copy";
  std::filesystem::remove_all(copy);
  std::filesystem::copy(dir_, copy, std::filesystem::copy_options::recursive);
  {
    auto writer = open_well();
    write(*writer, 40, 50);
    ASSERT_TRUE(writer->close());
  }
  VerifyOptions options;
  options.checkpoint = read(dir_ + "/checkpoint");
  EXPECT_EQ(verify(options).verdict, Verdict::kIntact);
  std::filesystem::remove_all(dir_);
  std::filesystem::rename(copy, dir_);
  EXPECT_EQ(verify().verdict, Verdict::kIntact);  // by itself, nothing can be known
  EXPECT_EQ(verify(options).verdict, Verdict::kTruncated);
}

TEST_F(Forgery, ATrailMadeAnewWithAnotherKeyIsUnknownKey) {
  VerifyOptions options;
  options.key = VerifierKey{key_.name, key_.public_key};
  EXPECT_EQ(verify(options).verdict, Verdict::kIntact);
  std::filesystem::remove_all(dir_);
  Ed25519Seed seed{};
  system_rng().fill(seed.data(), seed.size());
  key_ = *signing_key_from_seed(seed);
  make_trail(40);
  EXPECT_EQ(verify().verdict, Verdict::kIntact);
  EXPECT_EQ(verify(options).verdict, Verdict::kUnknownKey);
}

TEST_F(Forgery, VerifyingChangesNoByte) {
  std::vector<std::string> before;
  for (const std::string& path : segments()) before.push_back(read(path));
  put(segments().back(), before.back() + "{\"torn");
  before.back() += "{\"torn";
  EXPECT_EQ(verify().verdict, Verdict::kTornTail);
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_EQ(read(segments()[i]), before[i]);
}

TEST_F(TrailFixture, AFolderWithoutATrailIsAnErrorOrNoTrail) {
  const auto report = verify_trail(real_files(), dir_, {});
  EXPECT_TRUE(!report || report->verdict == Verdict::kNoTrail);
}

}  // namespace
}  // namespace clawtrail
