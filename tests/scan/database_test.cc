// SPDX-License-Identifier: Apache-2.0
// Goal: every value of a database is searched, and nothing on the disk changes by it.
#include <set>

#include "clawtrail/base/limits.h"
#include "scan/scan_fixture.h"

namespace clawtrail {
namespace {

/// Names and contents of the folder.
std::set<std::pair<std::string, std::string>> contents(const std::filesystem::path& dir) {
  std::set<std::pair<std::string, std::string>> out;
  for (const auto& entry : std::filesystem::directory_iterator(dir)) {
    std::ifstream in(entry.path(), std::ios::binary);
    out.emplace(entry.path().filename().string(), std::string(std::istreambuf_iterator<char>(in), {}));
  }
  return out;
}

TEST_F(ScanTest, TextAndBlobsOfEveryTableAreSearched) {
  sqlite3* db = database("state.sqlite");
  sql(db, "CREATE TABLE events (id INTEGER PRIMARY KEY, body TEXT, raw BLOB)");
  sql(db, "CREATE TABLE \"odd\"\"name\" (k TEXT PRIMARY KEY, v) WITHOUT ROWID");
  sql(db, "CREATE TABLE hidden (rowid TEXT, _rowid_ TEXT, oid TEXT)");
  sql(db, "INSERT INTO events VALUES (7, 'a' || char(10) || 'b " + token() + "', 12)");
  sql(db, "INSERT INTO events VALUES (-9, NULL, ?1)", {compressed("{\"k\":\"" + token() + "\"}", "zstd")});
  sql(db, "INSERT INTO events VALUES (40, 'clean', ?1)", {std::string("\0\1\2", 3) + token() + '\0'});
  sql(db, "INSERT INTO \"odd\"\"name\" VALUES ('a', 'x'), ('b', '" + token() + "')");
  sql(db, "INSERT INTO hidden VALUES ('a', 'b', '" + token() + "')");
  sqlite3_close(db);
  scan();
  ASSERT_EQ(found_.size(), 5u);
  const auto place = [&](std::size_t i) {
    const ScanPlace& at = found_[i].where;
    return at.table + "/" + std::to_string(at.row.value_or(0)) + "/" + at.field + "/" +
           std::to_string(at.line);
  };
  EXPECT_EQ(place(0), "events/-9/raw/1");
  EXPECT_EQ(place(1), "events/7/body/2");
  EXPECT_EQ(place(2), "events/40/raw/0");
  EXPECT_EQ(found_[2].where.offset, 3u);
  EXPECT_EQ(place(3), "hidden/1/oid/1");
  EXPECT_EQ(place(4), "odd\"name/2/v/1");
  EXPECT_TRUE(problems_.empty());
}

TEST_F(ScanTest, AClosedDatabaseInWalModeIsReadWithoutLeavingAFile) {
  sqlite3* db = database("w.sqlite");
  sql(db, "PRAGMA journal_mode = WAL");
  sql(db, "CREATE TABLE t (a)");
  sql(db, "INSERT INTO t VALUES ('" + token() + "')");
  sqlite3_close(db);
  const auto before = contents(dir_);
  ASSERT_EQ(before.size(), 1u);
  scan();
  only("w.sqlite");
  EXPECT_TRUE(contents(dir_) == before);
}

TEST_F(ScanTest, WhatIsOnlyInTheWalOfARunningProgramIsFound) {
  sqlite3* db = database("w.sqlite");
  sql(db, "PRAGMA journal_mode = WAL");
  sql(db, "CREATE TABLE t (a)");
  sql(db, "INSERT INTO t VALUES ('" + token() + "')");
  scan();
  EXPECT_EQ(only("w.sqlite").where.table, "t");
  sql(db, "INSERT INTO t VALUES ('still writable')");
  sqlite3_close(db);
}

TEST_F(ScanTest, WhatACrashLeftInAWalIsFoundAndLeftAsItIs) {
  std::filesystem::create_directory(dir_ / "live");
  sqlite3* db = database("live/w.sqlite");
  sql(db, "PRAGMA journal_mode = WAL");
  sql(db, "CREATE TABLE t (a)");
  sql(db, "INSERT INTO t VALUES ('" + token() + "')");
  for (const bool with_shm : {true, false}) {
    const std::filesystem::path copy = dir_ / (with_shm ? "a" : "b");
    std::filesystem::create_directory(copy);
    for (const char* name : {"w.sqlite", "w.sqlite-wal", "w.sqlite-shm"}) {
      if (with_shm || std::string(name) != "w.sqlite-shm")
        std::filesystem::copy_file(dir_ / "live" / name, copy / name);
    }
    const auto before = contents(copy);
    ScanOptions options;
    options.paths = {copy.string()};
    scan(options);
    EXPECT_GE(found_.size(), 1u) << with_shm;
    EXPECT_TRUE(contents(copy) == before) << with_shm;
  }
  sqlite3_close(db);
}

TEST_F(ScanTest, ALockedOrDamagedDatabaseIsReportedAndSearchedAsItIs) {
  sqlite3* db = database("locked.sqlite");
  sql(db, "CREATE TABLE t (a)");
  sql(db, "INSERT INTO t VALUES ('" + token() + "')");
  sql(db, "BEGIN EXCLUSIVE");
  write("damaged.sqlite", std::string("SQLite format 3\0", 16) + std::string(8192, '\xee') + token());
  scan();
  EXPECT_EQ(problems_.size(), 2u);
  EXPECT_TRUE(only("locked.sqlite").where.offset.has_value());
  EXPECT_TRUE(only("damaged.sqlite").where.offset.has_value());
  sqlite3_close(db);
}

TEST_F(ScanTest, AValueTooLargeIsReportedAndTheRowsBehindItAreRead) {
  sqlite3* db = database("big.sqlite");
  sql(db, "CREATE TABLE t (a)");
  sql(db, "INSERT INTO t VALUES ('" + token() + "')");
  sql(db, "INSERT INTO t VALUES (zeroblob(" + std::to_string(limits::kScanValueBytesMax + 100) + "))");
  sql(db, "INSERT INTO t VALUES ('" + token() + "')");
  sqlite3_close(db);
  scan();
  EXPECT_EQ(found_.size(), 2u);
  ASSERT_EQ(problems_.size(), 1u);
  EXPECT_NE(problems_[0].message.find("row 2 of table t"), std::string::npos) << problems_[0].message;
}

TEST_F(ScanTest, BombsInValuesShareTheBudgetOfTheirFile) {
  const std::string bomb = compressed(std::string(40 * limits::MiB, '\0'), "zstd");
  sqlite3* db = database("bombs.sqlite");
  sql(db, "CREATE TABLE t (a)");
  for (int i = 0; i < 5; ++i) sql(db, "INSERT INTO t VALUES (?1)", {bomb});
  sql(db, "INSERT INTO t VALUES ('" + token() + "')");
  sqlite3_close(db);
  scan();
  EXPECT_EQ(found_.size(), 1u);
  EXPECT_GE(problems_.size(), 1u);
}

}  // namespace
}  // namespace clawtrail
