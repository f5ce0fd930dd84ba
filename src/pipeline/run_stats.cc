// SPDX-License-Identifier: Apache-2.0
#include "pipeline/run_stats.h"

namespace clawtrail {

namespace {

constexpr std::size_t kLastAlertsMax = 8;

std::uint64_t count_of(const BatchStats& stats, EventType type) {
  return stats.events[static_cast<std::size_t>(type)];
}

}  // namespace

void RunStats::appended(const RedactedBatch& batch, const std::string& source, bool gateway) {
  const BatchStats& stats = batch.stats();
  for (std::size_t i = 0; i < kEventTypes; ++i) {
    if (stats.events[i] > 0) metrics_.events(static_cast<EventType>(i), stats.events[i]);
  }
  for (const auto& [rule, count] : stats.redactions) metrics_.redactions(rule, count);
  if (!source.empty()) metrics_.bytes_read(source, stats.bytes_in);
  metrics_.bytes_written(batch.bytes().size());
  if (stats.parse_errors > 0) metrics_.parse_errors(stats.parse_errors);
  if (stats.gaps > 0) metrics_.gaps(stats.gaps);
  if (gateway) {
    metrics_.gateway_connections(count_of(stats, EventType::kConnection) +
                                 count_of(stats, EventType::kAuthentication) +
                                 count_of(stats, EventType::kPairing));
    metrics_.gateway_messages(count_of(stats, EventType::kMessage));
    metrics_.gateway_errors(stats.errors);
    metrics_.agent_requests(stats.agent_requests);
    metrics_.agent_errors(stats.agent_errors);
    for (const double ms : stats.latencies_ms) metrics_.gateway_latency_seconds(ms / 1000);
  }

  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < kEventTypes; ++i) summary_.events[i] += stats.events[i];
  for (const auto& [rule, count] : stats.redactions) summary_.redactions[std::string(rule)] += count;
  summary_.records += batch.size();
  summary_.bytes_in += stats.bytes_in;
  summary_.bytes_out += batch.bytes().size();
  summary_.gaps += stats.gaps;
  summary_.parse_errors += stats.parse_errors;
}

void RunStats::alert(const std::string& rule, Severity severity, const std::string& title, bool firing) {
  if (!firing) return;
  metrics_.alerts(rule, severity);
  const std::lock_guard lock(mutex_);
  ++summary_.alerts;
  summary_.last_alerts.push_back("[" + std::string(name_of(severity)) + "] " + title);
  if (summary_.last_alerts.size() > kLastAlertsMax) summary_.last_alerts.erase(summary_.last_alerts.begin());
}

void RunStats::notified(const std::string& notifier, bool delivered) {
  metrics_.notifications(notifier, delivered);
  const std::lock_guard lock(mutex_);
  if (delivered) ++summary_.notified;
}

PipelineSummary RunStats::snapshot() const {
  const std::lock_guard lock(mutex_);
  return summary_;
}

}  // namespace clawtrail
