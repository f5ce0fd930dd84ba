// SPDX-License-Identifier: Apache-2.0
// How a known secret can be spelled in a log: what to look for, and how far its spelling reaches.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "clawtrail/io/secret_memory.h"
#include "clawtrail/match/regex.h"
#include "redact/rule.h"

namespace clawtrail::redact {

/// One spelling of one known secret.
struct Spelling {
  SecretText bytes;       ///< all of it; the literal is its first kSpellingLiteralBytes
  bool caseless = false;  ///< hex digits of either case
  bool encoded = false;   ///< part of a longer run of `alphabet`, all of which is the secret's
  ByteSet alphabet;
  std::shared_ptr<const SecretText> secret;  ///< what is spelled: the fingerprint is of it
};

/// Raw, escaped for HTML and XML, quoted for a shell, each also JSON-escaped up to five times;
/// percent-encoded (as five kinds of writers do, and every byte); hex; base64 of both alphabets at three
/// alignments without the edges that depend on the neighbours, so also inside base64 of "user:password"; each
/// line of a value of several lines. Lower and upper case of hex digits are the same.
std::vector<Spelling> spellings_of(std::string_view secret);

/// The span of `spelling` whose first bytes end at `end` in `text`; empty if it is not all there.
Span spelling_span(std::string_view text, std::size_t end, const Spelling& spelling);

inline constexpr std::size_t kSpellingLiteralBytes = 200;

}  // namespace clawtrail::redact
