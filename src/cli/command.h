// SPDX-License-Identifier: Apache-2.0
// What the subcommands share. Each add_…() registers one subcommand; its callback leaves the exit code in
// `exit_code`.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "clawtrail/config/config.h"
#include "clawtrail/text/diagnostics.h"

namespace clawtrail {

constexpr int kExitOk = 0;
constexpr int kExitFailed = 1;  ///< also: damaged, nothing found, secrets found
constexpr int kExitUsage = 2;   ///< wrong flags, bad configuration
constexpr int kExitTornTail = 3;

void add_run(CLI::App& app, int& exit_code);
void add_demo(CLI::App& app, int& exit_code);
void add_redact(CLI::App& app, int& exit_code);
void add_scan(CLI::App& app, int& exit_code);
void add_verify(CLI::App& app, int& exit_code);
void add_search(CLI::App& app, int& exit_code);
void add_check(CLI::App& app, int& exit_code);
void add_test(CLI::App& app, int& exit_code);

/// Patterns and alerts: $CLAWTRAIL_SHARE, the installed folder, or the source tree.
SharePaths find_share();
/// One sentence on standard error: "clawtrail: …".
void print_error(const std::string& sentence);
/// "1 mistake", "3 mistakes".
std::string count_of(std::size_t count, const std::string& noun);
/// Diagnostics on standard error, by file and line; notes only if `notes`.
void print_diagnostics(const Diagnostics& diagnostics, bool notes);

}  // namespace clawtrail
