// SPDX-License-Identifier: Apache-2.0
#include "alert/notices.h"

#include <algorithm>
#include <utility>

#include "clawtrail/base/limits.h"

namespace clawtrail::alert {

Notices::Verdict Notices::take(Timestamp t) {
  constexpr Duration kHour = Duration::from_seconds(3600);
  const auto near =
      std::count_if(given.begin(), given.end(), [&](Timestamp x) { return x > t - kHour && x < t + kHour; });
  if (static_cast<std::size_t>(near) < limits::kNoticesPerRuleAndHour) {
    given.insert(std::upper_bound(given.begin(), given.end(), t), t);
    if (given.size() > limits::kNoticesPerRuleAndHour) given.erase(given.begin());
    digest_given = false;
    return Verdict::kNotice;
  }
  if (!std::exchange(digest_given, true)) return Verdict::kDigest;
  ++withheld;
  return Verdict::kWithheld;
}

std::uint64_t Notices::take_withheld() { return std::exchange(withheld, 0); }

}  // namespace clawtrail::alert
