// SPDX-License-Identifier: Apache-2.0
// A real PUSH socket sends, plain and encrypted.
#include <gtest/gtest.h>

#include <array>
#include <zmq.hpp>

#include "clawtrail/base/limits.h"
#include "clawtrail/io/zmq_socket.h"

namespace clawtrail {
namespace {

constexpr int kWait = 5'000;
constexpr int kShortWait = 200;

struct CurveKeys {
  std::string open, hidden;
};
CurveKeys make_keys() {
  std::array<char, 41> open{};
  std::array<char, 41> hidden{};
  EXPECT_EQ(zmq_curve_keypair(open.data(), hidden.data()), 0);
  return {open.data(), hidden.data()};
}

class ZmqTest : public testing::Test {
 protected:
  void bind(const std::string& curve_secret_key = "") {
    auto receiver = bind_zmq_pull({"tcp://127.0.0.1:*", curve_secret_key});
    ASSERT_TRUE(receiver) << receiver.error().message;
    receiver_ = std::move(*receiver);
    push_.set(zmq::sockopt::linger, 0);
  }
  void connect() { push_.connect(receiver_->endpoint()); }
  void send(const std::string& text, bool more = false) {
    push_.send(zmq::buffer(text), more ? zmq::send_flags::sndmore : zmq::send_flags::none);
  }
  bool receive(int wait = kWait) {
    const auto got = receiver_->receive(message_, wait);
    EXPECT_TRUE(got);
    return got && *got;
  }

  zmq::context_t context_;
  zmq::socket_t push_{context_, zmq::socket_type::push};
  std::unique_ptr<ZmqReceiver> receiver_;
  std::string message_;
};

TEST_F(ZmqTest, MessagesArriveInOrder) {
  bind();
  connect();
  for (int i = 0; i < 1000; ++i) send("message " + std::to_string(i));
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(receive());
    EXPECT_EQ(message_, "message " + std::to_string(i));
  }
  EXPECT_FALSE(receive(kShortWait));
}

TEST_F(ZmqTest, FramesAreJoinedByNewlines) {
  bind();
  connect();
  send("one", true);
  send("", true);
  send("three");
  ASSERT_TRUE(receive());
  EXPECT_EQ(message_, "one\n\nthree");
}

TEST_F(ZmqTest, AMessageAboveTheLimitIsToldAndTheNextOneArrives) {
  bind();
  connect();
  send(std::string(limits::kZmqMessageBytesMax + 1, 'x'));
  send("next");
  const auto refused = receiver_->receive(message_, kWait);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kTooLarge);
  ASSERT_TRUE(receive());
  EXPECT_EQ(message_, "next");
}

TEST_F(ZmqTest, WithAKeyOnlyThoseWhoKnowItsPublicHalfAreHeard) {
  const CurveKeys server = make_keys();
  const CurveKeys client = make_keys();
  bind(server.hidden);
  push_.set(zmq::sockopt::curve_serverkey, server.open);
  push_.set(zmq::sockopt::curve_publickey, client.open);
  push_.set(zmq::sockopt::curve_secretkey, client.hidden);
  connect();
  send("encrypted");
  ASSERT_TRUE(receive());
  EXPECT_EQ(message_, "encrypted");

  zmq::socket_t plain(context_, zmq::socket_type::push);
  plain.set(zmq::sockopt::linger, 0);
  plain.connect(receiver_->endpoint());
  static_cast<void>(plain.send(zmq::buffer(std::string("plain")), zmq::send_flags::dontwait));
  EXPECT_FALSE(receive(kShortWait));
}

TEST_F(ZmqTest, BadEndpointsAndKeysAreSaid) {
  bind();
  EXPECT_EQ(bind_zmq_pull({receiver_->endpoint(), ""}).error().code, Code::kBusy);
  EXPECT_EQ(bind_zmq_pull({"nonsense", ""}).error().code, Code::kInvalid);
  const auto bad_key = bind_zmq_pull({"tcp://127.0.0.1:*", "too short"});
  ASSERT_FALSE(bad_key);
  EXPECT_EQ(bad_key.error().code, Code::kInvalid);
  EXPECT_EQ(bad_key.error().message.find("too short"), std::string::npos);
}

}  // namespace
}  // namespace clawtrail
