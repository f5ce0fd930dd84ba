// SPDX-License-Identifier: Apache-2.0
// Other processes of this user: how they were started, and with which environment.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "clawtrail/base/result.h"

namespace clawtrail {

struct Process {
  int id = 0;
  std::vector<std::string> arguments;
};

/// The processes whose owner is this process's user, this one excepted, by number (/proc, proc(5)).
std::vector<Process> processes_of_this_user();

/// The variables that the process was started with. Errors: kPermission (it is not dumpable, or another
/// user's), kNotFound, kIo.
Result<std::vector<std::pair<std::string, std::string>>> environment_of(int process);

}  // namespace clawtrail
