// SPDX-License-Identifier: Apache-2.0
// The tests written beside the rules.
#include <algorithm>

#include "clawtrail/base/check.h"
#include "clawtrail/base/encoding.h"
#include "clawtrail/redact/redactor.h"
#include "redact/generate.h"
#include "redact/rule.h"

namespace clawtrail {

namespace {

using redact::Example;
using redact::Expanded;
using redact::Rule;

constexpr int kSeedsPerExample = 3;

/// A redactor of the packs that can be asked about one line.
class Bench {
 public:
  Bench(const std::vector<YamlNode>& packs, Diagnostics& diagnostics) {
    redactor_ = Redactor::load(packs, KnownSecrets(), {}, diagnostics);
    const LiteralSet* const sets[] = {&redactor_->literals()};
    auto build = compile_scanner(sets);
    if (!build) {
      diagnostics.error({}, build.error().message);
      return;
    }
    scanner_ = build->scanner;
    redactor_->bind(scanner_, build->ranges[0]);
    scan_ = scanner_->make_scratch();
    scratch_ = redactor_->make_scratch();
  }

  bool usable() const { return scanner_ != nullptr; }

  std::string redact(const std::string& line, std::vector<Redaction>& redactions) {
    std::vector<Hit> hits;
    const bool overflow = scanner_->scan(line, *scan_, hits);
    std::string out;
    redactions.clear();
    redactor_->redact(line, hits, overflow, *scratch_, out, redactions);
    return out;
  }

 private:
  std::unique_ptr<Redactor> redactor_;
  std::shared_ptr<const Scanner> scanner_;
  std::unique_ptr<ScanScratch> scan_;
  std::unique_ptr<RedactScratch> scratch_;
};

std::uint64_t seed_of(const std::string& text, int round) {
  std::uint64_t hash = 14695981039346656037ULL + static_cast<std::uint64_t>(round);  // FNV-1a
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return hash;
}

/// `text` as a string in JSON: plainly, or with every letter and digit as \u00XX.
std::string json_line(const std::string& text, bool escape_all) {
  if (!escape_all) return R"({"message":)" + json_string(text) + "}";
  static constexpr char kHex[] = "0123456789abcdef";
  std::string inner;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (redact::is_word(c) && c != '_') {
      inner += "\\u00";
      inner += kHex[byte >> 4];
      inner += kHex[byte & 15];
    } else {
      const std::string quoted = json_string({&c, 1});
      inner += byte < 0x80 ? quoted.substr(1, quoted.size() - 2) : std::string(1, c);
    }
  }
  return R"({"message":")" + inner + "\"}";
}

std::string masked(const Expanded& example) {
  std::string out;
  std::size_t at = 0;
  for (const Span secret : example.secrets) {
    out += example.text.substr(at, secret.begin - at) + "[REDACTED]";
    at = secret.end;
  }
  return out + example.text.substr(at);
}

class ExampleRunner {
 public:
  ExampleRunner(Bench& bench, Diagnostics& diagnostics) : bench_(bench), diagnostics_(diagnostics) {}

  void run(const Rule& rule) {
    for (const Example& example : rule.match) each(rule, example, true);
    for (const Example& example : rule.no_match) each(rule, example, false);
  }
  std::size_t count() const { return count_; }

 private:
  void each(const Rule& rule, const Example& example, bool match) {
    ++count_;
    for (int round = 0; round < kSeedsPerExample; ++round) {
      redact::Seed seed(seed_of(example.text, round));
      const auto expanded = redact::expand_example(example.text, seed);
      if (!expanded || (match && expanded->secrets.empty())) {
        diagnostics_.error(example.where, "the example cannot be expanded: " + example.text,
                           "markers are listed in patterns/secrets/README.md");
        return;
      }
      if (!(match ? check_match(rule, example, *expanded) : check_no_match(rule, example, *expanded))) return;
    }
  }

  bool check_match(const Rule& rule, const Example& example, const Expanded& expanded) {
    std::vector<Redaction> redactions;
    const std::string want = masked(expanded);
    const bool one_line = expanded.text.find('\n') == std::string::npos;
    if (one_line && bench_.redact(expanded.text, redactions) != want)
      return fail(rule, example, "in a line of text");
    const std::string plain = bench_.redact(json_line(expanded.text, false), redactions);
    if (plain != json_line(want, false)) return fail(rule, example, "in a JSON string");
    const bool named = std::any_of(redactions.begin(), redactions.end(),
                                   [&](const Redaction& r) { return r.rule == rule.id; });
    if (!named)
      return fail(
          rule, example,
          "by this rule (\"" + std::string(redactions.empty() ? "none" : redactions[0].rule) + "\" does)");
    const std::string escaped = bench_.redact(json_line(expanded.text, true), redactions);
    if (redactions.size() != expanded.secrets.size())
      return fail(rule, example, "with every letter \\u-escaped");
    return true;
  }

  bool check_no_match(const Rule& rule, const Example& example, const Expanded& expanded) {
    std::vector<Redaction> redactions;
    for (const std::string& line :
         {expanded.text, json_line(expanded.text, false), json_line(expanded.text, true)}) {
      static_cast<void>(bench_.redact(line, redactions));
      for (const Redaction& redaction : redactions) {
        if (redaction.rule != rule.id) continue;
        diagnostics_.error(example.where,
                           "rule \"" + rule.id + "\" masks something in a no_match example: " + example.text);
        return false;
      }
    }
    return true;
  }

  bool fail(const Rule& rule, const Example& example, const std::string& how) {
    diagnostics_.error(example.where, "rule \"" + rule.id +
                                          "\": the secrets of the example are not masked exactly " + how +
                                          ": " + example.text);
    return false;
  }

  Bench& bench_;
  Diagnostics& diagnostics_;
  std::size_t count_ = 0;
};

}  // namespace

std::size_t test_secret_rules(const std::vector<YamlNode>& packs, Diagnostics& diagnostics) {
  const std::size_t errors = diagnostics.errors();
  Bench bench(packs, diagnostics);
  if (!bench.usable() || diagnostics.errors() > errors) return 0;
  ExampleRunner runner(bench, diagnostics);
  for (const YamlNode& pack : packs) {
    for (const Rule& rule : redact::load_rules(pack, diagnostics)) runner.run(rule);
  }
  return runner.count();
}

}  // namespace clawtrail
