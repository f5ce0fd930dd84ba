// SPDX-License-Identifier: Apache-2.0
// Start-up as an ordered list of steps, the threads, and the orderly end.
#include "clawtrail/pipeline/pipeline.h"

#include <algorithm>
#include <thread>

#include "clawtrail/base/check.h"
#include "clawtrail/base/encoding.h"
#include "clawtrail/base/log.h"
#include "clawtrail/io/system.h"
#include "pipeline/pipeline_impl.h"

namespace clawtrail {

namespace {

constexpr int kPollWait = 100;          // ms a source may wait for news
constexpr int kReaderWait = 200;        // ms
constexpr int kReaderErrorWait = 1000;  // ms
constexpr int kWatchWait = 1000;        // ms
constexpr std::chrono::milliseconds kDrainedWait{1};
constexpr int kSignalWait = 100;                      // ms
constexpr std::chrono::seconds kNotifyGraceOnce{10};  // --once: for the receivers to answer
constexpr std::chrono::seconds kNotifyGraceStop{2};

int lanes_of(const PipelineOptions& options) {
  if (options.lanes >= 0) return options.lanes;
  return static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1u, 2u));
}

}  // namespace

Status PipelineImpl::open(Diagnostics& diagnostics) {
  make_undumpable();
  known_watch_ = std::make_unique<KnownWatch>(files_, options_.known_secrets);
  CLAWTRAIL_ASSIGN(const PatternSet patterns, compile_patterns(files_, options_, diagnostics));
  for (const auto& [name, why] : patterns.known_skipped)
    log_info("not used as a known secret: " + name + " (" + why + ")");
  CLAWTRAIL_TRY(open_trail(patterns));
  put_in_force(patterns, options_);
  flow_ = std::make_unique<Flow>(program_of(patterns));
  lanes_ = lanes_of(options_);
  record_operator("start",
                  "clawtrail " CLAWTRAIL_VERSION " started, process " + std::to_string(process_id()));
  CLAWTRAIL_TRY(open_feeds());
  CLAWTRAIL_TRY(open_readers(patterns.rules));
  open_watches(patterns);
  return open_web();
}

Status PipelineImpl::open_trail(const PatternSet& patterns) {
  CLAWTRAIL_ASSIGN(key_, load_or_make_signing_key(files_, options_.signing_key_file, system_rng()));
  TrailOptions trail = options_.trail;
  if (trail.host.empty()) trail.host = host_name();
  trail.gateway = options_.gateway;
  trail.patterns_digest = patterns.patterns_digest;
  trail.rules_digest = patterns.rules->digest();
  CLAWTRAIL_ASSIGN(trail_, TrailWriter::open(files_, clock_, trail, key_));
  log_id_ = trail_->log_id();
  const Recovered& recovered = trail_->recovered();
  if (recovered.torn_bytes > 0) {
    log_warn("the trail ended in the middle of a record; " + std::to_string(recovered.torn_bytes) +
             " bytes were cut off, their source is read again");
  }
  durable_.publish(trail_->durable_size());
  metrics_.tree_size(trail_->durable_size());
  Appender::Parts parts{*trail_,          durable_, own_, stats_, metrics_, clock_, options_.sync_interval_ms,
                        options_.gateway, {},       {},   {}};
  parts.acknowledge = [this](const SourceProgress& progress) {
    for (const auto& feed : feeds_) {
      if (feed->source->name() == progress.source) feed->source->acknowledge(progress);
    }
  };
  parts.give_up = [this] { return stop_.load(); };
  parts.before_checkpoint = [this](TrailWriter& trail_writer) {
    trail_writer.set_reader_position("alerts", alerts_->position());
    for (const auto& notifier : notifiers_) {
      trail_writer.set_reader_position("notify-" + notifier->name(), notifier->position());
    }
  };
  appender_ = std::make_unique<Appender>(std::move(parts));
  return {};
}

std::shared_ptr<const LaneProgram> PipelineImpl::program_of(const PatternSet& patterns) const {
  auto program = std::make_shared<LaneProgram>(*patterns.program);
  program->salt_key = derive_salt_key(key_);
  program->gateway = options_.gateway;
  return program;
}

Status PipelineImpl::open_feeds() {
  const Block16 key = derive_salt_key(key_);
  const std::string identity_key(as_text(key));
  CLAWTRAIL_ASSIGN(auto sources, open_sources(files_, clock_, options_, identity_key, trail_->recovered()));
  for (std::size_t i = 0; i < sources.size(); ++i) {
    auto feed = std::make_unique<Feed>();
    feed->source = std::move(sources[i]);
    feed->surface = surface_of(options_.sources[i].type);
    feeds_.push_back(std::move(feed));
  }
  return {};
}

