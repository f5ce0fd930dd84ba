// SPDX-License-Identifier: Apache-2.0
#include "config/blocks.h"

#include <algorithm>
#include <limits>
#include <set>

#include "clawtrail/base/limits.h"
#include "clawtrail/base/names.h"
#include "clawtrail/event/classifier.h"

namespace clawtrail {

namespace {

constexpr Duration kScanEveryMin = Duration::from_seconds(60);
constexpr std::int64_t kRotationDaysMax = 36'500;
constexpr const char* kSourceTypes = "use file, stdin or zeromq";

void not_yet(Diagnostics& diagnostics, const YamlNode& node, const std::string& what) {
  if (node.exists()) diagnostics.warning(node.where(), "not in this release: " + what + "; it is ignored");
}

void gateway_only(Diagnostics& diagnostics, const YamlNode& node, const std::string& what) {
  if (node.exists())
    diagnostics.note(node.where(), what + " is a setting of the gateway; clawtrail ignores it");
}

bool require_map(Diagnostics& diagnostics, const YamlNode& node, const std::string& name) {
  if (!node.exists() || node.is_null()) return false;
  if (node.is_map()) return true;
  diagnostics.error(node.where(), name + " must be a map of settings");
  return false;
}

bool require_list(Diagnostics& diagnostics, const YamlNode& node, const std::string& name) {
  if (!node.exists() || node.is_null()) return false;
  if (node.is_list()) return true;
  diagnostics.error(node.where(), name + " must be a list");
  return false;
}

/// "file" sources: `path` is one pattern or a list.
void read_file_source(ConfigReader& reader, const YamlNode& node, SourceOptions& source) {
  node.reject_unknown_keys(reader.diagnostics, {"name", "type", "path"}, "a file source");
  source.paths = node["path"].as_strings(reader.diagnostics, "path");
  if (source.paths.empty())
    reader.diagnostics.error(node.where(), "the source " + source.name + " has no path");
}

void read_zeromq_source(ConfigReader& reader, const YamlNode& node, SourceOptions& source) {
  node.reject_unknown_keys(reader.diagnostics,
                           {"name", "type", "listen", "mode", "curve_secret_key", "insecure"},
                           "a zeromq source");
  source.listen = reader.expanded(node["listen"], "listen");
  if (!source.listen.starts_with("tcp://") && !source.listen.starts_with("ipc://")) {
    reader.diagnostics.error(node["listen"].exists() ? node["listen"].where() : node.where(),
                             "the source " + source.name + " needs a listen address of tcp:// or ipc://",
                             "for example tcp://127.0.0.1:5599");
  }
  const std::string mode = reader.text_or(node["mode"], "mode", "pull");
  if (mode == "router" || mode == "sub") {
    reader.diagnostics.error(node["mode"].where(), "not in this release: zeromq mode " + mode,
                             "use mode: pull");
  } else if (mode != "pull") {
    reader.diagnostics.error(node["mode"].where(), "unknown zeromq mode \"" + mode + "\"", "use pull");
  }
  source.insecure = node["insecure"].as_bool(reader.diagnostics, "insecure").value_or(false);
  source.curve_secret_key = reader.secret(node["curve_secret_key"], "curve_secret_key");
  if (source.curve_secret_key.empty() && !source.insecure) {
    reader.diagnostics.error(node.where(), "the source " + source.name + " would take events from anybody",
                             "set curve_secret_key, or say insecure: true");
  }
}

void read_source(ConfigReader& reader, const YamlNode& node, std::set<std::string>& names) {
  if (!require_map(reader.diagnostics, node, "a source")) return;
  SourceOptions source;
  source.where = node.where();
  source.name = reader.text_or(node["name"], "name", "");
  source.type = reader.text_or(node["type"], "type", "");
  if (source.name.empty()) reader.diagnostics.error(node.where(), "a source has no name");
  if (source.name.find_first_of("\"\\/") != std::string::npos || source.name.size() > 64) {
    reader.diagnostics.error(node["name"].where(),
                             "a source's name has at most 64 characters, no quotes or slashes");
  }
  if (!names.insert(source.name).second) {
    reader.diagnostics.error(node["name"].where(), "two sources have the name \"" + source.name + "\"");
  }
  static const std::vector<std::string> kLater = {"http", "syslog", "openclaw", "kafka"};
  if (source.type == "file") {
    read_file_source(reader, node, source);
  } else if (source.type == "stdin") {
    node.reject_unknown_keys(reader.diagnostics, {"name", "type"}, "a stdin source");
  } else if (source.type == "zeromq") {
    read_zeromq_source(reader, node, source);
  } else if (std::find(kLater.begin(), kLater.end(), source.type) != kLater.end()) {
    not_yet(reader.diagnostics, node, "sources of type " + source.type);
    return;
  } else if (source.type.empty()) {
    if (!node["type"].exists()) reader.diagnostics.error(node.where(), "a source has no type", kSourceTypes);
    return;
  } else {
    reader.diagnostics.error(node["type"].exists() ? node["type"].where() : node.where(),
                             "unknown source type \"" + source.type + "\"", kSourceTypes);
    return;
  }
  reader.options.sources.push_back(std::move(source));
}

}  // namespace

void read_trail(ConfigReader& reader, const YamlNode& node) {
  if (!require_map(reader.diagnostics, node, "trail")) return;
  node.reject_unknown_keys(reader.diagnostics, {"path", "sync_interval_ms", "segment_bytes", "key_file"},
                           "trail");
  TrailOptions& trail = reader.options.trail;
  if (const auto path = node["path"].as_string(reader.diagnostics, "trail.path"))
    trail.path = expand_home(*path);
  if (const auto key = node["key_file"].as_string(reader.diagnostics, "trail.key_file")) {
    reader.options.signing_key_file = expand_home(*key);
  }
  if (const auto ms =
          node["sync_interval_ms"].as_int(reader.diagnostics, "trail.sync_interval_ms", 0, 60'000)) {
    reader.options.sync_interval_ms = static_cast<int>(*ms);
  }
  if (const auto bytes = node["segment_bytes"].as_bytes(reader.diagnostics, "trail.segment_bytes")) {
    constexpr std::uint64_t kMin = 64 * limits::KiB, kMax = std::uint64_t{64} << 30;
    if (*bytes < kMin || *bytes > kMax) {
      reader.diagnostics.error(node["segment_bytes"].where(),
                               "trail.segment_bytes must be from 64KiB to 64GiB");
    } else {
      trail.segment_bytes = *bytes;
    }
  }
}

void read_sources(ConfigReader& reader, const YamlNode& node) {
  if (!require_list(reader.diagnostics, node, "sources")) return;
  std::set<std::string> names;
  for (const YamlNode& item : node.items()) read_source(reader, item, names);
}

void read_redaction(ConfigReader& reader, const YamlNode& node) {
  if (!require_map(reader.diagnostics, node, "redaction")) return;
  Diagnostics& diagnostics = reader.diagnostics;
  node.reject_unknown_keys(diagnostics, {"packs", "gitleaks", "known_secrets", "key_file", "replacement"},
                           "redaction");
  read_packs(reader, node["packs"]);
  read_gitleaks(reader, node["gitleaks"]);
  if (const auto key = node["key_file"].as_string(diagnostics, "redaction.key_file")) {
    reader.options.fingerprint_key_file = expand_home(*key);
  }
  if (const auto text = node["replacement"].as_string(diagnostics, "redaction.replacement")) {
    reader.options.replacement = *text;
    reader.options.replacement_where = node["replacement"].where();
  }
  const YamlNode known = node["known_secrets"];
  if (!require_map(diagnostics, known, "redaction.known_secrets")) return;
  known.reject_unknown_keys(diagnostics, {"env", "files"}, "redaction.known_secrets");
  if (known["env"].exists()) reader.options.known_secrets.env = known["env"].as_strings(diagnostics, "env");
  if (known["files"].exists())
    reader.options.known_secrets.files = known["files"].as_strings(diagnostics, "files");
}

void read_logging(ConfigReader& reader, const YamlNode& node) {
  if (!require_map(reader.diagnostics, node, "logging")) return;
  Diagnostics& diagnostics = reader.diagnostics;
  node.reject_unknown_keys(diagnostics,
                           {"redact_patterns", "redact_replacement", "level", "format", "file", "rotation",
                            "output", "redact_sensitive"},
                           "logging");
  for (const char* key : {"level", "format", "file", "rotation", "output", "redact_sensitive"}) {
    gateway_only(diagnostics, node[key], std::string("logging.") + key);
  }
  if (const auto text = node["redact_replacement"].as_string(diagnostics, "logging.redact_replacement")) {
    reader.options.replacement = *text;
    reader.options.replacement_where = node["redact_replacement"].where();
  }
  if (node["redact_patterns"].exists() && !node["redact_patterns"].is_list()) {
    diagnostics.error(node["redact_patterns"].where(), "logging.redact_patterns must be a list of texts");
  }
  for (const YamlNode& item : node["redact_patterns"].items()) {
    if (const auto text = item.as_string(diagnostics, "a pattern of logging.redact_patterns")) {
      reader.options.user_patterns.push_back({*text, item.where()});
    }
  }
}

void read_audit(ConfigReader& reader, const YamlNode& node) {
  if (!require_map(reader.diagnostics, node, "audit")) return;
  Diagnostics& diagnostics = reader.diagnostics;
  node.reject_unknown_keys(diagnostics, {"enabled", "log_path", "log_format", "events"}, "audit");
  const bool enabled = node["enabled"].as_bool(diagnostics, "audit.enabled").value_or(true);
  const std::string format = reader.text_or(node["log_format"], "audit.log_format", "json");
  if (format != "json") diagnostics.error(node["log_format"].where(), "audit.log_format must be json");
  for (const YamlNode& item : node["events"].items()) {
    const auto name = item.as_string(diagnostics, "an entry of audit.events");
    if (!name) continue;
    if (event_type_of(*name)) {
      reader.options.audit_event_types.push_back(*name);
      continue;
    }
    std::vector<std::string> known;
    for (std::size_t i = 0; i < kEventTypes; ++i) known.emplace_back(name_of(static_cast<EventType>(i)));
    const std::string close = suggest(*name, known);
    diagnostics.error(item.where(), "unknown event type \"" + *name + "\" in audit.events",
                      close.empty() ? "" : "did you mean \"" + close + "\"?");
  }
  if (const auto path = node["log_path"].as_string(diagnostics, "audit.log_path"); path && enabled) {
    reader.options.audit_log_path = expand_home(*path);
  }
}

void read_monitoring(ConfigReader& reader, const YamlNode& node, bool web_given) {
  if (!require_map(reader.diagnostics, node, "monitoring")) return;
  Diagnostics& diagnostics = reader.diagnostics;
  node.reject_unknown_keys(diagnostics, {"prometheus", "alerts", "notify_max_age"}, "monitoring");
  const YamlNode prometheus = node["prometheus"];
  if (require_map(diagnostics, prometheus, "monitoring.prometheus")) {
    prometheus.reject_unknown_keys(diagnostics, {"enabled", "port", "metrics"}, "monitoring.prometheus");
    const bool enabled =
        prometheus["enabled"].as_bool(diagnostics, "monitoring.prometheus.enabled").value_or(true);
    const auto port = prometheus["port"].as_int(diagnostics, "monitoring.prometheus.port", 0, 65'535);
    if (prometheus["metrics"].exists()) {
      diagnostics.note(prometheus["metrics"].where(),
                       "every metric is shown, whatever monitoring.prometheus.metrics says");
    }
    if (!web_given) {
      reader.options.web.enabled = enabled;
      if (port) reader.options.web.listen = "127.0.0.1:" + std::to_string(*port);
    }
  }
  if (require_list(diagnostics, node["alerts"], "monitoring.alerts")) {
    reader.options.alert_lists.push_back(node["alerts"]);
  }
  const YamlNode age = node["notify_max_age"];
  if (age.is_scalar() && age.text() == "unlimited") {
    reader.options.notify_max_age = {std::numeric_limits<std::int64_t>::max()};
  } else if (const auto value = age.as_duration(diagnostics, "monitoring.notify_max_age")) {
    reader.options.notify_max_age = *value;
  }
}

void read_notifiers(ConfigReader& reader, const YamlNode& node) {
  if (!require_map(reader.diagnostics, node, "notifiers")) return;
  static const std::vector<std::string> kLater = {"slack", "pagerduty", "smtp", "alertmanager", "command"};
  for (const auto& [key, value] : node.entries()) {
    if (!require_map(reader.diagnostics, value, "a notifier")) continue;
    NotifierOptions notifier;
    notifier.name = key.text();
    notifier.where = key.where();
    notifier.type = reader.text_or(value["type"], "type", "");
    if (notifier.name.find('/') != std::string::npos) {
      reader.diagnostics.error(key.where(), "a notifier's name must not hold a slash");
    }
    if (std::find(kLater.begin(), kLater.end(), notifier.type) != kLater.end()) {
      not_yet(reader.diagnostics, key, "notifiers of type " + notifier.type);
      continue;
    }
    if (notifier.type != "webhook") {
      reader.diagnostics.error(
          value["type"].exists() ? value["type"].where() : key.where(),
          "the notifier " + notifier.name + " has " +
              (notifier.type.empty() ? "no type" : "the unknown type \"" + notifier.type + "\""),
          "use webhook");
      continue;
    }
    value.reject_unknown_keys(reader.diagnostics, {"type", "url"}, "a webhook");
    notifier.url = reader.expanded(value["url"], "url");
    if (!notifier.url.starts_with("http://") && !notifier.url.starts_with("https://")) {
      reader.diagnostics.error(value.where(),
                               "the webhook " + notifier.name + " needs a url that begins with http");
    }
    reader.options.notifiers.push_back(std::move(notifier));
  }
}

void read_scan(ConfigReader& reader, const YamlNode& node) {
  if (!require_map(reader.diagnostics, node, "scan")) return;
  Diagnostics& diagnostics = reader.diagnostics;
  node.reject_unknown_keys(diagnostics, {"enabled", "every", "paths"}, "scan");
  AtRestOptions& scan = reader.options.at_rest;
  scan.enabled = node["enabled"].as_bool(diagnostics, "scan.enabled").value_or(true);
  if (const auto every = node["every"].as_duration(diagnostics, "scan.every")) {
    if (*every < kScanEveryMin) diagnostics.error(node["every"].where(), "scan.every must be 1m or more");
    scan.every = *every;
  }
  if (!node["paths"].exists()) return;
  scan.paths = node["paths"].as_strings(diagnostics, "scan.paths");
  if (scan.paths.empty()) diagnostics.error(node["paths"].where(), "scan.paths names nothing to look at");
}

void read_token_rotation(ConfigReader& reader, const YamlNode& node) {
  if (!require_map(reader.diagnostics, node, "token_rotation")) return;
  Diagnostics& diagnostics = reader.diagnostics;
  node.reject_unknown_keys(diagnostics, {"enabled", "interval_days", "notify_before_days"}, "token_rotation");
  RotationOptions& rotation = reader.options.rotation;
  rotation.enabled = node["enabled"].as_bool(diagnostics, "token_rotation.enabled").value_or(true);
  if (const auto days =
          node["interval_days"].as_int(diagnostics, "token_rotation.interval_days", 1, kRotationDaysMax))
    rotation.interval_days = *days;
  if (const auto days = node["notify_before_days"].as_int(diagnostics, "token_rotation.notify_before_days", 0,
                                                          kRotationDaysMax))
    rotation.notify_before_days = *days;
  if (rotation.notify_before_days >= rotation.interval_days) {
    diagnostics.error(node.where(), "token_rotation.notify_before_days must be less than interval_days");
  }
}

void read_web(ConfigReader& reader, const YamlNode& node) {
  if (!require_map(reader.diagnostics, node, "web")) return;
  node.reject_unknown_keys(reader.diagnostics, {"listen", "token"}, "web");
  reader.options.web.listen = reader.text_or(node["listen"], "web.listen", reader.options.web.listen);
  reader.host_and_port(node["listen"], reader.options.web.listen, "web.listen");
  if (node["token"].exists()) reader.options.web.token = reader.secret(node["token"], "web.token");
}

void read_trusted_proxies(ConfigReader& reader, const YamlNode& node) {
  if (!node.exists()) return;
  reader.options.trusted_proxies = node.as_strings(reader.diagnostics, "trusted_proxies");
  reader.options.trusted_proxies_given = true;
  for (const YamlNode& item : node.items()) {
    if (!item.is_scalar()) continue;
    if (const auto parsed = TrustedProxies::parse({item.text()}); !parsed) {
      reader.diagnostics.error(item.where(), "trusted_proxies: " + parsed.error().message,
                               "for example 10.0.0.0/8");
    }
  }
}

void read_other_blocks(ConfigReader& reader, const YamlNode& root) {
  Diagnostics& diagnostics = reader.diagnostics;
  for (const char* key : {"forward", "reports"}) not_yet(diagnostics, root[key], key);
  gateway_only(diagnostics, root["gateway"], "gateway");
  const YamlNode alerts = root["alerts"];
  for (const char* key : {"onFailedAuth", "onUnknownNumber", "onHighUsage"}) {
    gateway_only(diagnostics, alerts[key], std::string("alerts.") + key);
  }
  if (alerts.exists() && !alerts.is_map() && !alerts.is_null()) {
    diagnostics.error(alerts.where(), "alert rules stand under monitoring.alerts, not under alerts");
  }
  alerts.reject_unknown_keys(diagnostics, {"onFailedAuth", "onUnknownNumber", "onHighUsage"}, "alerts");
}

void read_data_retention(ConfigReader& reader, const YamlNode& node) {
  if (!require_map(reader.diagnostics, node, "data_retention")) return;
  Diagnostics& diagnostics = reader.diagnostics;
  node.reject_unknown_keys(diagnostics,
                           {"logs", "messages", "sessions", "archive_before_delete", "archive_path",
                            "archive_command", "cleanup_interval"},
                           "data_retention");
  for (const char* key : {"messages", "sessions"}) {
    gateway_only(diagnostics, node[key], std::string("data_retention.") + key);
  }
  const YamlNode logs = node["logs"];
  if (require_map(diagnostics, logs, "data_retention.logs")) {
    logs.reject_unknown_keys(diagnostics, {"enabled", "retention_days", "compress_after_days"},
                             "data_retention.logs");
    logs["enabled"].as_bool(diagnostics, "enabled");
    logs["retention_days"].as_int(diagnostics, "retention_days", 1, 36'500);
    logs["compress_after_days"].as_int(diagnostics, "compress_after_days", 0, 36'500);
  }
  node["cleanup_interval"].as_duration(diagnostics, "data_retention.cleanup_interval");
  not_yet(diagnostics, node, "data_retention (segments are neither compressed nor removed)");
}

}  // namespace clawtrail
