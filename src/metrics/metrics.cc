// SPDX-License-Identifier: Apache-2.0
#include "clawtrail/metrics/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <mutex>
#include <set>

#include "clawtrail/base/check.h"
#include "clawtrail/base/limits.h"

namespace clawtrail {

namespace {

using Buckets = prometheus::Histogram::BucketBoundaries;
using Labels = prometheus::Labels;

/// Syncs take 0.1 ms (NVMe) to seconds (a busy disk); the goal is 50 ms from event to webhook.
const Buckets kSyncBuckets = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                              0.05,   0.1,     0.25,   0.5,   1,      2.5,   5,    10};
/// Model and tool calls of an agent take 10 ms to minutes.
const Buckets kLatencyBuckets = {0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300};

/// Prometheus knows doubles only: exact up to 2^53.
double as_double(std::uint64_t value) { return static_cast<double>(value); }

}  // namespace

/// A family exists from its first update on, so that what is not connected is absent and never 0.
struct Metrics::Impl {
  mutable std::mutex mutex;  // families and label sets; the values themselves are atomic
  prometheus::Registry registry;

  template <typename Metric>
  struct Lazy {
    prometheus::Family<Metric>* family = nullptr;
    std::set<Labels> labels;
  };
  using Counters = Lazy<prometheus::Counter>;
  using Gauges = Lazy<prometheus::Gauge>;
  using Histograms = Lazy<prometheus::Histogram>;

  Counters events, read_bytes, written_bytes, redactions, alerts, notifications, parse_errors, gaps;
  Gauges source_lag, reader_lag, tree_size, checkpoint_time, verified_time, verified_intact, late, evicted,
      surface_available, resident_bytes, scan_findings, scan_time, credential_age, build_info;
  Histograms sync_seconds;
  Counters gateway_connections, gateway_messages, gateway_errors, agent_requests, agent_errors;
  Histograms gateway_latency;

  /// Label values come from closed sets; should one turn out not to be closed, the rest is counted together.
  template <typename Metric>
  static Labels bounded(Lazy<Metric>& lazy, Labels labels) {
    if (lazy.labels.contains(labels)) return labels;
    if (lazy.labels.size() >= limits::kMetricLabelSetsMax) {
      for (auto& [name, value] : labels) value = "other";
    }
    lazy.labels.insert(labels);
    return labels;
  }

  void count(Counters& lazy, const char* name, const char* help, std::uint64_t by, Labels labels = {}) {
    const std::lock_guard lock(mutex);
    if (lazy.family == nullptr) {
      lazy.family = &prometheus::BuildCounter().Name(name).Help(help).Register(registry);
    }
    lazy.family->Add(bounded(lazy, std::move(labels))).Increment(as_double(by));
  }

  void set(Gauges& lazy, const char* name, const char* help, double value, Labels labels = {}) {
    const std::lock_guard lock(mutex);
    if (lazy.family == nullptr)
      lazy.family = &prometheus::BuildGauge().Name(name).Help(help).Register(registry);
    lazy.family->Add(bounded(lazy, std::move(labels))).Set(value);
  }

  void observe(Histograms& lazy, const char* name, const char* help, const Buckets& buckets, double value) {
    const std::lock_guard lock(mutex);
    if (lazy.family == nullptr) {
      lazy.family = &prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
    }
    lazy.family->Add({}, buckets).Observe(value);
  }
};

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {}
Metrics::~Metrics() = default;

// --- clawtrail's own
// ----------------------------------------------------------------------------------------------

void Metrics::events(EventType type, std::uint64_t count) {
  impl_->count(impl_->events, "clawtrail_events_total", "Records written to the trail, by event type.", count,
               {{"event_type", std::string(name_of(type))}});
}

void Metrics::bytes_read(std::string_view source, std::uint64_t bytes) {
  impl_->count(impl_->read_bytes, "clawtrail_read_bytes_total", "Bytes read from a source.", bytes,
               {{"source", std::string(source)}});
}

void Metrics::bytes_written(std::uint64_t bytes) {
  impl_->count(impl_->written_bytes, "clawtrail_written_bytes_total",
               "Bytes of records written to the trail.", bytes);
}

void Metrics::redactions(std::string_view rule, std::uint64_t count) {
  impl_->count(impl_->redactions, "clawtrail_redactions_total", "Secrets masked, by rule.", count,
               {{"rule", std::string(rule)}});
}

void Metrics::alerts(std::string_view rule, Severity severity) {
  impl_->count(impl_->alerts, "clawtrail_alerts_total", "Alerts raised, by rule and severity.", 1,
               {{"rule", std::string(rule)}, {"severity", std::string(name_of(severity))}});
}

void Metrics::notifications(std::string_view notifier, bool delivered) {
  impl_->count(impl_->notifications, "clawtrail_notifications_total",
               "Attempts to hand an alert to a notifier, by outcome.", 1,
               {{"notifier", std::string(notifier)}, {"outcome", delivered ? "delivered" : "failed"}});
}