Status PipelineImpl::open_readers(std::shared_ptr<const AlertRules> rules) {
  const std::string& dir = options_.trail.path;
  std::vector<std::string> names;
  for (const NotifierOptions& options : options_.notifiers) names.push_back(options.name);
  CLAWTRAIL_ASSIGN(alerts_, AlertReader::open({files_, clock_, durable_, own_, stats_, metrics_, dir, log_id_,
                                               options_.gateway, rules, names, options_.notify_max_age,
                                               options_.terminal_alerts}));
  for (const NotifierOptions& options : options_.notifiers) {
    CLAWTRAIL_ASSIGN(auto notifier, make_notifier(options));
    CLAWTRAIL_ASSIGN(auto reader, NotifyReader::open({files_, clock_, durable_, own_, stats_, dir, log_id_,
                                                      rules, std::move(notifier)}));
    notifiers_.push_back(std::move(reader));
  }
  if (!options_.audit_log_path.empty()) {
    CLAWTRAIL_ASSIGN(audit_copy_, AuditCopy::open({files_, durable_, dir, log_id_, options_.audit_log_path,
                                                   options_.audit_event_types}));
  }
  return {};
}

void PipelineImpl::open_watches(const PatternSet& patterns) {
  if (!options_.gateway.empty()) return;  // The demo is not about this host.
  const std::string& dir = options_.trail.path;
  credentials_ = std::make_unique<CredentialWatch>(
      CredentialWatch::Parts{files_, clock_, own_, metrics_, options_.rotation, dir});
  credentials_->set(patterns.credentials);
  if (!options_.at_rest.enabled || options_.once) return;
  at_rest_ = std::make_unique<AtRestScan>(AtRestScan::Parts{
      files_, clock_, own_, metrics_, options_.at_rest, options_.known_secrets.files, options_.replacement,
      dir, log_id_, [this] { return flow_->program(); }, [this] { return stop_ || readers_stop_; }});
}

Status PipelineImpl::open_web() {
  metrics_.build_info(CLAWTRAIL_VERSION);
  if (!options_.web.enabled) return {};
  WebHooks hooks;
  hooks.not_ready = [this] { return not_ready(); };
  hooks.reload = [this] { return run_reload(); };
  hooks.refresh_metrics = [this] { refresh_metrics(); };
  CLAWTRAIL_ASSIGN(web_, serve_admin(options_.web.listen, options_.web.token, metrics_, std::move(hooks)));
  return {};
}

void PipelineImpl::record_operator(const std::string& action, const std::string& reason) {
  OwnRecord record;
  record.type = EventType::kOperator;
  record.at = clock_.now();
  record.user = os_user();
  record.action = action;
  record.result = Outcome::kSuccess;
  record.reason = reason;
  if (!own_.push(std::move(record)))
    log_warn("an operator record (" + action + ") found no place in its queue");
}

Status PipelineImpl::run_until_stopped() {
  if (lanes_ == 0) return run_single();
  start_threads();
  while (!stop_ && !inputs_finished()) {
    if (signals::wait_ms(kSignalWait)) stop_ = true;
    if (tick_handler_) tick_handler_();
    look_at_known();
    if (signals::take_reload_request()) {
      if (const Status done = run_reload(); !done) log_error("reload: " + done.error().message);
    }
  }
  return finish();
}

void PipelineImpl::start_threads() {
  append_thread_ = std::thread([this] { append_loop(); });
  for (int i = 0; i < lanes_; ++i) lane_threads_.emplace_back([this] { flow_->work(lanes_); });
  for (const auto& feed : feeds_) feed_threads_.emplace_back([this, &feed] { feed_loop(*feed); });
  reader_threads_.emplace_back([this] { alert_loop(); });
  for (const auto& notifier : notifiers_) {
    reader_threads_.emplace_back([this, &notifier] { reader_loop(*notifier); });
  }
  if (audit_copy_) reader_threads_.emplace_back([this] { reader_loop(*audit_copy_); });
  start_watches();
}

/// Nothing in the pipeline waits for this thread but its end.
void PipelineImpl::start_watches() {
  if (credentials_ && !options_.once) reader_threads_.emplace_back([this] { watch_loop(); });
}

