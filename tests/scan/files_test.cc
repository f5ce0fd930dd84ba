// SPDX-License-Identifier: Apache-2.0
// Goal: every secret of a tree is found at its place, whatever it is wrapped in; nothing in the tree can make
// the scan hang, leave the tree, or tell a secret. Method: a folder made at run time, with real files.
#include <sys/stat.h>

#include "clawtrail/base/limits.h"
#include "scan/scan_fixture.h"

namespace clawtrail {
namespace {

TEST_F(ScanTest, APlainFileTellsLineColumnRuleAndFingerprint) {
  const std::string secret = token();
  write("a/notes.txt", "first\nmy key: " + secret + " and " + secret + "\n" + secret);
  const ScanStats stats = scan();
  ASSERT_EQ(found_.size(), 3u);
  EXPECT_EQ(found_[0].where.path, path("a/notes.txt"));
  EXPECT_EQ(found_[0].rule, "github-token");
  EXPECT_TRUE(found_[0].unique && found_[0].counts() && !found_[0].exposed);
  EXPECT_EQ(found_[0].fp, found_[2].fp);
  const std::pair<std::uint64_t, std::uint64_t> places[] = {{2, 9}, {2, 54}, {3, 1}};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(found_[i].where.line, places[i].first);
    EXPECT_EQ(found_[i].where.column, places[i].second);
  }
  EXPECT_EQ(stats.files, 1u);
  EXPECT_EQ(stats.counted, 3u);
  EXPECT_EQ(stats.bytes, std::filesystem::file_size(path("a/notes.txt")));
}

TEST_F(ScanTest, PlacesAreRightAcrossBlocksAndInLinesThatAreCut) {
  std::string text;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> places;
  for (std::uint64_t line = 1; line <= 40; ++line) {
    text += std::string(70'000, 'x') + " ";
    if (line % 7 == 0) {
      places.emplace_back(line, 70'002);
      text += token();
    }
    text += "\n";
  }
  const std::size_t long_line = text.size();
  text += std::string(limits::kLineBytesMax, ' ') + "tail ";
  places.emplace_back(41, text.size() - long_line + 1);
  text += token() + "\nlast " + token();
  places.emplace_back(42, 6);
  write("big.txt", text);
  scan();
  ASSERT_EQ(found_.size(), places.size());
  for (std::size_t i = 0; i < places.size(); ++i) {
    EXPECT_EQ(found_[i].where.line, places[i].first);
    EXPECT_EQ(found_[i].where.column, places[i].second);
  }
}

TEST_F(ScanTest, CompressedFilesAreExpanded) {
  for (const char* filter : {"gzip", "zstd", "xz", "bzip2"})
    write(filter, compressed("one\ntwo " + token() + "\n", filter));
  scan();
  for (const char* filter : {"gzip", "zstd", "xz", "bzip2"}) {
    const ScanFinding finding = only(filter);
    EXPECT_EQ(finding.where.member, "") << filter;
    EXPECT_EQ(finding.where.line, 2u) << filter;
    EXPECT_EQ(finding.where.column, 5u) << filter;
  }
  EXPECT_TRUE(problems_.empty());
}

TEST_F(ScanTest, ArchivesTellTheMemberAndAreOpenedOneLevelDeep) {
  const std::string inner = packed({{"inner", "x " + token()}}, true);
  write("a.zip", packed({{"clean", "nothing"}, {"dir/b", "x\n" + token()}}, true));
  write("a.tar", packed({{"c", token()}}, false));
  write("a.tgz", compressed(packed({{"d", token()}, {"e.zip", inner}}, false), "gzip"));
  scan();
  EXPECT_EQ(only("a.zip").where.member, "dir/b");
  EXPECT_EQ(only("a.zip").where.line, 2u);
  EXPECT_EQ(only("a.tar").where.member, "c");
  EXPECT_EQ(found_[1].where.member, "d");
}

TEST_F(ScanTest, APrivateKeyIsFoundOverItsLinesWithOneFingerprintEverywhere) {
  std::string body = "\n", escaped = "\\n";
  for (int i = 0; i < 25; ++i) {
    const std::string line = random_text(64);
    secrets_.push_back(line);
    body += line + "\n";
    escaped += line + "\\n";
  }
  const std::string head =
                        "-----BEGIN RSA PRIVATE"
                        " KEY-----",
                    tail =
                        "-----END RSA PRIVATE"
                        " KEY-----";
  write("id.pem", "comment\n  " + head + body + tail + "\n");
  write("id.json", "{\"key\":\"" + head + escaped + tail + "\"}\n");
  // Over the border of a block, and again right behind it.
  std::string text;
  while (text.size() < 512 * limits::KiB - 400) text += "an ordinary line of some length\n";
  write("far.txt", text + head + body + tail + "\n" + head + body + tail + "\n");
  write("none.txt", "it begins with " + head + " and goes on\nfor some words\n");
  scan();
  EXPECT_EQ(only("id.pem").rule, "private-key-block");
  EXPECT_EQ(only("id.pem").where.line, 2u);
  EXPECT_EQ(only("id.pem").where.column, 3u);
  EXPECT_EQ(only("id.pem").fp, only("id.json").fp);
  ASSERT_EQ(found_.size(), 4u);
  for (const ScanFinding& finding : found_) EXPECT_EQ(finding.fp, found_[0].fp);
}

TEST_F(ScanTest, BinaryDataIsSearchedInItsPrintableRuns) {
  const std::string secret = token();
  std::string wide;
  for (const char c : "id " + token()) wide += {c, '\0'};
  write("core", std::string("\x7f"
                            "ELF\0\0\1ab\0",
                            10) +
                    "key=" + secret + '\0' + "rest");
  write("wide", "\xff\xfe" + wide);
  scan();
  EXPECT_EQ(only("core").where.offset, 14u);
  EXPECT_EQ(only("core").where.line, 0u);
  EXPECT_EQ(only("wide").where.offset, 8u);
}

TEST_F(ScanTest, ABombIsReportedAndNotExpandedToItsEnd) {
  const std::string zeros(200 * limits::MiB, '\0');
  write("bomb.gz", compressed(zeros + token(), "gzip"));
  write("after", token());
  scan();
  ASSERT_EQ(problems_.size(), 1u);
  EXPECT_NE(problems_[0].message.find("250 times its size"), std::string::npos) << problems_[0].message;
  only("after");
}

TEST_F(ScanTest, WhatOnlyPretendsToBeAnArchiveOrDatabaseIsSearchedAsItIs) {
  write("fake.gz", "\x1f\x8b\x08 no gzip " + token());
  write("fake.zip", "PK\x03\x04 no zip " + token());
  write("fake.db", std::string("SQLite format 3\0", 16) + "no pages at all " + token());
  std::string cut = compressed(std::string(100'000, 'a') + random_text(50'000), "gzip");
  write("cut.gz", cut.substr(0, cut.size() / 2));
  scan();
  only("fake.gz");
  only("fake.zip");
  only("fake.db");
  EXPECT_GE(problems_.size(), 2u);
}

TEST_F(ScanTest, LinksPipesAndDevicesAreLeftAlone) {
  write("real/a", token());
  std::filesystem::create_directory_symlink(dir_, dir_ / "real/loop");
  std::filesystem::create_symlink("a", dir_ / "real/link");
  std::filesystem::create_directory_symlink("/etc", dir_ / "outside");
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  const ScanStats stats = scan();
  EXPECT_EQ(stats.files, 1u);
  only("real/a");
}

TEST_F(ScanTest, AFolderTooDeepIsReported) {
  std::string deep;
  for (int i = 0; i < limits::kScanDepthMax + 1; ++i) deep += "d/";
  write(deep + "a", token());
  EXPECT_EQ(scan().files, 0u);
  ASSERT_EQ(problems_.size(), 1u);
  EXPECT_NE(problems_[0].message.find("64 folders deep"), std::string::npos);
}

TEST_F(ScanTest, AFileThatCannotBeOpenedIsReportedAndTheOthersAreRead) {
  write("a/secret.txt", token());
  write("b", token());
  files_.refused = "secret.txt";
  const ScanStats stats = scan();
  only("b");
  EXPECT_EQ(stats.problems, 1u);
  ASSERT_EQ(problems_.size(), 1u);
  EXPECT_EQ(problems_[0].path, path("a/secret.txt"));
  EXPECT_EQ(problems_[0].message, "the file cannot be opened: this user may not");
}

TEST_F(ScanTest, NamesMayHoldAnythingAndNoSecretIsToldFromThem) {
  write("new\nline\xff", token());
  write("log of " + token(), "x " + token());
  scan();
  ASSERT_EQ(found_.size(), 2u);
  EXPECT_EQ(basename_of(found_[0].where.path), "log of [REDACTED]");
  EXPECT_EQ(printable_name(basename_of(found_[1].where.path)), "new\\x0aline\\xff");
  EXPECT_EQ(printable_name("a\\b\tc\x7f\xc2\x9b caf\xc3\xa9"), "a\\\\b\\x09c\\x7f\\xc2\\x9b caf\xc3\xa9");
}

TEST_F(ScanTest, SecretsInTheirOwnPlaceCountOnlyIfOthersMayReadThem) {
  write(".env", "A_TOKEN=" + token());
  write("agents/main/agent/auth-profiles.json", "{\"k\":\"" + token() + "\"}");
  write("credentials/chat", token());
  write("listed", token());
  ScanOptions options;
  options.secret_files = {path("listed"), path("missing")};
  EXPECT_EQ(scan(options).counted, 0u);
  EXPECT_EQ(found_.size(), 4u);
  for (const ScanFinding& finding : found_) EXPECT_TRUE(finding.expected && !finding.exposed);
  write("listed", token(), 0640);
  EXPECT_EQ(scan(options).counted, 1u);
  EXPECT_TRUE(only("listed").exposed && only("listed").counts());
  EXPECT_FALSE(only(".env").counts());
}

TEST_F(ScanTest, ManyPlacesOfOneSecretAreCountedAndNotAllListed) {
  const std::string secret = token();
  std::string text;
  for (int i = 0; i < 500; ++i) text += "again " + secret + "\n";
  write("a", text + token());
  const ScanStats stats = scan();
  EXPECT_EQ(stats.findings, 501u);
  EXPECT_EQ(stats.unlisted, 400u);
  EXPECT_EQ(found_.size(), 101u);
}

TEST_F(ScanTest, AFileGivenByALinkIsReadAndAMissingOneIsAnError) {
  write("a", token());
  std::filesystem::create_symlink("a", dir_ / "link");
  ScanOptions options;
  options.paths = {path("link")};
  EXPECT_EQ(scan(options).findings, 1u);
  options.paths = {path("a"), path("missing")};
  const auto missing = scan_at_rest(files_, redactor_.redactor(), redactor_.scanner(), options);
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code, Code::kNotFound);
}

TEST_F(ScanTest, StopEndsItAndExcludedFoldersAreNotEntered) {
  write("a/1", token());
  write("b/2", token());
  ScanOptions options;
  options.exclude = {path("a")};
  EXPECT_EQ(scan(options).files, 1u);
  options.stop = [] { return true; };
  const ScanStats stats = scan(options);
  EXPECT_TRUE(stats.stopped);
  EXPECT_EQ(stats.files, 0u);
}

TEST_F(ScanTest, MasksThatAnEarlierRunLeftAreNoSecrets) {
  write("trail.jsonl",
        "{\"password\":\"[REDACTED]\",\"token\":\"[REDACTED]\",\"k\":\"sk-ant\xe2\x80\xa6KEAA\"}\n");
  EXPECT_EQ(scan().findings, 0u);
}

}  // namespace
}  // namespace clawtrail
