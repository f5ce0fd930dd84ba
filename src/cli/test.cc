// SPDX-License-Identifier: Apache-2.0
// clawtrail test: runs the examples and tests that are written beside patterns and alert rules.
#include <cstdio>
#include <memory>

#include "clawtrail/alert/rules.h"
#include "clawtrail/base/limits.h"
#include "clawtrail/event/classifier.h"
#include "clawtrail/redact/redactor.h"
#include "cli/command.h"

namespace clawtrail {

namespace {

/// The .yaml files of a path: itself, or all in the folder and the folders directly in it.
std::vector<std::string> yaml_files(const std::string& path) {
  Files& files = real_files();
  if (path.ends_with(".yaml") || path.ends_with(".yml")) return {path};
  std::vector<std::string> out = files.glob(join_path(path, "*.yaml"));
  for (std::string& deeper : files.glob(join_path(path, "*/*.yaml"))) out.push_back(std::move(deeper));
  return out;
}

/// Runs what one file holds, judged by its own keys. Returns the number of examples.
std::size_t test_file(const YamlNode& document, Diagnostics& diagnostics) {
  const std::vector<YamlNode> documents = {document};
  if (document.is_list() || document["alerts"].exists()) return test_alert_rules(documents, diagnostics);
  const YamlNode monitoring = document["monitoring"];
  if (monitoring.exists()) return test_alert_rules({monitoring["alerts"]}, diagnostics);
  for (const YamlNode& rule : document["rules"].items()) {
    if (rule["when"].exists() || rule["set"].exists()) return test_event_rules(documents, diagnostics);
  }
  if (document["rules"].exists()) return test_secret_rules(documents, diagnostics);
  return 0;
}

int test(std::vector<std::string> paths) {
  if (paths.empty()) {
    const SharePaths share = find_share();
    paths = {share.patterns, share.alerts};
  }
  std::size_t failed = 0, total = 0, seen = 0;
  for (const std::string& path : paths) {
    for (const std::string& file : yaml_files(path)) {
      ++seen;
      Diagnostics diagnostics;
      const auto text = read_file(real_files(), file, limits::kConfigBytesMax);
      if (!text) diagnostics.error({file, 0, 0}, text.error().message);
      const YamlNode document = text ? parse_yaml(*text, file, diagnostics) : YamlNode();
      const std::size_t run = document.exists() ? test_file(document, diagnostics) : 0;
      total += run;
      failed += diagnostics.errors();
      std::printf("%-48s %5zu run %5zu failed\n", file.c_str(), run, diagnostics.errors());
      print_diagnostics(diagnostics, false);
    }
  }
  if (seen == 0) {
    print_error("there is no .yaml file to test in the given paths");
    return kExitFailed;
  }
  std::printf("%zu passed, %zu failed\n", total - std::min(total, failed), failed);
  return failed == 0 ? kExitOk : kExitFailed;
}

}  // namespace

void add_test(CLI::App& app, int& exit_code) {
  auto paths = std::make_shared<std::vector<std::string>>();
  CLI::App* command = app.add_subcommand("test", "Runs the tests written beside patterns and alert rules");
  command->add_option("PATH", *paths, "Files or folders; default: the patterns and alerts in force");
  command->footer("Example:  clawtrail test patterns/secrets alerts");
  command->callback([paths, &exit_code] { exit_code = test(*paths); });
}

}  // namespace clawtrail
