// SPDX-License-Identifier: Apache-2.0
// Opens the configured sources.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "clawtrail/pipeline/options.h"
#include "clawtrail/source/source.h"

namespace clawtrail {

/// Errors: the first source that cannot be opened (address in use, unknown type, receiver without a key).
Result<std::vector<std::unique_ptr<Source>>> open_sources(Files& files, Clock& clock,
                                                          const PipelineOptions& options,
                                                          const std::string& identity_key,
                                                          const Recovered& recovered);

/// Label of a source type in clawtrail_surface_available.
std::string surface_of(const std::string& source_type);

}  // namespace clawtrail
