// SPDX-License-Identifier: Apache-2.0
// What changes while the sidecar runs: configuration, patterns, known secrets.
#include <utility>

#include "clawtrail/base/log.h"
#include "clawtrail/io/secret_memory.h"
#include "clawtrail/io/system.h"
#include "pipeline/pipeline_impl.h"

namespace clawtrail {

namespace {

// A new secret of the gateway is unknown that long.
constexpr std::int64_t kKnownIntervalNs = 2'000'000'000;

}  // namespace

Status PipelineImpl::run_reload() {
  ReloadHandler handler;
  {
    const std::lock_guard lock(reload_mutex_);
    handler = reload_handler_;
  }
  if (!handler)
    return Error{Code::kInvalid, "this process was started without a configuration to read again"};
  return handler();
}

Status PipelineImpl::reload(PipelineOptions options, Diagnostics& diagnostics) {
  const std::lock_guard one(compile_mutex_);
  options.gateway = options_.gateway;
  auto watch = std::make_unique<KnownWatch>(files_, options.known_secrets);
  auto patterns = compile_patterns(files_, options, diagnostics, known_.get());
  if (!patterns) return patterns.error();
  flow_->set_program(program_of(*patterns));
  known_watch_ = std::move(watch);
  put_in_force(*patterns, options);
  {
    const std::lock_guard lock(reload_mutex_);
    new_rules_ = patterns->rules;
  }
  if (credentials_) credentials_->set(patterns->credentials);
  record_operator("reload", "patterns " + patterns->patterns_digest.substr(0, 16) + ", rules " +
                                patterns->rules->digest().substr(0, 16));
  durable_.wake();
  return {};
}

/// Remembers what is in force, and says where the known secrets come from.
void PipelineImpl::put_in_force(const PatternSet& patterns, const PipelineOptions& options) {
  in_force_ = options;
  known_ = patterns.known;
  for (const std::string& line : describe_known(patterns)) log_info(line);
  const SecretMemory memory = secret_memory();
  if (memory.unlocked == 0 || std::exchange(memory_told_, true)) return;
  log_warn("of " + std::to_string(memory.bytes) + " bytes with known secrets " +
           std::to_string(memory.unlocked) +
           " could not be locked in memory and may be swapped: the limit is " + std::to_string(memory.limit) +
           " bytes (LimitMEMLOCK=, ulimit -l)");
}

/// Values that have come up since are masked from now on; the ones before stay masked.
void PipelineImpl::look_at_known() {
  const std::int64_t now = clock_.monotonic_ns();
  if (now - known_looked_at_ns_ < kKnownIntervalNs) return;
  known_looked_at_ns_ = now;
  const std::lock_guard one(compile_mutex_);
  if (!known_watch_->changed()) return;
  std::vector<KnownPlace> places;
  const std::size_t before = known_->all().size();
  if (read_known_secrets(files_, in_force_.known_secrets, known_.get(), places)->all().size() == before)
    return;
  Diagnostics diagnostics;
  const auto patterns = compile_patterns(files_, in_force_, diagnostics, known_.get());
  if (!patterns)
    return log_error("known secrets have changed and cannot be taken: " + patterns.error().message);
  flow_->set_program(program_of(*patterns));
  put_in_force(*patterns, in_force_);
  record_operator("reload", "known secrets: " + std::to_string(patterns->known_secrets) + " in force, " +
                                std::to_string(patterns->known_secrets - before) + " of them new");
}

}  // namespace clawtrail