void PipelineImpl::watch_loop() {
  lower_thread_priority();
  while (!stop_ && !readers_stop_) {
    if (at_rest_) at_rest_->step();
    credentials_->step();
    durable_.wait_beyond(~TreeSize{0} - 1, kWatchWait);
  }
}

void PipelineImpl::feed_loop(Feed& feed) {
  while (!stop_) {
    RawBatch batch = flow_->spare_raw();
    const Poll polled = feed.source->poll(batch, kPollWait);
    feed.lag = feed.source->lag();
    feed.available = feed.source->available();
    if (polled == Poll::kBatch && !flow_->submit(std::move(batch))) break;
    if (polled == Poll::kFinished) break;
  }
  feed.finished = true;
}

void PipelineImpl::append_loop() {
  Status status;
  for (;;) {
    std::optional<LaneOutput> output = flow_->next(std::chrono::milliseconds(appender_->wait_ms()));
    if (output) {
      status = appender_->append(output->batch, true);
      flow_->give_back(std::move(output->batch));
    }
    if (status) status = appender_->maintain();
    if (!status) break;
    if (!output && flow_->drained()) {
      if (readers_stop_) return;
      std::this_thread::sleep_for(kDrainedWait);  // Only own records can still come.
    }
  }
  fail(status.error());
}

template <typename Reader>
void PipelineImpl::reader_loop(Reader& reader) {
  while (!readers_stop_) {
    const Result<bool> stepped = reader.step();
    if (!stepped) log_error("a reader of the trail cannot go on for now: " + stepped.error().message);
    if (!stepped) durable_.wait_beyond(~TreeSize{0} - 1, kReaderErrorWait);
    if (stepped && !*stepped) durable_.wait_beyond(reader.position(), kReaderWait);
  }
}

void PipelineImpl::alert_loop() {
  while (!readers_stop_) {
    {
      const std::lock_guard lock(reload_mutex_);
      if (new_rules_) {
        alerts_->set_rules(new_rules_);
        for (const auto& notifier : notifiers_) notifier->set_rules(new_rules_);
        new_rules_.reset();
      }
    }
    const Result<bool> stepped = alerts_->step();
    if (!stepped) log_error("alerts cannot be evaluated for now: " + stepped.error().message);
    if (!stepped) durable_.wait_beyond(~TreeSize{0} - 1, kReaderErrorWait);
    if (stepped && !*stepped) durable_.wait_beyond(alerts_->position(), kReaderWait);
  }
}

Status PipelineImpl::run_single() {
  std::shared_ptr<const LaneProgram> in_force = flow_->program();
  auto lane = std::make_unique<Lane>(in_force);
  Status status;
  start_watches();
  for (bool busy = true; status && !stop_ && (busy || !inputs_finished() || !readers_caught_up(false));) {
    if (auto current = flow_->program(); current != in_force) {
      in_force = std::move(current);
      lane = std::make_unique<Lane>(in_force);
    }
    busy = step_feeds(*lane, status);
    if (status) status = appender_->maintain();
    busy = step_readers() || busy;
    look_at_known();
    if (signals::wait_ms(busy ? 0 : 1)) stop_ = true;
  }
  if (!status) fail(status.error());
  return finish();
}

bool PipelineImpl::step_readers() {
  const auto did = [](const Result<bool>& stepped) { return stepped && *stepped; };
  bool busy = did(alerts_->step());
  for (const auto& notifier : notifiers_) busy = did(notifier->step()) || busy;
  if (audit_copy_) busy = did(audit_copy_->step()) || busy;
  return busy;
}

bool PipelineImpl::step_feeds(Lane& lane, Status& status) {
  bool busy = false;
  for (const auto& feed : feeds_) {
    if (feed->finished || !status) continue;
    RawBatch batch;
    const Poll polled = feed->source->poll(batch, 0);
    feed->lag = feed->source->lag();
    feed->available = feed->source->available();
    feed->finished = polled == Poll::kFinished;
    if (polled != Poll::kBatch) continue;
    busy = true;
    RedactedBatch redacted = lane.process(batch, [this](const std::function<void(CarryBook&)>& step) {
      step(book_);
      return true;
    });
    status = appender_->append(redacted, true);
    lane.recycle(std::move(redacted));
  }
  return busy;
}

bool PipelineImpl::inputs_finished() const {
  return std::all_of(feeds_.begin(), feeds_.end(), [](const auto& feed) { return feed->finished.load(); }) &&
         (options_.once || !feeds_.empty());
}

