// SPDX-License-Identifier: Apache-2.0
// A gitleaks.toml masks what gitleaks finds, in lines of text and inside JSON, and says what it cannot use.
#include "redact/gitleaks.h"

#include <gtest/gtest.h>

#include "clawtrail/base/encoding.h"
#include "clawtrail/text/toml.h"
#include "redact/generate.h"
#include "redact/json_walk.h"
#include "redact/redact_support.h"

namespace clawtrail {
namespace {

using test::BoundRedactor;
using test::Outcome;

class GitleaksTest : public testing::Test {
 protected:
  std::string make(std::string_view pattern) { return redact::generate(pattern, seed_).value(); }

  /// A redactor of the shipped packs and of these documents, the outermost first.
  static BoundRedactor with(const std::vector<std::string>& documents, std::string replacement = "[{rule}]") {
    Diagnostics diagnostics;
    RedactorOptions options;
    options.replacement = std::move(replacement);
    options.gitleaks.push_back(parsed(documents, diagnostics));
    EXPECT_FALSE(diagnostics.has_errors()) << diagnostics.render();
    return BoundRedactor(std::move(options));
  }

  static GitleaksConfig parsed(const std::vector<std::string>& documents, Diagnostics& diagnostics) {
    GitleaksConfig config;
    for (const std::string& text : documents)
      config.documents.push_back(
          parse_toml(text, config.documents.empty() ? "rules.toml" : "base.toml", diagnostics));
    return config;
  }

  /// What loading says: "line impact message".
  static std::string said(const std::vector<std::string>& documents) {
    Diagnostics diagnostics;
    const GitleaksConfig config = parsed(documents, diagnostics);
    static_cast<void>(redact::load_gitleaks(config, diagnostics));
    std::string out;
    for (const Diagnostic& entry : diagnostics.all()) {
      const char* const impact = entry.impact == Impact::kError     ? " error "
                                 : entry.impact == Impact::kWarning ? " warning "
                                                                    : " note ";
      out += std::to_string(entry.where.line) + impact + entry.message + "|" + entry.help + "\n";
    }
    return out;
  }

