// SPDX-License-Identifier: Apache-2.0
#include "cli/start.h"

#include <algorithm>

#include "clawtrail/pipeline/pipeline.h"

namespace clawtrail {

std::vector<MissingNotifier> missing_notifiers(const PipelineOptions& options, const AlertRules& rules) {
  std::vector<MissingNotifier> out;
  for (const NotificationTarget& target : rules.targets()) {
    const auto is_it = [&](const NotifierOptions& notifier) { return notifier.name == target.target; };
    if (std::any_of(options.notifiers.begin(), options.notifiers.end(), is_it)) continue;
    const std::string text = target.kind + " \"" + target.target + "\"";
    const auto is_told = [&](const MissingNotifier& told) { return told.target == text; };
    if (std::none_of(out.begin(), out.end(), is_told)) out.push_back({text, target.where});
  }
  return out;
}

void add_rule_mistakes(PipelineOptions options, Diagnostics& diagnostics) {
  options.fingerprint_key_file.clear();
  options.cache_dir.clear();
  const std::size_t before = diagnostics.errors();
  const auto patterns = compile_patterns(real_files(), options, diagnostics);
  if (!patterns && diagnostics.errors() == before && before == 0) {
    diagnostics.error({}, patterns.error().message);
  }
}

}  // namespace clawtrail
