// SPDX-License-Identifier: Apache-2.0
// Does the name of a field, variable, flag or header say that its value is a secret?
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace clawtrail::redact {

/// What a name promises of its value, from most to least.
enum class NameKind {
  kNone,           ///< no secret
  kUser,           ///< an operator's word: any value is a secret
  kPassword,       ///< password, passphrase, secret, private key: any value but references and states
  kToken,          ///< token, API key, credential: as above, but no counts and no plain words
  kKey,            ///< some key: only values that look random
  kAuthorization,  ///< Authorization header: scheme and credentials
  kCookie,         ///< Cookie header: name=value pairs
  kSetCookie,      ///< Set-Cookie header: one pair, then attributes
};

/// A name in words, lower case: "OPENAI_API_KEY", "openaiApiKey", "openai.api-key" are all {openai, api,
/// key}.
std::vector<std::string> name_words(std::string_view name);

/// Judges a name of at most 128 bytes (of a longer one its end). `user_names` are operators' words in
/// name_words() form; a name that ends in one of them is kUser.
NameKind classify_name(std::string_view name, const std::vector<std::vector<std::string>>& user_names);

/// The name of the member that carries a name in {"name": "X_TOKEN", "value": …}, or its value.
bool is_name_member(std::string_view key);
bool is_value_member(std::string_view key);

}  // namespace clawtrail::redact
