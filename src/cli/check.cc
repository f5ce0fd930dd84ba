// SPDX-License-Identifier: Apache-2.0
// clawtrail check: validates configuration, patterns and rules; all mistakes at once.
#include <cstdio>
#include <memory>

#include "clawtrail/pipeline/pipeline.h"
#include "cli/command.h"
#include "cli/start.h"

namespace clawtrail {

namespace {

int check(const ConfigInputs& inputs) {
  Diagnostics diagnostics;
  PipelineOptions options = load_config(real_files(), inputs, diagnostics);
  options.fingerprint_key_file.clear();  // A check writes nothing.
  options.cache_dir.clear();
  const auto patterns = compile_patterns(real_files(), options, diagnostics);
  if (patterns) warn_of_missing_notifiers(options, *patterns->rules, diagnostics);
  print_diagnostics(diagnostics, true);
  if (!patterns || diagnostics.has_errors()) {
    if (!diagnostics.has_errors()) print_error(patterns.error().message);
    std::fprintf(stderr, "%zu mistake%s\n", diagnostics.errors(), diagnostics.errors() == 1 ? "" : "s");
    return kExitUsage;
  }
  for (const auto& [name, why] : patterns->known_skipped) {
    std::printf("not used as a known secret: %s (%s)\n", name.c_str(), why.c_str());
  }
  std::printf(
      "ok: %zu sources, %zu secret rules, %zu event rules, %zu alert rules, %zu notifiers, %zu known "
      "secrets\n",
      options.sources.size(), patterns->program->redactor->rules(), patterns->program->classifier->rules(),
      patterns->rules->size(), options.notifiers.size(), patterns->known_secrets);
  return kExitOk;
}

}  // namespace

void add_check(CLI::App& app, int& exit_code) {
  auto inputs = std::make_shared<ConfigInputs>();
  CLI::App* command = app.add_subcommand("check", "Validates configuration, patterns and alert rules");
  command->add_option("--config", inputs->path, "Configuration to check");
  command->footer("Example:  clawtrail check --config clawtrail.yaml");
  command->callback([inputs, &exit_code] {
    inputs->share = find_share();
    exit_code = check(*inputs);
  });
}

}  // namespace clawtrail
