// SPDX-License-Identifier: Apache-2.0
// How fast lines are redacted on one core, beside memcpy of the same bytes. Checks its own answer: every
// planted secret is masked, exactly the planted lines are changed.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "clawtrail/base/check.h"
#include "clawtrail/base/encoding.h"
#include "clawtrail/redact/filter.h"
#include "redact/generate.h"

namespace clawtrail {
namespace {

constexpr std::size_t kCorpusLines = 100'000;

std::string made(std::string_view pattern, redact::Seed& seed) {
  const auto text = redact::generate(pattern, seed);
  CHECK(text.has_value());
  return *text;
}

struct Corpus {
  std::string text;
  std::vector<std::string> secrets;  ///< one a changed line
};

/// Gateway-like JSON lines of about half a kilobyte; every `every`-th holds a secret (0: none).
Corpus make_corpus(std::size_t every) {
  static const std::vector<std::string> kMessages{
      "ws connection opened conn=[0-9a-f]{8} remote=127.0.0.1:[1-9][0-9]{3}",
      "auth failed conn=[0-9a-f]{8} reason=token_mismatch",
      "embedded run tool end: runId=[0-9a-f]{8} tool=exec exit=0",
      "model call done runId=[0-9a-f]{8} inputTokens=[1-9][0-9]{3} outputTokens=812",
      "config reload evaluated hash=[0-9a-f]{8} changed=1",
      "tool start: read path=/home/openclaw/notes-[0-9]{3}.md"};
  static const std::vector<std::string> kSecrets{"sk-ant-api03-[A-Za-z0-9_-]{93}AA", "ghp_[A-Za-z0-9]{36}",
                                                 "AKIA[A-Z2-7]{16}", "xoxb-[0-9]{12}-[A-Za-z0-9]{24}"};
  Corpus corpus;
  redact::Seed seed(7);
  for (std::size_t i = 0; i < kCorpusLines; ++i) {
    std::string words = made("[a-z]{3,9}", seed);
    for (std::size_t n = 5 + seed.below(35); n > 0; --n) words += " " + made("[a-z]{2,8}", seed);
    if (every != 0 && i % every == 0) {
      corpus.secrets.push_back(made(kSecrets[seed.below(kSecrets.size())], seed));
      words += " " + corpus.secrets.back();
    }
    corpus.text +=
        R"({"time":"2026-11-20T10:00:00.)" + made("[0-9]{3}", seed) +
        R"(Z","level":"INFO","hostname":"gateway-1","0":"{\"subsystem\":\"gateway/ws\"}","1":")" +
        made(kMessages[seed.below(kMessages.size())], seed) + R"(","2":)" + json_string(words) +
        R"(,"_meta":{"runtime":"node","runtimeVersion":"24.16.0","logLevelId":3,"path":{"fileName":"subsystem.js","fileLine":")" +
        made("[1-9][0-9]{2}", seed) + "\"}}}\n";
  }
  return corpus;
}

struct Bound {
  std::unique_ptr<Redactor> redactor;
  std::shared_ptr<const Scanner> scanner;
};

/// The rules of all packs as they are written, in the order of the files' names.
std::vector<std::string> written_rules() {
  static constexpr std::string_view kStart = "\n  - id: ";
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(CLAWTRAIL_SOURCE_DIR "/patterns/secrets")) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<std::string> rules;
  for (const auto& path : files) {
    std::ifstream file(path);
    const std::string text(std::istreambuf_iterator<char>(file), {});
    std::size_t at = text.find(kStart);
    while (at != std::string::npos) {
      const std::size_t next = text.find(kStart, at + 1);
      rules.push_back(text.substr(at, std::min(next, text.size()) - at));
      at = next;
    }
  }
  return rules;
}

