// SPDX-License-Identifier: Apache-2.0
// Replays a recorded gateway log as if it were written now: for the demo.
#include <algorithm>

#include "clawtrail/base/limits.h"
#include "clawtrail/io/dir_watch.h"
#include "clawtrail/source/source.h"

namespace clawtrail {

namespace {

/// Replaces the value after each `key` (…":"2026-…") by the time now, so that event time is live.
void move_time(std::string& line, std::string_view key, const std::string& now) {
  for (std::size_t at = line.find(key); at != std::string::npos; at = line.find(key, at + key.size())) {
    const std::size_t begin = at + key.size();
    const std::size_t end = line.find('"', begin);
    if (end == std::string::npos) return;
    line.replace(begin, end - begin, now);
  }
}

constexpr int kPauseMs = 50;

class ReplaySource : public Source {
 public:
  ReplaySource(Clock& clock, ReplaySourceOptions options, Generation generation)
      : clock_(clock),
        options_(std::move(options)),
        generation_(generation),
        started_ns_(clock.monotonic_ns()) {}

  const std::string& name() const override { return options_.name; }
  void wake() override { pause_->wake(); }

  Poll poll(RawBatch& batch, int wait_ms) override {
    batch.clear();
    if (next_ >= options_.lines.size() && options_.once) return Poll::kFinished;
    const std::int64_t elapsed_ms = (clock_.monotonic_ns() - started_ns_) / 1'000'000;
    const auto due = static_cast<std::size_t>(elapsed_ms * options_.lines_per_second / 1000 + 1);
    if (next_ >= options_.lines.size() || next_ >= due) {
      static_cast<void>(pause_->wait(std::min(wait_ms, kPauseMs)));
      return Poll::kIdle;
    }
    fill(batch, std::min(due, options_.lines.size()));
    return Poll::kBatch;
  }

 private:
  void fill(RawBatch& batch, std::size_t end) {
    batch.source = options_.name;
    batch.generation = generation_;
    batch.observed = clock_.now();
    if (next_ == 0) {
      SourceNotice notice;
      notice.reason = "replays a recorded gateway log as if it were live";
      notice.details = "{\"lines\":" + std::to_string(options_.lines.size()) + "}";
      batch.notices.push_back(std::move(notice));
    }
    const std::string now = format_rfc3339_ms(batch.observed);
    for (; next_ < end && batch.lines.size() < limits::kBatchRecordsMax; ++next_) {
      std::string line = options_.lines[next_];
      move_time(line, "\"time\":\"", now);
      move_time(line, "\"date\":\"", now);
      RawLine raw;
      raw.offset = static_cast<std::uint32_t>(batch.bytes.size());
      raw.size = static_cast<std::uint32_t>(line.size());
      raw.position = next_;
      batch.bytes += line;
      batch.bytes += '\n';
      batch.lines.push_back(raw);
    }
    batch.progress.push_back({options_.name, generation_, next_, "{\"replay\":true}", false});
    batch.bytes.append(JsonParser::kPadding, '\0');
  }

  Clock& clock_;
  const ReplaySourceOptions options_;
  const Generation generation_;
  const std::int64_t started_ns_;
  const std::unique_ptr<DirWatch> pause_ = make_sleep_watch();
  std::size_t next_ = 0;
};

}  // namespace

std::unique_ptr<Source> make_replay_source(Clock& clock, ReplaySourceOptions options,
                                           const Recovered& recovered) {
  const auto last = recovered.generations.find(options.name);
  const Generation generation = (last == recovered.generations.end() ? 0 : last->second) + 1;
  return std::make_unique<ReplaySource>(clock, std::move(options), generation);
}

}  // namespace clawtrail
