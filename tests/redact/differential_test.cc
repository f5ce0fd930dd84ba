// SPDX-License-Identifier: Apache-2.0
// Stage 1 (the scan with its tests of what stands around a literal, the runs, and the cheap tests on raw
// text) loses nothing: the same lines with all of that left out come out the same. There every literal is a
// hit wherever it stands, and every few bytes are looked at as if a run ended there.
#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "redact/line_maker.h"
#include "redact/redact_support.h"

namespace clawtrail {
namespace {

using redact::Seed;
using test::LineMaker;

constexpr std::size_t kWindowStep = 12;

/// All literals without their contexts. The runs are made here, much too many.
class WideScanner final : public Scanner {
 public:
  WideScanner(std::shared_ptr<const Scanner> literals, std::vector<std::uint32_t> ids, std::uint32_t run)
      : literals_(std::move(literals)), ids_(std::move(ids)), run_(run) {}
  std::unique_ptr<ScanScratch> make_scratch() const override { return literals_->make_scratch(); }
  bool scan(std::string_view block, ScanScratch& scratch, std::vector<Hit>& hits) const override {
    const bool overflow = literals_->scan(block, scratch, hits);
    for (Hit& hit : hits) hit.literal = ids_[hit.literal];
    const auto run_byte = [&](std::size_t at) {
      return at < block.size() && (redact::is_token_char(block[at]) || block[at] == '+' || block[at] == '/');
    };
    for (std::size_t end = 1; end <= block.size(); ++end) {
      const bool run_ends = run_byte(end - 1) && !run_byte(end);
      if (run_ends || end % kWindowStep == 0) hits.push_back({run_, static_cast<std::uint32_t>(end)});
    }
    std::sort(hits.begin(), hits.end(), [](const Hit& a, const Hit& b) {
      return a.end != b.end ? a.end < b.end : a.literal < b.literal;
    });
    return overflow;
  }
  std::size_t literals() const override { return ids_.size(); }

 private:
  std::shared_ptr<const Scanner> literals_;
  std::vector<std::uint32_t> ids_;  ///< of what literals_ finds
  std::uint32_t run_;
};

class WideRedactor {
 public:
  WideRedactor() {
    Diagnostics diagnostics;
    RedactorOptions options;
    options.fingerprint_key = std::string(32, 'k');
    redactor_ = Redactor::load(test::all_packs(), KnownSecrets(), std::move(options), diagnostics);
    CHECK(!diagnostics.has_errors());
    const LiteralSet& narrow = redactor_->literals();
    LiteralSet wide;
    std::vector<std::uint32_t> ids;
    std::uint32_t run = 0;
    for (std::uint32_t id = 0; id < narrow.size(); ++id) {
      if (narrow[id].follow == Follow::kRun) {
        run = id;
        continue;
      }
      // The tail is a part of what a rule asks for.
      const bool tail = narrow[id].follow == Follow::kTokenTail;
      wide.push_back({narrow[id].bytes, narrow[id].caseless, tail ? Follow::kTokenTail : Follow::kAny,
                      narrow[id].tail_min, false, false});
      ids.push_back(id);
    }
    const LiteralSet* const sets[] = {&wide};
    auto build = compile_scanner(sets);
    CHECK(build.ok());
    redactor_->bind(std::make_shared<WideScanner>(build->scanner, std::move(ids), run),
                    {0, static_cast<std::uint32_t>(narrow.size())});
    scratch_ = redactor_->make_scratch();
  }

  std::string line(std::string_view text) {
    std::string out;
    redactions_.clear();
    // "Hits are missing": no cheap test is asked, the line is scanned again and searched.
    redactor_->redact(text, {}, true, *scratch_, out, redactions_);
    return out;
  }
  std::string rules() const {
    std::string out;
    for (const Redaction& redaction : redactions_) out += std::string(redaction.rule) + " ";
    return out;
  }

