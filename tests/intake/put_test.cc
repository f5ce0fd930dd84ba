// SPDX-License-Identifier: Apache-2.0
// The quick writers say what the plain ones of `base` say.
#include "intake/put.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "clawtrail/base/encoding.h"
#include "clawtrail/base/time.h"
#include "intake/record_writer.h"

namespace clawtrail {
namespace {

std::string put_string(const std::string& text) {
  std::vector<char> memory(Put::kEscapedMax * text.size() + 2);
  Put put(memory.data());
  put.string(text);
  return {memory.data(), put.at()};
}

/// Control characters may be spelled in a long or a short form; both mean the same.
TEST(Put, EscapesEveryByteAtEveryPlaceOfAWord) {
  for (int c = 1; c < 0x80; ++c) {
    for (std::size_t at = 0; at < 19; ++at) {
      std::string text(19, 'x');
      text[at] = static_cast<char>(c);
      const bool short_form = c == '\b' || c == '\f';
      const std::string given = put_string(text);
      if (short_form) {
        EXPECT_NE(given.find("\\u00"), std::string::npos);
      } else {
        EXPECT_EQ(given, json_string(text));
      }
    }
  }
  EXPECT_EQ(put_string(""), "\"\"");
  EXPECT_EQ(put_string("\xE2\x82\xAC \xF0\x9F\x92\xA1 \xC3\xA9"),
            "\"\xE2\x82\xAC \xF0\x9F\x92\xA1 \xC3\xA9\"");
  EXPECT_EQ(put_string(std::string("a\0b", 3)), "\"a\\u0000b\"");
}

TEST(StampWriter, NeverDiffersFromThePlainFormatter) {
  const std::int64_t start = parse_rfc3339("2026-11-21T04:02:00Z")->ns;
  const std::int64_t steps[] = {0,
                                1,
                                999'999,
                                1'000'000,
                                59'999'999'999,
                                60'000'000'000,
                                -1,
                                86'400'000'000'000,
                                -start,
                                -start - 1,
                                -start - 60'000'000'001,
                                123'456'789,
                                30'000'000'000,
                                29'999'999'999};
  StampWriter writer;
  for (const std::int64_t before : steps) {
    for (const std::int64_t step : steps) {
      char memory[64];
      Put first(memory);
      writer.put(first, {start + before});
      Put put(memory);
      writer.put(put, {start + step});
      EXPECT_EQ(std::string(memory, put.at()), format_rfc3339_ms({start + step}))
          << step << " after " << before;
    }
  }
}

}  // namespace
}  // namespace clawtrail
