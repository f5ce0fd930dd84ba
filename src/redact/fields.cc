// SPDX-License-Identifier: Apache-2.0
#include "redact/fields.h"

#include <algorithm>
#include <array>

#include "clawtrail/base/check.h"

namespace clawtrail::redact {

namespace {

constexpr std::size_t kNameBytesMax = 96;
constexpr std::size_t kSpacesMax = 16;
constexpr std::size_t kSeparatorBytesMax = 5;

bool is_quote(char c) { return c == '"' || c == '\'' || c == '`'; }
bool is_space(char c) { return c == ' ' || c == '\t'; }
bool is_name_char(char c) { return is_token_char(c) || c == '.'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::size_t skip_spaces(std::string_view text, std::size_t at) {
  const std::size_t limit = std::min(text.size(), at + kSpacesMax);
  while (at < limit && is_space(text[at])) ++at;
  return at;
}

/// A quote with the backslashes before it: \\\" in JSON in JSON.
struct Quote {
  std::size_t backslashes = 0;
  char mark = '\0';  ///< 0 if there is none
  std::size_t end = 0;
};

Quote quote_at(std::string_view text, std::size_t at) {
  Quote quote;
  std::size_t i = at;
  while (i < text.size() && text[i] == '\\' && i - at < 16) ++i;
  if (i < text.size() && is_quote(text[i])) quote = {i - at, text[i], i + 1};
  return quote;
}

/// Start of the closing quote (with its backslashes) of a value that begins at `at`; `limit` if there is
/// none. With k = 2^depth - 1 backslashes before the quotes, a backslash inside is spelled with 2(k + 1) of
/// them.
std::size_t closing_quote(std::string_view text, std::size_t at, std::size_t limit, const Quote& open) {
  for (std::size_t i = at; i < limit; ++i) {
    if (text[i] != open.mark) continue;
    std::size_t run = 0;
    while (i - run > at && text[i - run - 1] == '\\') ++run;
    if (run >= open.backslashes && (run - open.backslashes) % (2 * (open.backslashes + 1)) == 0) {
      return i - open.backslashes;
    }
    // Fewer backslashes than at the opening: an outer string ends here, and the value with it.
    if (run < open.backslashes && open.mark == '"') return i - run;
  }
  return limit;
}

/// End of an unquoted value.
std::size_t bare_end(std::string_view text, std::size_t at, std::size_t limit, bool percent) {
  std::size_t i = at;
  std::size_t open = 0;
  for (; i < limit; ++i) {
    const char c = text[i];
    if (static_cast<unsigned char>(c) <= ' ' || is_quote(c) || c == '<' || c == '>' || c == ',' || c == ';' ||
        c == '&' || c == '|') {
      break;
    }
    if (c == '(' || c == '{' || c == '[') ++open;
    if (c == ')' || c == '}' || c == ']') {
      if (open == 0) break;
      --open;
    }
    if (c == '\\' && i + 1 < limit &&
        (is_quote(text[i + 1]) || text[i + 1] == '\\' || text[i + 1] == 'n' || text[i + 1] == 'r' ||
         text[i + 1] == 't')) {
      break;
    }
    if (percent && c == '%' && i + 2 < limit && text[i + 1] == '2' &&
        (text[i + 2] == '6' || text[i + 2] == '2'))
      break;
  }
  // A full stop or a colon ends a sentence, not a value.
  while (i > at && (text[i - 1] == '.' || text[i - 1] == ':') && i - at > 1) --i;
  return i;
}

/// Reads what stands after a name.
class Parser {
 public:
  Parser(std::string_view text, Span name)
      : text_(text), limit_(std::min(text.size(), name.end + kValueBytesMax)) {
    found_.name = name;
    at_ = name.end;
    const std::string_view text_of_name = text.substr(name.begin, name.end - name.begin);
    header_ = text_of_name.size() > 4 && (text_of_name.starts_with("X-") || text_of_name.starts_with("x-"));
  }

  std::optional<Assignment> run(NameKind kind) {
    found_.context.kind = kind;
    const Span name = found_.name;
    flag_ = text_[name.begin] == '-';
    const Quote close = quote_at(text_, at_);
    if (close.mark != '\0') {
      name_quote_ = close;
      at_ = close.end;
    }
    while (at_ < limit_ && (text_[at_] == ']' || text_[at_] == ')')) ++at_;
    const std::size_t before_space = at_;
    at_ = skip_spaces(text_, at_);
    spaced_ = at_ != before_space;
    found_.context.given = is_given();
    if (at_ >= limit_) return std::nullopt;
    const std::size_t before_separator = at_;
    if (!separator()) {
      at_ = before_separator;
      return value_apart() ? std::optional(found_) : std::nullopt;
    }
    if (is_verdict(before_separator)) return std::nullopt;
    found_.context.tight = flag_ || (!spaced_ && at_ < limit_ && !is_space(text_[at_]));
    at_ = skip_spaces(text_, at_);
    if (at_ >= limit_) return std::nullopt;
    if (!value()) return std::nullopt;
    return found_;
  }

 private:
  /// ?name=, &name=, X-Name:, ;name=…; : whatever the value looks like.
  bool is_given() const {
    const std::size_t begin = found_.name.begin;
    if (header_) return true;
    if (begin == 0) return false;
    const char before = text_[begin - 1];
    if (before == '?' || before == '&' || before == '#') return text_.substr(found_.name.end, 1) == "=";
    return before == ';' && text_.substr(found_.name.end, 1) == "=";
  }

  /// PASS: test_name: the result of a test.
  bool is_verdict(std::size_t separator) const {
    const Span name = found_.name;
    return name.end - name.begin == 4 && (text_[name.begin] | 0x20) == 'p' && text_[separator] == ':' &&
           at_ < limit_ && is_space(text_[at_]) && quote_at(text_, skip_spaces(text_, at_)).mark == '\0';
  }

  /// No sign of assignment: password 'x', Password is "x", token 4f2a….
  bool value_apart() {
    const NameKind kind = found_.context.kind;
    const bool password = kind == NameKind::kPassword;
    if (value_member()) return value();
    // "Authorization failed": headers have a sign of assignment.
    if (kind == NameKind::kAuthorization || kind == NameKind::kCookie || kind == NameKind::kSetCookie)
      return false;
    if (!spaced_ && !next_line()) return false;
    if (name_quote_.mark != '\0' && text_[at_] != '!') return false;
    if (text_[at_] == '!' || text_[at_] == '=') return compared();
    if (password && spaced_ &&
        (text_.substr(at_).starts_with("is ") || text_.substr(at_).starts_with("is: ")))
      at_ = skip_spaces(text_, text_.find(' ', at_));
    if (at_ >= limit_) return false;
    const Quote open = quote_at(text_, at_);
    if (open.mark != '\0') {
      const std::size_t end = closing_quote(text_, open.end, limit_, open);
      found_.value = {open.end, end};
      const std::string_view value = text_.substr(open.end, end - open.end);
      // A quoted word after "password" is one; after "token" it must look like one.
      found_.context.quoted = true;
      found_.context.apart = !password;
      return end < limit_ && end > open.end && value.find_first_of(" \t\n") == std::string_view::npos;
    }
    std::size_t end = at_;
    while (end < limit_ && (is_token_char(text_[end]) || text_[end] == '+' || text_[end] == '/' ||
                            text_[end] == '=' || text_[end] == '.'))
      ++end;
    while (end > at_ && text_[end - 1] == '.') --end;
    found_.value = {at_, end};
    found_.context.apart = true;
    return end > at_;
  }

  /// key="NAME" value="…", `- name: NAME` and `value: …` on the next line, variable "NAME" { default = "…" }.
  bool value_member() {
    static constexpr std::size_t kBetweenMax = 64;
    static constexpr std::array<std::string_view, 4> kWords{"value", "default", "defaultvalue", "val"};
    std::size_t at = at_;
    const std::size_t between = std::min(limit_, at + kBetweenMax);
    while (at < between && (static_cast<unsigned char>(text_[at]) <= ' ' || text_[at] == '{')) ++at;
    if (at == at_ && !spaced_) return false;
    const std::size_t word = at;
    std::string small;
    for (; at < limit_ && is_token_char(text_[at]) && at - word < 16; ++at)
      small += static_cast<char>(text_[at] | 0x20);
    if (std::find(kWords.begin(), kWords.end(), small) == kWords.end()) return false;
    at = skip_spaces(text_, at);
    if (at >= limit_ || (text_[at] != '=' && text_[at] != ':')) return false;
    at_ = skip_spaces(text_, at + 1);
    return at_ < limit_;
  }

  bool next_line() {
    if (at_ >= limit_ || (text_[at_] != '\n' && text_[at_] != '\r')) return false;
    while (at_ < limit_ && (text_[at_] == '\n' || text_[at_] == '\r')) ++at_;
    at_ = skip_spaces(text_, at_);
    return at_ < limit_;
  }

  /// password == "x": a password in a program.
  bool compared() {
    if (found_.context.kind != NameKind::kPassword) return false;
    while (at_ < limit_ && (text_[at_] == '=' || text_[at_] == '!')) ++at_;
    at_ = skip_spaces(text_, at_);
    return at_ < limit_ && quote_at(text_, at_).mark != '\0' && value();
  }

  bool separator() {
    const char c = text_[at_];
    if (c == ',' && name_quote_.mark != '\0') return name_opens() && list_separator();
    if (c == '>' && name_quote_.mark == '\0' && !spaced_) {
      ++at_;
      element_ = true;
      return found_.name.begin > 0 && text_[found_.name.begin - 1] == '<';
    }
    if (c == '%' && text_.substr(at_).size() >= 3 && text_[at_ + 1] == '3' &&
        (text_[at_ + 2] == 'D' || text_[at_ + 2] == 'd' || text_[at_ + 2] == 'A' || text_[at_ + 2] == 'a')) {
      at_ += 3;
      percent_ = true;
      return true;
    }
    std::size_t end = at_;
    bool assigns = false;
    for (; end < limit_ && end - at_ < kSeparatorBytesMax; ++end) {
      const char s = text_[end];
      if (s == ':' || s == '=') {
        assigns = true;
      } else if (s != '>' && s != '|' && s != '?') {
        break;
      }
    }
    if (assigns) {
      // "==" and "===" compare; "://" belongs to an address.
      if (text_.substr(at_, end - at_).starts_with("==") || text_.substr(end).starts_with("//")) return false;
      at_ = end;
      return true;
    }
    if (flag_ && spaced_ && c != '-') return true;
    return spaced_ && name_quote_.mark == '\0' && typed_separator();
  }

  /// var token string = "value", and the `.=` of PHP: only before a quote, so that prose is none of it.
  bool typed_separator() {
    static constexpr std::size_t kTypeBytesMax = 24;
    std::size_t at = at_;
    while (at < limit_ && at - at_ < kTypeBytesMax && is_name_char(text_[at])) ++at;
    at = skip_spaces(text_, at);
    if (at >= limit_ || text_[at] != '=') return false;
    at = skip_spaces(text_, at + 1);
    if (at >= limit_ || quote_at(text_, at).mark == '\0') return false;
    at_ = at;
    return true;
  }

  /// The name is all of a string, the beginning of which may have been cut off.
  bool name_opens() const {
    const std::size_t begin = found_.name.begin;
    return begin == 0 || is_quote(text_[begin - 1]) || text_[begin - 1] == '\n';
  }

  /// ("name", "value") and {"name": "X", "value": "…"}.
  bool list_separator() {
    std::size_t at = skip_spaces(text_, at_ + 1);
    const Quote open = quote_at(text_, at);
    if (open.mark != name_quote_.mark || open.backslashes != name_quote_.backslashes) return false;
    const std::size_t end = closing_quote(text_, open.end, std::min(limit_, open.end + kNameBytesMax), open);
    std::size_t after = end + open.backslashes + 1;
    if (after < limit_ && is_value_member(text_.substr(open.end, end - open.end))) {
      after = skip_spaces(text_, after);
      if (after < limit_ && text_[after] == ':') {
        at_ = after + 1;
        return true;
      }
    }
    at_ = at;
    found_.context.listed = true;
    return true;
  }

  bool value() {
    const Quote open = quote_at(text_, at_);
    if (open.mark != '\0') {
      found_.context.quoted = true;
      const std::size_t begin = open.end;
      std::size_t end = closing_quote(text_, begin, limit_, open);
      if (end == limit_) end = std::min(text_.find('\n', begin), text_.size());
      found_.value = {begin, std::max(begin, end)};
      return end > begin;
    }
    const NameKind kind = found_.context.kind;
    if (kind == NameKind::kAuthorization || kind == NameKind::kCookie || kind == NameKind::kSetCookie)
      return header_value();
    if (text_[at_] == '{' && !text_.substr(at_).starts_with("{{")) return false;
    std::size_t end = bare_end(text_, at_, limit_, percent_);
    if (text_.substr(at_).starts_with("${") || text_.substr(at_).starts_with("{{"))
      end = std::max(end, std::min(text_.find('}', at_), limit_));
    if (element_ && end < limit_ && text_[end] != '<') {
      const std::size_t close = text_.substr(0, limit_).find('<', at_);
      if (close == std::string_view::npos) return false;
      end = close;
    }
    // A longer value: its end is where its bytes stop looking like one token.
    // A header's value has no separators of a query.
    while (header_ && end < limit_ && (text_[end] == '&' || text_[end] == '#')) {
      end = bare_end(text_, end + 1, limit_, false);
    }
    while (end == limit_ && end < text_.size() && static_cast<unsigned char>(text_[end]) > ' ' &&
           !is_quote(text_[end])) {
      limit_ = end = end + 1;
    }
    found_.value = {at_, end};
    return end > at_;
  }

  /// The rest of the line, or of the quoted text that holds the whole header (curl -H 'Name: value'). All of
  /// it, however long: what was left would be the value of the next run.
  bool header_value() {
    const std::size_t begin = found_.name.begin;
    const char outer = begin > 0 && is_quote(text_[begin - 1]) ? text_[begin - 1] : '\0';
    std::size_t end = at_;
    for (; end < text_.size(); ++end) {
      const char c = text_[end];
      if (c == '\n' || c == '\r' || (outer != '\0' && c == outer)) break;
      if (c == '\\' && end + 1 < text_.size() && (text_[end + 1] == 'n' || text_[end + 1] == 'r')) break;
    }
    if (outer != '\0' && end > at_ && text_[end - 1] == '\\') --end;
    found_.value = {at_, end};
    return end > at_;
  }

  std::string_view text_;
  std::size_t limit_;
  std::size_t at_ = 0;
  Assignment found_;
  Quote name_quote_;
  bool flag_ = false, spaced_ = false, element_ = false, percent_ = false, header_ = false;
};

bool is_parameter_scheme(std::string_view scheme) {
  std::string small(scheme.substr(0, 32));
  for (char& c : small) c = static_cast<char>(c | 0x20);
  return small == "digest" || small == "hawk" || small == "oauth" || small == "signature" ||
         small.starts_with("aws4-");
}

/// Authorization: SCHEME credentials, or credentials alone.
void authorization_secrets(std::string_view text, Span value, std::vector<Span>& secrets) {
  std::size_t at = skip_spaces(text, value.begin);
  std::size_t end = at;
  while (end < value.end && (is_token_char(text[end]))) ++end;
  const std::string_view scheme = text.substr(at, end - at);
  if (end < value.end && is_space(text[end]) && !scheme.empty()) {
    at = skip_spaces(text, end);
    if (is_parameter_scheme(scheme)) {
      if (value.end > at) secrets.push_back({at, value.end});
      return;
    }
  }
  end = at;
  while (end < value.end && !is_space(text[end]) && !is_quote(text[end]) && text[end] != ',' &&
         text[end] != ';' && text[end] != '\\' && text[end] != '<' && text[end] != ')' && text[end] != '}')
    ++end;
  // headers["Authorization"] = make_header(user)
  if (end < text.size() && end > at && text.substr(at, end - at).find('(') != std::string_view::npos &&
      is_word(text[at])) {
    return;
  }
  const bool after_scheme = at > value.begin + scheme.size();
  const ValueContext context{after_scheme ? NameKind::kPassword : NameKind::kToken, true, true, false, false};
  if (end > at && is_secret_value(text.substr(at, end - at), context)) secrets.push_back({at, end});
}

void cookie_secrets(std::string_view text, Span value, bool only_first, std::vector<Span>& secrets) {
  std::size_t at = value.begin;
  while (at < value.end) {
    const std::string_view rest = text.substr(0, value.end);
    const std::size_t stop = std::min(rest.find(';', at), value.end);
    const std::size_t equals = rest.substr(0, stop).find('=', at);
    if (equals < stop) {
      Span crumb{equals + 1, stop};
      while (crumb.begin < crumb.end && is_quote(text[crumb.begin])) ++crumb.begin;
      while (crumb.begin < crumb.end && (is_quote(text[crumb.end - 1]) || is_space(text[crumb.end - 1])))
        --crumb.end;
      const std::string_view v = text.substr(crumb.begin, crumb.end - crumb.begin);
      if (v.size() >= 4 && !is_reference(v) && !is_placeholder(v)) secrets.push_back(crumb);
    }
    if (equals >= stop && at == value.begin) {
      // No name: the value of a field "cookie".
      const ValueContext context{NameKind::kPassword, true, true, false, true};
      const std::string_view alone = text.substr(at, stop - at);
      const bool digit = std::any_of(alone.begin(), alone.end(), is_digit);
      if (stop - at >= 8 && digit && alone.find(' ') == std::string_view::npos &&
          is_secret_value(alone, context))
        secrets.push_back({at, stop});
    }
    if (only_first) return;
    at = stop + 1;
  }
}

}  // namespace

Span name_around(std::string_view text, std::size_t at) {
  DCHECK(at <= text.size());
  std::size_t begin = at, end = at;
  const std::size_t low = at > kNameBytesMax ? at - kNameBytesMax : 0;
  const std::size_t high = std::min(text.size(), at + kNameBytesMax);
  while (begin > low && is_name_char(text[begin - 1])) --begin;
  while (end < high && is_name_char(text[end])) ++end;
  if (begin > 0 && begin < at) {
    // "\nTOKEN=x" in text that is still escaped, "ESC[31mTOKEN=x" in colours.
    if (text[begin - 1] == '\\' && std::string_view("nrtbf").find(text[begin]) != std::string_view::npos) {
      ++begin;
    } else if (text[begin - 1] == '[' || text[begin - 1] == ';') {
      std::size_t digits = begin;
      while (digits < at && is_digit(text[digits])) ++digits;
      if (digits < at && text[digits] == 'm') begin = digits + 1;
    }
  }
  return {std::min(begin, at), end};
}

namespace {

/// "acme KEY", "sort key": the word before belongs to the name.
Span with_word_before(std::string_view text, Span name) {
  if (name.end - name.begin != 3 || name.begin < 2 || !is_space(text[name.begin - 1])) return name;
  if ((text[name.begin] | 0x20) != 'k') return name;
  std::size_t begin = name.begin - 1;
  const std::size_t low = begin > kNameBytesMax ? begin - kNameBytesMax : 0;
  while (begin > low && is_name_char(text[begin - 1])) --begin;
  return begin + 1 < name.begin ? Span{begin, name.end} : name;
}

/// key=…, alone in a query or a form.
bool is_query_key(std::string_view text, Span name) {
  static constexpr std::size_t kValueMin = 10, kValueMax = 256;
  if (name.end - name.begin != 3 || text.substr(name.end, 1) != "=" || (text[name.begin] | 0x20) != 'k')
    return false;
  const std::size_t end = text.find_first_of("& \n\"'", name.end);
  const std::size_t size = std::min(end, text.size()) - name.end - 1;
  if (size < kValueMin || size > kValueMax) return false;
  if (name.begin > 0 && (text[name.begin - 1] == '?' || text[name.begin - 1] == '&')) return true;
  return (name.begin == 0 || text[name.begin - 1] == '\n') && end != std::string_view::npos &&
         text[end] == '&';
}

/// A name with its value in one run: acmetoken-4f2a….
std::optional<Assignment> parse_joined(std::string_view text, Span name, std::size_t literal_end,
                                       const UserNames& user_names) {
  if (literal_end >= name.end) return std::nullopt;
  Assignment found;
  found.name = {name.begin, literal_end};
  found.context.kind = classify_name(text.substr(name.begin, literal_end - name.begin), user_names);
  if (found.context.kind == NameKind::kNone) return std::nullopt;
  std::size_t begin = literal_end;
  while (begin < name.end && (text[begin] == '-' || text[begin] == '_' || text[begin] == '.')) ++begin;
  if (begin == literal_end) return std::nullopt;
  std::size_t end = name.end;
  while (end < text.size() && is_token_char(text[end])) ++end;
  while (end < text.size() && text[end] == '=') ++end;
  if (end < text.size() && is_token_char(text[end])) return std::nullopt;
  // Words and a number ("auth_provider_x509_cert_url") are a longer name.
  const auto digits = std::count_if(text.begin() + static_cast<std::ptrdiff_t>(begin),
                                    text.begin() + static_cast<std::ptrdiff_t>(end), is_digit);
  if (static_cast<std::size_t>(digits) * 5 < end - begin) return std::nullopt;
  found.value = {begin, end};
  found.context.apart = true;
  return found;
}

}  // namespace

std::optional<Assignment> parse_assignment(std::string_view text, Span name, std::size_t literal_end,
                                           const UserNames& user_names) {
  if (name.begin >= name.end) return std::nullopt;
  name = with_word_before(text, name);
  const NameKind kind = classify_name(text.substr(name.begin, name.end - name.begin), user_names);
  std::optional<Assignment> found;
  if (kind != NameKind::kNone) found = Parser(text, name).run(kind);
  if (!found && is_query_key(text, name)) found = Parser(text, name).run(NameKind::kToken);
  return found ? found : parse_joined(text, name, literal_end, user_names);
}

void secrets_of_value(std::string_view text, Span value, const ValueContext& context,
                      std::vector<Span>& secrets) {
  const std::string_view bytes = text.substr(value.begin, value.end - value.begin);
  switch (context.kind) {
    case NameKind::kAuthorization:
      return authorization_secrets(text, value, secrets);
    case NameKind::kCookie:
    case NameKind::kSetCookie:
      return cookie_secrets(text, value, context.kind == NameKind::kSetCookie, secrets);
    default:
      if (is_secret_value(bytes, context)) secrets.push_back(value);
  }
}

namespace {

/// Text that looks_random() may hold for stands within some bytes; escapes count as a part of it.
bool run_is_near(std::string_view raw, std::size_t at) {
  static constexpr std::size_t kNearBytesMax = 128, kRunBytesMin = 16;
  const std::size_t limit = std::min(raw.size(), at + kNearBytesMax);
  std::size_t run = 0;
  for (; at < limit; ++at) {
    const char c = raw[at];
    const bool sign = c == '\\' || c == '+' || c == '/' || c == '.' || c == '%' || c == '=' || c == '~';
    run = is_token_char(c) || sign ? run + 1 : 0;
    if (run >= kRunBytesMin) return true;
  }
  return run > 0 && limit < raw.size();
}

}  // namespace

bool may_assign_secret(std::string_view raw, std::size_t at, const UserNames& user_names) {
  const Span name = with_word_before(raw, name_around(raw, at));
  const auto named = [&](std::size_t end) {
    const NameKind kind = classify_name(raw.substr(name.begin, end - name.begin), user_names);
    // Only a value that looks random counts: there must be one.
    if (kind == NameKind::kKey) return run_is_near(raw, end);
    return kind != NameKind::kNone;
  };
  // What \u00XX leaves before a name does not change its last words.
  return named(name.end) || (at < name.end && named(at)) || is_query_key(raw, name);
}

}  // namespace clawtrail::redact
