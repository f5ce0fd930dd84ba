// SPDX-License-Identifier: Apache-2.0
// clawtrail: the audit trail of an AI-agent gateway. The command table, and the program's own log.
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
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

/// What to say of a word that is no command: perhaps a slip, perhaps a command of a later release.
std::string unknown_command(const std::string& word, const std::vector<std::string>& known) {
  static const std::vector<std::string> kLater = {"prove",  "tombstone", "export", "report",
                                                  "replay", "alert",     "top"};
  if (std::find(kLater.begin(), kLater.end(), word) != kLater.end()) {
    return "the command " + word + " is not in this release; see clawtrail --help";
  }
  const std::string close = suggest(word, known);
  return "there is no command \"" + word + "\"; " +
         (close.empty() ? "see clawtrail --help" : "did you mean \"" + close + "\"?");
}

int run_program(int argc, char** argv) {
  CLI::App app("The audit trail of an AI-agent gateway: redacts, records tamper-evidently, alerts.",
               "clawtrail");
  app.set_version_flag("--version", std::string("clawtrail ") + CLAWTRAIL_VERSION);
  app.require_subcommand(1);
  app.footer("Example:  clawtrail run\nEach command has --help with an example.");
  app.failure_message([](const CLI::App*, const CLI::Error& error) {
    return std::string("clawtrail: ") + error.what() + "; see --help\n";
  });
  int exit_code = kExitOk;
  add_run(app, exit_code);
  add_demo(app, exit_code);
  add_redact(app, exit_code);
  add_scan(app, exit_code);
  add_verify(app, exit_code);
  add_search(app, exit_code);
  add_check(app, exit_code);
  add_test(app, exit_code);
  std::vector<std::string> known;
  for (const CLI::App* command : app.get_subcommands({})) known.push_back(command->get_name());
  if (argc > 1 && argv[1][0] != '-' && std::find(known.begin(), known.end(), argv[1]) == known.end()) {
    print_error(unknown_command(argv[1], known));
    return kExitUsage;
  }
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
