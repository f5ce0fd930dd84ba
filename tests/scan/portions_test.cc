// SPDX-License-Identifier: Apache-2.0
// Goal: how the bytes are cut into portions changes nothing. Method: random texts and random binary data from
// a seed, with secrets at places that the test knows, given in random portions.
#include <algorithm>

#include "scan/content.h"
#include "scan/scan_fixture.h"

namespace clawtrail {
namespace {

using Place = std::pair<std::uint64_t, std::uint64_t>;

class Portions : public ScanTest {
 protected:
  std::mt19937 random_{20261121};

  std::size_t below(std::size_t limit) { return random_() % limit; }

  std::vector<ScanPlace> read(const std::string& bytes, std::size_t portion_max) {
    std::vector<ScanPlace> out;
    ScanOptions options;
    options.on_finding = [&](const ScanFinding& finding) { out.push_back(finding.where); };
    scan::Report report(options);
    scan::TextFinder finder(redactor_.redactor(), redactor_.scanner(), "[REDACTED]");
    scan::Content content(finder, report);
    content.start({});
    for (std::size_t at = 0; at < bytes.size();) {
      const std::size_t size = std::min(bytes.size() - at, at == 0 ? 9000 : 1 + below(portion_max));
      content.feed(std::string_view(bytes).substr(at, size));
      at += size;
    }
    content.finish();
    return out;
  }
};

TEST_F(Portions, TextPlacesAreTheSame) {
  for (int round = 0; round < 12; ++round) {
    std::string text;
    std::vector<Place> places;
    std::uint64_t line = 1;
    std::size_t line_begin = 0;
    while (text.size() < 1'500'000) {
      const std::size_t kind = below(200);
      if (kind == 0) {
        text += ' ';
        places.emplace_back(line, text.size() - line_begin + 1);
        text += token() + " ";
      } else if (kind < 40) {
        text += '\n';
        ++line;
        line_begin = text.size();
      } else {
        text += std::string(1 + below(round % 3 == 0 ? 3000 : 90), 'x') + " ";
      }
    }
    const std::vector<ScanPlace> found = read(text, round % 2 == 0 ? 700'000 : 5000);
    ASSERT_EQ(found.size(), places.size()) << round;
    for (std::size_t i = 0; i < found.size(); ++i)
      EXPECT_EQ(Place(found[i].line, found[i].column), places[i]);
  }
}

TEST_F(Portions, OffsetsInBinaryDataAreTheSame) {
  for (int round = 0; round < 12; ++round) {
    std::string data(16, '\0');
    std::vector<std::uint64_t> offsets;
    while (data.size() < 800'000) {
      if (below(50) == 0) {
        // A byte that ends every run before, and a NUL pair that ends it behind.
        data += '\x01';
        offsets.push_back(data.size());
        const std::string secret = token();
        if (below(2) == 0) {
          data += secret;
        } else {
          for (const char c : secret) data += {c, '\0'};
        }
        data += std::string("\0\0", 2);
      }
      for (std::size_t i = below(600); i > 0; --i) data += static_cast<char>(random_());
    }
    const std::vector<ScanPlace> found = read(data, round % 2 == 0 ? 300'000 : 700);
    ASSERT_EQ(found.size(), offsets.size()) << round;
    for (std::size_t i = 0; i < found.size(); ++i) EXPECT_EQ(found[i].offset, offsets[i]);
  }
}

}  // namespace
}  // namespace clawtrail
