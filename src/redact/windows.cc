// SPDX-License-Identifier: Apache-2.0
#include "redact/windows.h"

#include "redact/values.h"

namespace clawtrail::redact {

Span run_before(std::string_view text, std::size_t end) {
  std::size_t begin = end;
  while (begin > 0 && (is_token_char(text[begin - 1]) || text[begin - 1] == '+' || text[begin - 1] == '/'))
    --begin;
  return {begin, end};
}

}  // namespace clawtrail::redact
