// SPDX-License-Identifier: Apache-2.0
// clawtrail.yaml: reads it, reports all mistakes at once, fills the rooms' options.
#pragma once

#include <string>
#include <vector>

#include "clawtrail/io/files.h"
#include "clawtrail/pipeline/options.h"
#include "clawtrail/text/diagnostics.h"

namespace clawtrail {

/// Where the shipped patterns and alerts are found.
struct SharePaths {
  std::string patterns;  ///< folder with secrets/ and events/
  std::string alerts;
};

struct ConfigInputs {
  std::string path;  ///< "" = no file: defaults and the local OpenClaw
  SharePaths share;
  std::string trail;                ///< --trail, overrides
  std::vector<std::string> inputs;  ///< --input, replace the sources
  bool once = false;
};

/// Reads configuration, packs and rules. The value is usable only if `diagnostics` has no errors. Notes tell
/// which gateway-only keys were ignored. Never prints values of secrets.
PipelineOptions load_config(Files& files, const ConfigInputs& inputs, Diagnostics& diagnostics);

/// The same from text; for tests and the fuzzer. `file` names the place.
PipelineOptions parse_config(Files& files, const std::string& text, const std::string& file,
                             const ConfigInputs& inputs, Diagnostics& diagnostics);

/// Log files of an OpenClaw on this host: shell patterns, most likely first; empty if there is none.
std::vector<std::string> find_local_openclaw(Files& files);

}  // namespace clawtrail
