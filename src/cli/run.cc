// SPDX-License-Identifier: Apache-2.0
// clawtrail run: the sidecar.
#include <memory>

#include "clawtrail/base/log.h"
#include "clawtrail/io/system.h"
#include "clawtrail/pipeline/pipeline.h"
#include "cli/command.h"
#include "cli/start.h"

namespace clawtrail {

namespace {

struct RunFlags {
  ConfigInputs inputs;
  int lanes = -1;
  std::string web;
};

void apply_flags(const RunFlags& flags, PipelineOptions& options) {
  options.lanes = flags.lanes;
  if (flags.web == "off") {
    options.web.enabled = false;
  } else if (!flags.web.empty()) {
    options.web.enabled = true;
    options.web.listen = flags.web;
  }
}

/// Why `text` is no value of --web, or "".
std::string refuse_address(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  const std::string port = colon == std::string::npos ? "" : text.substr(colon + 1);
  const bool digits =
      !port.empty() && port.size() <= 5 && port.find_first_not_of("0123456789") == std::string::npos;
  if (text == "off" || (colon != 0 && digits && std::stoi(port) <= 65'535)) return "";
  return "\"" + text + "\" is neither HOST:PORT nor off";
}

void tell_start(const PipelineOptions& options, const PipelineSummary& summary) {
  log_info("trail " + summary.trail_path + ", log " + summary.log_id + ", " +
           std::to_string(summary.tree_size) + " records");
  for (const SourceOptions& source : options.sources) {
    std::string what = source.type;
    for (const std::string& path : source.paths) what += " " + path;
    if (!source.listen.empty()) what += " " + source.listen;
    log_info("source " + source.name + ": " + what);
  }
  if (!summary.web_address.empty()) log_info("metrics " + summary.web_address + "/metrics");
  Diagnostics unused;  // The same rules were loaded without a mistake a moment ago.
  const auto rules = AlertRules::load(options.alert_lists, unused);
  std::string targets;
  for (const MissingNotifier& missing : missing_notifiers(options, *rules)) {
    targets += (targets.empty() ? "" : ", ") + missing.target;
  }
  if (!targets.empty()) {
    log_warn("no notifier is configured for " + targets + "; their alerts are recorded as undelivered");
  }
  if (os_user() != "clawtrail") {
    log_info("evidence: weak; the signing key belongs to the user " + os_user() +
             ", whom an agent on this host may act as");
  }
}

Status reload(const RunFlags& flags, Pipeline& pipeline) {
  Diagnostics diagnostics;
  PipelineOptions options = load_config(real_files(), flags.inputs, diagnostics);
  if (!diagnostics.has_errors()) {
    apply_flags(flags, options);
    if (const Status done = pipeline.reload(std::move(options), diagnostics); done) {
      log_info(
          "reloaded patterns, redaction and alert rules; sources, trail, notifiers and web need a restart");
      return {};
    }
  }
  print_diagnostics(diagnostics, false);
  return Error{Code::kInvalid,
               count_of(diagnostics.errors(), "mistake") + "; the old configuration stays in force"};
}

int run(const RunFlags& flags) {
  signals::install();
  Diagnostics diagnostics;
  PipelineOptions options = load_config(real_files(), flags.inputs, diagnostics);
  apply_flags(flags, options);
  if (diagnostics.has_errors()) {
    add_rule_mistakes(options, diagnostics);
    print_diagnostics(diagnostics, true);
    return kExitUsage;
  }
  auto started = Pipeline::start(real_files(), options, diagnostics);
  print_diagnostics(diagnostics, false);
  if (!started) {
    print_error(started.error().message);
    return diagnostics.has_errors() ? kExitUsage : kExitFailed;
  }
  Pipeline& pipeline = **started;
  tell_start(options, pipeline.summary());
  pipeline.on_reload([&flags, &pipeline] { return reload(flags, pipeline); });
  if (const Status done = pipeline.run_until_stopped(); !done) {
    print_error(done.error().message);
    return kExitFailed;
  }
  const PipelineSummary summary = pipeline.summary();
  log_info("stopped; " + std::to_string(summary.records) + " records written, the trail has " +
           std::to_string(summary.tree_size));
  return kExitOk;
}

}  // namespace

void add_run(CLI::App& app, int& exit_code) {
  auto flags = std::make_shared<RunFlags>();
  CLI::App* command = app.add_subcommand("run", "The sidecar: reads the gateway's events into the trail");
  command
      ->add_option("--config", flags->inputs.path,
                   "Configuration (YAML); without one the local OpenClaw is found")
      ->type_name("FILE");
  command->add_option("--trail", flags->inputs.trail, "Folder of the trail, instead of the configured one")
      ->type_name("DIR");
  command
      ->add_option("--input", flags->inputs.inputs,
                   "File or pattern to read instead of the configured sources")
      ->type_name("FILE")
      ->allow_extra_args(false);
  command->add_flag("--once", flags->inputs.once,
                    "Read the inputs to their end, sync, write a checkpoint, leave");
  command->add_option("--lanes", flags->lanes, "Threads that redact; 0 does everything in one thread")
      ->check(CLI::Range(0, 64));
  command->add_option("--web", flags->web, "HOST:PORT of the admin page, or off")
      ->type_name("HOST:PORT")
      ->check(CLI::Validator(refuse_address, "", "address"));
  command->footer("Example:  clawtrail run --config clawtrail.yaml");
  command->callback([flags, &exit_code] {
    flags->inputs.share = find_share();
    exit_code = run(*flags);
  });
}

}  // namespace clawtrail
