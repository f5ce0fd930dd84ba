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

constexpr std::int64_t kSummaryAfterMs = 20'000;
constexpr std::size_t kPlantEvery = 15;  // lines between two planted secrets

struct DemoFlags {
  std::string log;
  int seconds = 0;
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
  std::printf(
      "=== DEMO: no OpenClaw was found on this host, so a recorded gateway log is replayed as if it were "
      "live.\n"
      "=== Its trail is in a folder of its own; nobody is notified. A summary comes in %d seconds; Ctrl-C "
      "ends.\n",
      static_cast<int>(kSummaryAfterMs / 1000));
  std::fflush(stdout);
  const std::int64_t begin = system_clock().monotonic_ns();
  bool told = false;
  pipeline.on_tick([&] {
    const std::int64_t elapsed_ms = (system_clock().monotonic_ns() - begin) / 1'000'000;
    if (!told && elapsed_ms >= kSummaryAfterMs) {
      told = true;
      print_summary(pipeline.summary());
      print_verdict(pipeline.summary().trail_path);
    }
    if (flags.seconds > 0 && elapsed_ms >= std::int64_t{flags.seconds} * 1000) pipeline.request_stop();
  });
  if (const Status done = pipeline.run_until_stopped(); !done) {
    print_error(done.error().message);
    return kExitFailed;
  }
  print_summary(pipeline.summary());
  return print_verdict(pipeline.summary().trail_path);
}

}  // namespace

void add_demo(CLI::App& app, int& exit_code) {
  auto flags = std::make_shared<DemoFlags>();
  CLI::App* command = app.add_subcommand("demo", "Replays a recorded gateway log as if it were live");
  command->add_option("--log", flags->log, "The recorded log; default: the one that is shipped");
  command->add_option("--seconds", flags->seconds, "Leave after so many seconds; default: on Ctrl-C")
      ->check(CLI::Range(1, 86400));
  command->footer("Example:  clawtrail demo --seconds 30");
  command->callback([flags, &exit_code] { exit_code = demo(*flags); });
}

}  // namespace clawtrail
