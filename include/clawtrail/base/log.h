// SPDX-License-Identifier: Apache-2.0
// The program's own log: what it did, for the administrator. Never event content.
#pragma once

#include <functional>
#include <string>

#include "clawtrail/base/names.h"

namespace clawtrail {

/// Takes one line without a newline. Called from any thread, one call at a time.
using LogHandler = std::function<void(Level, const std::string&)>;

/// Replaces the handler (default: "clawtrail: <level>: <text>" on standard error). Returns the former one.
LogHandler set_log_handler(LogHandler handler);

/// Threads: shared.
void log_line(Level level, const std::string& text);
inline void log_info(const std::string& text) { log_line(Level::kInfo, text); }
inline void log_warn(const std::string& text) { log_line(Level::kWarn, text); }
inline void log_error(const std::string& text) { log_line(Level::kError, text); }

}  // namespace clawtrail
