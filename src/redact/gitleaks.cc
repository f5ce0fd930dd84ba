// SPDX-License-Identifier: Apache-2.0
#include "redact/gitleaks.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "clawtrail/base/check.h"
#include "clawtrail/base/limits.h"
#include "redact/gitleaks_toml.h"

namespace clawtrail::redact {

namespace {

constexpr std::size_t kLiteralBytesMin = 2;
constexpr std::size_t kLiteralBytesMax = 200;

/// A rule as it is written, before it is merged with the one that it extends.
struct Written {
  std::string id, regex;
  Location where, regex_where;
  int secret_group = 0;
  double entropy = 0;
  bool path = false, skip_report = false;
  std::vector<std::string> keywords;
  std::vector<std::shared_ptr<const GitleaksAllowlist>> allowlists;
  std::string allowed;  ///< the allowlists, for the digest
};

struct TargetedList {
  std::vector<std::string> targets;
  Allowed list;
  Location where;
};

/// One file, read.
struct Document {
  std::vector<Written> rules;
  std::vector<TargetedList> lists;
  std::vector<std::string> disabled;
  bool stands_in = false;  ///< [extend] useDefault: rules of gitleaks itself may be meant
};

/// Reads one file.
class DocumentReader {
 public:
  DocumentReader(const YamlNode& root, Diagnostics& diagnostics) : root_(root), diagnostics_(diagnostics) {}

  Document read() {
    check_keys(root_, {"title", "description", "minVersion", "extend", "rules", "allowlist", "allowlists"},
               {}, "a gitleaks file", diagnostics_);
    read_extend(toml_member(root_, "extend"));
    const YamlNode rules = toml_member(root_, "rules");
    if (rules.exists() && !rules.is_list()) {
      diagnostics_.error(rules.where(), "rules must be tables", "write [[rules]]");
    }
    for (const YamlNode& node : rules.items()) read_rule(node);
    each_allowlist(root_, [&](const YamlNode& node) {
      Allowed list = read_allowlist(node, true, diagnostics_);
      const YamlNode targets = toml_member(node, "targetRules");
      out_.lists.push_back({targets.as_strings(diagnostics_, "targetRules"), std::move(list), node.where()});
    });
    return std::move(out_);
  }

 private:
  void read_extend(const YamlNode& node) {
    if (!node.exists()) return;
    check_keys(node, {"useDefault", "path", "disabledRules", "url"}, {"useDefault", "path", "disabledRules"},
               "extend", diagnostics_);
    out_.stands_in =
        toml_member(node, "useDefault").as_bool(diagnostics_, "extend.useDefault").value_or(false);
    out_.disabled = toml_member(node, "disabledRules").as_strings(diagnostics_, "extend.disabledRules");
    if (out_.stands_in) {
      diagnostics_.note(toml_member(node, "useDefault").where(),
                        "extend.useDefault: clawtrail's own rules stand in for the ones of gitleaks");
    }
    if (out_.stands_in && !out_.disabled.empty()) {
      diagnostics_.note(toml_member(node, "disabledRules").where(),
                        "extend.disabledRules has no effect on clawtrail's own rules");
    }
    if (const YamlNode url = toml_member(node, "url"); url.exists()) {
      diagnostics_.error(url.where(), "extend.url is not followed, so rules would be missing",
                         "download the file and name it in extend.path");
    }
  }

  void read_rule(const YamlNode& node) {
    if (!node.is_map()) {
      diagnostics_.error(node.where(), "a rule must be a table", "write [[rules]]");
      return;
    }
    check_keys(node,
               {"id", "description", "regex", "path", "secretGroup", "entropy", "keywords", "tags",
                "allowlist", "allowlists", "required", "skipReport"},
               {"regex", "secretGroup", "entropy", "keywords", "allowlist", "allowlists", "skipReport"},
               "a gitleaks rule", diagnostics_);
    Written rule;
    rule.where = node.where();
    rule.id = toml_member(node, "id").as_string(diagnostics_, "id").value_or("");
    if (rule.id.empty()) {
      diagnostics_.error(node.where(), "a gitleaks rule has no id");
      return;
    }
    const YamlNode regex = toml_member(node, "regex");
    rule.regex = regex.as_string(diagnostics_, "regex").value_or("");
    rule.regex_where = regex.exists() ? regex.where() : node.where();
    rule.path = toml_member(node, "path").exists();
    rule.secret_group = static_cast<int>(
        toml_member(node, "secretGroup").as_int(diagnostics_, "secretGroup", 0, 63).value_or(0));
    rule.entropy = read_entropy(toml_member(node, "entropy"));
    rule.keywords = toml_member(node, "keywords").as_strings(diagnostics_, "keywords");
    rule.skip_report = toml_member(node, "skipReport").as_bool(diagnostics_, "skipReport").value_or(false);
    if (toml_member(node, "required").exists()) {
      diagnostics_.note(node.where(), "rule \"" + rule.id +
                                          "\": clawtrail masks what its regex finds, also where the rules "
                                          "under \"required\" find nothing");
    }
    each_allowlist(node, [&](const YamlNode& entry) {
      Allowed list = read_allowlist(entry, false, diagnostics_);
      rule.allowed += list.digest;
      if (list.list) rule.allowlists.push_back(std::move(list.list));
    });
    out_.rules.push_back(std::move(rule));
  }

