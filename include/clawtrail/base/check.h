// SPDX-License-Identifier: Apache-2.0
// Assertions. CHECK stays on in every build: a broken invariant stops the process while the trail is still
// valid.
#pragma once

namespace clawtrail {

/// Prints "CHECK failed: <condition> at <file>:<line>" (no data) on standard error and aborts.
[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace clawtrail

#define CHECK(condition)                               \
  (static_cast<bool>(condition) ? static_cast<void>(0) \
                                : ::clawtrail::check_failed(#condition, __FILE__, __LINE__))

/// For invariants that are costly to test; on in Debug builds only.
#ifdef NDEBUG
#define DCHECK(condition) static_cast<void>(sizeof(condition))
#else
#define DCHECK(condition) CHECK(condition)
#endif
