// SPDX-License-Identifier: Apache-2.0
#include "clawtrail/base/cache_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace clawtrail {
namespace {

namespace fs = std::filesystem;

class CacheFileTest : public testing::Test {
 protected:
  void SetUp() override {
    const std::string test = testing::UnitTest::GetInstance()->current_test_info()->name();
    directory_ = fs::path(testing::TempDir()) / ("clawtrail_cache_file_test_" + test);
    fs::remove_all(directory_);
    path_ = (directory_ / "deep" / "a.cache").string();
  }
  void TearDown() override { fs::remove_all(directory_); }

  fs::path directory_;
  std::string path_;
};

TEST_F(CacheFileTest, IsReadBackAndIsTheOwnersAlone) {
  for (const std::string& payload : {std::string(), std::string("a\0b", 3), std::string(100'000, 'x')}) {
    write_cache_file(path_, payload);
    EXPECT_EQ(read_cache_file(path_), payload);
  }
  EXPECT_EQ(fs::status(path_).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(std::distance(fs::directory_iterator(directory_ / "deep"), {}), 1);  // No temporary is left.
}

TEST_F(CacheFileTest, ADamagedFileIsNone) {
  EXPECT_FALSE(read_cache_file(path_));
  const std::string payload = "what was worked out";
  write_cache_file(path_, payload);
  const auto size = fs::file_size(path_);
  for (std::size_t at = 0; at < size; ++at) {
    write_cache_file(path_, payload);
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(at));
    const int byte = file.get();
    file.seekp(static_cast<std::streamoff>(at)).put(static_cast<char>(byte ^ 1));
    file.close();
    EXPECT_FALSE(read_cache_file(path_)) << at;
    fs::resize_file(path_, at);
    EXPECT_FALSE(read_cache_file(path_)) << at;
  }
}

TEST_F(CacheFileTest, AFolderThatCannotBeMadeIsNoError) {
  write_cache_file("/proc/no/such/folder/a", "x");
  EXPECT_FALSE(read_cache_file("/proc/no/such/folder/a"));
}

}  // namespace
}  // namespace clawtrail
