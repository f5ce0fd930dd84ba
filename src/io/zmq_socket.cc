// SPDX-License-Identifier: Apache-2.0
// The only file that includes cppzmq; its exceptions end here.
#include "clawtrail/io/zmq_socket.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <zmq.hpp>

#include "clawtrail/base/hash.h"
#include "clawtrail/base/limits.h"

namespace clawtrail {

namespace {

constexpr std::size_t kZ85KeySize = 40;  // 32 bytes in Z85 (ZeroMQ RFC 32)
constexpr std::size_t kCurveKeyBytes = 32;

/// Frames above this are refused by libzmq itself, which drops the connection and cannot say so. Twice the
/// limit leaves room to receive, count and report what is merely too long.
constexpr std::int64_t kFrameBytesMax = 2 * static_cast<std::int64_t>(limits::kZmqMessageBytesMax);

class PullReceiver : public ZmqReceiver {
 public:
  PullReceiver() : context_(1), socket_(context_, zmq::socket_type::pull) {}

  void bind(const ZmqReceiverOptions& options) {
    socket_.set(zmq::sockopt::linger, 0);
    socket_.set(zmq::sockopt::maxmsgsize, kFrameBytesMax);
    socket_.set(zmq::sockopt::rcvhwm, limits::kZmqReceiveHighWater);
    if (!options.curve_secret_key.empty()) {
      socket_.set(zmq::sockopt::curve_server, true);
      socket_.set(zmq::sockopt::curve_secretkey, options.curve_secret_key);
    }
    socket_.bind(options.endpoint);
    endpoint_ = socket_.get(zmq::sockopt::last_endpoint);
  }

  Result<bool> receive(std::string& message, int timeout_ms) override {
    message.clear();
    try {
      return receive_frames(message, timeout_ms);
    } catch (const zmq::error_t& error) {
      if (error.num() == EINTR) return false;
      return Error{Code::kIo, "cannot receive on " + endpoint_ + ": " + error.what()};
    }
  }

  std::string endpoint() const override { return endpoint_; }

 private:
  Result<bool> receive_frames(std::string& message, int timeout_ms) {
    std::array<zmq::pollitem_t, 1> waiting{{{socket_.handle(), 0, ZMQ_POLLIN, 0}}};
    if (zmq::poll(waiting.data(), waiting.size(), std::chrono::milliseconds(timeout_ms)) == 0) return false;
    std::uint64_t size = 0;
    for (bool first = true;; first = false) {
      // ZeroMQ delivers all frames of a message at once, so this never waits for the second one.
      if (!socket_.recv(frame_, zmq::recv_flags::dontwait)) return false;
      size += frame_.size() + (first ? 0 : 1);
      if (size <= limits::kZmqMessageBytesMax) {
        if (!first) message.push_back('\n');
        message.append(frame_.data<char>(), frame_.size());
      }
      if (!frame_.more()) break;
    }
    if (size <= limits::kZmqMessageBytesMax) return true;
    message.clear();
    return Error{Code::kTooLarge, "a message of " + std::to_string(size) + " bytes on " + endpoint_ +
                                      " is longer than the limit of " +
                                      std::to_string(limits::kZmqMessageBytesMax) + " bytes and was dropped"};
  }

  zmq::context_t context_;
  zmq::socket_t socket_;
  zmq::message_t frame_;
  std::string endpoint_;
};

bool is_curve_key(const std::string& key) {
  std::array<std::uint8_t, kCurveKeyBytes> bytes{};
  const bool valid = key.size() == kZ85KeySize && zmq_z85_decode(bytes.data(), key.c_str()) != nullptr;
  wipe(bytes.data(), bytes.size());
  return valid;
}

}  // namespace

Result<std::unique_ptr<ZmqReceiver>> bind_zmq_pull(const ZmqReceiverOptions& options) {
  if (!options.curve_secret_key.empty() && !is_curve_key(options.curve_secret_key)) {
    return Error{Code::kInvalid, "cannot listen on " + options.endpoint +
                                     ": the CURVE secret key is not 40 characters of Z85"};
  }
  try {
    auto receiver = std::make_unique<PullReceiver>();
    receiver->bind(options);
    return std::unique_ptr<ZmqReceiver>(std::move(receiver));
  } catch (const zmq::error_t& error) {
    Code code = Code::kInvalid;
    if (error.num() == EADDRINUSE) code = Code::kBusy;
    if (error.num() == EACCES) code = Code::kPermission;
    return Error{code, "cannot listen on " + options.endpoint + ": " + error.what()};
  }
}

}  // namespace clawtrail
