// SPDX-License-Identifier: Apache-2.0
// Lines a second of one core: the decoder alone, the lane without redaction (decode, build, hash), and the
// whole lane with the shipped rules. Each run checks its own answer: records, types and the hash over all
// leaves.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "clawtrail/base/check.h"
#include "clawtrail/base/encoding.h"
#include "clawtrail/base/hash.h"
#include "clawtrail/base/limits.h"
#include "clawtrail/intake/lane.h"

namespace {

using namespace clawtrail;

std::string read(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(std::string(CLAWTRAIL_SOURCE_DIR) + "/" + path, std::ios::binary).rdbuf();
  CHECK(!text.str().empty());
  return text.str();
}

std::shared_ptr<const Classifier> classifier() {
  Diagnostics diagnostics;
  std::vector<YamlNode> documents;
  for (const char* path : {"patterns/events/openclaw.yaml", "patterns/events/audit.yaml"}) {
    documents.push_back(parse_yaml(read(path), path, diagnostics));
  }
  auto loaded = Classifier::load(documents, TrustedProxies(), diagnostics);
  CHECK(!diagnostics.has_errors());
  return loaded;
}

/// A small generator (Knuth's MMIX constants), so that the lines are the same on every machine.
struct Random {
  std::uint64_t state = 7;
  std::uint64_t next(std::uint64_t below) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (state >> 33) % below;
  }
};

/// A line of about 500 bytes in the shape of the standard corpus: most meet no rule, like most of a gateway's
/// log.
std::string gateway_line(Random& random, int number) {
  constexpr std::array<const char*, 8> kSubsystems = {
      "gateway", "gateway/ws", "agent/embedded", "plugins",
      "cron",    "diagnostic", "gateway/reload", "channels/telegram"};
  constexpr std::array<const char*, 6> kMessages = {
      "ws connection opened conn=6955bcd8 remote=127.0.0.1:50122",
      "embedded run tool end: runId=k17 tool=exec toolCallId=c1",
      "sendMessage ok chat=4711 message=12",
      "message received: channel=webchat sessionId=unknown sessionKey=agent:main:main",
      "config reload evaluated hash=77aa changed=0",
      "heartbeat: webhooks=0/0/0 active=1 waiting=0 queued=0"};
  constexpr std::array<const char*, 8> kWords = {"the",     "quick",   "gateway", "session",
                                                 "handled", "request", "and",     "channel"};
  char time[32];
  std::snprintf(time, sizeof time, "2026-11-20T10:%02d:%02d.%03d", number / 60'000 % 60, number / 1000 % 60,
                number % 1000);
  std::string text;
  while (text.size() < 120) text += std::string(kWords[random.next(kWords.size())]) + " ";
  const std::string message = std::string(kMessages[random.next(kMessages.size())]) + " " + text;
  const std::string name =
      std::string(R"({\"subsystem\":\")") + kSubsystems[random.next(kSubsystems.size())] + R"(\"})";
  return "{\"0\":\"" + name + "\",\"1\":\"" + message +
         "\",\"_meta\":{\"runtime\":\"node\",\"runtimeVersion\":\"26.10.0\"," + "\"date\":\"" + time +
         "Z\",\"logLevelId\":3,\"logLevelName\":\"INFO\",\"name\":\"" + name + "\"},\"time\":\"" + time +
         "+00:00\",\"hostname\":\"gateway-1\",\"traceId\":\"60409242629b23fe283565360a009a2a\"}";
}

RawBatch make_batch(const std::vector<std::string>& lines) {
  RawBatch batch;
  batch.source = "gateway-log";
  batch.generation = 1;
  batch.observed = *parse_rfc3339("2026-11-21T10:00:00Z");
  for (std::size_t i = 0; batch.bytes.size() < limits::kBatchBytesSoft; ++i) {
    const std::string& line = lines[i % lines.size()];
    RawLine raw;
    raw.offset = static_cast<std::uint32_t>(batch.bytes.size());
    raw.size = static_cast<std::uint32_t>(line.size());
    raw.position = raw.offset;
    batch.bytes += line + '\n';
    batch.lines.push_back(raw);
  }
  batch.bytes.append(JsonParser::kPadding, '\0');
  return batch;
}

/// Lines without secrets, or with a made-up key in every hundredth.
RawBatch generated_batch(bool secrets = false) {
  Random random;
  std::vector<std::string> lines;
  for (int i = 0; i < 2000; ++i) {
    std::string line = gateway_line(random, i);
    if (secrets && i % 100 == 0) {
      std::string key =
          "sk-"
          "ant-api03-";
      while (key.size() < 106) key += static_cast<char>('a' + random.next(26));
      line.insert(line.size() - 1, ",\"note\":\"use " + key + "AA\"");
    }
    lines.push_back(std::move(line));
  }
  return make_batch(lines);
}

/// The captured log: nearly every line meets a rule.
RawBatch captured_batch() {
  std::vector<std::string> lines;
  std::istringstream stream(read("tests/data/openclaw-2026.9.6.jsonl"));
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return make_batch(lines);
}

class NoScanner : public Scanner {
 public:
  std::unique_ptr<ScanScratch> make_scratch() const override { return std::make_unique<ScanScratch>(); }
  bool scan(std::string_view, ScanScratch&, std::vector<Hit>& hits) const override {
    hits.clear();
    return false;
  }
  std::size_t literals() const override { return 0; }
};