  redact::Seed seed_{20261121};
};

// --- what is masked

constexpr const char* kAcme = R"(
title = "ours"
[[rules]]
id = "acme-key"
description = "a key of Acme"
regex = '''(?i)acme[\w .-]{0,20}['"]?\s*[:=]\s*['"]?([a-z0-9]{24})(?:['"\s]|$)'''
keywords = ["ACME"]
tags = ["key"]
)";

TEST_F(GitleaksTest, ARuleFindsItsGroupInTextAndInJson) {
  BoundRedactor redactor = with({kAcme});
  const std::string key = make("[a-z0-9]{24}");
  EXPECT_EQ(redactor.line("Acme id: " + key + " end"), "Acme id: [acme-key] end");
  EXPECT_EQ(redactor.line(R"({"m":"acme x=)" + key + R"( end"})"), R"({"m":"acme x=[acme-key] end"})");
  EXPECT_EQ(redactor.line("other id: " + key), "other id: " + key);  // No keyword.
}

TEST_F(GitleaksTest, AKeyNextToItsValueIsOneText) {
  BoundRedactor redactor = with({kAcme});
  const std::string key = make("[a-z0-9]{24}");
  EXPECT_EQ(redactor.line(R"({"n":1,"acmeId":")" + key + R"(","b":[true]})"),
            R"({"n":1,"acmeId":"[acme-key]","b":[true]})");
  EXPECT_EQ(redactor.line(R"({"m":"{\"acmeId\":\")" + key + R"(\"}"})"),
            R"({"m":"{\"acmeId\":\"[acme-key]\"}"})");
  const Outcome outcome = redactor.redact(R"({"a":{"acme-id" : ")" + key + R"("}})");
  ASSERT_EQ(outcome.redactions.size(), 1u);
  EXPECT_EQ(outcome.redactions[0].at, "/a/acme-id");
  EXPECT_EQ(outcome.redactions[0].rule, "acme-key");
}

TEST_F(GitleaksTest, EscapesHideNothingAndTheFingerprintIsTheSame) {
  BoundRedactor redactor =
      with({"[[rules]]\nid='slashed'\nregex='''zeta:([a-z0-9/]{30})'''\n"
            "keywords=['zeta']\n"});
  const std::string secret = make("[a-z0-9]{14}") + "/" + make("[a-z0-9]{15}");
  std::string slashed = secret, hidden;
  slashed.insert(slashed.find('/'), "\\");
  for (const char c : secret) hidden += "\\u00" + hex({&c, 1});
  const Outcome plain = redactor.redact("zeta:" + secret + " .");
  EXPECT_EQ(plain.line, "zeta:[slashed] .");
  for (const std::string& line :
       {R"({"m":"zeta:)" + slashed + R"( ."})", R"({"m":"zeta:)" + hidden + R"( ."})",
        R"({"m":"\u007a\u0065ta:)" + secret + R"( ."})"}) {
    const Outcome outcome = redactor.redact(line);
    EXPECT_NE(outcome.line.find(":[slashed] .\"}"), std::string::npos) << outcome.line;
    ASSERT_EQ(outcome.redactions.size(), 1u);
    EXPECT_EQ(outcome.redactions[0].fp, plain.redactions[0].fp);
  }
}

TEST_F(GitleaksTest, AMatchOverSeveralValuesLeavesValidJson) {
  BoundRedactor redactor =
      with({"[[rules]]\nid='pair'\nregex='''\"kennung\":.*\"zahl\":[0-9]+'''\nkeywords=['kennung']\n"});
  EXPECT_EQ(redactor.line(R"({"a":1,"kennung":"x\ny","zahl":12345,"b":"stays"})"),
            R"({"a":1,"kennung":"[pair]","zahl":"[pair]","b":"stays"})");
}

TEST_F(GitleaksTest, SecretGroupElseFirstGroupElseMatch) {
  BoundRedactor redactor = with({R"(
[[rules]]
id = "second"
regex = 'qqa-([a-z]+)-([a-z]+)'
secretGroup = 2
[[rules]]
id = "first-filled"
regex = 'qqb-(x*)(y*)z'
[[rules]]
id = "whole"
regex = 'qqc-[0-9]+'
[[rules]]
id = "named"
regex = 'qqd-(?<name>[0-9]+)'
)"});
  EXPECT_TRUE(redactor.redactor().every_line());  // No keywords.
  EXPECT_EQ(redactor.line("qqa-abc-def qqb-yyz qqc-77 qqd-12"),
            "qqa-abc-[second] qqb-[first-filled] [whole] qqd-[named]");
}

TEST_F(GitleaksTest, ATokenLeavesNoTail) {
  BoundRedactor redactor = with({"[[rules]]\nid='short'\nregex='qq_[a-z0-9]{8}'\nkeywords=['qq_']\n"});
  EXPECT_EQ(redactor.line("a qq_12345678-and_more, b"), "a [short], b");
  EXPECT_EQ(redactor.line("a qq_12345678.txt b"), "a [short].txt b");
}

TEST_F(GitleaksTest, EntropyAtTheFloorIsDropped) {
  BoundRedactor redactor =
      with({"[[rules]]\nid='random'\nregex='qq_([a-h]{8})'\nentropy=2.0\nkeywords=['qq_']\n"});
  EXPECT_EQ(redactor.line("qq_aabbccdd qq_abcdefgh"), "qq_aabbccdd qq_[random]");  // 2.0 and 3.0 bits.
}

TEST_F(GitleaksTest, AllowlistsTakeFindingsBack) {
  BoundRedactor redactor = with({R"(
[[rules]]
id = "qq"
regex = 'qq=([a-z0-9]+);'
keywords = ["qq"]
  [[rules.allowlists]]
  regexes = ['^plain']
  stopwords = ["SAMPLE"]
  [[rules.allowlists]]
  regexTarget = "match"
  regexes = ['qq=match[a-z0-9]*;']
  [[rules.allowlists]]
  regexTarget = "line"
  regexes = ['fixture']
  [[rules.allowlists]]
  condition = "AND"
  regexes = ['^both']
  stopwords = ["words"]
  [[rules.allowlists]]
  condition = "AND"
  paths = ['.*']
  regexes = ['^never']
)"});
  for (const char* kept :
       {"qq=plain1;", "qq=a1sample2;", "qq=match7;", "qq=abc1; # fixture", "qq=bothwords;"})
    EXPECT_EQ(redactor.line(kept), kept);
  for (const char* masked : {"qq=abc1;", "qq=aplain;", "qq=both1;", "qq=words1;", "qq=never1;"})
    EXPECT_EQ(redactor.line(masked), "qq=[qq];") << masked;
  EXPECT_EQ(redactor.line("qq=abc1; gitleaks:allow"), "qq=[qq]; gitleaks:allow");
}

TEST_F(GitleaksTest, OlderAndGlobalAllowlistsAndTargets) {
  BoundRedactor redactor = with({R"(
[allowlist]
regexes = ['^everywhere']
[[rules]]
id = "qq"
regex = 'qq=([a-z0-9]+);'
keywords = ["qq"]
[rules.allowlist]
stopwords = ["old"]
)"});
  EXPECT_EQ(redactor.line("qq=everywhere1; qq=anold1; qq=abc;"), "qq=everywhere1; qq=anold1; qq=[qq];");
  BoundRedactor targeted = with({R"(
[[allowlists]]
targetRules = ["one"]
stopwords = ["fine"]
[[rules]]
id = "one"
regex = 'qq1=([a-z0-9]+);'
keywords = ["qq1"]
[[rules]]
id = "two"
regex = 'qq2=([a-z0-9]+);'
keywords = ["qq2"]
)"});
  EXPECT_EQ(targeted.line("qq1=fine; qq2=fine;"), "qq1=fine; qq2=[two];");
}

TEST_F(GitleaksTest, AnExtendedFileIsMergedAndItsRulesCanBeDisabled) {
  const std::string top = R"(
[extend]
path = "base.toml"
disabledRules = ["off"]
[[rules]]
id = "shared"
keywords = ["yy"]
[[rules.allowlists]]
stopwords = ["fine"]
)";
  const std::string base = R"(
[[rules]]
id = "shared"
regex = '(?:xx|yy)=([a-z0-9]+);'
keywords = ["xx"]
[[rules]]
id = "off"
regex = 'zz=([a-z0-9]+);'
keywords = ["zz"]
[[rules]]
id = "base"
regex = 'ww=([a-z0-9]+);'
keywords = ["ww"]
)";
  BoundRedactor redactor = with({top, base});
  EXPECT_EQ(redactor.line("xx=abc; zz=abc; ww=abc; xx=fine;"), "xx=[shared]; zz=abc; ww=[base]; xx=fine;");
  EXPECT_EQ(redactor.line("yy=abc;"), "yy=[shared];");
  EXPECT_EQ(said({top, base}), "");
}

TEST_F(GitleaksTest, ASecondPassChangesNothing) {
  BoundRedactor redactor =
      with({kAcme, "[[rules]]\nid='greedy'\nregex='''frei:\\s*\\[?([\\w-]+)'''\nkeywords=['frei']\n"},
           "[REDACTED:{rule}:{fp}]");
  for (const std::string& line : {"acme: " + make("[a-z0-9]{24}") + " x", std::string("frei: abc-def ghi"),
                                  R"({"acmeId":")" + make("[a-z0-9]{24}") + R"(","frei":"frei:abc"})"}) {
    const std::string once = redactor.line(line);
    EXPECT_NE(once, line);
    EXPECT_EQ(redactor.line(once), once);
  }
}

TEST_F(GitleaksTest, NoEscapeIsCut) {
  BoundRedactor redactor = with({"[[rules]]\nid='low'\nregex='[a-z/]{6,}'\nkeywords=['schild']\n"});
  EXPECT_EQ(redactor.line(R"({"1":"SCHILD\nabcdef\u0031","2":"SCHILD a\/bcdefg\n"})"),
            R"({"1":"SCHILD\n[low]","2":"SCHILD [low]\n"})");
}

// Any rule, any escapes: the line stays JSON, and a second pass changes nothing.
TEST_F(GitleaksTest, EveryLineStaysJson) {
  const std::string rules = R"(
rules = [
  {id = 'dots', regex = 'k(.{3,9})', keywords = ['k']},
  {id = 'raw', regex = '\\?[nu"][0-9a-z]{2,}'},
  {id = 'across', regex = '(?s)kw.*?([a-c]+\W+[0-9]+)', keywords = ['kw']},
  {id = 'end', regex = 'x([^,]*\\)'},
]
)";
  const std::vector<std::string> parts{"\\n", "\\\"", "\\\\", "\\u0041", "\\/",      "kw", "abc",
                                       "x",   "12",   " ",    "\\u00e9", "\xC3\xA9", ","};
  BoundRedactor redactor = with({rules}, "<{rule}>");
  for (int i = 0; i < 4000; ++i) {
    std::string line = "{";
    for (const char* key : {"a", "kw", "n"}) {
      line += (line.size() > 1 ? ",\"" : "\"") + std::string(key) + "\":";
      if (seed_.below(4) == 0) {
        line += std::to_string(1 + seed_.below(100'000));
        continue;
      }
      line += '"';
      for (std::size_t n = seed_.below(8); n > 0; --n) line += parts[seed_.below(parts.size())];
      line += '"';
    }
    line += "}";
    ASSERT_TRUE(redact::is_json_container(line)) << line;
    const std::string once = redactor.line(line);
    EXPECT_TRUE(redact::is_json_container(once)) << line << "\n" << once;
    EXPECT_EQ(redactor.line(once), once) << line;
  }
}

TEST_F(GitleaksTest, TheDigestKnowsTheRules) {
  const std::string plain = BoundRedactor().redactor().digest();
  const auto digest = [&](const std::string& more) {
    return with({kAcme + more}, "[REDACTED]").redactor().digest();
  };
  EXPECT_NE(digest(""), plain);
  EXPECT_NE(digest("entropy = 3\n"), digest(""));
  EXPECT_NE(digest("[[rules.allowlists]]\nstopwords = ['a']\n"), digest(""));
  EXPECT_EQ(digest(""), digest("# a comment\n"));
}

// --- what is said

TEST_F(GitleaksTest, ARuleThatCannotBeUsedIsAnErrorWithItsPlace) {
  EXPECT_EQ(said({"[[rules]]\nid = 'a'\nregex = 'x(?=y)'\n"}).substr(0, 50),
            "3 error rule \"a\": the pattern is not accepted: inv");
  EXPECT_EQ(said({"[[rules]]\nid = 'a'\nregex = 'x'\nsecretGroup = 1\n"}),
            "1 error rule \"a\": secretGroup is 1, but the regex has 0 groups|\n");
  EXPECT_EQ(said({"[[rules]]\nid = 'a'\n"}), "1 error rule \"a\" has neither regex nor path|\n");
  EXPECT_EQ(said({"[[rules]]\nregex = 'x'\n"}), "1 error a gitleaks rule has no id|\n");
  EXPECT_EQ(said({"[[rules]]\nid = 'a'\nregex = 'x'\nentropy = 'high'\n"}),
            "4 error entropy must be a number from 0 to 8|\n");
  EXPECT_NE(
      said({"[[rules]]\nid = 'a'\nregex = 'x'\n[[rules.allowlists]]\nregexes = ['(']\n"}).find("5 error"),
      std::string::npos);
  EXPECT_EQ(
      said(
          {"[[rules]]\nid = 'a'\nregex = 'x'\n[[rules.allowlists]]\nregexTarget = 'lines'\nregexes=['a']\n"}),
      "5 error \"lines\" is no regexTarget|did you mean \"line\"?\n");
  EXPECT_EQ(said({"[[rules]]\nid = 'a'\nregex = 'x'\n[rules.allowlist]\ncondition = 'NOR'\nregexes=['a']\n"}),
            "5 error \"NOR\" is no condition of an allowlist|use OR or AND\n");
  EXPECT_EQ(said({"[extend]\nurl = 'https://example.org'\n"}).substr(0, 7), "2 error");
}

TEST_F(GitleaksTest, UnknownKeysAreErrorsOnlyWhereTheyDecide) {
  EXPECT_EQ(said({"[[rules]]\nid = 'a'\nregex = 'x'\nkeyword = ['a']\n"}),
            "4 error unknown key \"keyword\" in a gitleaks rule|did you mean \"keywords\"?\n");
  EXPECT_EQ(said({"[[rules]]\nid = 'a'\nregex = 'x'\nauthor = 'me'\n"}),
            "4 warning unknown key \"author\" in a gitleaks rule; it is ignored|\n");
  EXPECT_EQ(said({"[[Rules]]\nID = 'a'\nREGEX = 'x'\nsecretgroup = 0\n"}), "");  // Any case, as gitleaks.
}

TEST_F(GitleaksTest, WhatAStreamHasNoUseForIsNoted) {
  EXPECT_EQ(said({"[[rules]]\nid = 'a'\npath = '[.]p12$'\n"}),
            "1 note rule \"a\" is about file names only; a stream has none|\n");
  EXPECT_EQ(said({"[[rules]]\nid = 'a'\npath = 'x'\nregex = 'y'\n"}),
            "1 note rule \"a\": its regex applies to every line, whatever its path says|\n");
  EXPECT_EQ(said({"[allowlist]\npaths = ['x']\n"}).substr(0, 6), "1 note");
  EXPECT_EQ(
      said({"[extend]\nuseDefault = true\ndisabledRules = ['x']\n[[rules]]\nid = 'generic-api-key'\n"}),
      "2 note extend.useDefault: clawtrail's own rules stand in for the ones of gitleaks|\n"
      "3 note extend.disabledRules has no effect on clawtrail's own rules|\n"
      "4 note rule \"generic-api-key\" has no regex: what it changes in gitleaks' own rule has no effect "
      "on clawtrail's|\n");
  EXPECT_EQ(
      said(
          {"[[allowlists]]\ntargetRules = ['abe']\nstopwords = ['x']\n[[rules]]\nid = 'abc'\nregex = 'x'\n"}),
      "1 warning targetRules names \"abe\", but there is no such rule|did you mean \"abc\"?\n");
}

}  // namespace
}  // namespace clawtrail
