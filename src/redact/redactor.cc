// SPDX-License-Identifier: Apache-2.0
#include "clawtrail/redact/redactor.h"

#include <algorithm>
#include <set>

#include "clawtrail/base/check.h"
#include "clawtrail/base/encoding.h"
#include "clawtrail/base/hash.h"
#include "redact/carrier.h"
#include "redact/emit.h"
#include "redact/engine.h"
#include "redact/gitleaks.h"
#include "redact/issuer_match.h"
#include "redact/json_walk.h"
#include "redact/mask.h"
#include "redact/rule_match.h"
#include "redact/rule_set.h"

namespace clawtrail {

namespace {

using redact::Action;
using redact::Engine;
using redact::EngineScratch;
using redact::RuleSet;

/// A masked line is searched again until nothing more is found, so that a second run changes nothing. Two
/// rounds are the rule; a line that still changes after these is left at its last form.
constexpr int kRoundsMax = 6;
/// Patterns that are tried on the raw line; a line with more candidates is searched.
constexpr std::size_t kTriesMax = 32;

class RulesRedactor final : public Redactor {
 public:
  RulesRedactor(RuleSet rules, std::shared_ptr<const Scanner> windows, redact::MaskTemplate mask,
                std::string digest)
      : rules_(std::move(rules)),
        window_scanner_(std::move(windows)),
        windows_(rules_.windows, *window_scanner_),
        mask_(std::move(mask)),
        digest_(std::move(digest)) {}

  ~RulesRedactor() override {
    for (Literal& literal : rules_.text.literals) {
      if (literal.secret) wipe(literal.bytes.data(), literal.bytes.size());
    }
  }
  RulesRedactor(const RulesRedactor&) = delete;
  RulesRedactor& operator=(const RulesRedactor&) = delete;

  const LiteralSet& literals() const override { return rules_.text.literals; }

  void bind(std::shared_ptr<const Scanner> scanner, LiteralRange range) override {
    CHECK(scanner != nullptr && range.count == rules_.text.literals.size());
    scanner_ = std::move(scanner);
    range_ = range;
  }

  std::unique_ptr<RedactScratch> make_scratch() const override {
    CHECK(scanner_ != nullptr);
    auto scratch = std::make_unique<EngineScratch>();
    scratch->scan = scanner_->make_scratch();
    scratch->windows.scan = window_scanner_->make_scratch();
    return scratch;
  }

  bool redact(std::string_view line, std::span<const Hit> hits, bool overflow, RedactScratch& scratch,
              std::string& out, std::vector<Redaction>& redactions) const override {
    CHECK(scanner_ != nullptr);
    if (!scratch.decoded_literals.empty()) scratch.decoded_literals.clear();
    auto& own = static_cast<EngineScratch&>(scratch);
    own.valid_json.reset();
    if (!overflow && rules_.always.empty() && scratch.carried.empty() && !needs_search(line, hits, own)) {
      out.append(line);
      return false;
    }
    return search(line, hits, overflow, own, out, redactions);
  }

  std::unique_ptr<Carrier> make_carrier() const override {
    CHECK(scanner_ != nullptr);
    const std::shared_ptr<RedactScratch> memory = make_scratch();
    return redact::make_carrier(redact::carry_ids(rules_.text.literals, range_),
                                [this, memory](std::string_view text, std::vector<redact::NamedSpan>& out) {
                                  find(text, static_cast<EngineScratch&>(*memory), out);
                                });
  }

  bool every_line() const override { return !rules_.always.empty(); }
  std::size_t rules() const override {
    const auto is_rule = [](const redact::CompiledPattern& p) { return p.gitleaks != nullptr; };
    return rules_.rules.size() +
           static_cast<std::size_t>(std::count_if(rules_.patterns.begin(), rules_.patterns.end(), is_rule));
  }
  std::string fingerprint(std::string_view secret) const override { return mask_.fingerprint(secret); }
  std::string digest() const override { return digest_; }

