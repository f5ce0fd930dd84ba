// SPDX-License-Identifier: Apache-2.0
// Standard input and ZeroMQ: each start is a generation, lines are counted from its start.
#include <unistd.h>

#include <thread>
#include <zmq.hpp>

#include "clawtrail/event/json.h"
#include "source/tail_fixture.h"

namespace clawtrail {
namespace {

constexpr int kWait = 5'000;

class StdinSourceTest : public testing::Test {
 protected:
  StdinSourceTest() { EXPECT_EQ(::pipe(ends_), 0); }
  ~StdinSourceTest() override {
    ::close(ends_[0]);
    close_writer();
  }
  void write(const std::string& text) {
    ASSERT_EQ(::write(ends_[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  void close_writer() {
    if (ends_[1] >= 0) ::close(ends_[1]);
    ends_[1] = -1;
  }
  void start() {
    source_ = make_stdin_source(clock_, "stdin", ends_[0], notebook_.recovered("stdin", false));
  }
  /// Until nothing comes; true if the source said that it is finished.
  bool read_all(int wait_ms = 0) {
    for (;;) {
      const Poll polled = source_->poll(batch_, wait_ms);
      if (polled != Poll::kBatch) return polled == Poll::kFinished;
      notebook_.take(batch_);
    }
  }

  int ends_[2];
  ManualClock clock_;
  Notebook notebook_;
  RawBatch batch_;
  std::unique_ptr<Source> source_;
};

TEST_F(StdinSourceTest, LinesComeAsTheyAreWritten) {
  start();
  EXPECT_FALSE(read_all());
  EXPECT_EQ(notebook_.sources.size(), 1U);
  write("one\ntw");
  EXPECT_FALSE(read_all());
  write("o\nrest");
  EXPECT_FALSE(read_all());
  EXPECT_EQ(notebook_.texts(), (std::vector<std::string>{"one", "two"}));
  close_writer();
  EXPECT_TRUE(read_all(kWait));
  EXPECT_EQ(notebook_.lines.back().text, "rest");
  EXPECT_EQ(notebook_.lines.back().unterminated, 4U);
  EXPECT_EQ(notebook_.lines.back().position, 8U);
  EXPECT_TRUE(read_all());
}

TEST_F(StdinSourceTest, EachStartIsAGeneration) {
  start();
  write("one\n");
  read_all();
  start();
  write("two\n");
  read_all();
  EXPECT_EQ(notebook_.lines[0].generation, 1U);
  EXPECT_EQ(notebook_.lines[1].generation, 2U);
  EXPECT_EQ(notebook_.recovered("stdin", false).sources.size(), 1U);
}

TEST_F(StdinSourceTest, AnOverlongLineIsCutAndTold) {
  start();
  std::thread writer([this] {
    const std::string piece(limits::MiB, 'x');
    for (int i = 0; i < 17; ++i) {
      for (std::size_t at = 0; at < piece.size();) {
        const ssize_t got = ::write(ends_[1], piece.data() + at, piece.size() - at);
        if (got <= 0) return;
        at += static_cast<std::size_t>(got);
      }
    }
    write("\nafter\n");
    close_writer();
  });
  while (!read_all(kWait)) {
  }
  writer.join();
  ASSERT_EQ(notebook_.lines.size(), 2U);
  EXPECT_EQ(notebook_.lines[0].text.size(), limits::kLineBytesMax);
  EXPECT_EQ(notebook_.lines[0].truncated_from, 17 * limits::MiB);
  EXPECT_EQ(notebook_.lines[1].text, "after");
  EXPECT_EQ(notebook_.gaps.size(), 1U);
}

class ZmqSourceTest : public testing::Test {
 protected:
  void start() {
    auto source =
        make_zmq_source(clock_, {"bus", "tcp://127.0.0.1:*", ""}, notebook_.recovered("bus", false));
    ASSERT_TRUE(source) << source.error().message;
    source_ = std::move(*source);
    ASSERT_EQ(source_->poll(batch_, 0), Poll::kBatch);  // The notice of the start tells the port.
    notebook_.take(batch_);
    JsonParser parser;
    const auto details = parser.parse(notebook_.sources.back());
    ASSERT_TRUE(details);
    push_ = zmq::socket_t(context_, zmq::socket_type::push);
    push_.set(zmq::sockopt::linger, 0);
    push_.connect(std::string((*details)["endpoint"].string_or("")));
  }
  void send(const std::string& text) { push_.send(zmq::buffer(text), zmq::send_flags::none); }
  void read_until(std::size_t lines, std::size_t gaps = 0) {
    for (int tries = 0; tries < 1000; ++tries) {
      if (notebook_.lines.size() >= lines && notebook_.gaps.size() >= gaps) return;
      if (source_->poll(batch_, 50) == Poll::kBatch) notebook_.take(batch_);
    }
    FAIL() << "only " << notebook_.lines.size() << " lines came";
  }

  ManualClock clock_;
  Notebook notebook_;
  RawBatch batch_;
  std::unique_ptr<Source> source_;
  zmq::context_t context_;
  zmq::socket_t push_;
};

TEST_F(ZmqSourceTest, AMessageIsOneEventOrManyLines) {
  start();
  send("{\"n\":1}");
  send("{\"n\":2}\n{\"n\":3}\n");
  send("");
  send("\n{\"n\":4}");
  read_until(4);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(notebook_.lines[i].text, "{\"n\":" + std::to_string(i + 1) + "}");
    EXPECT_EQ(notebook_.lines[i].position, i);
  }
}

TEST_F(ZmqSourceTest, EachStartIsAGeneration) {
  start();
  send("one");
  read_until(1);
  start();
  send("two");
  read_until(2);
  EXPECT_EQ(notebook_.lines[0].generation, 1U);
  EXPECT_EQ(notebook_.lines[1].generation, 2U);
  EXPECT_EQ(notebook_.lines[1].position, 0U);
}

TEST_F(ZmqSourceTest, ALongMessageIsAGapAndTheOthersArrive) {
  start();
  send("before");
  send(std::string(limits::kZmqMessageBytesMax + 1, 'x'));
  send("after");
  read_until(2, 1);
  EXPECT_EQ(notebook_.texts(), (std::vector<std::string>{"before", "after"}));
}

TEST_F(ZmqSourceTest, ManyMessagesKeepTheirOrder) {
  start();
  constexpr std::size_t kCount = 20'000;
  std::thread sender([this] {
    for (std::size_t i = 0; i < kCount; ++i) send(std::to_string(i));
  });
  read_until(kCount);
  sender.join();
  for (std::size_t i = 0; i < kCount; ++i) ASSERT_EQ(notebook_.lines[i].text, std::to_string(i));
}

}  // namespace
}  // namespace clawtrail
