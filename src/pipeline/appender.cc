// SPDX-License-Identifier: Apache-2.0
#include "pipeline/appender.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "clawtrail/base/check.h"
#include "clawtrail/base/limits.h"
#include "clawtrail/base/log.h"

namespace clawtrail {

namespace {

constexpr std::chrono::milliseconds kFullDiskRetry{200};

}  // namespace

void DurableSignal::publish(TreeSize size) {
  {
    const std::lock_guard lock(mutex_);
    CHECK(size >= size_.load(std::memory_order_relaxed));
    size_.store(size, std::memory_order_release);
  }
  changed_.notify_all();
}

void DurableSignal::wait_beyond(TreeSize seen, int wait_ms) {
  std::unique_lock lock(mutex_);
  const std::uint64_t wakes = wakes_;
  changed_.wait_for(lock, std::chrono::milliseconds(wait_ms),
                    [&] { return size_.load(std::memory_order_relaxed) > seen || wakes_ != wakes; });
}

void DurableSignal::wake() {
  {
    const std::lock_guard lock(mutex_);
    ++wakes_;
  }
  changed_.notify_all();
}

bool OwnRecordQueue::push(OwnRecord record) {
  const std::lock_guard lock(mutex_);
  if (waiting_.size() >= limits::kOwnRecordsQueueMax) return false;
  waiting_.push_back(std::move(record));
  pushed_.fetch_add(1);
  return true;
}

std::vector<OwnRecord> OwnRecordQueue::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(waiting_, {});
}

bool OwnRecordQueue::empty() const {
  const std::lock_guard lock(mutex_);
  return waiting_.empty();
}

Status Appender::append(const RedactedBatch& batch, bool gateway) {
  CHECK(batch.size() <= 2 * limits::kBatchRecordsMax);
  if (batch.empty() && batch.progress().empty()) return {};
  CLAWTRAIL_TRY(append_with_patience(batch));
  if (!batch.empty()) {
    unsynced_ = true;
    const std::string source = batch.progress().empty() ? std::string() : batch.progress().front().source;
    parts_.stats.appended(batch, source, gateway);
  }
  for (const SourceProgress& progress : batch.progress()) unacknowledged_.push_back(progress);
  return {};
}

Status Appender::append_with_patience(const RedactedBatch& batch) {
  for (;;) {
    auto appended = parts_.trail.append(batch);
    if (appended) {
      set_trouble("");
      return {};
    }
    if (appended.error().code != Code::kNoSpace) return appended.error();
    set_trouble("no space is left for the trail; events wait: " + appended.error().message);
    if (parts_.give_up && parts_.give_up()) return appended.error();
    std::this_thread::sleep_for(kFullDiskRetry);
  }
}

Status Appender::append_own() {
  std::vector<OwnRecord> records = parts_.own.take();
  if (records.empty()) return {};
  for (OwnRecord& record : records) record.gateway = parts_.gateway;
  const RedactedBatch batch = write_own_records(records);
  CHECK(batch.size() == records.size());
  CLAWTRAIL_TRY(append(batch, false));
  own_appended_ += records.size();
  urgent_ = true;
  return {};
}

Status Appender::maintain() {
  CLAWTRAIL_TRY(append_own());
  const bool waiting = unsynced_ || !unacknowledged_.empty();
  if (waiting && (urgent_ || wait_ms() == 0)) CLAWTRAIL_TRY(sync());
  if (!parts_.trail.checkpoint_due()) return {};
  if (parts_.before_checkpoint) parts_.before_checkpoint(parts_.trail);
  CLAWTRAIL_TRY(parts_.trail.checkpoint());
  parts_.metrics.checkpoint_time(static_cast<double>(parts_.clock.now().ns) / 1e9);
  settle();
  return {};
}

int Appender::wait_ms() const {
  constexpr int kIdleWait = 20;
  if (!unsynced_ && unacknowledged_.empty()) return kIdleWait;
  const std::int64_t age_ms = (parts_.clock.monotonic_ns() - last_sync_ns_) / 1'000'000;
  return static_cast<int>(std::clamp<std::int64_t>(parts_.sync_interval_ms - age_ms, 0, kIdleWait));
}

Status Appender::sync() {
  const std::int64_t begin = parts_.clock.monotonic_ns();
  CLAWTRAIL_TRY(parts_.trail.sync());
  parts_.metrics.sync_seconds(static_cast<double>(parts_.clock.monotonic_ns() - begin) / 1e9);
  settle();
  return {};
}

void Appender::settle() {
  CHECK(parts_.trail.durable_size() == parts_.trail.size());
  unsynced_ = urgent_ = false;
  last_sync_ns_ = parts_.clock.monotonic_ns();
  parts_.own.durable_.store(own_appended_);
  parts_.durable.publish(parts_.trail.durable_size());
  parts_.metrics.tree_size(parts_.trail.durable_size());
  for (const SourceProgress& progress : unacknowledged_) parts_.acknowledge(progress);
  unacknowledged_.clear();
}

Status Appender::finish() {
  CLAWTRAIL_TRY(append_own());
  CLAWTRAIL_TRY(sync());
  if (parts_.before_checkpoint) parts_.before_checkpoint(parts_.trail);
  CLAWTRAIL_TRY(parts_.trail.close());
  parts_.durable.publish(parts_.trail.durable_size());
  return {};
}

void Appender::set_trouble(std::string text) {
  const std::lock_guard lock(trouble_mutex_);
  if (text != trouble_) {
    if (!text.empty()) log_error(text);
    if (text.empty()) log_info("the trail can be written again");
  }
  trouble_ = std::move(text);
}

std::string Appender::trouble() const {
  const std::lock_guard lock(trouble_mutex_);
  return trouble_;
}

}  // namespace clawtrail
