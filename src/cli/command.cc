// SPDX-License-Identifier: Apache-2.0
#include "cli/command.h"

#include <algorithm>
#include <cstdio>
#include <tuple>

#include "clawtrail/io/system.h"

namespace clawtrail {

SharePaths find_share() {
  std::string root = environment("CLAWTRAIL_SHARE").value_or("");
  if (root.empty())
    root = real_files().stat(CLAWTRAIL_INSTALLED_SHARE) ? CLAWTRAIL_INSTALLED_SHARE : CLAWTRAIL_SHARE;
  return {join_path(root, "patterns"), join_path(root, "alerts")};
}

void print_error(const std::string& sentence) { std::fprintf(stderr, "clawtrail: %s\n", sentence.c_str()); }

std::string count_of(std::size_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

void print_diagnostics(const Diagnostics& diagnostics, bool notes) {
  std::vector<Diagnostic> sorted = diagnostics.all();
  std::stable_sort(sorted.begin(), sorted.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::tie(a.where.file, a.where.line, a.where.column) <
           std::tie(b.where.file, b.where.line, b.where.column);
  });
  Diagnostics shown;
  for (const Diagnostic& diagnostic : sorted) {
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
