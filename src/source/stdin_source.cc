// SPDX-License-Identifier: Apache-2.0
// Reads a descriptor that somebody else opened, to its end.
#include <algorithm>
#include <utility>

#include "clawtrail/base/check.h"
#include "clawtrail/base/encoding.h"
#include "clawtrail/io/stream.h"
#include "clawtrail/source/source.h"
#include "source/line_cutter.h"
#include "source/receiver.h"

namespace clawtrail {

namespace {

class StdinSource : public Source {
 public:
  StdinSource(Clock& clock, std::string name, int descriptor, const Recovered& recovered)
      : clock_(clock),
        name_(std::move(name)),
        descriptor_(descriptor),
        start_(name_, recovered, "reading standard input",
               "{\"descriptor\":" + std::to_string(descriptor) + "}"),
        cutter_(limits::kLineBytesMax, 0) {
    CHECK(descriptor >= 0);
  }

  const std::string& name() const override { return name_; }

  Poll poll(RawBatch& batch, int wait_ms) override {
    batch.clear();
    if (start_.hand_out(batch)) return finish(batch);
    if (ended_) return Poll::kFinished;
    if (cutter_.has_more()) {
      cutter_.room(batch, 0);
      if (cutter_.take(batch, 0)) return finish(batch);
    }
    const std::span<char> room = cutter_.room(batch, limits::kBatchBytesSoft);
    const auto got = read_stream(descriptor_, room, wait_ms);
    if (got) return cutter_.take(batch, *got) ? finish(batch) : Poll::kIdle;
    cutter_.give_back(batch);
    if (got.error().code == Code::kTimeout) return Poll::kIdle;
    return end(batch, got.error());
  }

 private:
  Poll finish(RawBatch& batch) {
    start_.stamp(batch, cutter_.next());
    batch.observed = clock_.now();
    return Poll::kBatch;
  }

  Poll end(RawBatch& batch, const Error& why) {
    ended_ = true;
    bool something = cutter_.flush(batch);
    if (why.code != Code::kEnd) {
      SourceNotice notice;
      notice.type = EventType::kGap;
      notice.position = cutter_.next();
      notice.reason = "reading stopped: " + why.message;
      notice.details = "{}";
      batch.notices.push_back(std::move(notice));
      something = true;
    }
    return something ? finish(batch) : Poll::kFinished;
  }

  Clock& clock_;
  std::string name_;
  int descriptor_;
  ReceiverStart start_;
  LineCutter cutter_;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<Source> make_stdin_source(Clock& clock, std::string name, int descriptor,
                                          const Recovered& recovered) {
  return std::make_unique<StdinSource>(clock, std::move(name), descriptor, recovered);
}

}  // namespace clawtrail
