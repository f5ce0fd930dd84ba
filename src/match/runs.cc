// SPDX-License-Identifier: Apache-2.0
#include "match/runs.h"

#include <array>
#include <bit>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace clawtrail {

namespace {

constexpr std::size_t kLetterCaseMin = 3;  ///< of each case, where both are wanted
constexpr std::size_t kHexBytesMin = 32;
constexpr std::size_t kMixedMin = 2;  ///< digits and letters of a token of one letter case
constexpr std::size_t kDashesMax = 3;
constexpr std::size_t kJudgedBytesMax = 256;
constexpr std::size_t kChunk = 16;
constexpr std::size_t kWindow = 64;

constexpr bool is_run_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '/' ||
         c == '_' || c == '-';
}

constexpr std::array<bool, 256> make_table() {
  std::array<bool, 256> table{};
  for (int c = 0; c < 256; ++c) table[static_cast<std::size_t>(c)] = is_run_byte(static_cast<char>(c));
  return table;
}
constexpr auto kTable = make_table();

/// Bit i says that byte i is one of a run.
std::uint32_t mask_of(const char* bytes) {
#ifdef __SSE2__
  const auto all = [](char c) { return _mm_set1_epi8(c); };
  const auto within = [&](__m128i x, char low, char count) {
    const __m128i shifted = _mm_sub_epi8(x, all(low));
    return _mm_cmpeq_epi8(_mm_min_epu8(shifted, all(count)), shifted);
  };
  const __m128i text = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
  const __m128i letters = within(_mm_or_si128(text, all(0x20)), 'a', 25);
  const __m128i digits = within(text, '/', 10);  // '/' and the digits
  const __m128i signs =
      _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(text, all('+')), _mm_cmpeq_epi8(text, all('-'))),
                   _mm_cmpeq_epi8(text, all('_')));
  return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(letters, digits), signs)));
#else
  std::uint32_t mask = 0;
  for (std::size_t i = 0; i < kChunk; ++i)
    mask |= static_cast<std::uint32_t>(kTable[static_cast<unsigned char>(bytes[i])]) << i;
  return mask;
#endif
}

bool may_be_secret(std::string_view run) {
  const std::string_view judged = run.substr(0, kJudgedBytesMax);
  std::size_t lower = 0, upper = 0, digits = 0, hex = 0, slashes = 0, dashes = 0;
  for (const char c : judged) {
    const bool is_digit = c >= '0' && c <= '9';
    digits += is_digit;
    lower += c >= 'a' && c <= 'z';
    upper += c >= 'A' && c <= 'Z';
    hex += is_digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    slashes += c == '/';
    dashes += c == '-' || c == '_';
  }
  if (upper >= kLetterCaseMin && lower >= kLetterCaseMin) return true;
  if (hex == judged.size() && run.size() >= kHexBytesMin) return true;
  return digits >= kMixedMin && upper + lower >= kMixedMin && slashes == 0 && dashes <= kDashesMax;
}

/// Bit i says that kRunBytesMin bits from i on are set.
std::uint64_t runs_in(std::uint64_t mask) {
  static_assert(kRunBytesMin == 16);
  for (int shift = 1; shift < 16; shift *= 2) mask &= mask >> shift;
  return mask;
}

/// Judges the runs that hold the places base + i of the set bits; returns up to where the block is done.
std::size_t judge_runs(std::string_view block, std::size_t base, std::uint64_t starts, std::size_t done,
                       std::vector<std::uint32_t>& ends) {
  const auto in_run = [&](std::size_t at) { return kTable[static_cast<unsigned char>(block[at])]; };
  for (; starts != 0; starts &= starts - 1) {
    const std::size_t inside = base + static_cast<std::size_t>(std::countr_zero(starts));
    if (inside < done) continue;
    std::size_t begin = inside, end = inside + kRunBytesMin;
    while (begin > done && in_run(begin - 1)) --begin;
    while (end < block.size() && in_run(end)) ++end;
    done = end;
    if (may_be_secret(block.substr(begin, end - begin))) ends.push_back(static_cast<std::uint32_t>(end));
  }
  return done;
}

}  // namespace

void find_runs(std::string_view block, std::vector<std::uint32_t>& ends) {
  const char* const text = block.data();
  std::size_t done = 0;  ///< bytes before were judged
  std::uint64_t before = 0;
  for (std::size_t at = 0; at < block.size(); at += kWindow) {
    std::uint64_t mask = 0;
    if (at + kWindow <= block.size()) {
      for (std::size_t i = 0; i < kWindow; i += kChunk)
        mask |= static_cast<std::uint64_t>(mask_of(text + at + i)) << i;
    } else {
      for (std::size_t i = at; i < block.size(); ++i)
        mask |= static_cast<std::uint64_t>(kTable[static_cast<unsigned char>(text[i])]) << (i - at);
    }
    // Runs that began in the window before, then those of this one.
    const std::uint64_t across = mask << (kRunBytesMin - 1) | before >> (kWindow - (kRunBytesMin - 1));
    if (const std::uint64_t starts = runs_in(across); starts != 0)
      done = judge_runs(block, at - (kRunBytesMin - 1), starts, done, ends);
    if (const std::uint64_t starts = runs_in(mask); starts != 0)
      done = judge_runs(block, at, starts, done, ends);
    before = mask;
  }
}

}  // namespace clawtrail
