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
#include "redact/mask.h"
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

class RulesRedactor final : public Redactor {
 public:
  RulesRedactor(RuleSet rules, redact::MaskTemplate mask, std::string digest)
      : rules_(std::move(rules)), mask_(std::move(mask)), digest_(std::move(digest)) {}

  ~RulesRedactor() override {
    for (Literal& literal : rules_.literals) {
      if (literal.secret) wipe(literal.bytes.data(), literal.bytes.size());
    }
  }
  RulesRedactor(const RulesRedactor&) = delete;
  RulesRedactor& operator=(const RulesRedactor&) = delete;

  const LiteralSet& literals() const override { return rules_.literals; }

  void bind(std::shared_ptr<const Scanner> scanner, LiteralRange range) override {
    CHECK(scanner != nullptr && range.count == rules_.literals.size());
    scanner_ = std::move(scanner);
    range_ = range;
  }

  std::unique_ptr<RedactScratch> make_scratch() const override {
    CHECK(scanner_ != nullptr);
    auto scratch = std::make_unique<EngineScratch>();
    scratch->scan = scanner_->make_scratch();
    return scratch;
  }

  bool redact(std::string_view line, std::span<const Hit> hits, bool overflow, RedactScratch& scratch,
              std::string& out, std::vector<Redaction>& redactions) const override {
    CHECK(scanner_ != nullptr);
    if (!scratch.decoded_literals.empty()) scratch.decoded_literals.clear();
    if (!overflow && rules_.always.empty() && scratch.carried.empty() && !needs_search(line, hits)) {
      out.append(line);
      return false;
    }
    return search(line, hits, overflow, static_cast<EngineScratch&>(scratch), out, redactions);
  }

  std::unique_ptr<Carrier> make_carrier() const override {
    CHECK(scanner_ != nullptr);
    const std::shared_ptr<RedactScratch> memory = make_scratch();
    return redact::make_carrier(redact::carry_ids(rules_.literals, range_),
                                [this, memory](std::string_view text, std::vector<redact::NamedSpan>& out) {
                                  find(text, static_cast<EngineScratch&>(*memory), out);
                                });
  }

  bool every_line() const override { return !rules_.always.empty(); }
  std::size_t rules() const override { return rules_.rules.size(); }
  std::string digest() const override { return digest_; }

 private:
  bool needs_search(std::string_view line, std::span<const Hit> hits) const {
    for (const Hit& hit : hits) {
      if (!range_.contains(hit.literal)) continue;
      for (const Action action : rules_.actions[hit.literal - range_.first]) {
        if (action.kind != Action::Kind::kField) return true;
        if (redact::may_assign_secret(line, hit.end, rules_.user_names)) return true;
      }
    }
    return false;
  }

  /// The secrets of a text, as they are found in the first round.
  void find(std::string_view text, EngineScratch& scratch, std::vector<redact::NamedSpan>& out) const {
    const bool overflow = scanner_->scan(text, *scratch.scan, scratch.line_hits);
    Engine engine(rules_, *scanner_, range_, mask_, scratch);
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
      Engine engine(rules_, *scanner_, range_, mask_, scratch);
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
  for (const UserPattern& pattern : options.user_patterns) update_field(hash, pattern.pattern);
  update_field(hash, options.replacement);
  return hex(as_text(hash.finish()));
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
  for (const KnownSecret& secret : known.all()) {
    for (redact::Spelling& spelling : redact::spellings_of(secret.value.view()))
      rules.spellings.push_back(std::move(spelling));
  }
  rules.build();
  // Concerns no rule; a Carrier looks at the lines that have it.
  rules.literals.push_back({std::string(redact::kDeltaMark), false, Follow::kAny, 0, false, false});
  rules.actions.emplace_back();
  std::string digest = digest_of(rules, options);
  redact::MaskTemplate mask(options.replacement, std::move(options.fingerprint_key));
  return std::make_unique<RulesRedactor>(std::move(rules), std::move(mask), std::move(digest));
}

}  // namespace clawtrail
