// SPDX-License-Identifier: Apache-2.0
// Parts of a gitleaks.toml: its keys in any case, its allowlists, its regexes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "clawtrail/text/yaml.h"
#include "redact/gitleaks.h"

namespace clawtrail::redact {

/// Keys are the same in any case: gitleaks reads its file so.
YamlNode toml_member(const YamlNode& table, const std::string& key);

/// A key that is not in `known` is a warning; an error if it looks like one of `decisive`, which change what
/// is masked.
void check_keys(const YamlNode& table, const std::vector<std::string>& known,
                const std::vector<std::string>& decisive, const std::string& context,
                Diagnostics& diagnostics);

/// `list` is unset if it can never hold for a stream.
struct Allowed {
  std::shared_ptr<const GitleaksAllowlist> list;
  std::string digest;
};
Allowed read_allowlist(const YamlNode& table, bool global, Diagnostics& diagnostics);

/// Go's syntax is RE2's, but for the shorter way to name a group.
Result<Regex> compile_go_regex(const std::string& pattern);

}  // namespace clawtrail::redact
