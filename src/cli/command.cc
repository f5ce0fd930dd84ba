// SPDX-License-Identifier: Apache-2.0
#include "cli/command.h"

#include <cstdio>

#include "clawtrail/io/system.h"

namespace clawtrail {

SharePaths find_share() {
  std::string root = environment("CLAWTRAIL_SHARE").value_or("");
  if (root.empty())
    root = real_files().stat(CLAWTRAIL_INSTALLED_SHARE) ? CLAWTRAIL_INSTALLED_SHARE : CLAWTRAIL_SHARE;
  return {join_path(root, "patterns"), join_path(root, "alerts")};
}

void print_error(const std::string& sentence) { std::fprintf(stderr, "clawtrail: %s\n", sentence.c_str()); }

void print_diagnostics(const Diagnostics& diagnostics, bool notes) {
  Diagnostics shown;
  for (const Diagnostic& diagnostic : diagnostics.all()) {
    if (diagnostic.impact == Impact::kError)
      shown.error(diagnostic.where, diagnostic.message, diagnostic.help);
    if (diagnostic.impact == Impact::kWarning)
      shown.warning(diagnostic.where, diagnostic.message, diagnostic.help);
    if (diagnostic.impact == Impact::kNote && notes) {
      shown.note(diagnostic.where, diagnostic.message, diagnostic.help);
    }
  }
  std::fputs(shown.render().c_str(), stderr);
}

}  // namespace clawtrail
