// SPDX-License-Identifier: Apache-2.0
// Whatever the replacement is: a second pass changes nothing, and a replacement that cannot be so is refused.
#include <gtest/gtest.h>

#include "clawtrail/base/encoding.h"
#include "redact/generate.h"
#include "redact/json_walk.h"
#include "redact/redact_support.h"

namespace clawtrail {
namespace {

constexpr const char* kGood[] = {"[REDACTED:{rule}:{fp}]",
                                 "[REDACTED]",
                                 "***",
                                 "<removed by {rule}>",
                                 "{{rule}-{fp}}",
                                 "(secret {fp})",
                                 "\"{rule}\"",
                                 "  - {rule} -  ",
                                 "x{rule}x",
                                 "█{fp}█"};

class ReplacementTest : public testing::Test {
 protected:
  static std::string refused(const std::string& replacement) {
    Diagnostics diagnostics;
    RedactorOptions options;
    options.fingerprint_key = std::string(32, 'k');
    options.replacement = replacement;
    check_replacement(test::shipped_packs(), options, {"c.yaml", 3, 7}, diagnostics);
    if (!diagnostics.has_errors()) return "";
    EXPECT_EQ(diagnostics.all().back().where.line, 3u);
    return diagnostics.all().back().message;
  }
  std::string make(std::string_view pattern) { return redact::generate(pattern, seed_).value(); }

  /// A line of secrets, names and glue in random order.
  std::string random_line() {
    std::string text;
    for (std::size_t n = 1 + seed_.below(6); n > 0; --n) {
      switch (seed_.below(9)) {
        case 0:
          text += make("ghp_[A-Za-z0-9]{36}");
          break;
        case 1:
          text += make("sk-ant-api03-[A-Za-z0-9_-]{93}AA");
          break;
        case 2:
          text += "password=" + make("[a-z]{5}[A-Z]{4}[0-9]{4}");
          break;
        case 3:
          text += "\"api_key\": \"" + make("[a-z0-9]{24}") + "\"";
          break;
        case 4:
          text += "Authorization: Bearer " + make("[A-Za-z0-9]{30}");
          break;
        case 5:
          text += "zebra-" + make("[a-z0-9]{6}");
          break;
        case 6:
          text += known_;
          break;
        default:
          text += make(" |, |; |-|token: |/|\\.|plain text|--secret ");
      }
      if (seed_.below(2) == 0) text += ' ';
    }
    return text;
  }

  redact::Seed seed_{77};
  const std::string known_ = make("[a-z]{5}%[A-Z]{5}/[0-9]{4}");
};

TEST_F(ReplacementTest, ASecondPassChangesNothing) {
  for (const char* replacement : kGood) {
    RedactorOptions options;
    options.replacement = replacement;
    options.user_patterns = {{"zebra-[a-z0-9]+", {}}, {"passwort", {}}};
    KnownSecrets known;
    known.add("N", known_);
    test::BoundRedactor redactor(std::move(options), known);
    for (int i = 0; i < 300; ++i) {
      const std::string text = random_line();
      const std::string inner = "{\"m\":" + json_string(text) + ",\"password\":" + json_string(text) + "}";
      for (const std::string& line :
           {text, inner,
            "{\"0\":" + json_string(inner) + ",\"token\":" + std::to_string(seed_.next() % 1'000'000'000) +
                ",\"a\":[\"--token\"," + json_string(text) + "]}"}) {
        const std::string once = redactor.line(line);
        ASSERT_EQ(redactor.line(once), once) << replacement << "\n" << line;
        if (line[0] == '{' && redact::is_json_container(line)) {
          ASSERT_TRUE(redact::is_json_container(once)) << once;
        }
      }
    }
  }
}

TEST_F(ReplacementTest, GoodOnesAreAccepted) {
  for (const char* replacement : kGood) EXPECT_EQ(refused(replacement), "") << replacement;
}

TEST_F(ReplacementTest, OnesThatAreNoMasksAreRefused) {
  EXPECT_EQ(refused(""), "the replacement is empty: nobody could see that something was taken out");
  EXPECT_EQ(refused("a\nb"), "the replacement holds a control character; it must not break a line");
  EXPECT_EQ(refused("\\{rule}"), "the replacement holds a backslash, which would be taken for an escape");
  EXPECT_EQ(refused("{rule} {fp}"), "the replacement has no text of its own around {rule} and {fp}");
  EXPECT_EQ(refused(std::string(300, 'x')), "the replacement is longer than 256 bytes");
}

TEST_F(ReplacementTest, OnesThatLookLikeSecretsAreRefused) {
  for (const std::string& replacement :
       {std::string("password={fp}"), "password=" + make("[a-z]{5}[A-Z]{4}[0-9]{4}"),
        make("ghp_[A-Za-z0-9]{36}"), std::string("<token: x{fp}y>")}) {
    EXPECT_TRUE(refused(replacement).starts_with("the replacement looks like a secret itself"))
        << replacement << ": " << refused(replacement);
  }
}

TEST_F(ReplacementTest, AnUnknownNameIsAWarning) {
  Diagnostics diagnostics;
  RedactorOptions options;
  options.replacement = "[out {type}]";
  check_replacement(test::shipped_packs(), options, {"c.yaml", 3, 7}, diagnostics);
  ASSERT_EQ(diagnostics.all().size(), 1u);
  EXPECT_EQ(diagnostics.all()[0].message, "the replacement has {type}, which stands for nothing");
}

}  // namespace
}  // namespace clawtrail
