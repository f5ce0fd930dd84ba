// SPDX-License-Identifier: Apache-2.0
// Tells people and machines about an alert.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "clawtrail/base/result.h"
#include "clawtrail/text/yaml.h"

namespace clawtrail {

/// Configuration of one notifier, as `notifiers:` declares it.
struct NotifierOptions {
  std::string name;
  std::string type;  ///< "webhook" (more types come with later releases)
  std::string url;   ///< may hold a secret: never printed
  Location where;
};

/// Threads: confined to its own reader thread. Blocking; one attempt a call.
class Notifier {
 public:
  virtual ~Notifier() = default;
  virtual const std::string& name() const = 0;
  /// `alert_json` is the payload of DESIGN section 8. Errors: kIo, kTimeout (try again later), kInvalid (the
  /// receiver refuses this payload for good: status 400 to 499 except 408, 425 and 429).
  virtual Status send(const std::string& alert_json) = 0;
};

/// Errors: kInvalid (unknown type, missing url).
Result<std::unique_ptr<Notifier>> make_notifier(const NotifierOptions& options);

}  // namespace clawtrail
