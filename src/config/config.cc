// SPDX-License-Identifier: Apache-2.0
#include "clawtrail/config/config.h"

#include "clawtrail/base/encoding.h"
#include "clawtrail/base/hash.h"
#include "clawtrail/base/limits.h"
#include "clawtrail/io/system.h"
#include "config/blocks.h"

namespace clawtrail {

namespace {

/// The package runs as a user of its own, whose state is where the system keeps state.
void set_defaults(PipelineOptions& options) {
  const bool system = os_user() == "clawtrail";
  const std::string state = system ? "/var/lib/clawtrail" : expand_home("~/.clawtrail");
  options.trail.path = join_path(state, "trail");
  options.signing_key_file = join_path(state, "signing.key");
  options.fingerprint_key_file = join_path(state, "fingerprint.key");
  options.cache_dir = system ? "/var/cache/clawtrail" : expand_home("~/.cache/clawtrail");
}

void read_share(ConfigReader& reader, const SharePaths& share) {
  Files& files = reader.files;
  PipelineOptions& options = reader.options;
  read_secret_packs(reader, share.patterns);
  if (!share.patterns.empty())
    read_documents(files, join_path(share.patterns, "events"), options.event_packs, reader.diagnostics);
  if (!share.alerts.empty()) read_documents(files, share.alerts, options.alert_lists, reader.diagnostics);
}

void read_root(ConfigReader& reader, const YamlNode& root) {
  Diagnostics& diagnostics = reader.diagnostics;
  if (root.is_null() || !root.exists()) return;
  if (!root.is_map()) return diagnostics.error(root.where(), "the configuration must be a map of blocks");
  root.reject_unknown_keys(diagnostics,
                           {"trail", "sources", "redaction", "logging", "audit", "monitoring", "notifiers",
                            "web", "data_retention", "trusted_proxies", "forward", "scan", "reports",
                            "alerts", "token_rotation", "gateway"},
                           "the configuration");
  read_trail(reader, root["trail"]);
  read_sources(reader, root["sources"]);
  read_redaction(reader, root["redaction"]);
  read_logging(reader, root["logging"]);
  read_audit(reader, root["audit"]);
  read_web(reader, root["web"]);
  read_monitoring(reader, root["monitoring"], root["web"].exists());
  read_notifiers(reader, root["notifiers"]);
  read_data_retention(reader, root["data_retention"]);
  read_scan(reader, root["scan"]);
  read_token_rotation(reader, root["token_rotation"]);
  read_trusted_proxies(reader, root["trusted_proxies"]);
  read_other_blocks(reader, root);
}

/// The command line wins over the file; where neither names a source, it is the gateway of this host.
void apply_inputs(Files& files, const ConfigInputs& inputs, bool sources_given, PipelineOptions& options,
                  Diagnostics& diagnostics) {
  if (!inputs.trail.empty()) options.trail.path = expand_home(inputs.trail);
  if (!inputs.inputs.empty()) {
    SourceOptions source;
    source.name = "input";
    source.type = "file";
    source.paths = inputs.inputs;
    options.sources = {source};
  }
  options.once = inputs.once;
  options.openclaw_config = openclaw_config_path();
  if (!files.stat(options.openclaw_config)) options.openclaw_config.clear();
  if (sources_given || !options.sources.empty()) return;
  SourceOptions source;
  source.name = "gateway-log";
  source.type = "file";
  source.paths = find_local_openclaw(files);
  if (source.paths.empty()) {
    diagnostics.warning({}, "no OpenClaw was found on this host; waiting for /tmp/openclaw/openclaw-*.log");
    source.paths.emplace_back("/tmp/openclaw/openclaw-*.log");
  }
  options.sources.push_back(std::move(source));
}

}  // namespace

PipelineOptions parse_config(Files& files, const std::string& text, const std::string& file,
                             const ConfigInputs& inputs, Diagnostics& diagnostics) {
  ConfigReader reader(files, diagnostics);
  set_defaults(reader.options);
  const YamlNode root = parse_yaml(text, file, diagnostics);
  read_root(reader, root);
  PipelineOptions& options = reader.options;
  read_share(reader, inputs.share);
  apply_inputs(files, inputs, root["sources"].exists(), options, diagnostics);
  if (options.sources.empty() && !diagnostics.has_errors()) {
    diagnostics.error(
        root["sources"].where(), "there is no source to read from",
        "for example  sources: [{name: gateway-log, type: file, path: \"/tmp/openclaw/openclaw-*.log\"}]");
  }
  options.trail.config_digest = hex(as_text(sha256(text)));
  return std::move(options);
}

PipelineOptions load_config(Files& files, const ConfigInputs& inputs, Diagnostics& diagnostics) {
  std::string text;
  if (!inputs.path.empty()) {
    auto read = read_file(files, inputs.path, limits::kConfigBytesMax);
    if (!read) {
      diagnostics.error({}, read.error().message);
      return {};
    }
    text = std::move(*read);
  }
  return parse_config(files, text, inputs.path, inputs, diagnostics);
}

}  // namespace clawtrail
