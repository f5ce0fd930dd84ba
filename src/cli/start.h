// SPDX-License-Identifier: Apache-2.0
// What `run` and `check` say about a configuration before it runs.
#pragma once

#include "clawtrail/alert/rules.h"
#include "clawtrail/pipeline/options.h"
#include "clawtrail/text/diagnostics.h"

namespace clawtrail {

/// A warning for each notification target that no notifier is configured for.
void warn_of_missing_notifiers(const PipelineOptions& options, const AlertRules& rules,
                               Diagnostics& diagnostics);

}  // namespace clawtrail
