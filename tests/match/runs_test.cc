// SPDX-License-Identifier: Apache-2.0
// The runs that are found with wide registers are those that one sees byte by byte.
#include "match/runs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

namespace clawtrail {
namespace {

constexpr std::string_view kRunBytes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/_-";
/// Neighbours of the classes' borders, and bytes with the highest bit.
constexpr std::string_view kOthers = " \n\t\"=.,:;@[`{|}~^*!&%$#()<>?\\\x80\xe2\xff\x7f\x01";

bool in_run(char c) { return kRunBytes.find(c) != std::string_view::npos; }

/// What runs.h says: both letter cases, digits among letters in one part of a path, letters or a part without
/// end, many capitals; no UUID alone. Judged by the first 256 bytes.
bool may_be_secret(std::string_view run) {
  const auto count = [](std::string_view text, char low, char high) {
    return std::count_if(text.begin(), text.end(), [&](char c) { return c >= low && c <= high; });
  };
  const auto hex_or_dash = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == '-';
  };
  if (run.size() == 36 && std::all_of(run.begin(), run.end(), hex_or_dash) &&
      std::count(run.begin(), run.end(), '-') == 4 && run[8] == '-' && run[13] == '-' && run[18] == '-' &&
      run[23] == '-')
    return false;
  const std::string_view judged = run.substr(0, 256);
  const auto capitals = count(judged, 'A', 'Z');
  if ((capitals >= 3 && count(judged, 'a', 'z') >= 3) || capitals >= 8) return true;
  for (std::size_t at = 0; at < judged.size();) {
    const std::size_t end = std::min(judged.find('/', at), judged.size());
    const std::string_view part = judged.substr(at, end - at);
    at = end + 1;
    const auto digits = count(part, '0', '9');
    const auto letters = count(part, 'a', 'z') + count(part, 'A', 'Z');
    if (part.size() >= 32 || (part.size() >= kRunBytesMin && digits >= 2 && letters >= 2)) return true;
    std::size_t stretch = 0;
    for (const char c : part) {
      stretch = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ? stretch + 1 : 0;
      if (stretch >= kRunBytesMin) return true;
    }
  }
  return false;
}

std::vector<std::uint32_t> naive_runs(std::string_view block) {
  std::vector<std::uint32_t> ends;
  for (std::size_t at = 0; at < block.size();) {
    std::size_t end = at;
    while (end < block.size() && in_run(block[end])) ++end;
    if (end - at >= kRunBytesMin && may_be_secret(block.substr(at, end - at)))
      ends.push_back(static_cast<std::uint32_t>(end));
    at = end + 1;
  }
  return ends;
}

std::vector<std::uint32_t> runs(std::string_view block) {
  std::vector<std::uint32_t> ends;
  find_runs(block, ends);
  return ends;
}

/// A block of pieces of one alphabet each, with single other bytes between them.
std::string random_block(std::mt19937& random, std::size_t size) {
  static constexpr std::string_view kAlphabets[] = {
      kRunBytes, "abcdefghij", "0123456789abcdef", "ABCDEFGH", "0123456789", "a-_", "aB1/", "x1/"};
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  std::string block;
  while (block.size() < size) {
    const std::string_view alphabet = kAlphabets[below(std::size(kAlphabets))];
    for (std::size_t n = below(below(8) == 0 ? 300 : 40); n > 0; --n)
      block += alphabet[below(alphabet.size())];
    block += below(9) == 0 ? "01234567-89ab-cdef-0123-456789abcdef" : "";
    block += kOthers[below(kOthers.size())];
  }
  block.resize(size);
  return block;
}

TEST(Runs, AreThoseThatOneSeesByteByByte) {
  std::mt19937 random(1);
  for (int round = 0; round < 20'000; ++round) {
    const std::string block = random_block(random, random() % 400);
    ASSERT_EQ(runs(block), naive_runs(block)) << block;
  }
}

TEST(Runs, OfEveryLengthAtEveryOffset) {
  for (std::size_t before = 0; before <= 130; ++before) {
    for (std::size_t size = kRunBytesMin - 2; size <= 140; ++size) {
      for (const std::size_t after : {0, 1, 63, 64}) {
        std::string block(before, ' ');
        for (std::size_t i = 0; i < size; ++i) block += "aB3"[i % 3];
        block.append(after, ' ');
        ASSERT_EQ(runs(block), naive_runs(block)) << before << " " << size << " " << after;
      }
    }
  }
}

TEST(Runs, HaveEveryByteInItsClass) {
  for (int c = 0; c < 256; ++c) {
    std::string block(100, ' ');
    block.replace(50, 16, "aB3aB3aB3aB3aB3a");
    block[58] = static_cast<char>(c);
    ASSERT_EQ(runs(block), naive_runs(block)) << c;
  }
}

}  // namespace
}  // namespace clawtrail
