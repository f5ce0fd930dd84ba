// SPDX-License-Identifier: Apache-2.0
// clawtrail check: validates configuration, patterns and rules; all mistakes at once.
#include <algorithm>
#include <cstdio>
#include <memory>

#include "clawtrail/pipeline/pipeline.h"
#include "cli/command.h"
#include "cli/start.h"

namespace clawtrail {

namespace {

void print_summary(const PipelineOptions& options, const PatternSet& patterns) {
  for (const std::string& line : describe_known(patterns)) std::printf("%s\n", line.c_str());
  for (const auto& [name, why] : patterns.known_skipped) {
    std::printf("not used as a known secret: %s (%s)\n", name.c_str(), why.c_str());
  }
  for (const SourceOptions& source : options.sources) {
    std::string what = source.listen;
    for (const std::string& path : source.paths) what += (what.empty() ? "" : ", ") + path;
    std::printf("source %s: %s %s\n", source.name.c_str(), source.type.c_str(), what.c_str());
  }
  if (options.at_rest.enabled) {
    std::string what;
    for (const std::string& path : options.at_rest.paths) what += " " + path;
    std::printf("scan every %s:%s\n", format_duration(options.at_rest.every).c_str(), what.c_str());
  }
  std::printf("trail: %s\n", options.trail.path.c_str());
  std::printf("ok: %s, %s, %s, %s, %s, %s\n", count_of(options.sources.size(), "source").c_str(),
              count_of(patterns.program->redactor->rules(), "secret rule").c_str(),
              count_of(patterns.program->classifier->rules(), "event rule").c_str(),
              count_of(patterns.rules->size(), "alert rule").c_str(),
              count_of(options.notifiers.size(), "notifier").c_str(),
              count_of(patterns.known_secrets, "known secret").c_str());
}

int check(const ConfigInputs& inputs) {
  Diagnostics diagnostics;
  PipelineOptions options = load_config(real_files(), inputs, diagnostics);
  options.fingerprint_key_file.clear();  // A check writes nothing.
  options.cache_dir.clear();
  const auto patterns = compile_patterns(real_files(), options, diagnostics);
  if (patterns) {
    for (const MissingNotifier& missing : missing_notifiers(options, *patterns->rules)) {
      diagnostics.warning(
          missing.where,
          "no notifier is configured for " + missing.target + ": its alerts are recorded as undelivered",
          "add it under notifiers:, or name one that is there");
    }
  }
  print_diagnostics(diagnostics, true);
  if (!patterns || diagnostics.has_errors()) {
    if (!diagnostics.has_errors()) print_error(patterns.error().message);
    std::fprintf(stderr, "%s\n", count_of(std::max<std::size_t>(1, diagnostics.errors()), "mistake").c_str());
    return kExitUsage;
  }
  print_summary(options, *patterns);
  return kExitOk;
}

}  // namespace

void add_check(CLI::App& app, int& exit_code) {
  auto inputs = std::make_shared<ConfigInputs>();
  CLI::App* command = app.add_subcommand("check", "Validates configuration, patterns and alert rules");
  command->add_option("--config", inputs->path, "Configuration to check; default: what run does without one")
      ->type_name("FILE");
  command->footer("Example:  clawtrail check --config clawtrail.yaml\nExit code: 0 all is well, 2 mistakes");
  command->callback([inputs, &exit_code] {
    inputs->share = find_share();
    exit_code = check(*inputs);
  });
}

}  // namespace clawtrail
