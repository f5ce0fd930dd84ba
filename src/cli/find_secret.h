// SPDX-License-Identifier: Apache-2.0
// clawtrail redact --find-secret: has this secret been seen?
#pragma once

#include <string>

#include "clawtrail/config/config.h"

namespace clawtrail {

/// Reads a secret from standard input and prints where the trail in `dir` ("": the configured one) had it.
/// Never prints the secret. Returns the exit code: 0 found, 1 not.
int find_secret(const ConfigInputs& inputs, const std::string& dir);

}  // namespace clawtrail
