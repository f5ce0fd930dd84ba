// SPDX-License-Identifier: Apache-2.0
// The admin port: /metrics, /healthz, /readyz are open; POST /reload needs the token.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "clawtrail/base/result.h"
#include "clawtrail/io/http.h"
#include "clawtrail/metrics/metrics.h"

namespace clawtrail {

/// What the pages ask the pipeline. Called on the server's threads; each must be safe to call at any time.
struct WebHooks {
  std::function<std::string()> not_ready;  ///< "" if events are taken in and written; else one sentence
  std::function<Status()> reload;
  std::function<void()> refresh_metrics;  ///< brings gauges up to date before they are shown
};

/// Threads: shared. Errors: kBusy (port in use), kInvalid (address).
Result<std::unique_ptr<HttpServer>> serve_admin(const std::string& listen, const std::string& token,
                                                Metrics& metrics, WebHooks hooks);

}  // namespace clawtrail
