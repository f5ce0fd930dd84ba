// SPDX-License-Identifier: Apache-2.0
// A trail in a folder of its own, and the ways in which the tests treat it.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "clawtrail/event/json.h"
#include "clawtrail/io/system.h"
#include "clawtrail/trail/trail_reader.h"
#include "clawtrail/trail/trail_writer.h"
#include "clawtrail/trail/verify.h"
#include "support/redacted_batch_for_test.h"

namespace clawtrail {

class TrailFixture : public testing::Test {
 protected:
  void SetUp() override {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    dir_ = testing::TempDir() + "clawtrail-" + std::to_string(process_id()) + "-" + info->name();
    std::filesystem::remove_all(dir_);
    Ed25519Seed seed{};
    system_rng().fill(seed.data(), seed.size());
    key_ = *signing_key_from_seed(seed);
  }
  void TearDown() override { std::filesystem::remove_all(dir_); }

  Result<std::unique_ptr<TrailWriter>> open(Files& files = real_files()) {
    TrailOptions options;
    options.path = dir_;
    options.segment_bytes = segment_bytes_;
    options.host = "test";
    return TrailWriter::open(files, system_clock(), options, key_);
  }
  std::unique_ptr<TrailWriter> open_well(Files& files = real_files()) {
    auto writer = open(files);
    EXPECT_TRUE(writer) << writer.error().message;
    return writer ? std::move(*writer) : nullptr;
  }
  /// Records first … last-1, one batch each, with their progress.
  static RedactedBatch batch_of(std::uint64_t position) {
    SourceProgress progress{"log", 1, position + 1, "{\"path\":\"/x\"}", false};
    return RedactedBatchForTest::make({RedactedBatchForTest::record(position)}, {progress});
  }
  void write(TrailWriter& writer, std::uint64_t first, std::uint64_t last) {
    for (std::uint64_t i = first; i < last; ++i) ASSERT_TRUE(writer.append(batch_of(i)));
    ASSERT_TRUE(writer.sync());
  }
  /// A closed trail with `count` event records.
  void make_trail(std::uint64_t count) {
    auto writer = open_well();
    write(*writer, 0, count);
    ASSERT_TRUE(writer->close());
  }
  VerifyReport verify(const VerifyOptions& options = {}) {
    auto report = verify_trail(real_files(), dir_, options);
    EXPECT_TRUE(report) << report.error().message;
    return report ? *report : VerifyReport{};
  }
  std::vector<std::string> segments() {
    std::vector<std::string> out;
    const auto listed = list_segments(real_files(), dir_);
    EXPECT_TRUE(listed);
    if (!listed) return out;
    for (const SegmentFile& segment : *listed) out.push_back(segment.path);
    return out;
  }
  static std::string read(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::stringstream out;
    out << in.rdbuf();
    return out.str();
  }
  static void put(const std::string& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  }
  static std::vector<std::string> lines_of(const std::string& path) {
    std::vector<std::string> out;
    std::istringstream in(read(path));
    for (std::string line; std::getline(in, line);) out.push_back(line);
    return out;
  }
  static void put_lines(const std::string& path, const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    put(path, text);
  }
  /// Positions of the event records, in order.
  std::vector<std::uint64_t> positions() {
    std::vector<std::uint64_t> out;
    JsonParser parser;
    auto reader = TrailReader::open(real_files(), dir_);
    EXPECT_TRUE(reader);
    for (;;) {
      const auto record = (*reader)->next();
      EXPECT_TRUE(record);
      if (!record || !*record) return out;
      const auto root = parser.parse((*record)->line);
      EXPECT_TRUE(root);
      if ((*root)["event_type"].string_or("") == "log")
        out.push_back(*(*root)["source"].at(2).unsigned_integer());
    }
  }

  std::string dir_;
  std::uint64_t segment_bytes_ = limits::kSegmentBytesDefault;
  SigningKey key_;
};

}  // namespace clawtrail
