// SPDX-License-Identifier: Apache-2.0
// The real clock, the real random numbers, and what the program asks the kernel about itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "clawtrail/base/time.h"

namespace clawtrail {

Clock& system_clock();
Rng& system_rng();

std::string host_name();
/// Name of the user that runs the process ("root", "clawtrail"), else the number.
std::string os_user();
/// The user whose files this process may read without asking (geteuid).
std::uint32_t effective_user_id();
int process_id();
std::optional<std::string> environment(const std::string& name);
/// All variables as name and value.
std::vector<std::pair<std::string, std::string>> environment_all();

/// The calling thread runs and reads only when nobody else wants to (nice 19, idle class of I/O).
void lower_thread_priority();

/// No core dump and no ptrace by the same user (PR_SET_DUMPABLE 0, RLIMIT_CORE 0).
void make_undumpable();
/// Resident set in bytes (/proc/self/statm), 0 if unknown.
std::size_t resident_bytes();

/// True once after SIGINT or SIGTERM (`stop`), SIGHUP (`reload`). install() makes SIGPIPE ignored.
/// Threads: shared; handlers only set flags and wake wait().
namespace signals {
void install();
bool stop_requested();
bool take_reload_request();
void request_stop();             ///< as if SIGTERM had come; for tests and fatal errors
bool wait_ms(int milliseconds);  ///< sleeps until a signal flag is set or time is over; true if stop
}  // namespace signals

}  // namespace clawtrail
