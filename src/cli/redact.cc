// SPDX-License-Identifier: Apache-2.0
// clawtrail redact: a filter; the same lines come out, with secrets masked.
#include <algorithm>
#include <memory>

#include "clawtrail/io/terminal.h"
#include "clawtrail/pipeline/pipeline.h"
#include "clawtrail/redact/filter.h"
#include "cli/command.h"
#include "cli/find_secret.h"
#include "cli/redact_stats.h"

namespace clawtrail {

namespace {

struct RedactFlags {
  ConfigInputs inputs;
  std::vector<std::string> files;
  bool text = false, stats = false, find = false;
};

constexpr int kStandardInput = 0;
constexpr int kStandardOutput = 1;
constexpr int kStandardError = 2;

Result<FilterStats> redact_descriptor(const PatternSet& patterns, const FilterOptions& options) {
  const FilterWrite write = [](std::string_view bytes) { return write_descriptor(kStandardOutput, bytes); };
  const FilterRead read = [](char* bytes, std::size_t size) {
    return read_descriptor(kStandardInput, {bytes, size});
  };
  return redact_stream(read, write, *patterns.program->redactor, *patterns.program->scanner, options);
}

Result<FilterStats> redact_file(const PatternSet& patterns, const std::string& path,
                                const FilterOptions& options) {
  CLAWTRAIL_ASSIGN(const auto file, real_files().open(path, OpenMode::kRead));
  ByteOffset offset = 0;
  const FilterRead read = [&](char* bytes, std::size_t size) -> Result<std::size_t> {
    CLAWTRAIL_ASSIGN(const std::size_t got, file->read_at(offset, {bytes, size}));
    offset += got;
    return got;
  };
  const FilterWrite write = [](std::string_view bytes) { return write_descriptor(kStandardOutput, bytes); };
  return redact_stream(read, write, *patterns.program->redactor, *patterns.program->scanner, options);
}

/// Standard input, or the files in their order; what could not be read or written is told.
bool redact_all(const PatternSet& patterns, const std::vector<std::string>& files, bool stats,
                FilterStats& total) {
  FilterOptions options;
  options.count_lines = stats;
  const auto add = [&](const Result<FilterStats>& done) {
    if (done) {
      add_stats(total, *done);
    } else {
      print_error(done.error().message);
    }
    return done.ok();
  };
  if (files.empty()) return add(redact_descriptor(patterns, options));
  return std::all_of(files.begin(), files.end(),
                     [&](const std::string& path) { return add(redact_file(patterns, path, options)); });
}

int redact(const RedactFlags& flags) {
  Diagnostics diagnostics;
  PipelineOptions options = load_config(real_files(), flags.inputs, diagnostics);
  // The key is of use only where the replacement shows a fingerprint; a filter should leave no file behind.
  if (options.replacement.find("{fp}") == std::string::npos) options.fingerprint_key_file.clear();
  const auto patterns = compile_patterns(real_files(), options, diagnostics);
  if (diagnostics.has_errors() || !patterns) {
    print_diagnostics(diagnostics, false);
    if (!diagnostics.has_errors()) print_error(patterns.error().message);
    return kExitUsage;
  }
  FilterStats total;
  const bool done = redact_all(*patterns, flags.files, flags.stats, total);
  if (flags.stats) {
    const std::string text = is_terminal(kStandardError) ? stats_table(total) : stats_json(total);
    static_cast<void>(write_descriptor(kStandardError, text));
  }
  return done ? kExitOk : kExitFailed;
}

}  // namespace

void add_redact(CLI::App& app, int& exit_code) {
  auto flags = std::make_shared<RedactFlags>();
  CLI::App* command =
      app.add_subcommand("redact", "Filter: JSON or text lines in, the same lines redacted out");
  command->add_option("--config", flags->inputs.path, "Configuration with patterns and known secrets")
      ->type_name("FILE");
  command->add_flag("--text", flags->text, "Lines are plain text (JSON lines are recognised by themselves)");
  command->add_flag("--stats", flags->stats,
                    "Afterwards tell lines, bytes and findings by rule on standard error: a table on a "
                    "terminal, else one JSON object");
  command->add_flag(
      "--find-secret", flags->find,
      "Read a secret from standard input and print where the trail had it (FILE: the folder of the "
      "trail); never prints the secret");
  command->add_option("FILE", flags->files, "Files to read instead of standard input");
  command->footer(
      "Example:  journalctl -u openclaw | clawtrail redact --text > shareable.log\n"
      "          clawtrail redact --find-secret ~/.clawtrail/trail < leaked-key.txt\n"
      "Exit code: 0; with --find-secret 0 found, 1 not found");
  command->callback([flags, &exit_code] {
    flags->inputs.share = find_share();
    flags->inputs.inputs = {"-"};  // A filter needs no source of the configuration.
    if (flags->find && flags->files.size() > 1) {
      print_error("--find-secret looks into one trail");
      exit_code = kExitUsage;
      return;
    }
    exit_code = flags->find ? find_secret(flags->inputs, flags->files.empty() ? "" : flags->files.front())
                            : redact(*flags);
  });
}

}  // namespace clawtrail
