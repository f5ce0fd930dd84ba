// SPDX-License-Identifier: Apache-2.0
#include "cli/find_secret.h"

#include <algorithm>
#include <iostream>
#include <vector>

#include "clawtrail/base/encoding.h"
#include "clawtrail/base/hash.h"
#include "clawtrail/base/limits.h"
#include "clawtrail/io/system.h"
#include "clawtrail/io/terminal.h"
#include "clawtrail/pipeline/pipeline.h"
#include "clawtrail/query/search.h"
#include "cli/command.h"

namespace clawtrail {

namespace {

/// Of the text itself, and of each secret that the rules find in it: a whole line may be pasted, and of a key
/// file only the part between its first and last line is masked.
std::vector<std::string> fingerprints_in(const LaneProgram& program, const std::string& text) {
  std::vector<std::string> all{program.redactor->fingerprint(text)};
  const auto scan = program.scanner->make_scratch();
  const auto scratch = program.redactor->make_scratch();
  std::string line = "{\"text\":" + json_string(text) + "}", out;
  std::vector<Hit> hits;
  std::vector<Redaction> redactions;
  const bool overflow = program.scanner->scan(line, *scan, hits);
  program.redactor->redact(line, hits, overflow, *scratch, out, redactions);
  wipe(line.data(), line.size());
  for (Redaction& redaction : redactions) {
    if (std::find(all.begin(), all.end(), redaction.fp) == all.end()) all.push_back(std::move(redaction.fp));
  }
  return all;
}

int find_in(const std::string& dir, const std::vector<std::string>& fingerprints) {
  const bool terminal = is_terminal(1);
  SearchOptions options;
  options.format = terminal ? SearchFormat::kTable : SearchFormat::kJson;
  options.colour = terminal && !environment("NO_COLOR");
  std::ios::sync_with_stdio(false);
  const auto found = find_fingerprints(real_files(), dir, fingerprints, options, std::cout);
  std::cout.flush();
  if (!found) {
    print_error(found.error().message);
    return kExitUsage;
  }
  if (*found == 0 && terminal) print_error("the trail " + dir + " has never had this secret");
  return *found > 0 ? kExitOk : kExitFailed;
}

}  // namespace

int find_secret(const ConfigInputs& inputs, const std::string& dir) {
  Diagnostics diagnostics;
  PipelineOptions options = load_config(real_files(), inputs, diagnostics);
  if (!diagnostics.has_errors() && !real_files().stat(options.fingerprint_key_file)) {
    print_error(
        "there is no fingerprint key " + options.fingerprint_key_file +
        ": the trail of this configuration has not been started; name its configuration with --config");
    return kExitUsage;
  }
  const auto patterns = compile_patterns(real_files(), options, diagnostics);
  if (diagnostics.has_errors() || !patterns) {
    print_diagnostics(diagnostics, false);
    if (!diagnostics.has_errors()) print_error(patterns.error().message);
    return kExitUsage;
  }
  auto secret = read_hidden("secret (not shown): ", limits::kKnownSecretBytesMax);
  if (!secret || secret->empty()) {
    print_error(secret ? "no secret was given on standard input" : secret.error().message);
    return kExitUsage;
  }
  const std::vector<std::string> fingerprints = fingerprints_in(*patterns->program, *secret);
  wipe(secret->data(), secret->size());
  return find_in(dir.empty() ? options.trail.path : dir, fingerprints);
}

}  // namespace clawtrail