 private:
  bool needs_search(std::string_view line, std::span<const Hit> hits, EngineScratch& scratch) const {
    std::size_t tried = 0;
    for (const Hit& hit : hits) {
      if (!range_.contains(hit.literal)) continue;
      const Literal& literal = rules_.text.literals[hit.literal - range_.first];
      const Span place{hit.end - literal.bytes.size(), hit.end};
      for (const Action action : rules_.text.actions[hit.literal - range_.first]) {
        // A literal with a tail after it is rare enough.
        if (action.kind == Action::Kind::kRule && (literal.follow != Follow::kAny || ++tried > kTriesMax))
          return true;
        if (matters(line, place, action, scratch)) return true;
      }
    }
    return false;
  }

  /// Cheap tests on raw text, so that frequent words cost no decoding.
  bool matters(std::string_view line, Span literal, Action action, EngineScratch& scratch) const {
    switch (action.kind) {
      case Action::Kind::kField:
        return redact::may_assign_secret(line, literal.end, rules_.user_names);
      case Action::Kind::kRun: {
        const Span run = redact::run_before(line, literal.end);
        return window_matters(line, redact::with_context(line, run), run, scratch);
      }
      case Action::Kind::kRule:
        return redact::may_match(rules_.rules[action.index], line, literal);
      case Action::Kind::kContext:
        return window_matters(line, redact::with_context(line, literal), {}, scratch);
      default:
        return true;
    }
  }

  /// Whether the line is JSON is asked only where it decides, and once.
  static bool belongs_to_issuer(std::string_view line, Span word, EngineScratch& scratch) {
    if (!redact::may_belong_to_issuer(line, word, false)) return false;
    if (redact::may_belong_to_issuer(line, word, true)) return true;
    if (!scratch.valid_json) scratch.valid_json = redact::is_json_container(line);
    return !*scratch.valid_json;
  }

  bool window_matters(std::string_view line, Span window, Span run, EngineScratch& scratch) const {
    return windows_.each(line, window, scratch.windows, [&](Action action, Span literal) {
      if (action.kind == Action::Kind::kRule && rules_.rules[action.index].issuer)
        return belongs_to_issuer(line, literal, scratch);
      return action.kind == Action::Kind::kRule || (literal.begin >= run.begin && literal.end <= run.end);
    });
  }

  /// The secrets of a text, as they are found in the first round.
  void find(std::string_view text, EngineScratch& scratch, std::vector<redact::NamedSpan>& out) const {
    const bool overflow = scanner_->scan(text, *scratch.scan, scratch.line_hits);
    Engine engine(rules_, *scanner_, range_, windows_, mask_, scratch);
    engine.run(text, scratch.line_hits, overflow);
    for (const redact::Found& found : scratch.found) {
      if (!found.note) out.emplace_back(found.span, found.rule);
    }
    scratch.reset();
  }

  static void add_carried(EngineScratch& scratch) {
    for (const CarriedSecret& carried : scratch.carried) {
      redact::Found found;
      found.span = carried.span;
      found.secret = carried.secret;
      found.rule = carried.rule;
      found.priority = redact::Priority::kUnique;
      found.level = carried.level;
      found.note = carried.note;
      found.open = carried.open;
      scratch.found.push_back(found);
    }
  }

  bool search(std::string_view line, std::span<const Hit> hits, bool overflow, EngineScratch& scratch,
              std::string& out, std::vector<Redaction>& redactions) const {
    if (overflow) {
      // The block had too many hits; this line alone may have few.
      overflow = scanner_->scan(line, *scratch.scan, scratch.line_hits);
      hits = scratch.line_hits;
    }
    std::string_view text = line;
    bool changed = false;
    std::vector<std::uint32_t> decoded;
    for (int round = 0; round < kRoundsMax; ++round) {
      Engine engine(rules_, *scanner_, range_, windows_, mask_, scratch);
      engine.run(text, hits, overflow);
      if (round == 0) add_carried(scratch);
      std::string& written = scratch.rounds[round % 2];
      written.clear();
      if (!redact::emit(text, engine.is_json(), round == 0, scratch.found, mask_, written, redactions)) break;
      if (!changed) decoded = scratch.decoded_literals;
      changed = true;
      text = written;
      overflow = scanner_->scan(text, *scratch.scan, scratch.line_hits);
      hits = scratch.line_hits;
    }
    out.append(text);
    // Only the line as it came counts, not what is left of it in later rounds.
    if (changed) scratch.decoded_literals = std::move(decoded);
    return changed;
  }

