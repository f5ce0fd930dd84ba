// SPDX-License-Identifier: Apache-2.0
// A scanner and a redactor small enough to see through, for tests of the lane alone.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "clawtrail/base/limits.h"
#include "clawtrail/intake/lane.h"
#include "event/event_fixture.h"

namespace clawtrail {

/// Finds literals by comparing them at every byte.
class NaiveScanner : public Scanner {
 public:
  explicit NaiveScanner(std::vector<std::string> literals, std::size_t hits_max = limits::kHitsPerBlockMax)
      : literals_(std::move(literals)), hits_max_(hits_max) {}
  std::unique_ptr<ScanScratch> make_scratch() const override { return std::make_unique<ScanScratch>(); }
  bool scan(std::string_view block, ScanScratch& /*scratch*/, std::vector<Hit>& hits) const override {
    hits.clear();
    for (std::uint32_t end = 1; end <= block.size(); ++end) {
      for (std::uint32_t id = 0; id < literals_.size(); ++id) {
        if (!block.substr(0, end).ends_with(literals_[id])) continue;
        if (hits.size() == hits_max_) return true;
        hits.push_back({id, end});
      }
    }
    return false;
  }
  std::size_t literals() const override { return literals_.size(); }

 private:
  std::vector<std::string> literals_;
  std::size_t hits_max_;
};

/// Literal 0 is the secret: each hit of it is masked. A hit of literal 1 makes the decoded view hold
/// literal 3.
class MarkRedactor : public Redactor {
 public:
  explicit MarkRedactor(std::string secret) : set_{{std::move(secret)}} {}
  const LiteralSet& literals() const override { return set_; }
  void bind(std::shared_ptr<const Scanner> /*scanner*/, LiteralRange /*range*/) override {}
  std::unique_ptr<RedactScratch> make_scratch() const override { return std::make_unique<RedactScratch>(); }
  bool redact(std::string_view line, std::span<const Hit> hits, bool /*overflow*/, RedactScratch& scratch,
              std::string& out, std::vector<Redaction>& redactions) const override {
    std::size_t done = 0;
    for (const Hit& hit : hits) {
      if (hit.literal == 1) scratch.decoded_literals.push_back(3);
      if (hit.literal != 0) continue;
      out.append(line.substr(done, hit.end - set_[0].bytes.size() - done));
      out += "[REDACTED]";
      done = hit.end;
      redactions.push_back({"mark", "/1", "k1:0011", true});
    }
    out.append(line.substr(done));
    return done > 0;
  }
  bool every_line() const override { return false; }
  std::size_t rules() const override { return 1; }
  std::string fingerprint(std::string_view) const override { return ""; }
  std::string digest() const override { return ""; }

 private:
  LiteralSet set_;
};

inline constexpr std::string_view kMark = "TOPSECRET";

/// Literals: 0 the secret, 1 "decoded", 2 and 3 conditions "alpha" and "beta", 4 another spelling named
/// "alpha".
inline std::shared_ptr<LaneProgram> fake_program(std::size_t hits_max = limits::kHitsPerBlockMax) {
  auto program = std::make_shared<LaneProgram>();
  program->scanner = std::make_shared<NaiveScanner>(
      std::vector<std::string>{std::string(kMark), "decoded", "alpha", "beta", "ALPHA"}, hits_max);
  program->redactor = std::make_shared<MarkRedactor>(std::string(kMark));
  program->redactor_range = {0, 2};
  program->condition_range = {2, 3};
  program->condition_names = {"the \"alpha\"", "beta", "the \"alpha\""};
  program->classifier = shipped_classifier({"127.0.0.1"});
  program->salt_key.fill(7);
  return program;
}

/// Collects lines as a source does: each with a newline behind it, and the padding at the end.
class BatchBuilder {
 public:
  BatchBuilder() {
    batch_.source = "gateway-log";
    batch_.generation = 3;
    batch_.observed = *parse_rfc3339("2026-11-21T04:00:10.000Z");
  }
  RawLine& line(std::string_view text) {
    RawLine raw;
    raw.offset = static_cast<std::uint32_t>(batch_.bytes.size());
    raw.size = static_cast<std::uint32_t>(text.size());
    raw.position = 1000 + raw.offset;
    batch_.bytes.append(text);
    batch_.bytes += '\n';
    batch_.lines.push_back(raw);
    return batch_.lines.back();
  }
  RawBatch& raw() { return batch_; }
  const RawBatch& done() {
    batch_.bytes.append(JsonParser::kPadding, '\0');
    return batch_;
  }

 private:
  RawBatch batch_;
};

inline std::vector<std::string> records_of(const RedactedBatch& batch) {
  return lines_of(std::string(batch.bytes()));
}

}  // namespace clawtrail
