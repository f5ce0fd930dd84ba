// SPDX-License-Identifier: Apache-2.0
// The sidecar: sources → lanes → appender → trail, and the readers of the trail. The only room that starts
// threads.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "clawtrail/alert/rules.h"
#include "clawtrail/base/result.h"
#include "clawtrail/intake/lane.h"
#include "clawtrail/io/files.h"
#include "clawtrail/pipeline/options.h"
#include "clawtrail/text/diagnostics.h"

namespace clawtrail {

/// A known secret without its value.
struct Credential {
  std::string name;  ///< as KnownSecret
  std::string fp;
};

/// Where known secrets were looked for. Names only, never values.
struct KnownPlace {
  std::string place;               ///< "this environment", a path, …
  std::vector<std::string> names;  ///< of the values that no place before had
  std::string trouble;             ///< why it could not be read; "" if it was
};

/// Patterns, rules and known secrets, compiled together into one scan. Threads: immutable.
struct PatternSet {
  std::shared_ptr<const LaneProgram> program;  ///< salt key and gateway filled in by the pipeline
  std::shared_ptr<const AlertRules> rules;
  std::string patterns_digest;  ///< hex: secret and event rules in force
  std::size_t known_secrets = 0;
  std::vector<Credential> credentials;                             ///< of all known secrets
  std::vector<std::pair<std::string, std::string>> known_skipped;  ///< name, why
  std::vector<KnownPlace> known_places;
  std::shared_ptr<const KnownSecrets> known;  ///< for the next compile_patterns()
};

/// Compiles what `run`, `redact`, `check` and `test` need. All mistakes of rules go to `diagnostics`; the
/// error is one sentence ("3 mistakes in the configuration"). `before`: known secrets that stay known.
Result<PatternSet> compile_patterns(Files& files, const PipelineOptions& options, Diagnostics& diagnostics,
                                    const KnownSecrets* before = nullptr);

/// One line a place: which names are masked because of it, or why it could not be read.
std::vector<std::string> describe_known(const PatternSet& patterns);

/// What the run has done so far.
struct PipelineSummary {
  std::array<std::uint64_t, kEventTypes> events{};
  std::map<std::string, std::uint64_t> redactions;  ///< by rule id
  std::uint64_t records = 0, bytes_in = 0, bytes_out = 0, gaps = 0, parse_errors = 0;
  std::uint64_t alerts = 0, notified = 0;
  std::vector<std::string> last_alerts;  ///< up to 8 lines "[critical] title"
  std::string trail_path, web_address, log_id;
  std::uint64_t tree_size = 0, durable_size = 0;
};

/// Threads: shared; run_until_stopped() is called once.
class Pipeline {
 public:
  /// Opens the trail, recovers, opens the sources, starts the web page. Errors: one sentence (trail in use,
  /// damaged, port in use, …); mistakes of rules go to `diagnostics`.
  static Result<std::unique_ptr<Pipeline>> start(Files& files, PipelineOptions options,
                                                 Diagnostics& diagnostics);
  virtual ~Pipeline() = default;

  /// Works until request_stop(), a stop signal, or, with `once`, until all inputs are read and every reader
  /// has seen them. Then drains, syncs, writes a checkpoint and closes. Errors: the trail cannot be written
  /// any more.
  virtual Status run_until_stopped() = 0;
  virtual void request_stop() = 0;
  virtual PipelineSummary summary() const = 0;
  /// Swaps patterns and alert rules between two batches; sources and trail stay open. On error the old ones
  /// go on.
  virtual Status reload(PipelineOptions options, Diagnostics& diagnostics) = 0;
  /// Called when SIGHUP comes or POST /reload is asked: reads the configuration again. Set before running.
  using ReloadHandler = std::function<Status()>;
  virtual void on_reload(ReloadHandler handler) = 0;
  /// Called about ten times a second by run_until_stopped(). Set before running.
  virtual void on_tick(std::function<void()> handler) = 0;
};

}  // namespace clawtrail
