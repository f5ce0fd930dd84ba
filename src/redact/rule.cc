// SPDX-License-Identifier: Apache-2.0
#include "redact/rule.h"

#include <algorithm>
#include <array>

#include "clawtrail/base/check.h"

namespace clawtrail::redact {

namespace {

constexpr std::size_t kLiteralBytesMin = 2;
constexpr std::size_t kLiteralBytesMax = 255;
constexpr std::size_t kIssuerBytesMin = 3;
constexpr std::int64_t kWindowBytesMax = 16384;
constexpr std::uint8_t kTailDefault = 8;

const std::vector<std::string> kKeys{
    "id",      "description", "source",   "tier",   "field", "literals", "caseless", "tail",
    "pattern", "group",       "anchored", "before", "max",   "end",      "alphabet", "border",
    "entropy", "validators",  "keywords", "within", "match", "no_match", "issuers",  "shape"};

void add_range(ByteSet& set, char from, char to) {
  for (int c = static_cast<unsigned char>(from); c <= static_cast<unsigned char>(to); ++c) {
    set.set(static_cast<std::size_t>(c));
  }
}

bool add_escape(ByteSet& set, char c) {
  switch (c) {
    case 'w':
      add_range(set, 'a', 'z');
      add_range(set, 'A', 'Z');
      set.set('_');
      [[fallthrough]];
    case 'd':
      add_range(set, '0', '9');
      return true;
    case 's':
      for (const char space : {' ', '\t', '\n', '\r'}) add_range(set, space, space);
      return true;
    case 'n':
      add_range(set, '\n', '\n');
      return true;
    default:
      if (is_word(c)) return false;
      add_range(set, c, c);
      return true;
  }
}

template <typename T>
struct Named {
  const char* name;
  T value;
};
constexpr std::array<Named<EndMode>, 4> kEnds{{{"extend", EndMode::kExtend},
                                               {"exact", EndMode::kExact},
                                               {"free", EndMode::kFree},
                                               {"pem", EndMode::kPem}}};
constexpr std::array<Named<NameKind>, 5> kFields{{{"password", NameKind::kPassword},
                                                  {"token", NameKind::kToken},
                                                  {"key", NameKind::kKey},
                                                  {"authorization", NameKind::kAuthorization},
                                                  {"cookie", NameKind::kCookie}}};
constexpr std::array<Named<Validator>, 7> kValidators{{{"luhn", Validator::kLuhn},
                                                       {"iban", Validator::kIban},
                                                       {"cased", Validator::kCased},
                                                       {"crc32_base62", Validator::kCrc32Base62},
                                                       {"jwt", Validator::kJwt},
                                                       {"mixed", Validator::kMixed},
                                                       {"snowflake", Validator::kSnowflake}}};

template <typename T, std::size_t N>
std::optional<T> named(const YamlNode& node, const std::string& text, const std::array<Named<T>, N>& list,
                       const std::string& what, Diagnostics& diagnostics) {
  std::vector<std::string> names;
  for (const auto& entry : list) {
    if (text == entry.name) return entry.value;
    names.emplace_back(entry.name);
  }
  const std::string close = suggest(text, names);
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
  diagnostics.error(node.where(), "\"" + text + "\" is no " + what,
                    close.empty() ? "one of: " + all : "did you mean \"" + close + "\"?");
  return std::nullopt;
}

/// Outside of its groups the pattern asks for 16 or more of a class within [A-Za-z0-9+/_-], and has no
/// alternative.
bool has_run(const std::string& pattern) {
  static constexpr int kRunBytesMin = 16;
  const ByteSet run = *parse_byte_set("[A-Za-z0-9+/_-]");
  bool found = false;
  int depth = 0;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    const char c = pattern[at];
    if (c == '\\') {
      ++at;
    } else if (c == '(') {
      ++depth;
    } else if (c == ')') {
      --depth;
    } else if (c == '|' && depth == 0) {
      return false;
    } else if (c == '[') {
      const std::size_t open = at;
      for (++at; at < pattern.size() && pattern[at] != ']'; ++at) at += pattern[at] == '\\' ? 1U : 0U;
      const bool repeated =
          pattern.compare(at + 1, 1, "{") == 0 && std::atoi(pattern.c_str() + at + 2) >= kRunBytesMin;
      if (depth > 0 || !repeated) continue;
      const auto set = parse_byte_set(pattern.substr(open, at + 1 - open));
      found |= set && (*set & ~run).none();
    }
  }
  return found;
}

/// Reads one entry of `rules`.
class RuleReader {
 public:
  RuleReader(const YamlNode& node, Diagnostics& diagnostics) : node_(node), diagnostics_(diagnostics) {}

