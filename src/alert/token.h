// SPDX-License-Identifier: Apache-2.0
// Words of a condition: the lexer of the condition language (grammar: README.md).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "clawtrail/base/result.h"

namespace clawtrail::alert {

/// Why a condition was refused, and at which byte of it.
struct ConditionError {
  std::size_t offset = 0;
  std::string message;
  std::string help;
};

enum class TokenKind { kWord, kString, kOperator, kOpen, kClose, kComma, kEnd };

/// Shape. `text` is decoded (quotes and escapes gone) for kString, as written for all others, "" for kEnd.
struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string text;
  std::size_t offset = 0;
};

/// Cuts `text` into tokens; the last one is always kEnd. Pure. False with `error` set: an unclosed quote or a
/// character that belongs to no token.
bool tokenize(std::string_view text, std::vector<Token>& tokens, ConditionError& error);

/// ASCII lower case; for keywords, which may be written in any case.
std::string lower(std::string_view text);

}  // namespace clawtrail::alert
