// SPDX-License-Identifier: Apache-2.0
// clawtrail demo: a recorded gateway log as if it were live, in a trail of its own that says so.
#include <cstdio>
#include <memory>
#include <sstream>

#include "clawtrail/base/encoding.h"
#include "clawtrail/base/limits.h"
#include "clawtrail/base/log.h"
#include "clawtrail/io/system.h"
#include "clawtrail/pipeline/pipeline.h"
#include "clawtrail/trail/verify.h"
#include "cli/command.h"

namespace clawtrail {

namespace {

constexpr std::int64_t kStatusEveryMs = 8'000;
constexpr std::int64_t kSummaryAfterMs =
    33'000;                              // After the first checkpoint, so that verify has a signature.
constexpr std::size_t kPlantEvery = 15;  // lines between two planted secrets

struct DemoFlags {
  std::string log;
  int seconds = 0;
  bool probe = false;
};

std::string random_text(std::size_t size) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  std::string out(size, '\0');
  system_rng().fill(out.data(), out.size());
  for (char& c : out) c = kAlphabet[static_cast<unsigned char>(c) % kAlphabet.size()];
  return out;
}

/// A line in the gateway's shape that holds a secret made now.
std::string line_with_secret(std::size_t number) {
  const std::string secret =
      number % 2 == 0 ? "ghp_" + random_text(36) : "sk-ant-api03-" + random_text(93) + "AA";
  const std::string message = json_string("[demo] tool output held the key " + secret);
  return R"({"0":"{\"subsystem\":\"agent/embedded\"}","1":)" + message +
         R"(,"_meta":{"date":"2026-11-21T00:00:00.000Z","logLevelName":"WARN"},"time":"2026-11-21T00:00:00.000Z","message":)" +
         message + "}";
}

Result<std::vector<std::string>> demo_lines(const std::string& path) {
  CLAWTRAIL_ASSIGN(const std::string text, read_file(real_files(), path, limits::kConfigBytesMax));
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    out.push_back(std::move(line));
    if (out.size() % kPlantEvery == 0) out.push_back(line_with_secret(out.size() / kPlantEvery));
  }
  return out;
}

Result<PipelineOptions> demo_options(const DemoFlags& flags, Diagnostics& diagnostics) {
  const std::string log =
      flags.log.empty() ? join_path(parent_of(find_share().alerts), "tests/data/openclaw-2026.9.6.jsonl")
                        : flags.log;
  const std::string dir =
      join_path(environment("TMPDIR").value_or("/tmp"), "clawtrail-demo-" + random_text(8));
  CLAWTRAIL_TRY(real_files().create_dirs(dir));
  SourceOptions source;
  source.name = "demo";
  source.type = "replay";
  CLAWTRAIL_ASSIGN(source.lines, demo_lines(log));
  ConfigInputs inputs;
  inputs.share = find_share();
  inputs.trail = join_path(dir, "trail");
  PipelineOptions options = load_config(real_files(), inputs, diagnostics);
  options.sources = {source};
  options.signing_key_file = join_path(dir, "signing.key");
  options.fingerprint_key_file = join_path(dir, "fingerprint.key");
  options.known_secrets = {{}, {}};
  options.cache_dir.clear();
  options.notifiers.clear();
  options.gateway = "demo";
  options.web.listen = "127.0.0.1:0";
  return options;
}

void print_summary(const PipelineSummary& summary) {
  std::printf("\n=== DEMO (a recorded log, not your gateway) ===\n");
  std::printf("events by type\n");
  for (std::size_t i = 0; i < kEventTypes; ++i) {
    if (summary.events[i] == 0) continue;
    std::printf("  %-18s %6llu\n", std::string(name_of(static_cast<EventType>(i))).c_str(),
                static_cast<unsigned long long>(summary.events[i]));
  }
  std::printf("secrets redacted, by rule\n");
  for (const auto& [rule, count] : summary.redactions) {
    std::printf("  %-34s %6llu\n", rule.c_str(), static_cast<unsigned long long>(count));
  }
  std::printf("alerts raised: %llu\n", static_cast<unsigned long long>(summary.alerts));
  for (const std::string& alert : summary.last_alerts) std::printf("  %s\n", alert.c_str());
  std::printf("metrics: %s/metrics\n", summary.web_address.c_str());
  std::printf("trail: %s\n", summary.trail_path.c_str());
}