  std::optional<Rule> read() {
    const std::size_t errors = diagnostics_.errors();
    if (!node_.is_map()) {
      diagnostics_.error(node_.where(), "a rule must be a map", "start it with \"- id: NAME\"");
      return std::nullopt;
    }
    node_.reject_unknown_keys(diagnostics_, kKeys, "a rule");
    rule_.where = node_.where();
    read_header();
    read_shape();
    read_checks();
    if (node_["issuers"].exists()) {
      read_issuer();
    } else {
      read_literals();
    }
    if (rule_.issuer) {
      if (node_["pattern"].exists()) fail(node_["pattern"], "a rule about issuers has a shape, no pattern");
    } else if (rule_.field) {
      if (node_["pattern"].exists()) fail(node_["pattern"], "a rule about fields has no pattern");
    } else {
      read_pattern();
    }
    examples("match", rule_.match);
    examples("no_match", rule_.no_match);
    if (rule_.match.empty()) fail(node_, "rule \"" + rule_.id + "\" has no example under \"match\"");
    if (diagnostics_.errors() > errors) return std::nullopt;
    return std::move(rule_);
  }

 private:
  void fail(const YamlNode& node, const std::string& message, const std::string& help = "") {
    diagnostics_.error(node.exists() ? node.where() : node_.where(), message, help);
  }

  std::string string_of(const char* key) { return node_[key].as_string(diagnostics_, key).value_or(""); }

  void read_header() {
    rule_.id = string_of("id");
    rule_.description = string_of("description");
    rule_.source = string_of("source");
    const auto valid = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
    if (rule_.id.empty() || !std::all_of(rule_.id.begin(), rule_.id.end(), valid)) {
      fail(node_["id"], "a rule needs an id of small letters, digits and '-'");
    }
    if (rule_.description.empty()) fail(node_, "rule \"" + rule_.id + "\" has no description");
    if (rule_.source.empty()) {
      fail(node_, "rule \"" + rule_.id + "\" has no source",
           "give the address of the issuer's documentation");
    }
    const std::string tier = string_of("tier");
    rule_.unique = tier == "unique";
    if (!rule_.unique && tier != "ambiguous") fail(node_["tier"], "the tier must be unique or ambiguous");
    if (const YamlNode field = node_["field"]; field.exists()) {
      rule_.field = named(field, string_of("field"), kFields, "kind of field", diagnostics_);
    }
  }

  void read_shape() {
    rule_.anchored = node_["anchored"].as_bool(diagnostics_, "anchored").value_or(true);
    rule_.border = node_["border"].as_bool(diagnostics_, "border").value_or(true);
    rule_.before =
        static_cast<std::size_t>(node_["before"].as_int(diagnostics_, "before", 0, 256).value_or(0));
    rule_.window_bytes =
        static_cast<std::size_t>(node_["max"].as_int(diagnostics_, "max", 1, kWindowBytesMax).value_or(512));
    rule_.end = rule_.unique ? EndMode::kExtend : EndMode::kExact;
    if (const YamlNode end = node_["end"]; end.exists()) {
      rule_.end = named(end, string_of("end"), kEnds, "way to end", diagnostics_).value_or(rule_.end);
    }
    std::string alphabet = string_of("alphabet");
    if (alphabet.empty()) alphabet = "[\\w-]";
    if (const auto set = parse_byte_set(alphabet)) {
      rule_.alphabet = *set;
    } else {
      fail(node_["alphabet"], "the alphabet must be one class like [A-Za-z0-9_-]");
    }
  }

  void read_checks() {
    if (const auto text = node_["entropy"].as_string(diagnostics_, "entropy")) {
      char* end = nullptr;
      rule_.entropy_min = std::strtod(text->c_str(), &end);
      if (*end != '\0' || rule_.entropy_min < 0 || rule_.entropy_min > 8)
        fail(node_["entropy"], "entropy is 0 to 8 bits");
      if (rule_.unique)
        fail(node_["entropy"], "a unique prefix is always masked: no entropy", "make it ambiguous");
    }
    const YamlNode validators = node_["validators"];
    for (const std::string& name : validators.as_strings(diagnostics_, "validators")) {
      if (const auto v = named(validators, name, kValidators, "validator", diagnostics_))
        rule_.validators.push_back(*v);
    }
    rule_.keywords = node_["keywords"].as_strings(diagnostics_, "keywords");
    rule_.within =
        static_cast<std::size_t>(node_["within"].as_int(diagnostics_, "within", 1, 512).value_or(64));
  }

