// SPDX-License-Identifier: Apache-2.0
// A folder made for one test, with secrets made when it runs, and what a scan of it tells.
#pragma once

#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>

#include "clawtrail/base/limits.h"
#include "clawtrail/scan/scan.h"
#include "redact/redact_support.h"
#include "support/faulty_files.h"

namespace clawtrail {

/// The real files; some cannot be opened, as it is for a user who may not.
class RefusingFiles : public FaultyFiles {
 public:
  std::string refused;  ///< end of the path

  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override {
    if (!refused.empty() && path.ends_with(refused)) return Error{Code::kPermission, "cannot open " + path};
    return FaultyFiles::open(path, mode);
  }
};

class ScanTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "clawtrail-scan-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    dir_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(dir_); }

  std::string path(const std::string& name) const { return (dir_ / name).string(); }
  void write(const std::string& name, const std::string& text, mode_t mode = 0600) const {
    std::filesystem::create_directories((dir_ / name).parent_path());
    std::ofstream(path(name), std::ios::binary) << text;
    ASSERT_EQ(::chmod(path(name).c_str(), mode), 0);
  }

  static std::string random_text(std::size_t size) {
    static constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    std::random_device device;
    std::string out(size, ' ');
    for (char& c : out) c = kAlphabet[device() % (sizeof kAlphabet - 1)];
    return out;
  }
  /// Remembered, so that no report may hold it.
  std::string token() {
    secrets_.push_back(
        "gh"
        "p_" +
        random_text(36));
    return secrets_.back();
  }

  /// `text` compressed by one filter of libarchive ("gzip", "zstd", "xz", "bzip2").
  static std::string compressed(const std::string& text, const char* filter) {
    std::string out(text.size() + limits::MiB, '\0');
    std::size_t used = 0;
    archive* a = archive_write_new();
    archive_write_add_filter_by_name(a, filter);
    archive_write_set_format_raw(a);
    archive_write_set_bytes_in_last_block(a, 1);
    archive_write_open_memory(a, out.data(), out.size(), &used);
    put_member(a, "data", text);
    EXPECT_EQ(archive_write_close(a), ARCHIVE_OK) << filter;
    archive_write_free(a);
    out.resize(used);
    return out;
  }
  static std::string packed(const std::vector<std::pair<std::string, std::string>>& members, bool zip) {
    std::string out(16 * limits::MiB, '\0');
    std::size_t used = 0;
    archive* a = archive_write_new();
    zip ? archive_write_set_format_zip(a) : archive_write_set_format_pax_restricted(a);
    archive_write_open_memory(a, out.data(), out.size(), &used);
    for (const auto& [name, text] : members) put_member(a, name, text);
    EXPECT_EQ(archive_write_close(a), ARCHIVE_OK);
    archive_write_free(a);
    out.resize(used);
    return out;
  }

  /// Runs SQL; each entry of `blobs` is bound as ?1, ?2, … of it.
  static void sql(sqlite3* db, const std::string& text, const std::vector<std::string>& blobs = {}) {
    sqlite3_stmt* statement = nullptr;
    ASSERT_EQ(sqlite3_prepare_v2(db, text.c_str(), -1, &statement, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
    for (std::size_t i = 0; i < blobs.size(); ++i) {
      sqlite3_bind_blob(statement, static_cast<int>(i) + 1, blobs[i].data(),
                        static_cast<int>(blobs[i].size()), SQLITE_TRANSIENT);
    }
    while (sqlite3_step(statement) == SQLITE_ROW) {
    }
    ASSERT_EQ(sqlite3_finalize(statement), SQLITE_OK) << sqlite3_errmsg(db);
  }
  sqlite3* database(const std::string& name) const {
    sqlite3* db = nullptr;
    EXPECT_EQ(sqlite3_open(path(name).c_str(), &db), SQLITE_OK);
    return db;
  }

  ScanStats scan(ScanOptions options = {}) {
    found_.clear();
    problems_.clear();
    if (options.paths.empty()) options.paths = {dir_.string()};
    options.on_finding = [this](const ScanFinding& finding) { found_.push_back(finding); };
    options.on_problem = [this](const ScanProblem& problem) { problems_.push_back(problem); };
    const auto stats = scan_at_rest(files_, redactor_.redactor(), redactor_.scanner(), options);
    EXPECT_TRUE(stats.ok()) << stats.error().message;
    for (const std::string& secret : secrets_) {
      for (const ScanFinding& finding : found_) {
        const ScanPlace& at = finding.where;
        for (const std::string& text : {at.path, at.member, at.table, at.field, finding.fp, finding.at})
          EXPECT_EQ(text.find(secret), std::string::npos);
      }
      for (const ScanProblem& problem : problems_)
        EXPECT_EQ((problem.path + problem.message).find(secret), std::string::npos);
    }
    return *stats;
  }
  /// The one finding in the file; fails if there is not exactly one.
  ScanFinding only(const std::string& name) const {
    std::vector<ScanFinding> out;
    for (const ScanFinding& finding : found_) {
      if (finding.where.path == path(name)) out.push_back(finding);
    }
    EXPECT_EQ(out.size(), 1u) << name;
    return out.empty() ? ScanFinding{} : out.front();
  }

  std::filesystem::path dir_;
  RefusingFiles files_;
  test::BoundRedactor redactor_;
  std::vector<std::string> secrets_;
  std::vector<ScanFinding> found_;
  std::vector<ScanProblem> problems_;

 private:
  static void put_member(archive* a, const std::string& name, const std::string& text) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_size(entry, static_cast<la_int64_t>(text.size()));
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0600);
    EXPECT_EQ(archive_write_header(a, entry), ARCHIVE_OK);
    archive_write_data(a, text.data(), text.size());
    archive_entry_free(entry);
  }
};

}  // namespace clawtrail