void Metrics::parse_errors(std::uint64_t count) {
  impl_->count(impl_->parse_errors, "clawtrail_parse_errors_total",
               "Lines that could not be parsed; each is a record.", count);
}

void Metrics::gaps(std::uint64_t count) {
  impl_->count(impl_->gaps, "clawtrail_gaps_total", "Gap records: input that is missing or was cut.", count);
}

void Metrics::source_lag(std::string_view source, std::uint64_t bytes) {
  impl_->set(impl_->source_lag, "clawtrail_source_lag_bytes", "Bytes a source has that were not read yet.",
             as_double(bytes), {{"source", std::string(source)}});
}

void Metrics::reader_lag(std::string_view reader, std::uint64_t records) {
  impl_->set(impl_->reader_lag, "clawtrail_reader_lag_records", "Durable records a reader has not seen yet.",
             as_double(records), {{"reader", std::string(reader)}});
}

void Metrics::sync_seconds(double seconds) {
  impl_->observe(impl_->sync_seconds, "clawtrail_sync_seconds", "Time of one sync of the trail to disk.",
                 kSyncBuckets, seconds);
}

void Metrics::tree_size(std::uint64_t records) {
  impl_->set(impl_->tree_size, "clawtrail_tree_size",
             "Durable records of the trail: leaves of its Merkle tree.", as_double(records));
}

void Metrics::checkpoint_time(double unix_seconds) {
  impl_->set(impl_->checkpoint_time, "clawtrail_last_checkpoint_timestamp_seconds",
             "When the newest checkpoint was signed.", unix_seconds);
}

void Metrics::verified(double unix_seconds, bool intact) {
  impl_->set(impl_->verified_time, "clawtrail_last_verified_timestamp_seconds",
             "When the trail was last verified.", unix_seconds);
  impl_->set(impl_->verified_intact, "clawtrail_verified_intact",
             "1 if the last verification found the trail intact.", intact ? 1 : 0);
}

void Metrics::alert_state(std::uint64_t late, std::uint64_t evicted) {
  impl_->set(impl_->late, "clawtrail_alert_late_records",
             "Records that came later than the lateness that alert rules allow.", as_double(late));
  impl_->set(impl_->evicted, "clawtrail_alert_evicted_keys", "Keys of alert rules that a limit has dropped.",
             as_double(evicted));
}

void Metrics::surface_available(std::string_view surface, bool available) {
  impl_->set(impl_->surface_available, "clawtrail_surface_available",
             "1 if this surface of the gateway is connected.", available ? 1 : 0,
             {{"surface", std::string(surface)}});
}

void Metrics::resident_bytes(std::uint64_t bytes) {
  impl_->set(impl_->resident_bytes, "clawtrail_resident_bytes", "Resident memory of the process.",
             as_double(bytes));
}

void Metrics::scan_findings(std::uint64_t count) {
  impl_->set(impl_->scan_findings, "clawtrail_scan_findings",
             "Secrets at rest that the last scan found where they do not belong.", as_double(count));
}

void Metrics::scan_time(double unix_seconds) {
  impl_->set(impl_->scan_time, "clawtrail_scan_last_seconds",
             "When the last scan for secrets at rest ended, Unix time.", unix_seconds);
}

void Metrics::credential_age(std::string_view name, double days) {
  impl_->set(impl_->credential_age, "clawtrail_credential_age_days",
             "Days since a known secret was first seen with its present value.", days,
             {{"name", std::string(name)}});
}

void Metrics::build_info(std::string_view version) {
  impl_->set(impl_->build_info, "clawtrail_build_info", "Always 1; the version is in the label.", 1,
             {{"version", std::string(version)}});
}

// --- the guide's
// --------------------------------------------------------------------------------------------------

void Metrics::gateway_connections(std::uint64_t count) {
  impl_->count(impl_->gateway_connections, "gateway_connections_total", "Connection events of the gateway.",
               count);
}

void Metrics::gateway_messages(std::uint64_t count) {
  impl_->count(impl_->gateway_messages, "gateway_messages_total", "Message events of the gateway.", count);
}

void Metrics::gateway_errors(std::uint64_t count) {
  impl_->count(impl_->gateway_errors, "gateway_errors_total", "Events of level error or fatal.", count);
}

void Metrics::gateway_latency_seconds(double seconds) {
  impl_->observe(impl_->gateway_latency, "gateway_latency_seconds",
                 "Duration of API calls, as the events tell it.", kLatencyBuckets, seconds);
}

void Metrics::agent_requests(std::uint64_t count) {
  impl_->count(impl_->agent_requests, "agent_requests_total", "Requests of agents to models.", count);
}

void Metrics::agent_errors(std::uint64_t count) {
  impl_->count(impl_->agent_errors, "agent_errors_total", "Requests of agents to models that failed.", count);
}

std::string Metrics::expose() const {
  const std::lock_guard lock(impl_->mutex);
  return prometheus::TextSerializer().Serialize(impl_->registry.Collect());
}

}  // namespace clawtrail