  void read_literals() {
    const bool caseless = node_["caseless"].as_bool(diagnostics_, "caseless").value_or(false);
    const bool starts_token = rule_.anchored && rule_.border && !rule_.field;
    const auto tail =
        node_["tail"].as_int(diagnostics_, "tail", 0, 255).value_or(starts_token ? kTailDefault : 0);
    rule_.token_shaped = rule_.anchored && tail > 0;
    for (const std::string& bytes : node_["literals"].as_strings(diagnostics_, "literals")) {
      if (bytes.size() < kLiteralBytesMin || bytes.size() > kLiteralBytesMax) {
        fail(node_["literals"], "a literal has 2 to 255 bytes");
        continue;
      }
      Literal literal{bytes, caseless, Follow::kAny, 0, starts_token && is_word(bytes[0]), false};
      if (rule_.field) {
        literal.follow = Follow::kAssignment;
        literal.caseless = true;
      } else if (bytes == "://") {
        literal.follow = Follow::kUserInfo;
      } else if (tail > 0) {
        literal.follow = Follow::kTokenTail;
        literal.tail_min = static_cast<std::uint8_t>(tail);
      }
      rule_.literals.push_back(std::move(literal));
    }
    if (rule_.literals.empty()) {
      fail(node_["literals"], "rule \"" + rule_.id + "\" has no literals",
           "name a part that every match contains");
    }
  }

  void read_issuer() {
    rule_.issuer = true;
    for (const std::string& word : node_["issuers"].as_strings(diagnostics_, "issuers")) {
      if (word.size() < kIssuerBytesMin || word.size() > kLiteralBytesMax) {
        fail(node_["issuers"], "an issuer's word has 3 to 255 bytes");
        continue;
      }
      rule_.literals.push_back({word, true, Follow::kAny, 0, false, false});
    }
    const std::string shape = string_of("shape");
    if (rule_.unique) fail(node_["tier"], "a shape beside an issuer's word is ambiguous");
    if (shape.empty()) fail(node_, "rule \"" + rule_.id + "\" has no shape");
    auto regex = Regex::compile("[^A-Za-z0-9](" + shape + ")(?:[^A-Za-z0-9]|\\z)", false);
    if (!regex) return fail(node_["shape"], regex.error().message);
    rule_.group = 1;
    rule_.regex = std::move(*regex);
  }

  void read_pattern() {
    const std::string pattern = string_of("pattern");
    if (pattern.empty()) {
      fail(node_, "rule \"" + rule_.id + "\" has no pattern");
      return;
    }
    const bool caseless = !rule_.literals.empty() && rule_.literals.front().caseless;
    auto regex = Regex::compile(rule_.anchored ? "\\A(?:" + pattern + ")" : pattern, caseless);
    if (!regex) {
      fail(node_["pattern"], regex.error().message);
      return;
    }
    rule_.group = static_cast<int>(node_["group"]
                                       .as_int(diagnostics_, "group", 0, regex->groups())
                                       .value_or(regex->groups() > 0 ? 1 : 0));
    rule_.regex = std::move(*regex);
    rule_.has_run = rule_.anchored && has_run(pattern);
  }

  void examples(const char* key, std::vector<Example>& out) {
    const YamlNode list = node_[key];
    if (list.is_scalar()) out.push_back({list.text(), list.where()});
    for (const YamlNode& item : list.items()) {
      if (!item.is_scalar()) {
        fail(item, "an example must be a string", "put it in single quotes");
        continue;
      }
      out.push_back({item.text(), item.where()});
    }
  }

  const YamlNode& node_;
  Diagnostics& diagnostics_;
  Rule rule_;
};

}  // namespace

std::optional<ByteSet> parse_byte_set(const std::string& text) {
  if (text.size() < 3 || text.front() != '[' || text.back() != ']') return std::nullopt;
  ByteSet set;
  const std::size_t end = text.size() - 1;
  for (std::size_t i = 1; i < end; ++i) {
    if (text[i] == '\\') {
      if (i + 1 == end || !add_escape(set, text[++i])) return std::nullopt;
    } else if (i + 2 < end && text[i + 1] == '-') {
      if (text[i] > text[i + 2]) return std::nullopt;
      add_range(set, text[i], text[i + 2]);
      i += 2;
    } else {
      add_range(set, text[i], text[i]);
    }
  }
  return set;
}

std::vector<Rule> load_rules(const YamlNode& pack, Diagnostics& diagnostics) {
  std::vector<Rule> rules;
  if (!pack.is_map() || !pack["rules"].is_list()) {
    diagnostics.error(pack.where(), "a rule pack must have a list \"rules\"");
    return rules;
  }
  pack.reject_unknown_keys(diagnostics, {"rules"}, "a rule pack");
  for (const YamlNode& node : pack["rules"].items()) {
    if (auto rule = RuleReader(node, diagnostics).read()) rules.push_back(std::move(*rule));
  }
  return rules;
}

}  // namespace clawtrail::redact
