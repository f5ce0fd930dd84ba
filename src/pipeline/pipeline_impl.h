// SPDX-License-Identifier: Apache-2.0
// The running sidecar: its parts and threads. Start and end are in pipeline.cc, changes while it runs in
// reload.cc.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "clawtrail/pipeline/pipeline.h"
#include "clawtrail/web/web.h"
#include "pipeline/alert_reader.h"
#include "pipeline/appender.h"
#include "pipeline/at_rest.h"
#include "pipeline/audit_copy.h"
#include "pipeline/credentials.h"
#include "pipeline/flow.h"
#include "pipeline/known.h"
#include "pipeline/notify_reader.h"
#include "pipeline/sources.h"

namespace clawtrail {

/// A source, its thread, and what the web page may know of it.
struct Feed {
  std::unique_ptr<Source> source;
  std::string surface;
  std::atomic<std::uint64_t> lag{0};
  std::atomic<bool> available{false};
  std::atomic<bool> finished{false};
};

class PipelineImpl : public Pipeline {
 public:
  PipelineImpl(Files& files, PipelineOptions options) : files_(files), options_(std::move(options)) {}
  ~PipelineImpl() override { stop_everything(); }

  Status open(Diagnostics& diagnostics);
  Status run_until_stopped() override;
  void request_stop() override { stop_ = true; }
  PipelineSummary summary() const override;
  Status reload(PipelineOptions options, Diagnostics& diagnostics) override;
  void on_reload(ReloadHandler handler) override {
    const std::lock_guard lock(reload_mutex_);
    reload_handler_ = std::move(handler);
  }
  void on_tick(std::function<void()> handler) override { tick_handler_ = std::move(handler); }

 private:
  // start-up
  Status open_trail(const PatternSet& patterns);
  Status open_feeds();
  Status open_readers(std::shared_ptr<const AlertRules> rules);
  void open_watches(const PatternSet& patterns);
  Status open_web();
  std::shared_ptr<const LaneProgram> program_of(const PatternSet& patterns) const;
  void record_operator(const std::string& action, const std::string& reason);
  // threads
  void start_threads();
  void feed_loop(Feed& feed);
  void append_loop();
  template <typename Reader>
  void reader_loop(Reader& reader);
  void alert_loop();
  void start_watches();
  void watch_loop();
  // one thread (lanes = 0)
  Status run_single();
  bool step_feeds(Lane& lane, Status& status);
  bool step_readers();
  // the end
  bool inputs_finished() const;
  bool readers_caught_up(bool with_notifiers) const;
  void wait_for_readers();
  Status finish();
  void stop_everything();
  void fail(Error error);
  Status run_reload();
  void put_in_force(const PatternSet& patterns, const PipelineOptions& options);
  void look_at_known();
  std::string not_ready() const;
  void refresh_metrics();

  Files& files_;
  PipelineOptions options_;
  Clock& clock_ = system_clock();
  Metrics metrics_;
  RunStats stats_{metrics_};
  DurableSignal durable_;
  OwnRecordQueue own_;
  SigningKey key_;
  std::unique_ptr<TrailWriter> trail_;
  std::unique_ptr<Flow> flow_;
  std::unique_ptr<Appender> appender_;
  std::vector<std::unique_ptr<Feed>> feeds_;
  std::unique_ptr<AlertReader> alerts_;
  std::vector<std::unique_ptr<NotifyReader>> notifiers_;
  std::unique_ptr<AuditCopy> audit_copy_;
  std::unique_ptr<CredentialWatch> credentials_;
  std::unique_ptr<AtRestScan> at_rest_;
  std::unique_ptr<HttpServer> web_;
  std::mutex compile_mutex_;  ///< one reload at a time
  PipelineOptions in_force_;  ///< what reload() was given last, or start(); under compile_mutex_
  std::shared_ptr<const KnownSecrets> known_;
  std::unique_ptr<KnownWatch> known_watch_;
  std::int64_t known_looked_at_ns_ = 0;
  bool memory_told_ = false;
  std::string log_id_;
  CarryBook book_;  ///< lanes = 0 only; else the flow has it
  int lanes_ = 0;

  std::vector<std::thread> feed_threads_, lane_threads_, reader_threads_;
  std::thread append_thread_;
  std::atomic<bool> stop_{false}, readers_stop_{false}, closed_{false};
  std::mutex failure_mutex_;
  std::optional<Error> failure_;
  std::mutex reload_mutex_;
  ReloadHandler reload_handler_;
  std::function<void()> tick_handler_;
  std::shared_ptr<const AlertRules> new_rules_;  ///< for the alert thread; under reload_mutex_
};

}  // namespace clawtrail