/// Four rules that mask what the corpus holds, and others up to `count`, spread evenly over the packs; 0:
/// all.
Bound bind_packs(std::size_t count) {
  Diagnostics diagnostics;
  const std::vector<std::string> all = written_rules();
  const std::size_t wanted = count == 0 ? all.size() : std::min(count, all.size());
  std::string text = "rules:";
  for (std::size_t i = 0; i < all.size(); ++i) {
    bool take = (i + 1) * wanted / all.size() > i * wanted / all.size();
    for (const char* id : {"anthropic-api-key", "github-token", "aws-access-key-id", "slack-token"})
      take |= all[i].starts_with(std::string("\n  - id: ") + id + "\n");
    if (take) text += all[i];
  }
  const std::vector<YamlNode> packs{parse_yaml(text, "bench.yaml", diagnostics)};
  Bound bound;
  bound.redactor =
      Redactor::load(packs, KnownSecrets(), {"[REDACTED]", std::string(32, 'k'), {}}, diagnostics);
  CHECK(!diagnostics.has_errors());
  const LiteralSet* const sets[] = {&bound.redactor->literals()};
  auto build = compile_scanner(sets);
  CHECK(build.ok());
  bound.scanner = build->scanner;
  bound.redactor->bind(bound.scanner, build->ranges[0]);
  return bound;
}

/// Seconds of the fastest of a few copies, for the ratio.
double memcpy_seconds(const std::string& text, std::string& out) {
  out.resize(text.size());
  double best = 1e9;
  for (int i = 0; i < 5; ++i) {
    const auto start = std::chrono::steady_clock::now();
    std::memcpy(out.data(), text.data(), text.size());
    benchmark::DoNotOptimize(out.data());
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return best;
}

void redact_lines(benchmark::State& state) {
  const Corpus corpus = make_corpus(static_cast<std::size_t>(state.range(0)));
  const Bound bound = bind_packs(static_cast<std::size_t>(state.range(1)));
  std::string out;
  const double copy = memcpy_seconds(corpus.text, out);
  FilterStats stats;
  double best = 1e9;
  for (auto _ : state) {
    std::size_t at = 0, written = 0;
    const auto start = std::chrono::steady_clock::now();
    auto result = redact_stream(
        [&](char* bytes, std::size_t size) -> Result<std::size_t> {
          const std::size_t got = std::min(size, corpus.text.size() - at);
          std::memcpy(bytes, corpus.text.data() + at, got);
          at += got;
          return got;
        },
        [&](std::string_view bytes) {
          CHECK(written + bytes.size() <= out.size());
          std::memcpy(out.data() + written, bytes.data(), bytes.size());
          written += bytes.size();
          return Status();
        },
        *bound.redactor, *bound.scanner);
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    CHECK(result.ok());
    stats = *result;
    CHECK(stats.lines == kCorpusLines && stats.lines_changed == corpus.secrets.size());
    state.PauseTiming();
    const std::string_view redacted(out.data(), written);
    for (std::size_t i = 0; i < corpus.secrets.size(); i += 100)
      CHECK(redacted.find(corpus.secrets[i]) == std::string_view::npos);
    state.ResumeTiming();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(corpus.text.size()) * state.iterations());
  state.counters["of_memcpy"] = copy / best;
  state.counters["changed"] = static_cast<double>(stats.lines_changed);
  state.counters["rules"] = static_cast<double>(bound.redactor->rules());
}
BENCHMARK(redact_lines)
    ->ArgNames({"secret_every", "rules"})
    ->ArgsProduct({{0, 100}, {50, 100, 250, 500, 1000, 0}})
    ->Unit(benchmark::kMillisecond);

void scan_only(benchmark::State& state) {
  const Corpus corpus = make_corpus(0);
  const Bound bound = bind_packs(static_cast<std::size_t>(state.range(1)));
  const auto scratch = bound.scanner->make_scratch();
  std::vector<Hit> hits;
  const auto block = static_cast<std::size_t>(state.range(0));
  for (auto _ : state) {
    for (std::size_t at = 0; at < corpus.text.size(); at += block) {
      CHECK(!bound.scanner->scan(std::string_view(corpus.text).substr(at, block), *scratch, hits));
    }
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(corpus.text.size()) * state.iterations());
}
BENCHMARK(scan_only)->ArgName("block")->Arg(64 << 10)->Arg(512 << 10)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace clawtrail

BENCHMARK_MAIN();
