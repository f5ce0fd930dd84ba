// SPDX-License-Identifier: Apache-2.0
// clawtrail: the audit trail of an AI-agent gateway. The command table, and the program's own log.
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <memory>

#include "clawtrail/base/log.h"
#include "cli/command.h"

namespace clawtrail {

namespace {

spdlog::level::level_enum level_of(Level level) {
  switch (level) {
    case Level::kDebug:
      return spdlog::level::debug;
    case Level::kWarn:
      return spdlog::level::warn;
    case Level::kError:
      return spdlog::level::err;
    case Level::kFatal:
      return spdlog::level::critical;
    default:
      return spdlog::level::info;
  }
}

void start_log() {
  auto sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
  auto logger = std::make_shared<spdlog::logger>("clawtrail", std::move(sink));
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %^%l%$ %v");
  logger->flush_on(spdlog::level::info);
  set_log_handler(
      [logger](Level level, const std::string& text) { logger->log(level_of(level), "{}", text); });
}

int run_program(int argc, char** argv) {
  CLI::App app("The audit trail of an AI-agent gateway: redacts, records tamper-evidently, alerts.",
               "clawtrail");
  app.set_version_flag("--version", std::string("clawtrail ") + CLAWTRAIL_VERSION);
  app.require_subcommand(1);
  app.failure_message(CLI::FailureMessage::simple);
  int exit_code = kExitOk;
  add_run(app, exit_code);
  add_demo(app, exit_code);
  add_redact(app, exit_code);
  add_verify(app, exit_code);
  add_search(app, exit_code);
  add_check(app, exit_code);
  add_test(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitOk : kExitUsage;
  }
  return exit_code;
}

}  // namespace

}  // namespace clawtrail

int main(int argc, char** argv) {
  clawtrail::start_log();
  return clawtrail::run_program(argc, argv);
}
