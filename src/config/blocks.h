// SPDX-License-Identifier: Apache-2.0
// One function for each block of clawtrail.yaml; each fills its part of the options and reports all its
// mistakes.
#pragma once

#include <string>

#include "clawtrail/config/config.h"

namespace clawtrail {

/// What the readers of the blocks share. Threads: confined.
struct ConfigReader {
  Files& files;
  Diagnostics& diagnostics;
  PipelineOptions options;

  /// `${VAR}` and `file:PATH` put in; the name of a missing variable or file is an error, a literal secret a
  /// warning.
  std::string secret(const YamlNode& node, const std::string& name);
  /// `${VAR}` put in anywhere in a text that is no secret by itself (an address).
  std::string expanded(const YamlNode& node, const std::string& name);
  std::string text_or(const YamlNode& node, const std::string& name, const std::string& fallback);
};

void read_trail(ConfigReader& reader, const YamlNode& node);
void read_sources(ConfigReader& reader, const YamlNode& node);
void read_redaction(ConfigReader& reader, const YamlNode& node);
void read_logging(ConfigReader& reader, const YamlNode& node);
void read_audit(ConfigReader& reader, const YamlNode& node);
void read_monitoring(ConfigReader& reader, const YamlNode& node, bool web_given);
void read_notifiers(ConfigReader& reader, const YamlNode& node);
void read_web(ConfigReader& reader, const YamlNode& node);
void read_data_retention(ConfigReader& reader, const YamlNode& node);

}  // namespace clawtrail
