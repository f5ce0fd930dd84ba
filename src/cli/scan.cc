// SPDX-License-Identifier: Apache-2.0
// clawtrail scan: secrets at rest in files and folders.
#include <cstdio>
#include <iostream>
#include <memory>

#include "clawtrail/io/system.h"
#include "clawtrail/io/terminal.h"
#include "clawtrail/pipeline/pipeline.h"
#include "clawtrail/scan/print.h"
#include "cli/command.h"

namespace clawtrail {

namespace {

struct ScanFlags {
  ConfigInputs inputs;
  std::vector<std::string> paths;
  std::string format = "text";
};

constexpr std::int64_t kShowEvery = 200'000'000;  // ns

/// One line on standard error that is written over; gone when something else is printed.
class Progress {
 public:
  explicit Progress(bool on) : on_(on) {}
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void show(const ScanStats& stats) {
    if (!on_ || (stats.files & 15U) != 0) return;
    const std::int64_t now = system_clock().monotonic_ns();
    if (now - shown_ns_ < kShowEvery) return;
    shown_ns_ = now;
    shown_ = true;
    std::fprintf(stderr, "\rscanning: %llu files, %llu MiB, %llu findings \033[K",
                 static_cast<unsigned long long>(stats.files),
                 static_cast<unsigned long long>(stats.bytes / limits::MiB),
                 static_cast<unsigned long long>(stats.findings));
  }
  void clear() {
    if (shown_) std::fputs("\r\033[K", stderr);
    shown_ = false;
  }

 private:
  bool on_, shown_ = false;
  std::int64_t shown_ns_ = 0;
};

Result<PatternSet> compile(const ScanFlags& flags, PipelineOptions& options, Diagnostics& diagnostics) {
  options = load_config(real_files(), flags.inputs, diagnostics);
  // The deployment's own key makes fingerprints that can be looked up in its trail; a scan makes no key.
  if (!real_files().stat(options.fingerprint_key_file)) options.fingerprint_key_file.clear();
  return compile_patterns(real_files(), options, diagnostics);
}

ScanFormat format_of(const std::string& name) {
  return name == "json" ? ScanFormat::kJson : name == "sarif" ? ScanFormat::kSarif : ScanFormat::kText;
}

int scan(const ScanFlags& flags) {
  Diagnostics diagnostics;
  PipelineOptions options;
  const auto patterns = compile(flags, options, diagnostics);
  if (diagnostics.has_errors() || !patterns) {
    print_diagnostics(diagnostics, false);
    if (!diagnostics.has_errors()) print_error(patterns.error().message);
    return kExitUsage;
  }
  std::ios::sync_with_stdio(false);
  ScanPrinter printer(std::cout, format_of(flags.format), scan_rules(options.secret_packs));
  Progress progress(is_terminal(2));
  ScanOptions what;
  for (const std::string& path : flags.paths) what.paths.push_back(expand_home(path));
  if (what.paths.empty())
    what.paths.push_back(expand_home(environment("OPENCLAW_STATE_DIR").value_or("~/.openclaw")));
  what.secret_files = options.known_secrets.files;
  what.replacement = options.replacement;
  what.on_finding = [&](const ScanFinding& finding) {
    progress.clear();
    printer.finding(finding);
  };
  what.on_problem = [&](const ScanProblem& problem) {
    progress.clear();
    printer.problem(problem);
    print_error(printable_name(problem.path) + ": " + problem.message);
  };
  what.on_progress = [&](const ScanStats& stats) { progress.show(stats); };
  const auto stats =
      scan_at_rest(real_files(), *patterns->program->redactor, *patterns->program->scanner, what);
  progress.clear();
  if (!stats) {
    print_error(stats.error().message);
    return kExitUsage;
  }
  printer.finish(*stats);
  std::cout.flush();
  if (!std::cout) {
    print_error("standard output cannot be written");
    return kExitUsage;
  }
  return stats->counted > 0 ? kExitFailed : kExitOk;
}

}  // namespace

void add_scan(CLI::App& app, int& exit_code) {
  auto flags = std::make_shared<ScanFlags>();
  CLI::App* command = app.add_subcommand("scan", "Secrets at rest in files, archives and SQLite databases");
  command->add_option("PATH", flags->paths, "Files and folders; default: ~/.openclaw");
  command
      ->add_option("--format", flags->format,
                   "text, json (lines, the last one a summary) or sarif (2.1.0); default: text")
      ->check(CLI::IsMember({"text", "json", "sarif"}));
  command->add_option("--config", flags->inputs.path, "Configuration with patterns and known secrets")
      ->type_name("FILE");
  command->footer(
      "Nothing is written, and no secret is shown: a finding is place, rule and fingerprint. Symbolic "
      "links,\n"
      "pipes and devices are left out. Secrets in .env, openclaw.json, auth-profiles.json, a folder\n"
      "credentials, or a file of known_secrets.files are where they belong: they are listed as expected, "
      "and\n"
      "count only if other users may read the file. Fingerprints are those of the trail where the key of "
      "the\n"
      "configuration can be read, else they hold for one run. What cannot be read is told on standard "
      "error.\n"
      "Example:  clawtrail scan ~/.openclaw /tmp/openclaw --format sarif > secrets.sarif\n"
      "Exit code: 0 none, 1 found, 2 no such file, or a mistake in the configuration");
  command->callback([flags, &exit_code] {
    flags->inputs.share = find_share();
    flags->inputs.inputs = {"-"};  // A scan needs no source of the configuration.
    exit_code = scan(*flags);
  });
}

}  // namespace clawtrail
