// SPDX-License-Identifier: Apache-2.0
#include "match/runs.h"

#include <array>
#include <bit>

#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace clawtrail {

namespace {

constexpr std::size_t kLetterCaseMin = 3;   ///< of each case, where both are wanted
constexpr std::size_t kMixedMin = 2;        ///< digits and letters of a token of one letter case
constexpr std::size_t kCapitalsMin = 8;     ///< of a token of capitals
constexpr std::size_t kLongPartBytes = 32;  ///< longer than a word or a number
constexpr std::size_t kUuidBytes = 36;
constexpr std::size_t kJudgedBytesMax = 256;
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

#ifdef __x86_64__
/// Bit i says that byte i is one of a run.
std::uint64_t window_mask_sse2(const char* bytes) {
  const auto all = [](char c) { return _mm_set1_epi8(c); };
  const auto within = [&](__m128i x, char low, char count) {
    const __m128i shifted = _mm_sub_epi8(x, all(low));
    return _mm_cmpeq_epi8(_mm_min_epu8(shifted, all(count)), shifted);
  };
  std::uint64_t mask = 0;
  for (std::size_t i = 0; i < kWindow; i += 16) {
    const __m128i text = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + i));
    const __m128i letters = within(_mm_or_si128(text, all(0x20)), 'a', 25);
    const __m128i digits = within(text, '/', 10);  // '/' and the digits
    const __m128i signs = _mm_or_si128(_mm_cmpeq_epi8(text, all('+')), _mm_cmpeq_epi8(text, all('-')));
    const __m128i word = _mm_or_si128(_mm_or_si128(letters, digits), _mm_cmpeq_epi8(text, all('_')));
    const int part = _mm_movemask_epi8(_mm_or_si128(word, signs));
    mask |= static_cast<std::uint64_t>(static_cast<std::uint16_t>(part)) << i;
  }
  return mask;
}

/// The same, with registers twice as wide.
__attribute__((target("avx2"))) std::uint64_t window_mask_avx2(const char* bytes) {
  std::uint64_t mask = 0;
  for (std::size_t i = 0; i < kWindow; i += 32) {
    const __m256i text = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes + i));
    const __m256i small =
        _mm256_sub_epi8(_mm256_or_si256(text, _mm256_set1_epi8(0x20)), _mm256_set1_epi8('a'));
    const __m256i letters = _mm256_cmpeq_epi8(_mm256_min_epu8(small, _mm256_set1_epi8(25)), small);
    const __m256i number = _mm256_sub_epi8(text, _mm256_set1_epi8('/'));
    const __m256i digits = _mm256_cmpeq_epi8(_mm256_min_epu8(number, _mm256_set1_epi8(10)), number);
    const __m256i signs = _mm256_or_si256(_mm256_cmpeq_epi8(text, _mm256_set1_epi8('+')),
                                          _mm256_cmpeq_epi8(text, _mm256_set1_epi8('-')));
    const __m256i word =
        _mm256_or_si256(_mm256_or_si256(letters, digits), _mm256_cmpeq_epi8(text, _mm256_set1_epi8('_')));
    const int part = _mm256_movemask_epi8(_mm256_or_si256(word, signs));
    mask |= static_cast<std::uint64_t>(static_cast<std::uint32_t>(part)) << i;
  }
  return mask;
}
#else
std::uint64_t window_mask_plain(const char* bytes) {
  std::uint64_t mask = 0;
  for (std::size_t i = 0; i < kWindow; ++i)
    mask |= static_cast<std::uint64_t>(kTable[static_cast<unsigned char>(bytes[i])]) << i;
  return mask;
}
#endif

using WindowMask = std::uint64_t (*)(const char*);
WindowMask choose_window_mask() {
#ifdef __x86_64__
  return __builtin_cpu_supports("avx2") ? window_mask_avx2 : window_mask_sse2;
#else
  return window_mask_plain;
#endif
}

/// Exactly 8-4-4-4-12 hex digits.
bool is_uuid(std::string_view run) {
  if (run.size() != kUuidBytes) return false;
  for (std::size_t i = 0; i < kUuidBytes; ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const char c = run[i];
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (dash ? c != '-' : !hex) return false;
  }
  return true;
}

/// Both letter cases; or in one part of a path digits among letters, or letters without end: no word, no
/// path.
bool may_be_secret(std::string_view run) {
  std::size_t lower = 0, upper = 0;
  std::size_t part = 0, digits = 0, letters = 0, stretch = 0;
  bool found = false;
  for (const char c : run.substr(0, kJudgedBytesMax)) {
    if (c == '/') {
      part = digits = letters = stretch = 0;
      continue;
    }
    const bool is_lower = c >= 'a' && c <= 'z', is_upper = c >= 'A' && c <= 'Z';
    lower += is_lower;
    upper += is_upper;
    digits += c >= '0' && c <= '9';
    letters += is_lower || is_upper;
    stretch = is_lower || is_upper ? stretch + 1 : 0;
    ++part;
    found |= (part >= kRunBytesMin && digits >= kMixedMin && letters >= kMixedMin) ||
             stretch >= kRunBytesMin || part >= kLongPartBytes;
  }
  return (found || (upper >= kLetterCaseMin && lower >= kLetterCaseMin) || upper >= kCapitalsMin) &&
         !is_uuid(run);
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
  static const WindowMask window_mask = choose_window_mask();
  const char* const text = block.data();
  std::size_t done = 0;  ///< bytes before were judged
  std::uint64_t before = 0;
  for (std::size_t at = 0; at < block.size(); at += kWindow) {
    std::uint64_t mask = 0;
    if (at + kWindow <= block.size()) {
      mask = window_mask(text + at);
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
