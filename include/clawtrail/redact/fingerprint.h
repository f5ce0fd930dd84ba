// SPDX-License-Identifier: Apache-2.0
// The fingerprint of a secret outside of a line: the same that Redaction::fp tells of it inside of one.
#pragma once

#include <string>
#include <string_view>

namespace clawtrail {

/// "<8 hex key id>:<16 hex>" under `key` (RedactorOptions::fingerprint_key). Two fingerprints can be compared
/// only if their key ids are equal.
std::string fingerprint_of(const std::string& key, std::string_view secret);

/// The key id of a fingerprint; "" if it is none.
std::string_view key_id_of(std::string_view fingerprint);

}  // namespace clawtrail
