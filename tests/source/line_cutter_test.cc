// SPDX-License-Identifier: Apache-2.0
// Cutting gives the same lines however the bytes arrive.
#include "source/line_cutter.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>

namespace clawtrail {
namespace {

struct Cut {
  std::uint64_t position;
  std::string text;
  std::uint64_t truncated_from;
  bool operator==(const Cut&) const = default;
};

/// What the cutter must give, written down as plainly as possible.
std::vector<Cut> plain_cut(const std::string& text, std::size_t max) {
  std::vector<Cut> out;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string line = text.substr(begin, end - begin);
    if (!line.empty() && line != "\r")
      out.push_back({begin, line.substr(0, max), line.size() > max ? line.size() : 0});
    begin = end + 1;
  }
  return out;
}

class LineCutterTest : public testing::Test {
 protected:
  void keep(const RawBatch& batch) {
    for (const RawLine& line : batch.lines) {
      cuts_.push_back({line.position, batch.bytes.substr(line.offset, line.size), line.truncated_from});
    }
    ASSERT_GE(batch.bytes.size(), JsonParser::kPadding);
    EXPECT_EQ(batch.bytes.substr(batch.bytes.size() - JsonParser::kPadding),
              std::string(JsonParser::kPadding, '\0'));
  }
  void give(LineCutter& cutter, const std::string& piece) {
    batch_.clear();
    const std::span<char> room = cutter.room(batch_, piece.size() + 7);
    std::memset(room.data() - kLead, '?', kLead);  // The lead may be overwritten.
    std::memcpy(room.data() - std::min(kLead, known_.size()),
                known_.data() + known_.size() - std::min(kLead, known_.size()),
                std::min(kLead, known_.size()));
    std::memcpy(room.data(), piece.data(), piece.size());
    known_ += piece;
    if (cutter.take(batch_, piece.size())) keep(batch_);
    while (cutter.has_more()) {
      batch_.clear();
      cutter.room(batch_, 0);
      if (cutter.take(batch_, 0)) keep(batch_);
    }
  }

  static constexpr std::size_t kLead = 64;
  RawBatch batch_;
  std::string known_;
  std::vector<Cut> cuts_;
};

TEST_F(LineCutterTest, TheLinesDoNotDependOnThePieces) {
  constexpr std::size_t kMax = 150;
  for (unsigned seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const auto pick = [&](std::size_t to) {
      return std::uniform_int_distribution<std::size_t>(0, to)(random);
    };
    std::string text;
    for (std::size_t lines = pick(60); lines > 0; --lines) {
      const std::size_t size = pick(4) == 0 ? pick(500) : pick(3) == 0 ? 0 : pick(40);
      for (std::size_t i = 0; i < size; ++i) text += static_cast<char>('a' + pick(25));
      text += pick(5) == 0 ? "\r\n" : "\n";
    }
    LineCutter cutter(kMax, kLead);
    known_.clear();
    cuts_.clear();
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t size = std::min(text.size() - at, pick(pick(2) == 0 ? 300 : 5));
      give(cutter, text.substr(at, size));
      at += size;
      EXPECT_EQ(cutter.end(), at);
    }
    EXPECT_EQ(cuts_, plain_cut(text, kMax));
    EXPECT_EQ(cutter.next(), text.size());
    EXPECT_EQ(cutter.carried(), 0U);
  }
}

TEST_F(LineCutterTest, ALineOfExactlyTheLimitIsWhole) {
  LineCutter cutter(100, kLead);
  give(cutter, std::string(100, 'x'));
  give(cutter, "\n" + std::string(101, 'y'));
  give(cutter, "\n");
  EXPECT_EQ(cuts_, (std::vector<Cut>{{0, std::string(100, 'x'), 0}, {101, std::string(100, 'y'), 101}}));
}

TEST_F(LineCutterTest, AnEndlessLineStaysInBoundedMemory) {
  LineCutter cutter(1000, kLead);
  for (int i = 0; i < 1000; ++i) {
    give(cutter, std::string(10'000, 'x'));
    known_.resize(kLead);
    ASSERT_LT(batch_.bytes.capacity(), 100'000U);
  }
  batch_.clear();
  EXPECT_TRUE(cutter.flush(batch_));
  EXPECT_EQ(batch_.lines[0].size, 1000U);
  EXPECT_EQ(batch_.lines[0].truncated_from, 10'000'000U);
  EXPECT_EQ(batch_.lines[0].unterminated, 10'000'000U);
  EXPECT_EQ(batch_.notices.size(), 1U);
}

TEST_F(LineCutterTest, TheFirstLineCanBeDropped) {
  LineCutter cutter(1000, kLead);
  cutter.restart(500, true);
  give(cutter, "known ");
  give(cutter, "line\nnew\n");
  EXPECT_EQ(cuts_, (std::vector<Cut>{{511, "new", 0}}));
}

}  // namespace
}  // namespace clawtrail
