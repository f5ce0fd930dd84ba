// SPDX-License-Identifier: Apache-2.0
// Every metric of the program by name. The only user of prometheus-cpp. Updated per batch, never per event.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "clawtrail/base/names.h"

namespace clawtrail {

/// Threads: shared. Labels come from closed sets: event types, rule ids, rule names, sources and sinks of the
/// configuration. Names: dashboards/README.md lists them; tests/tidy checks that the dashboards use no other.
class Metrics {
 public:
  Metrics();
  ~Metrics();

  // clawtrail's own.
  void events(EventType type, std::uint64_t count);               // clawtrail_events_total{event_type}
  void bytes_read(std::string_view source, std::uint64_t bytes);  // clawtrail_read_bytes_total{source}
  void bytes_written(std::uint64_t bytes);                        // clawtrail_written_bytes_total
  void redactions(std::string_view rule, std::uint64_t count);    // clawtrail_redactions_total{rule}
  void alerts(std::string_view rule, Severity severity);          // clawtrail_alerts_total{rule,severity}
  void notifications(std::string_view notifier,
                     bool delivered);      // clawtrail_notifications_total{notifier,outcome}
  void parse_errors(std::uint64_t count);  // clawtrail_parse_errors_total
  void gaps(std::uint64_t count);          // clawtrail_gaps_total
  void source_lag(std::string_view source, std::uint64_t bytes);    // clawtrail_source_lag_bytes{source}
  void reader_lag(std::string_view reader, std::uint64_t records);  // clawtrail_reader_lag_records{reader}
  void sync_seconds(double seconds);                                // clawtrail_sync_seconds (histogram)
  void tree_size(std::uint64_t records);                            // clawtrail_tree_size
  void checkpoint_time(double unix_seconds);  // clawtrail_last_checkpoint_timestamp_seconds
  void verified(double unix_seconds,
                bool intact);  // clawtrail_last_verified_timestamp_seconds, clawtrail_verified_intact
  void alert_state(std::uint64_t late,
                   std::uint64_t evicted);  // clawtrail_alert_late_records, clawtrail_alert_evicted_keys
  void surface_available(std::string_view surface, bool available);  // clawtrail_surface_available{surface}
  void resident_bytes(std::uint64_t bytes);                          // clawtrail_resident_bytes
  void scan_findings(std::uint64_t count);                           // clawtrail_scan_findings
  void scan_time(double unix_seconds);                               // clawtrail_scan_last_seconds
  void credential_age(std::string_view name, double days);           // clawtrail_credential_age_days{name}
  void build_info(std::string_view version);                         // clawtrail_build_info{version}

  // The guide's, read from the events. Absent until their surface has been connected once.
  void gateway_connections(std::uint64_t count);  // gateway_connections_total
  void gateway_messages(std::uint64_t count);     // gateway_messages_total
  void gateway_errors(std::uint64_t count);       // gateway_errors_total
  void gateway_latency_seconds(double seconds);   // gateway_latency_seconds (histogram)
  void agent_requests(std::uint64_t count);       // agent_requests_total
  void agent_errors(std::uint64_t count);         // agent_errors_total

  /// Prometheus text format 0.0.4.
  std::string expose() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace clawtrail