void print_status(const PipelineSummary& summary, std::int64_t elapsed_ms) {
  std::uint64_t masked = 0;
  for (const auto& [rule, count] : summary.redactions) masked += count;
  std::printf("DEMO %3lld s: %s, %s masked, %s\n", static_cast<long long>(elapsed_ms / 1000),
              count_of(summary.records, "record").c_str(), count_of(masked, "secret").c_str(),
              count_of(summary.alerts, "alert").c_str());
  std::fflush(stdout);
}

int print_verdict(const std::string& trail) {
  const auto report = verify_trail(real_files(), trail, {});
  if (!report) {
    print_error(report.error().message);
    return kExitFailed;
  }
  std::printf("$ clawtrail verify %s\n%s: %s\n", trail.c_str(), std::string(name_of(report->verdict)).c_str(),
              report->message.c_str());
  std::fflush(stdout);
  return report->verdict == Verdict::kIntact || report->verdict == Verdict::kTornTail ? kExitOk : kExitFailed;
}

/// Tells whether this host has an OpenClaw, for scripts that choose between `run` and `demo`.
int probe() {
  const std::vector<std::string> found = find_local_openclaw(real_files());
  for (const std::string& pattern : found) std::printf("%s\n", pattern.c_str());
  return found.empty() ? kExitFailed : kExitOk;
}

void print_greeting() {
  std::printf(
      "=== DEMO: a recorded gateway log is replayed as if it were live; this is not your gateway.\n"
      "=== Its trail is in a folder of its own; nobody is notified. A summary comes in %d seconds; Ctrl-C "
      "ends.\n",
      static_cast<int>(kSummaryAfterMs / 1000));
  std::fflush(stdout);
}

/// What a visitor sees while the demo runs. Threads: confined to the thread of run_until_stopped().
class DemoScreen {
 public:
  DemoScreen(Pipeline& pipeline, int seconds) : pipeline_(pipeline), seconds_(seconds) {}

  void tick() {
    const std::int64_t elapsed_ms = (system_clock().monotonic_ns() - begin_ns_) / 1'000'000;
    if (!told_ && elapsed_ms >= kSummaryAfterMs) {
      told_ = true;
      const PipelineSummary summary = pipeline_.summary();
      print_summary(summary);
      print_verdict(summary.trail_path);
    } else if (elapsed_ms >= next_status_ms_) {
      next_status_ms_ += kStatusEveryMs;
      print_status(pipeline_.summary(), elapsed_ms);
    }
    if (seconds_ > 0 && elapsed_ms >= std::int64_t{seconds_} * 1000) pipeline_.request_stop();
  }

 private:
  Pipeline& pipeline_;
  const int seconds_;
  const std::int64_t begin_ns_ = system_clock().monotonic_ns();
  std::int64_t next_status_ms_ = kStatusEveryMs;
  bool told_ = false;
};

int demo(const DemoFlags& flags) {
  signals::install();
  Diagnostics diagnostics;
  auto options = demo_options(flags, diagnostics);
  if (!options) {
    print_error(options.error().message);
    return kExitFailed;
  }
  auto started = Pipeline::start(real_files(), std::move(*options), diagnostics);
  if (!started) {
    print_diagnostics(diagnostics, false);
    print_error(started.error().message);
    return kExitFailed;
  }
  Pipeline& pipeline = **started;
  const std::string web_address = pipeline.summary().web_address;
  print_greeting();
  DemoScreen screen(pipeline, flags.seconds);
  pipeline.on_tick([&] { screen.tick(); });
  if (const Status done = pipeline.run_until_stopped(); !done) {
    print_error(done.error().message);
    return kExitFailed;
  }
  PipelineSummary summary = pipeline.summary();
  summary.web_address = web_address;  // The server has gone with the rest.
  print_summary(summary);
  const int verdict = print_verdict(summary.trail_path);
  std::printf("The demo's folder stays; remove it with: rm -r %s\n", parent_of(summary.trail_path).c_str());
  return verdict;
}

}  // namespace

void add_demo(CLI::App& app, int& exit_code) {
  auto flags = std::make_shared<DemoFlags>();
  CLI::App* command = app.add_subcommand("demo", "Replays a recorded gateway log as if it were live");
  command->add_option("--log", flags->log, "The recorded log; default: the one that is shipped")
      ->type_name("FILE");
  command->add_option("--seconds", flags->seconds, "Leave after so many seconds; default: on Ctrl-C")
      ->check(CLI::Range(1, 86400));
  command->add_flag("--probe", flags->probe,
                    "Only say where the OpenClaw of this host logs; exit code 1: there is none");
  command->footer("Example:  clawtrail demo --seconds 60");
  command->callback([flags, &exit_code] { exit_code = flags->probe ? probe() : demo(*flags); });
}

}  // namespace clawtrail
