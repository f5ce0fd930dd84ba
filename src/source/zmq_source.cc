// SPDX-License-Identifier: Apache-2.0
// Receives messages; each holds one event, or one a line.
#include <algorithm>
#include <cstring>
#include <utility>

#include "clawtrail/base/encoding.h"
#include "clawtrail/io/zmq_socket.h"
#include "clawtrail/source/source.h"
#include "source/line_cutter.h"
#include "source/receiver.h"

namespace clawtrail {

namespace {

/// A positive answer to "is there more?" costs nothing, so a batch is filled as far as messages wait.
constexpr int kNoWait = 0;

class ZmqSource : public Source {
 public:
  ZmqSource(Clock& clock, std::string name, std::unique_ptr<ZmqReceiver> receiver, bool encrypted,
            const Recovered& recovered)
      : clock_(clock),
        name_(std::move(name)),
        receiver_(std::move(receiver)),
        start_(name_, recovered, "receiving on " + receiver_->endpoint(),
               "{\"endpoint\":" + json_string(receiver_->endpoint()) +
                   ",\"encrypted\":" + (encrypted ? "true" : "false") + "}"),
        cutter_(limits::kLineBytesMax, 0) {}

  const std::string& name() const override { return name_; }

  Poll poll(RawBatch& batch, int wait_ms) override {
    batch.clear();
    if (start_.hand_out(batch)) return finish(batch);
    if (!cutter_.has_more() && trouble_.empty()) collect(wait_ms);
    if (take_lines(batch)) return finish(batch);
    if (trouble_.empty()) return Poll::kIdle;
    SourceNotice notice;
    notice.type = EventType::kGap;
    notice.position = count_;
    notice.reason = std::exchange(trouble_, "");
    notice.details = "{}";
    batch.notices.push_back(std::move(notice));
    return finish(batch);
  }

 private:
  /// Receives until a batch is full, nothing waits any more, or something went wrong.
  void collect(int wait_ms) {
    std::string message;
    while (trouble_.empty() && waiting_.size() < limits::kBatchBytesSoft) {
      const auto received = receiver_->receive(message, waiting_.empty() ? wait_ms : kNoWait);
      if (!received) {
        trouble_ = received.error().message;
        return;
      }
      if (!*received) return;
      // The end of a message is the end of a line.
      waiting_ += message;
      if (!message.empty() && message.back() != '\n') waiting_ += '\n';
    }
  }

  bool take_lines(RawBatch& batch) {
    const std::size_t given = waiting_.size();
    if (given == 0 && !cutter_.has_more()) return false;
    const std::span<char> room = cutter_.room(batch, given);
    if (given > 0) std::memcpy(room.data(), waiting_.data(), given);
    waiting_.clear();
    const bool lines = cutter_.take(batch, given);
    for (RawLine& line : batch.lines) line.position = count_++;
    for (SourceNotice& notice : batch.notices) notice.position = count_ - 1;
    return lines;
  }

  Poll finish(RawBatch& batch) {
    start_.stamp(batch, count_);
    batch.observed = clock_.now();
    return Poll::kBatch;
  }

  Clock& clock_;
  std::string name_;
  std::unique_ptr<ZmqReceiver> receiver_;
  ReceiverStart start_;
  LineCutter cutter_;
  std::string waiting_;      // received and not yet cut into lines
  std::string trouble_;      // to be told after them
  std::uint64_t count_ = 0;  // lines handed out
};

}  // namespace

Result<std::unique_ptr<Source>> make_zmq_source(Clock& clock, ZmqSourceOptions options,
                                                const Recovered& recovered) {
  CLAWTRAIL_ASSIGN(auto receiver, bind_zmq_pull({options.endpoint, options.curve_secret_key}));
  return std::unique_ptr<Source>(std::make_unique<ZmqSource>(
      clock, std::move(options.name), std::move(receiver), !options.curve_secret_key.empty(), recovered));
}

}  // namespace clawtrail
