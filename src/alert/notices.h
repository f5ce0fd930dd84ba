// SPDX-License-Identifier: Apache-2.0
// How many notices one rule may give in an hour of event time.
#pragma once

#include <cstdint>
#include <vector>

#include "clawtrail/base/time.h"

namespace clawtrail::alert {

/// After limits::kNoticesPerRuleAndHour notices within an hour comes one more, the digest; then silence,
/// until fewer lie in the hour before. Threads: confined. Value type.
struct Notices {
  enum class Verdict { kNotice, kDigest, kWithheld };
  /// Asks for a notice at event time `t`.
  Verdict take(Timestamp t);
  /// Alerts without a notice since the last digest; set to 0.
  std::uint64_t take_withheld();

  std::vector<Timestamp> given;  ///< the newest ones, sorted
  bool digest_given = false;
  std::uint64_t withheld = 0;
};

}  // namespace clawtrail::alert