 private:
  std::unique_ptr<Redactor> redactor_;
  std::unique_ptr<RedactScratch> scratch_;
  std::vector<Redaction> redactions_;
};

class RedactDifferential : public testing::Test {
 protected:
  static constexpr std::size_t kShown = 12;

  static void expect_same(std::string_view line) {
    static test::BoundRedactor normal({}, {}, {}, test::all_packs());
    static WideRedactor wide;
    ++tried_;
    const std::string want = wide.line(line), got = normal.line(line);
    if (want == got || !shows_more(got, want)) return;
    if (++different_ <= kShown) {
      ADD_FAILURE() << "line: " << line << "\nwide: " << want << "\n  by: " << wide.rules()
                    << "\nscan: " << got;
    }
  }
  /// `got` has a word that `want` has not. (Which of two masks is in quotes, or how far a value that is never
  /// closed reaches, may depend on what was seen first.)
  static bool shows_more(std::string_view got, std::string_view want) {
    static constexpr std::size_t kWordMin = 5;
    for (std::size_t at = 0; at < got.size();) {
      std::size_t end = at;
      while (end < got.size() && redact::is_token_char(got[end])) ++end;
      if (end - at >= kWordMin && want.find(got.substr(at, end - at)) == std::string_view::npos) return true;
      at = end + 1;
    }
    return false;
  }
  void SetUp() override { tried_ = different_ = 0; }
  void TearDown() override { EXPECT_EQ(different_, 0U) << "of " << tried_; }

  static const LineMaker& maker() {
    static const LineMaker maker;
    return maker;
  }
  static LineMaker::Below below(Seed& seed) {
    return [&seed](std::size_t n) { return seed.below(n); };
  }
  static void all_forms(std::string text) {
    const std::string json = R"({"m":)" + json_string(text) + ",\"n\":1}";
    expect_same(json);
    expect_same(R"({"m":)" + json_string(json) + "}");
    std::replace(text.begin(), text.end(), '\n', ' ');
    expect_same(text);
  }

  static inline std::size_t tried_ = 0, different_ = 0;
};

TEST_F(RedactDifferential, ExamplesOfAllRules) {
  Seed seed(11);
  for (std::size_t i = 0; i < maker().examples().size(); ++i) all_forms(maker().example(i, seed));
}

TEST_F(RedactDifferential, ExamplesWithRandomChanges) {
  Seed seed(12);
  for (std::size_t i = 0; i < maker().examples().size() * 2; ++i) {
    const std::string text = maker().example(i, seed);
    all_forms(maker().mutated(text, 1 + seed.below(3), below(seed)));
    expect_same(maker().mutated(R"({"m":)" + json_string(text) + "}", 1 + seed.below(3), below(seed)));
  }
}

TEST_F(RedactDifferential, CapturedLogsWithRandomChanges) {
  Seed seed(13);
  for (const char* name : {"openclaw-2026.4.29.jsonl", "openclaw-2026.9.6.jsonl"}) {
    std::ifstream file(std::string(CLAWTRAIL_SOURCE_DIR) + "/tests/data/" + name);
    ASSERT_TRUE(file.good());
    for (std::string line; std::getline(file, line);) {
      expect_same(line);
      for (int i = 0; i < 4; ++i) {
        std::string mixed = maker().mutated(line, 1 + seed.below(4), below(seed));
        mixed.insert(seed.below(mixed.size() + 1), maker().example(seed.below(1 << 20), seed));
        std::erase(mixed, '\n');
        expect_same(mixed);
      }
    }
  }
}

TEST_F(RedactDifferential, MadeLines) {
  Seed seed(14);
  for (int i = 0; i < 6000; ++i) {
    const std::string line = maker().line(below(seed), seed);
    expect_same(line);
    expect_same(maker().mutated(line, 1 + seed.below(3), below(seed)));
  }
}

}  // namespace
}  // namespace clawtrail
