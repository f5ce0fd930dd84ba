// SPDX-License-Identifier: Apache-2.0
// clawtrail search: finds records.
#include <iostream>
#include <memory>

#include "clawtrail/io/system.h"
#include "clawtrail/io/terminal.h"
#include "clawtrail/query/search.h"
#include "cli/command.h"

namespace clawtrail {

namespace {

struct SearchFlags {
  std::string dir, expression, since, until, format;
};

/// Reads a time option; false after an error message.
bool read_when(const std::string& text, const char* name, std::optional<Timestamp>& out) {
  if (text.empty()) return true;
  const auto when = parse_when(text, system_clock().now());
  if (!when) {
    print_error(std::string(name) + ": " + when.error().message);
    return false;
  }
  out = *when;
  return true;
}

int search(const SearchFlags& flags) {
  SearchOptions options;
  if (!flags.expression.empty()) {
    auto expression = Expression::parse(flags.expression);
    if (!expression) {
      print_error(expression.error().message);
      return kExitUsage;
    }
    options.expression = std::move(*expression);
  }
  if (!read_when(flags.since, "--since", options.since) ||
      !read_when(flags.until, "--until", options.until)) {
    return kExitUsage;
  }
  const bool terminal = is_terminal(1);
  const std::string format = flags.format.empty() ? (terminal ? "table" : "json") : flags.format;
  options.format = format == "table" ? SearchFormat::kTable
                   : format == "csv" ? SearchFormat::kCsv
                                     : SearchFormat::kJson;
  options.width = terminal ? terminal_width() : 0;
  options.colour = terminal && !environment("NO_COLOR");
  std::ios::sync_with_stdio(false);
  const auto found = search_trail(real_files(), flags.dir, options, std::cout);
  std::cout.flush();
  if (!found) {
    print_error(found.error().message);
    return kExitUsage;
  }
  return *found > 0 ? kExitOk : kExitFailed;
}

}  // namespace

void add_search(CLI::App& app, int& exit_code) {
  auto flags = std::make_shared<SearchFlags>();
  CLI::App* command = app.add_subcommand("search", "Finds records of a trail");
  command->add_option("DIR", flags->dir, "Folder of the trail")->required();
  command->add_option("EXPR", flags->expression,
                      "What to find, for example 'event_type=api_call and result=error'");
  command->add_option("--since", flags->since, "Not before: 24h, 7d, a date or an RFC 3339 time");
  command->add_option("--until", flags->until, "Before");
  command
      ->add_option("--format", flags->format,
                   "json, table or csv; default: table on a terminal, json in a pipe")
      ->check(CLI::IsMember({"json", "table", "csv"}));
  command->footer(
      "Example:  clawtrail search ~/.clawtrail/trail 'event_type=authentication and result=failure' --since "
      "24h\n"
      "Exit code: 0 found, 1 none");
  command->callback([flags, &exit_code] { exit_code = search(*flags); });
}

}  // namespace clawtrail