  RuleSet rules_;
  std::shared_ptr<const Scanner> window_scanner_;
  redact::Windows windows_;
  redact::MaskTemplate mask_;
  std::string digest_;
  std::shared_ptr<const Scanner> scanner_;
  LiteralRange range_;
};

void update_field(Sha256& hash, std::string_view text) {
  std::string size;
  append_number(size, static_cast<std::uint64_t>(text.size()));
  hash.update(size + ":");
  hash.update(text);
}

/// Over all that decides what is masked, the deployment's secrets excepted.
std::string digest_of(const RuleSet& rules, const RedactorOptions& options) {
  Sha256 hash;
  for (const redact::Rule& rule : rules.rules) {
    update_field(hash, rule.id);
    update_field(hash, rule.regex ? rule.regex->pattern() : "");
    for (const Literal& literal : rule.literals) update_field(hash, literal.bytes);
    for (const std::string& keyword : rule.keywords) update_field(hash, keyword);
    std::string shape;
    append_number(shape, static_cast<std::uint64_t>(rule.unique) * 8 + static_cast<std::uint64_t>(rule.end));
    append_number(shape, static_cast<std::uint64_t>(rule.window_bytes));
    update_field(hash, shape + rule.alphabet.to_string());
  }
  for (const redact::CompiledPattern& pattern : rules.patterns) {
    if (pattern.gitleaks != nullptr) update_field(hash, pattern.gitleaks->digest);
  }
  for (const UserPattern& pattern : options.user_patterns) update_field(hash, pattern.pattern);
  update_field(hash, options.replacement);
  return hex(as_text(hash.finish()));
}

/// Every id that a mask can name.
std::set<std::string> ids_of(const RuleSet& rules) {
  std::set<std::string> ids;
  for (const std::string_view id : {redact::kKnownSecretId, redact::kUserPatternId, redact::kOverBudgetId})
    ids.emplace(id);
  for (const redact::Rule& rule : rules.rules) ids.insert(rule.id);
  for (const redact::CompiledPattern& pattern : rules.patterns) {
    if (pattern.gitleaks != nullptr) ids.insert(pattern.gitleaks->id);
  }
  return ids;
}

}  // namespace

std::unique_ptr<Redactor> Redactor::load(const std::vector<YamlNode>& packs, const KnownSecrets& known,
                                         RedactorOptions options, Diagnostics& diagnostics) {
  RuleSet rules;
  std::set<std::string> ids;
  for (const YamlNode& pack : packs) {
    for (redact::Rule& rule : redact::load_rules(pack, diagnostics)) {
      if (!ids.insert(rule.id).second) {
        diagnostics.error(rule.where, "the rule id \"" + rule.id + "\" is used twice");
        continue;
      }
      rules.rules.push_back(std::move(rule));
    }
  }
  rules.patterns = redact::compile_patterns(options.user_patterns, diagnostics);
  for (const GitleaksConfig& config : options.gitleaks) {
    for (auto& rule : redact::load_gitleaks(config, diagnostics)) {
      redact::CompiledPattern pattern;
      pattern.gitleaks = std::move(rule);
      rules.patterns.push_back(std::move(pattern));
    }
  }
  for (const KnownSecret& secret : known.all()) {
    for (redact::Spelling& spelling : redact::spellings_of(secret.value.view()))
      rules.spellings.push_back(std::move(spelling));
  }
  rules.build();
  // Concerns no rule; a Carrier looks at the lines that have it.
  rules.text.literals.push_back({std::string(redact::kDeltaMark), false, Follow::kAny, 0, false, false});
  rules.text.actions.emplace_back();
  const LiteralSet* const windows[] = {&rules.windows.literals};
  auto compiled = compile_scanner(windows, options.cache_dir);
  if (!compiled) {
    diagnostics.error({}, compiled.error().message);
    return nullptr;
  }
  std::string digest = digest_of(rules, options);
  redact::MaskTemplate mask(options.replacement, std::move(options.fingerprint_key), ids_of(rules));
  return std::make_unique<RulesRedactor>(std::move(rules), compiled->scanner, std::move(mask),
                                         std::move(digest));
}

}  // namespace clawtrail