  double read_entropy(const YamlNode& node) {
    const auto text = node.as_string(diagnostics_, "entropy");
    if (!text) return 0;
    char* end = nullptr;
    const double value = std::strtod(text->c_str(), &end);
    if (text->empty() || *end != '\0' || !std::isfinite(value) || value < 0 || value > 8) {
      diagnostics_.error(node.where(), "entropy must be a number from 0 to 8");
      return 0;
    }
    return value;
  }

  /// Each entry of [[allowlists]], or the older [allowlist].
  template <typename Function>
  void each_allowlist(const YamlNode& node, const Function& read) {
    const YamlNode old = toml_member(node, "allowlist"), lists = toml_member(node, "allowlists");
    if (old.exists() && lists.exists()) {
      diagnostics_.error(old.where(), "allowlist and allowlists cannot be used together",
                         "make it one more [[allowlists]]");
    }
    for (const YamlNode& list : {old, lists}) {
      if (list.is_map()) read(list);
      if (list.is_scalar()) diagnostics_.error(list.where(), "an allowlist must be a table");
      for (const YamlNode& item : list.items()) {
        item.is_map() ? read(item) : diagnostics_.error(item.where(), "an allowlist must be a table");
      }
    }
  }

  const YamlNode& root_;
  Diagnostics& diagnostics_;
  Document out_;
};

/// Puts what `rule` says over the rule that it extends.
void merge(Written& rule, const Written& base) {
  if (rule.entropy == 0) rule.entropy = base.entropy;
  if (rule.secret_group == 0) rule.secret_group = base.secret_group;
  if (rule.regex.empty()) {
    rule.regex = base.regex;
    rule.regex_where = base.regex_where;
  }
  rule.path |= base.path;
  rule.keywords.insert(rule.keywords.end(), base.keywords.begin(), base.keywords.end());
  rule.allowlists.insert(rule.allowlists.end(), base.allowlists.begin(), base.allowlists.end());
  rule.allowed += base.allowed;
}

Written* find_rule(std::vector<Written>& rules, const std::string& id) {
  const auto place =
      std::find_if(rules.begin(), rules.end(), [&](const Written& rule) { return rule.id == id; });
  return place == rules.end() ? nullptr : &*place;
}

/// Adds what `base` has and `top` has not disabled.
void extend(Document& top, Document base, Diagnostics& diagnostics) {
  for (const std::string& id : top.disabled) {
    const bool there = find_rule(base.rules, id) != nullptr;
    if (!there && !top.stands_in && !base.stands_in)
      diagnostics.warning(top.rules.empty() ? Location{} : top.rules.front().where,
                          "extend.disabledRules names \"" + id + "\", which the extended file does not have");
  }
  for (Written& rule : base.rules) {
    if (std::find(top.disabled.begin(), top.disabled.end(), rule.id) != top.disabled.end()) continue;
    if (Written* const own = find_rule(top.rules, rule.id)) {
      merge(*own, rule);
    } else {
      top.rules.push_back(std::move(rule));
    }
  }
  for (TargetedList& list : base.lists) top.lists.push_back(std::move(list));
  top.stands_in |= base.stands_in;
}

/// Gives every rule the lists of the whole file that are meant for it.
void spread_lists(Document& document, Diagnostics& diagnostics) {
  for (const TargetedList& list : document.lists) {
    for (const std::string& id : list.targets) {
      if (find_rule(document.rules, id) != nullptr) continue;
      if (document.stands_in) {
        diagnostics.note(list.where, "the allowlist for \"" + id +
                                         "\" has no effect: clawtrail's own rules stand in for gitleaks'");
        continue;
      }
      std::vector<std::string> ids;
      for (const Written& rule : document.rules) ids.push_back(rule.id);
      const std::string close = suggest(id, ids);
      diagnostics.warning(list.where, "targetRules names \"" + id + "\", but there is no such rule",
                          close.empty() ? "" : "did you mean \"" + close + "\"?");
    }
    for (Written& rule : document.rules) {
      const auto& targets = list.targets;
      if (!targets.empty() && std::find(targets.begin(), targets.end(), rule.id) == targets.end()) continue;
      rule.allowed += list.list.digest;
      if (list.list.list) rule.allowlists.push_back(list.list.list);
    }
  }
}

bool is_ascii(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// The keywords as literals of the scan; none if one of them cannot be found so.
std::vector<Literal> literals_of(const std::vector<std::string>& keywords) {
  std::vector<Literal> literals;
  for (const std::string& keyword : keywords) {
    if (keyword.size() < kLiteralBytesMin || !is_ascii(keyword)) return {};
    literals.push_back({keyword.substr(0, kLiteralBytesMax), true, Follow::kAny, 0, false, false});
  }
  return literals;
}

std::string digest_of(const Written& rule) {
  std::string out = rule.id + '\0' + rule.regex + '\0' + std::to_string(rule.secret_group) + '\0' +
                    std::to_string(rule.entropy);
  for (const std::string& keyword : rule.keywords) out += '\0' + keyword;
  return out + '\0' + rule.allowed;
}

std::shared_ptr<const GitleaksRule> compile(const Written& rule, bool stands_in, Diagnostics& diagnostics) {
  if (rule.regex.empty()) {
    if (rule.path) {
      diagnostics.note(rule.where, "rule \"" + rule.id + "\" is about file names only; a stream has none");
    } else if (stands_in) {
      diagnostics.note(rule.where, "rule \"" + rule.id +
                                       "\" has no regex: what it changes in gitleaks' own rule has no effect "
                                       "on clawtrail's");
    } else {
      diagnostics.error(rule.where, "rule \"" + rule.id + "\" has neither regex nor path");
    }
    return nullptr;
  }
  if (rule.path) {
    diagnostics.note(rule.where,
                     "rule \"" + rule.id + "\": its regex applies to every line, whatever its path says");
  }
  if (rule.skip_report) {
    diagnostics.note(rule.where, "rule \"" + rule.id + "\" has skipReport: what it finds is not masked");
    return nullptr;
  }
  auto regex = compile_go_regex(rule.regex);
  if (!regex) {
    diagnostics.error(rule.regex_where, "rule \"" + rule.id + "\": " + regex.error().message,
                      "patterns follow https://github.com/google/re2/wiki/Syntax");
    return nullptr;
  }
  if (rule.secret_group > regex->groups()) {
    diagnostics.error(rule.where, "rule \"" + rule.id + "\": secretGroup is " +
                                      std::to_string(rule.secret_group) + ", but the regex has " +
                                      std::to_string(regex->groups()) + " groups");
    return nullptr;
  }
  auto out = std::make_shared<GitleaksRule>();
  out->id = rule.id;
  out->regex = std::move(*regex);
  out->secret_group = rule.secret_group;
  out->entropy = rule.entropy;
  out->keywords = rule.keywords;
  out->allowlists = rule.allowlists;
  out->literals = literals_of(rule.keywords);
  out->digest = digest_of(rule);
  out->where = rule.where;
  return out;
}

}  // namespace

std::vector<std::shared_ptr<const GitleaksRule>> load_gitleaks(const GitleaksConfig& config,
                                                               Diagnostics& diagnostics) {
  Document all;
  // From the innermost file outwards, so that what is merged is whole.
  for (auto file = config.documents.rbegin(); file != config.documents.rend(); ++file) {
    Document document = DocumentReader(*file, diagnostics).read();
    if (file != config.documents.rbegin()) extend(document, std::move(all), diagnostics);
    all = std::move(document);
  }
  spread_lists(all, diagnostics);
  std::vector<std::shared_ptr<const GitleaksRule>> rules;
  std::set<std::string> ids;
  for (const Written& rule : all.rules) {
    if (!ids.insert(rule.id).second)
      diagnostics.warning(rule.where, "the rule id \"" + rule.id + "\" is used twice; both rules apply");
    if (auto compiled = compile(rule, all.stands_in, diagnostics)) rules.push_back(std::move(compiled));
  }
  return rules;
}

}  // namespace clawtrail::redact
