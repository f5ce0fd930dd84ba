// SPDX-License-Identifier: Apache-2.0
// What `run` and `check` say about a configuration before it runs.
#pragma once

#include <string>
#include <vector>

#include "clawtrail/alert/rules.h"
#include "clawtrail/pipeline/options.h"
#include "clawtrail/text/diagnostics.h"

namespace clawtrail {

struct MissingNotifier {
  std::string target;  ///< "email \"security@example.com\""
  Location where;      ///< the first rule that names it
};

/// The notification targets that no notifier is configured for, each once, in the order of the rules.
std::vector<MissingNotifier> missing_notifiers(const PipelineOptions& options, const AlertRules& rules);

/// Adds the mistakes of patterns and rules to those of the configuration, so that all are told at once.
/// Writes nothing: neither key nor cache.
void add_rule_mistakes(PipelineOptions options, Diagnostics& diagnostics);

}  // namespace clawtrail