class NoRedactor : public Redactor {
 public:
  const LiteralSet& literals() const override { return set_; }
  void bind(std::shared_ptr<const Scanner>, LiteralRange) override {}
  std::unique_ptr<RedactScratch> make_scratch() const override { return std::make_unique<RedactScratch>(); }
  bool redact(std::string_view line, std::span<const Hit>, bool, RedactScratch&, std::string& out,
              std::vector<Redaction>&) const override {
    out += line;
    return false;
  }
  bool every_line() const override { return false; }
  std::size_t rules() const override { return 0; }
  std::string fingerprint(std::string_view) const override { return ""; }
  std::string digest() const override { return ""; }

 private:
  LiteralSet set_;
};

std::shared_ptr<LaneProgram> program_without_redaction() {
  auto program = std::make_shared<LaneProgram>();
  program->scanner = std::make_shared<NoScanner>();
  program->redactor = std::make_shared<NoRedactor>();
  program->classifier = classifier();
  return program;
}

/// The shipped rules, two known secrets and the guide's alert literals.
std::shared_ptr<LaneProgram> whole_program() {
  Diagnostics diagnostics;
  std::vector<std::string> paths;
  const std::string folder = "patterns/secrets/";
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(CLAWTRAIL_SOURCE_DIR) + "/" + folder)) {
    if (entry.path().extension() == ".yaml") paths.push_back(folder + entry.path().filename().string());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<YamlNode> packs;
  for (const std::string& path : paths) packs.push_back(parse_yaml(read(path), path, diagnostics));
  KnownSecrets known;
  known.add("GATEWAY_TOKEN", "gw" + hex(as_text(sha256("a known secret"))).substr(0, 30));
  RedactorOptions options;
  options.fingerprint_key = std::string(32, 'k');
  std::shared_ptr<Redactor> redactor = Redactor::load(packs, known, std::move(options), diagnostics);
  CHECK(!diagnostics.has_errors());
  const LiteralSet conditions = {{"sk-ant-api"}, {"sk-proj-"}};
  const LiteralSet* sets[] = {&redactor->literals(), &conditions};
  auto built = compile_scanner(sets);
  CHECK(built.ok());
  redactor->bind(built->scanner, built->ranges[0]);
  auto program = std::make_shared<LaneProgram>();
  program->scanner = built->scanner;
  program->redactor = redactor;
  program->redactor_range = built->ranges[0];
  program->condition_range = built->ranges[1];
  program->condition_names = {"anthropic", "openai"};
  program->classifier = classifier();
  return program;
}

std::string digest_of(const RedactedBatch& batch) {
  Sha256 all;
  for (const Digest& leaf : batch.leaves()) all.update(as_text(leaf));
  return hex(as_text(all.finish()));
}

void count(benchmark::State& state, const RawBatch& batch) {
  const auto rounds = static_cast<std::int64_t>(state.iterations());
  state.SetItemsProcessed(rounds * static_cast<std::int64_t>(batch.lines.size()));
  state.SetBytesProcessed(rounds * static_cast<std::int64_t>(batch.bytes.size()));
}

void decode(benchmark::State& state, const RawBatch& batch) {
  EventDecoder decoder(classifier());
  std::size_t typed = 0;
  for (auto _ : state) {
    typed = 0;
    for (const RawLine& line : batch.lines) {
      const Event& event = decoder.decode(std::string_view(batch.bytes).substr(line.offset, line.size));
      typed += event.clock == EventClock::kEvent ? 1 : 0;
    }
  }
  CHECK(typed == batch.lines.size());
  count(state, batch);
}

void run_lane(benchmark::State& state, const RawBatch& batch, const std::shared_ptr<LaneProgram>& program) {
  Lane lane(program);
  const std::string expected = digest_of(Lane(program).process(batch));
  std::string given;
  for (auto _ : state) {
    RedactedBatch done = lane.process(batch);
    CHECK(done.size() == batch.lines.size());
    state.PauseTiming();
    if (given.empty()) given = digest_of(done);
    state.ResumeTiming();
    lane.recycle(std::move(done));
  }
  CHECK(given == expected);
  count(state, batch);
}

void BM_DecodeGenerated(benchmark::State& state) { decode(state, generated_batch()); }
void BM_DecodeCaptured(benchmark::State& state) { decode(state, captured_batch()); }
void BM_LaneWithoutRedaction(benchmark::State& state) {
  run_lane(state, generated_batch(), program_without_redaction());
}
void BM_LaneClean(benchmark::State& state) { run_lane(state, generated_batch(), whole_program()); }
void BM_LaneOnePercentSecrets(benchmark::State& state) {
  run_lane(state, generated_batch(true), whole_program());
}
void BM_LaneCaptured(benchmark::State& state) { run_lane(state, captured_batch(), whole_program()); }
BENCHMARK(BM_DecodeGenerated);
BENCHMARK(BM_DecodeCaptured);
BENCHMARK(BM_LaneWithoutRedaction);
BENCHMARK(BM_LaneClean);
BENCHMARK(BM_LaneOnePercentSecrets);
BENCHMARK(BM_LaneCaptured);

}  // namespace

BENCHMARK_MAIN();
