// SPDX-License-Identifier: Apache-2.0
// Assignments in text: name=value, "name": "value", --name value, <name>value</name>, ("name", "value"),
// headers.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clawtrail/match/regex.h"
#include "redact/values.h"

namespace clawtrail::redact {

using UserNames = std::vector<std::vector<std::string>>;  ///< name_words() of each operator's word

struct Assignment {
  Span name;
  Span value;            ///< without quotes
  ValueContext context;  ///< kind is that of the name
};

/// The name around `at` (the end of a literal in it), without escapes before it.
Span name_around(std::string_view text, std::size_t at);

/// The assignment whose name is `name` (around a literal that ends at `literal_end`); nothing if the name is
/// none of a secret or nothing is assigned to it. A quoted value ends at a quote of the same escape depth; a
/// quote that is never closed ends the value at the line's end. Reads at most kValueBytesMax beyond the name.
std::optional<Assignment> parse_assignment(std::string_view text, Span name, std::size_t literal_end,
                                           const UserNames& user_names);
inline constexpr std::size_t kValueBytesMax = 64 * 1024;

/// The secrets in a value of that kind: all of it, or the credentials of a header, or the values of cookies.
void secrets_of_value(std::string_view text, Span value, const ValueContext& context,
                      std::vector<Span>& secrets);

/// Cheap test on raw text: could this be an assignment to a secret name? For clean lines, before any
/// decoding.
bool may_assign_secret(std::string_view raw, std::size_t at, const UserNames& user_names);

}  // namespace clawtrail::redact
