// SPDX-License-Identifier: Apache-2.0
#include "redact/gitleaks_toml.h"

#include <algorithm>

namespace clawtrail::redact {

namespace {

std::string small_letters(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

/// Writes (?<name>…) as (?P<name>…).
std::string with_long_names(const std::string& pattern) {
  std::string out;
  bool in_class = false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    out += c;
    if (c == '\\' && i + 1 < pattern.size()) {
      out += pattern[++i];
    } else if (in_class) {
      in_class = c != ']';
    } else if (c == '[') {
      in_class = true;
      // A ']' right at the beginning is one of the class.
      if (pattern.compare(i + 1, 1, "^") == 0) out += pattern[++i];
      if (pattern.compare(i + 1, 1, "]") == 0) out += pattern[++i];
    } else if (c == '(' && pattern.compare(i + 1, 2, "?<") == 0) {
      out += "?P";
      ++i;
    }
  }
  return out;
}

bool read_condition(const YamlNode& node, Diagnostics& diagnostics) {
  const std::string text = small_letters(node.as_string(diagnostics, "condition").value_or(""));
  if (text == "and" || text == "&&") return true;
  if (!text.empty() && text != "or" && text != "||") {
    diagnostics.error(node.where(), "\"" + node.text() + "\" is no condition of an allowlist",
                      "use OR or AND");
  }
  return false;
}

GitleaksAllowlist::Target read_target(const YamlNode& node, Diagnostics& diagnostics) {
  using Target = GitleaksAllowlist::Target;
  const std::string text = node.as_string(diagnostics, "regexTarget").value_or("");
  if (text == "match") return Target::kMatch;
  if (text == "line") return Target::kLine;
  if (!text.empty() && text != "secret") {
    const std::string close = suggest(text, {"secret", "match", "line"});
    diagnostics.error(node.where(), "\"" + text + "\" is no regexTarget",
                      close.empty() ? "use secret, match or line" : "did you mean \"" + close + "\"?");
  }
  return Target::kSecret;
}

}  // namespace

YamlNode toml_member(const YamlNode& table, const std::string& key) {
  const std::string wanted = small_letters(key);
  for (const auto& [name, value] : table.entries()) {
    if (small_letters(name.text()) == wanted) return value;
  }
  return {};
}

void check_keys(const YamlNode& table, const std::vector<std::string>& known,
                const std::vector<std::string>& decisive, const std::string& context,
                Diagnostics& diagnostics) {
  for (const auto& [name, value] : table.entries()) {
    const std::string key = small_letters(name.text());
    const bool is_known = std::any_of(known.begin(), known.end(),
                                      [&](const std::string& k) { return small_letters(k) == key; });
    if (is_known) continue;
    const std::string close = suggest(name.text(), known);
    const std::string message = "unknown key \"" + name.text() + "\" in " + context;
    const std::string help = close.empty() ? "" : "did you mean \"" + close + "\"?";
    const bool decides = std::find(decisive.begin(), decisive.end(), close) != decisive.end();
    decides ? diagnostics.error(name.where(), message, help)
            : diagnostics.warning(name.where(), message + "; it is ignored", help);
  }
}

Allowed read_allowlist(const YamlNode& table, bool global, Diagnostics& diagnostics) {
  std::vector<std::string> known{"description", "condition",   "commits",  "paths",
                                 "regexes",     "regexTarget", "stopwords"};
  if (global) known.emplace_back("targetRules");
  // Each of them decides: an allowlist read wrongly masks what it should not, or the other way round.
  check_keys(table, known, known, "an allowlist", diagnostics);
  GitleaksAllowlist list;
  list.all = read_condition(toml_member(table, "condition"), diagnostics);
  list.target = read_target(toml_member(table, "regexTarget"), diagnostics);
  Allowed out;
  out.digest = list.all ? "and" : "or";
  out.digest += std::to_string(static_cast<int>(list.target));
  const YamlNode regexes = toml_member(table, "regexes");
  for (const YamlNode& item : regexes.is_scalar() ? std::vector{regexes} : regexes.items()) {
    const auto text = item.as_string(diagnostics, "an entry of regexes");
    if (!text) continue;
    auto regex = compile_go_regex(*text);
    if (!regex) {
      diagnostics.error(item.where(), "an allowlist: " + regex.error().message,
                        "patterns follow https://github.com/google/re2/wiki/Syntax");
      continue;
    }
    list.regexes.push_back(std::move(*regex));
    out.digest += '\0' + *text;
  }
  for (const std::string& word : toml_member(table, "stopwords").as_strings(diagnostics, "stopwords")) {
    if (word.empty()) {
      diagnostics.error(table.where(), "an empty stop word would allow every secret");
      continue;
    }
    list.stop_words.push_back(small_letters(word));
    out.digest += '\0' + word;
  }
  const bool elsewhere = toml_member(table, "paths").exists() || toml_member(table, "commits").exists();
  const bool nothing = list.regexes.empty() && list.stop_words.empty();
  if (elsewhere && (nothing || list.all)) {
    diagnostics.note(table.where(),
                     "the allowlist asks for a path or a commit, which a stream has not; it allows nothing");
  } else if (nothing) {
    diagnostics.warning(table.where(), "the allowlist is empty; it allows nothing");
  } else {
    out.list = std::make_shared<const GitleaksAllowlist>(std::move(list));
  }
  return out;
}

Result<Regex> compile_go_regex(const std::string& pattern) {
  return Regex::compile(with_long_names(pattern));
}

}  // namespace clawtrail::redact

namespace clawtrail {

YamlNode gitleaks_base(const YamlNode& document) {
  return redact::toml_member(redact::toml_member(document, "extend"), "path");
}

}  // namespace clawtrail