bool PipelineImpl::readers_caught_up(bool with_notifiers) const {
  const TreeSize size = durable_.size();
  if (!own_.empty() || own_.durable() != own_.pushed() || alerts_->position() < size) return false;
  if (audit_copy_ && audit_copy_->position() < size) return false;
  return !with_notifiers || std::all_of(notifiers_.begin(), notifiers_.end(),
                                        [&](const auto& reader) { return reader->position() >= size; });
}

void PipelineImpl::wait_for_readers() {
  const auto begin = std::chrono::steady_clock::now();
  const auto grace = options_.once && !stop_ ? kNotifyGraceOnce : kNotifyGraceStop;
  while (!readers_caught_up(true)) {
    const bool late = std::chrono::steady_clock::now() - begin > grace;
    if (late && (stop_ || readers_caught_up(false))) {
      log_warn("stopped before every notifier had answered; what is left is sent at the next start");
      return;
    }
    {
      const std::lock_guard lock(failure_mutex_);
      if (failure_) return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

Status PipelineImpl::finish() {
  const bool asked = stop_;
  for (const auto& feed : feeds_) feed->source->wake();
  for (std::thread& thread : feed_threads_) thread.join();
  feed_threads_.clear();
  flow_->end_of_input();
  for (std::thread& thread : lane_threads_) thread.join();
  lane_threads_.clear();
  if (lanes_ > 0) {
    record_operator("stop", asked ? "clawtrail was asked to stop" : "all inputs are read");
    wait_for_readers();
  } else {
    record_operator("stop", asked ? "clawtrail was asked to stop" : "all inputs are read");
  }
  stop_everything();
  const std::lock_guard lock(failure_mutex_);
  if (failure_) return *failure_;
  if (const Status saved = alerts_->save(); !saved) log_warn(saved.error().message);
  closed_ = true;
  CLAWTRAIL_TRY(appender_->finish());
  if (credentials_) credentials_->save();
  return at_rest_ ? at_rest_->save() : Status();
}

void PipelineImpl::stop_everything() {
  readers_stop_ = true;
  durable_.wake();
  for (std::thread& thread : reader_threads_) thread.join();
  reader_threads_.clear();
  if (!feed_threads_.empty() || !lane_threads_.empty()) {
    stop_ = true;
    flow_->abort();
    for (std::thread& thread : feed_threads_) thread.join();
    for (std::thread& thread : lane_threads_) thread.join();
    feed_threads_.clear();
    lane_threads_.clear();
  }
  if (append_thread_.joinable()) append_thread_.join();
  web_.reset();
}

void PipelineImpl::fail(Error error) {
  log_error("the trail cannot be written any more: " + error.message);
  {
    const std::lock_guard lock(failure_mutex_);
    if (!failure_) failure_ = std::move(error);
  }
  stop_ = true;
  flow_->abort();
}

std::string PipelineImpl::not_ready() const {
  if (closed_ || stop_) return "clawtrail is stopping";
  if (std::string trouble = appender_->trouble(); !trouble.empty()) return trouble;
  for (const auto& feed : feeds_) {
    if (!feed->available && !feed->finished)
      return "the source " + feed->source->name() + " has nothing to read yet";
  }
  return "";
}

void PipelineImpl::refresh_metrics() {
  const TreeSize size = durable_.size();
  for (const auto& feed : feeds_) {
    metrics_.source_lag(feed->source->name(), feed->lag);
    metrics_.surface_available(feed->surface, feed->available);
  }
  metrics_.reader_lag("alerts", size - std::min<TreeSize>(size, alerts_->position()));
  for (const auto& notifier : notifiers_) {
    metrics_.reader_lag("notify-" + notifier->name(), size - std::min<TreeSize>(size, notifier->position()));
  }
  metrics_.resident_bytes(clawtrail::resident_bytes());
}

PipelineSummary PipelineImpl::summary() const {
  PipelineSummary summary = stats_.snapshot();
  summary.trail_path = options_.trail.path;
  summary.log_id = log_id_;
  summary.tree_size = summary.durable_size = durable_.size();
  if (web_) {
    const std::string& listen = options_.web.listen;
    summary.web_address =
        "http://" + listen.substr(0, listen.rfind(':')) + ":" + std::to_string(web_->port());
  }
  return summary;
}

Result<std::unique_ptr<Pipeline>> Pipeline::start(Files& files, PipelineOptions options,
                                                  Diagnostics& diagnostics) {
  auto pipeline = std::make_unique<PipelineImpl>(files, std::move(options));
  CLAWTRAIL_TRY(pipeline->open(diagnostics));
  return std::unique_ptr<Pipeline>(std::move(pipeline));
}

}  // namespace clawtrail
