// SPDX-License-Identifier: Apache-2.0
// One function for each block of clawtrail.yaml; each fills its part of the options and reports all its
// mistakes.
#pragma once

#include <string>
#include <vector>

#include "clawtrail/config/config.h"

namespace clawtrail {

/// An entry of redaction.packs: "default", "pii", or the path of a file.
struct PackName {
  std::string name;
  Location where;
};

/// What the readers of the blocks share. Threads: confined.
struct ConfigReader {
  ConfigReader(Files& the_files, Diagnostics& the_diagnostics)
      : files(the_files), diagnostics(the_diagnostics) {}

  Files& files;
  Diagnostics& diagnostics;
  PipelineOptions options;
  std::vector<PackName> packs;  ///< empty: the default

  /// `${VAR}` and `file:PATH` put in; the name of a missing variable or file is an error, a literal secret a
  /// warning.
  std::string secret(const YamlNode& node, const std::string& name);
  /// `${VAR}` put in anywhere in a text that is no secret by itself (an address).
  std::string expanded(const YamlNode& node, const std::string& name);
  /// One error unless `text` is an address with a port.
  bool host_and_port(const YamlNode& node, const std::string& text, const std::string& name);
  std::string text_or(const YamlNode& node, const std::string& name, const std::string& fallback);
};

/// Where the gateway of this user keeps its configuration, whether or not it exists.
std::string openclaw_config_path();

void read_trail(ConfigReader& reader, const YamlNode& node);
void read_sources(ConfigReader& reader, const YamlNode& node);
void read_redaction(ConfigReader& reader, const YamlNode& node);
void read_packs(ConfigReader& reader, const YamlNode& node);
void read_gitleaks(ConfigReader& reader, const YamlNode& node);
/// Reads the files of `reader.packs`; `patterns` is the folder of the shipped ones.
void read_secret_packs(ConfigReader& reader, const std::string& patterns);
/// The documents DIR/*.yaml.
void read_documents(Files& files, const std::string& dir, std::vector<YamlNode>& out,
                    Diagnostics& diagnostics);
void read_logging(ConfigReader& reader, const YamlNode& node);
void read_audit(ConfigReader& reader, const YamlNode& node);
void read_monitoring(ConfigReader& reader, const YamlNode& node, bool web_given);
void read_notifiers(ConfigReader& reader, const YamlNode& node);
void read_scan(ConfigReader& reader, const YamlNode& node);
void read_token_rotation(ConfigReader& reader, const YamlNode& node);
void read_web(ConfigReader& reader, const YamlNode& node);
void read_trusted_proxies(ConfigReader& reader, const YamlNode& node);
/// Blocks that other releases or the gateway itself act on: said, never ignored in silence.
void read_other_blocks(ConfigReader& reader, const YamlNode& root);
void read_data_retention(ConfigReader& reader, const YamlNode& node);

}  // namespace clawtrail
