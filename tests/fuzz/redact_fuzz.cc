// SPDX-License-Identifier: Apache-2.0
// Any bytes as lines, and lines that the bytes choose out of secrets and wrappers: what
// tests/redact/invariants.h says holds for all of them.
#include <algorithm>
#include <cstdint>
#include <cstdio>

#include "redact/invariants.h"
#include "redact/line_maker.h"

namespace {

using clawtrail::test::BoundRedactor;

/// The last byte says what the others are.
constexpr std::uint8_t kChoices = 0x80;

void expect(const std::string& problem) {
  if (problem.empty()) return;
  std::fprintf(stderr, "%s\n", problem.c_str());
  std::abort();
}

void check_line(BoundRedactor& redactor, std::string_view line) {
  expect(clawtrail::test::broken_line(redactor, line));
  expect(clawtrail::test::broken_spelling(redactor, line));
  const std::string wrapped = R"({"m":)" + clawtrail::json_string(line) + "}";
  expect(clawtrail::test::broken_line(redactor, wrapped));
}

/// The bytes one after the other; zeros behind the end.
class Choices {
 public:
  explicit Choices(std::string_view bytes) : bytes_(bytes) {}
  std::size_t below(std::size_t limit) {
    std::size_t value = 0;
    for (std::size_t range = 1; range < limit; range *= 256) {
      value = value * 256 + (bytes_.empty() ? 0 : static_cast<unsigned char>(bytes_.front()));
      bytes_.remove_prefix(bytes_.empty() ? 0 : 1);
    }
    return value % limit;
  }

 private:
  std::string_view bytes_;
};

std::string made_lines(std::string_view bytes) {
  static const clawtrail::test::LineMaker maker;
  Choices choices(bytes);
  const clawtrail::test::LineMaker::Below below = [&](std::size_t limit) { return choices.below(limit); };
  clawtrail::redact::Seed seed(below(256));
  std::string text;
  for (std::size_t lines = 1 + below(3); lines > 0; --lines) {
    std::string line = maker.line(below, seed);
    if (below(2) != 0) line = maker.mutated(std::move(line), 1 + below(3), below);
    text += line + (lines > 1 || below(2) == 0 ? "\n" : "");
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static BoundRedactor shipped({}, {}, {}, clawtrail::test::all_packs());
  static BoundRedactor own(
      clawtrail::RedactorOptions{"[REDACTED:{rule}]", "", {{"sk-[a-zA-Z0-9-]+", {}}, {"token", {}}}});
  std::string text(reinterpret_cast<const char*>(data), size);
  if (size > 0 && (data[size - 1] & kChoices) != 0)
    text = made_lines(std::string_view(text).substr(0, size - 1));
  BoundRedactor& redactor = size > 0 && (data[0] & 1) != 0 ? own : shipped;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    check_line(redactor, std::string_view(text).substr(at, end - at));
    at = end + 1;
  }
  expect(clawtrail::test::broken_stream(redactor, text, {1, 7, 64}));
  return 0;
}
