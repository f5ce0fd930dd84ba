// SPDX-License-Identifier: Apache-2.0
// Everything that `run` needs to know. `config` fills it from YAML, `cli` from the command line.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "clawtrail/alert/notifier.h"
#include "clawtrail/base/time.h"
#include "clawtrail/redact/redactor.h"
#include "clawtrail/text/yaml.h"
#include "clawtrail/trail/trail_writer.h"

namespace clawtrail {

struct SourceOptions {
  std::string name;
  std::string type;                ///< "file", "stdin", "zeromq", "replay" (demo only)
  std::vector<std::string> paths;  ///< file
  std::string listen;              ///< zeromq
  std::string curve_secret_key;    ///< zeromq
  bool insecure = false;           ///< a receiver without key or token was asked for
  std::vector<std::string> lines;  ///< replay
  Location where;
};

struct KnownSecretOptions {
  std::vector<std::string> env{"*_KEY", "*_TOKEN", "*_SECRET", "*_PASSWORD"};  ///< shell patterns of names
  std::vector<std::string> files{"~/.openclaw/.env", "~/.openclaw/openclaw.json"};
};

/// Secrets at rest, looked for by the running sidecar at its start and at this interval.
struct AtRestOptions {
  bool enabled = false;
  Duration every = Duration::from_seconds(24 * 3600);
  std::vector<std::string> paths{"~/.openclaw"};
};

/// How old a known secret may get.
struct RotationOptions {
  bool enabled = true;
  std::int64_t interval_days = 90;
  std::int64_t notify_before_days = 7;
};

struct WebOptions {
  bool enabled = true;
  std::string listen = "127.0.0.1:9464";
  std::string token;  ///< "" = only the open pages exist
};

struct PipelineOptions {
  TrailOptions trail;
  std::string signing_key_file;
  int sync_interval_ms = static_cast<int>(limits::kSyncIntervalDefault.count());
  std::vector<SourceOptions> sources;

  std::vector<YamlNode> secret_packs;  ///< documents of patterns/secrets/*.yaml
  std::vector<YamlNode> event_packs;   ///< documents of patterns/events/*.yaml
  std::vector<YamlNode> alert_lists;   ///< the configuration's list first, then alerts/*.yaml
  std::vector<UserPattern> user_patterns;
  std::vector<GitleaksConfig> gitleaks;
  std::string replacement = "[REDACTED]";
  Location replacement_where;
  std::string fingerprint_key_file;
  KnownSecretOptions known_secrets;
  std::vector<std::string> trusted_proxies;
  bool trusted_proxies_given = false;  ///< else the gateway's own trustedProxies are read from openclaw.json
  std::string openclaw_config;         ///< path of openclaw.json, "" if none

  Duration notify_max_age = Duration::from_seconds(15 * 60);
  std::vector<NotifierOptions> notifiers;
  WebOptions web;
  AtRestOptions at_rest;
  RotationOptions rotation;

  std::string audit_log_path;                  ///< plain copy of events, "" = none
  std::vector<std::string> audit_event_types;  ///< empty = all

  int lanes = -1;  ///< threads that redact; 0: everything in one thread; -1: by the number of cores
  bool once = false;
  std::string gateway;          ///< "demo" marks every record
  std::string cache_dir;        ///< compiled pattern database; "" = none
  bool terminal_alerts = true;  ///< print alerts on standard error
};

}  // namespace clawtrail
