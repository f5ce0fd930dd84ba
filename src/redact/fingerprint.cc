// SPDX-License-Identifier: Apache-2.0
#include "clawtrail/redact/fingerprint.h"

#include "redact/mask.h"

namespace clawtrail {

std::string fingerprint_of(const std::string& key, std::string_view secret) {
  return redact::MaskTemplate("", key, {}).fingerprint(secret);
}

std::string_view key_id_of(std::string_view fingerprint) {
  const std::size_t colon = fingerprint.find(':');
  return colon == std::string_view::npos ? std::string_view() : fingerprint.substr(0, colon);
}

}  // namespace clawtrail
