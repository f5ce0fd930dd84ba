// SPDX-License-Identifier: Apache-2.0
// Clock, random numbers, signals, watches and streams of the real machine.
#include "clawtrail/io/system.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "clawtrail/io/dir_watch.h"
#include "clawtrail/io/stream.h"

namespace clawtrail {
namespace {

constexpr int kLong = 10'000;

TEST(System, ClocksGoOn) {
  const std::int64_t before = system_clock().monotonic_ns();
  EXPECT_GE(system_clock().monotonic_ns(), before);
  EXPECT_GT(system_clock().now().ns, 1'600'000'000'000'000'000);
}

TEST(System, RandomBytesDiffer) {
  std::array<unsigned char, 600> a{};
  std::array<unsigned char, 600> b{};
  system_rng().fill(a.data(), a.size());
  system_rng().fill(b.data(), b.size());
  EXPECT_NE(a, b);
}

TEST(System, TheProcessKnowsItself) {
  EXPECT_FALSE(host_name().empty());
  EXPECT_FALSE(os_user().empty());
  EXPECT_EQ(process_id(), ::getpid());
  EXPECT_GT(resident_bytes(), 100'000U);
  ::setenv("CLAWTRAIL_TEST_VALUE", "a=b", 1);
  EXPECT_EQ(environment("CLAWTRAIL_TEST_VALUE"), "a=b");
  EXPECT_EQ(environment("CLAWTRAIL_TEST_NONE"), std::nullopt);
  bool found = false;
  for (const auto& [name, value] : environment_all()) {
    found = found || (name == "CLAWTRAIL_TEST_VALUE" && value == "a=b");
  }
  EXPECT_TRUE(found);
}

/// Signals change the process for good, so each look at them is a process of its own.
template <typename Body>
int in_child(Body body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body() ? 0 : 1);
  int status = -1;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return status;
}

TEST(Signals, TermEndsTheWaitAndStays) {
  EXPECT_EQ(in_child([] {
              signals::install();
              std::thread killer([] { ::kill(::getpid(), SIGTERM); });
              const bool stopped = signals::wait_ms(kLong);
              killer.join();
              return stopped && signals::stop_requested() && signals::wait_ms(kLong);
            }),
            0);
}

TEST(Signals, HupIsTakenOnceAndNoStop) {
  EXPECT_EQ(in_child([] {
              signals::install();
              ::kill(::getpid(), SIGHUP);
              const bool stopped = signals::wait_ms(kLong);
              const bool first = signals::take_reload_request();
              return !stopped && first && !signals::take_reload_request() && !signals::wait_ms(1);
            }),
            0);
}

TEST(Signals, ABrokenPipeDoesNotKill) {
  EXPECT_EQ(in_child([] {
              signals::install();
              int ends[2];
              if (::pipe(ends) != 0) return false;
              ::close(ends[0]);
              return ::write(ends[1], "x", 1) < 0;
            }),
            0);
}

TEST(Signals, MakeUndumpableForbidsCoreDumps) {
  EXPECT_EQ(in_child([] {
              make_undumpable();
              return true;
            }),
            0);
}

class DirWatchTest : public testing::Test {
 protected:
  DirWatchTest() {
    std::string name = (std::filesystem::temp_directory_path() / "clawtrail-XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    auto watch = make_dir_watch();
    EXPECT_TRUE(watch);
    watch_ = std::move(*watch);
  }
  ~DirWatchTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  std::string folder_;
  std::unique_ptr<DirWatch> watch_;
};

TEST_F(DirWatchTest, ChangesEndTheWait) {
  ASSERT_TRUE(watch_->add(folder_));
  ASSERT_TRUE(watch_->add(folder_));
  EXPECT_FALSE(watch_->wait(0));
  std::ofstream(folder_ + "/a") << "x";
  EXPECT_TRUE(watch_->wait(kLong));
  EXPECT_FALSE(watch_->wait(0));  // All that happened was told at once.
  std::filesystem::rename(folder_ + "/a", folder_ + "/b");
  EXPECT_TRUE(watch_->wait(kLong));
}

TEST_F(DirWatchTest, WakeEndsTheWaitWithoutAChange) {
  std::thread waker([this] { watch_->wake(); });
  EXPECT_FALSE(watch_->wait(kLong));
  waker.join();
  auto sleeper = make_sleep_watch();
  sleeper->wake();
  EXPECT_FALSE(sleeper->wait(kLong));
}

TEST_F(DirWatchTest, AMissingFolderIsNotFound) {
  EXPECT_EQ(watch_->add(folder_ + "/none").error().code, Code::kNotFound);
}

TEST(Stream, GivesBytesThenNothingThenTheEnd) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  std::array<char, 16> bytes{};
  EXPECT_EQ(read_stream(ends[0], bytes, 1).error().code, Code::kTimeout);
  ASSERT_EQ(::write(ends[1], "abc", 3), 3);
  EXPECT_EQ(*read_stream(ends[0], bytes, kLong), 3U);
  ::close(ends[1]);
  EXPECT_EQ(read_stream(ends[0], bytes, kLong).error().code, Code::kEnd);
  ::close(ends[0]);
  EXPECT_FALSE(read_stream(ends[0], bytes, 0));
}

}  // namespace
}  // namespace clawtrail
