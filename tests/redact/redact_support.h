// SPDX-License-Identifier: Apache-2.0
// A bound redactor of the shipped packs, for tests, the fuzzer and the benchmark.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "clawtrail/base/check.h"
#include "clawtrail/redact/filter.h"
#include "clawtrail/redact/redactor.h"

namespace clawtrail::test {

inline std::vector<YamlNode> shipped_packs() {
  std::vector<YamlNode> packs;
  Diagnostics diagnostics;
  for (const char* name : {"ai", "messaging", "forges", "clouds", "services", "generic"}) {
    const std::string path = std::string(CLAWTRAIL_SOURCE_DIR) + "/patterns/secrets/" + name + ".yaml";
    std::ifstream file(path);
    CHECK(file.good());
    packs.push_back(parse_yaml(std::string(std::istreambuf_iterator<char>(file), {}), path, diagnostics));
  }
  CHECK(!diagnostics.has_errors());
  return packs;
}

/// Every pack of the tree: slow to compile, so for tests that need one redactor.
inline std::vector<YamlNode> all_packs() {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(CLAWTRAIL_SOURCE_DIR "/patterns/secrets")) {
    if (entry.path().extension() == ".yaml") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<YamlNode> packs;
  Diagnostics diagnostics;
  for (const std::string& path : paths) {
    std::ifstream file(path);
    packs.push_back(parse_yaml(std::string(std::istreambuf_iterator<char>(file), {}), path, diagnostics));
  }
  CHECK(!diagnostics.has_errors());
  return packs;
}

/// What redact() did to one line.
struct Outcome {
  std::string line;
  bool changed = false;
  std::vector<Redaction> redactions;
  std::vector<std::uint32_t> decoded;

  bool has(std::string_view rule) const {
    for (const Redaction& redaction : redactions) {
      if (redaction.rule == rule) return true;
    }
    return false;
  }
};

class BoundRedactor {
 public:
  explicit BoundRedactor(RedactorOptions options = {}, const KnownSecrets& known = {},
                         const LiteralSet& other = {}, const std::vector<YamlNode>& packs = shipped_packs()) {
    Diagnostics diagnostics;
    options.fingerprint_key = std::string(32, 'k');
    redactor_ = Redactor::load(packs, known, std::move(options), diagnostics);
    CHECK(!diagnostics.has_errors());
    const LiteralSet* const sets[] = {&other, &redactor_->literals()};
    auto build = compile_scanner(sets);
    CHECK(build.ok());
    scanner_ = build->scanner;
    redactor_->bind(scanner_, build->ranges[1]);
    scan_ = scanner_->make_scratch();
    scratch_ = redactor_->make_scratch();
  }

  Outcome redact(std::string_view line) {
    Outcome outcome;
    const bool overflow = scanner_->scan(line, *scan_, hits_);
    outcome.changed = redactor_->redact(line, hits_, overflow, *scratch_, outcome.line, outcome.redactions);
    outcome.decoded = scratch_->decoded_literals;
    return outcome;
  }
  std::string line(std::string_view text) { return redact(text).line; }

  /// As a stream, read in portions of `portion` bytes.
  std::string stream(std::string_view text, std::size_t portion, FilterStats* stats = nullptr) {
    std::string out;
    const auto read = [&](char* bytes, std::size_t size) -> Result<std::size_t> {
      const std::size_t got = std::min({size, portion, text.size()});
      std::copy_n(text.data(), got, bytes);
      text.remove_prefix(got);
      return got;
    };
    const auto write = [&](std::string_view bytes) {
      out += bytes;
      return Status();
    };
    auto result = redact_stream(read, write, *redactor_, *scanner_);
    CHECK(result.ok());
    if (stats != nullptr) *stats = *result;
    return out;
  }

  const Redactor& redactor() const { return *redactor_; }
  const Scanner& scanner() const { return *scanner_; }

 private:
  std::unique_ptr<Redactor> redactor_;
  std::shared_ptr<const Scanner> scanner_;
  std::unique_ptr<ScanScratch> scan_;
  std::unique_ptr<RedactScratch> scratch_;
  std::vector<Hit> hits_;
};

}  // namespace clawtrail::test
