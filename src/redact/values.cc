// SPDX-License-Identifier: Apache-2.0
#include "redact/values.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <unordered_set>

#include "clawtrail/base/check.h"
#include "clawtrail/base/encoding.h"

namespace clawtrail::redact {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_alpha(char c) { return is_lower(c) || is_upper(c); }

template <typename Test>
bool all(std::string_view text, Test test) {
  return std::all_of(text.begin(), text.end(), test);
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (is_upper(c)) c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

/// Words that tell the state or the type of a secret instead of being one.
bool is_state(std::string_view value) {
  static const std::unordered_set<std::string_view> kStates{
      "true",        "false",     "null",      "nil",          "none",
      "undefined",   "nan",       "yes",       "no",           "on",
      "off",         "ok",        "set",       "unset",        "empty",
      "missing",     "required",  "optional",  "invalid",      "valid",
      "expired",     "revoked",   "present",   "absent",       "wrong",
      "incorrect",   "correct",   "mismatch",  "failed",       "failure",
      "success",     "denied",    "allowed",   "accepted",     "rejected",
      "disabled",    "enabled",   "changed",   "unchanged",    "hidden",
      "masked",      "redacted",  "filtered",  "removed",      "omitted",
      "provided",    "unknown",   "default",   "auto",         "string",
      "str",         "text",      "char",      "varchar",      "int",
      "integer",     "bool",      "boolean",   "number",       "object",
      "array",       "list",      "dict",      "map",          "any",
      "bytes",       "file",      "env",       "environment",  "keychain",
      "keyring",     "vault",     "config",    "token",        "tokens",
      "password",    "passwd",    "secret",    "secrets",      "credential",
      "credentials", "bearer",    "basic",     "oauth",        "oauth2",
      "jwt",         "apikey",    "api_key",   "api-key",      "key",
      "value",       "user",      "username",  "auth",         "authorization",
      "login",       "access",    "refresh",   "local",        "remote",
      "global",      "public",    "private",   "manual",       "header",
      "cookie",      "query",     "body",      "and",          "or",
      "not",         "is",        "was",       "for",          "from",
      "with",        "the",       "a",         "in",           "at",
      "by",          "to",        "here",      "new",          "old",
      "this",        "self",      "const",     "let",          "var",
      "function",    "return",    "await",     "new_password", "token_mismatch",
      "n/a",         "reset",     "rotated",   "created",      "updated",
      "deleted",     "loaded",    "cached",    "ref",          "inline",
      "plain",       "plaintext", "encrypted", "hashed",       "mode",
      "type",        "name",      "id",        "shared",       "device",
      "pairing",     "session"};
  return value.size() <= 16 && kStates.contains(lower(value));
}

bool is_number(std::string_view value) {
  return all(value,
             [](char c) { return is_digit(c) || c == '.' || c == ',' || c == '-' || c == '+' || c == ':'; });
}

/// a.b.c, user_name, Config::Token, response[0].x, self.lib.AES_256: names of a program, few digits.
bool is_identifier_path(std::string_view value) {
  std::size_t digits = 0;
  for (const char c : value) {
    digits += is_digit(c) ? 1U : 0U;
    if (!is_word(c) && c != '.' && c != '[' && c != ']' && c != ':' && c != '?' && c != '!') return false;
  }
  const bool dotted = value.find('.') != std::string_view::npos;
  if (digits > 0 && (!dotted || digits * 4 > value.size() || is_digit(value.front()))) return false;
  return dotted || value.find('_') != std::string_view::npos || value.find("::") != std::string_view::npos ||
         value.find('[') != std::string_view::npos;
}

struct Mix {
  std::size_t digits = 0, lowers = 0, uppers = 0, others = 0;
  explicit Mix(std::string_view text) {
    for (const char c : text) {
      is_digit(c) ? ++digits : is_lower(c) ? ++lowers : is_upper(c) ? ++uppers : ++others;
    }
  }
  bool letters_and_digits() const { return digits > 0 && lowers + uppers > 0; }
};

constexpr std::size_t kTypeNameMin = 3;
constexpr std::size_t kLongNumberMin = 15;  // Longer than any count of tokens.

/// keypair[:32], certs[0][2]
bool is_subscript(std::string_view value) {
  const std::size_t open = value.find('[');
  if (open == std::string_view::npos || open < 2 || value.back() != ']') return false;
  return all(value.substr(0, open), [](char c) { return is_alpha(c) || c == '_' || c == '.'; });
}

bool is_call_or_code(std::string_view value) {
  if (is_subscript(value)) return true;
  const std::size_t open = value.find_first_of("({");
  const bool braces = open != std::string_view::npos && value[open] == '{';
  if (open != std::string_view::npos && open > 0 && (is_word(value[open - 1]) || value[open - 1] == '!') &&
      (!braces || open >= kTypeNameMin)) {
    const std::string_view callee = value.substr(0, open);
    if (all(callee, [](char c) {
          return is_word(c) || c == '.' || c == ':' || c == '!' || c == '$' || c == '-' || c == '>';
        }))
      return true;
  }
  return value.starts_with("function") || value.starts_with("=>") || value.starts_with("new ");
}

bool plausible_password(std::string_view value, const ValueContext& context) {
  if (context.json && context.quoted) return true;
  if (value.size() < 3) return false;
  if (context.given && value.size() >= 4) return true;
  if (is_number(value)) return value.size() >= 4 && (context.quoted || context.tight);
  const Mix mix(value);
  // A list of names: "CURLOPT_PASSWORD", "CURLOPT_READDATA".
  if (context.listed && (mix.digits < 2 || is_identifier_path(value))) return false;
  if (mix.digits > 0 || mix.others > 0) {
    // A name of a program is no password; "correct-horse" in prose neither.
    if (!context.quoted && is_identifier_path(value)) return false;
    return context.quoted || context.tight || mix.digits > 0 || value.size() >= 8;
  }
  if (context.listed) return false;
  return context.quoted || context.tight ||
         (mix.uppers > 0 && mix.lowers > 0 && value.size() >= 8 && !context.listed);
}

bool plausible_token(std::string_view value, const ValueContext& context) {
  if (context.given && value.size() >= 4) return true;
  if (value.size() < 6 || is_number(value))
    return value.size() >= kLongNumberMin && std::count_if(value.begin(), value.end(), is_digit) >= 12;
  const Mix mix(value);
  if (mix.letters_and_digits()) {
    if (!context.quoted && is_identifier_path(value)) return false;
    return value.size() >= 8 || context.quoted;
  }
  if (context.listed) return false;
  // Only letters, or letters and signs: a word, a sentence, a name in a program; or a token without digits.
  if (value.find(' ') != std::string_view::npos)
    return context.json && context.kind == NameKind::kToken && mix.others > 3;
  if (is_identifier_path(value)) return false;
  const bool plain_words = all(value, [](char c) { return is_lower(c) || c == '-' || c == '_'; }) ||
                           all(value, [](char c) { return is_upper(c) || c == '-' || c == '_'; });
  if (plain_words) return (context.json || context.tight) && mix.others == 0 && value.size() >= 16;
  return value.size() >= 8 && (context.quoted || context.tight) && (mix.others > 0 || value.size() >= 16);
}

/// ISO 13616: two letters, two check digits, up to 30 letters and digits; the number modulo 97 is 1.
bool iban(std::string_view secret) {
  std::string plain;
  for (const char c : secret) {
    if (c != ' ' && c != '-') plain += c;
  }
  if (plain.size() < 15 || plain.size() > 34) return false;
  std::rotate(plain.begin(), plain.begin() + 4, plain.end());
  unsigned rest = 0;
  for (const char c : plain) {
    if (!is_digit(c) && !is_upper(c)) return false;
    const unsigned digit = is_digit(c) ? static_cast<unsigned>(c - '0') : static_cast<unsigned>(c - 'A') + 10;
    rest = (rest * (digit > 9 ? 100 : 10) + digit) % 97;
  }
  return rest == 1;
}

bool luhn(std::string_view secret) {
  int sum = 0, count = 0;
  for (std::size_t i = secret.size(); i > 0; --i) {
    const char c = secret[i - 1];
    if (c == ' ' || c == '-') continue;
    if (!is_digit(c)) return false;
    int digit = c - '0';
    if (count++ % 2 == 1) digit = digit > 4 ? digit * 2 - 9 : digit * 2;
    sum += digit;
  }
  return count >= 12 && sum % 10 == 0;
}

}  // namespace

bool is_word(char c) { return is_alpha(c) || is_digit(c) || c == '_'; }
bool is_token_char(char c) { return is_word(c) || c == '-'; }

double entropy(std::string_view text) {
  if (text.empty()) return 0;
  std::array<std::uint32_t, 256> counts{};
  for (const char c : text) ++counts[static_cast<unsigned char>(c)];
  double bits = 0;
  const auto size = static_cast<double>(text.size());
  for (const std::uint32_t count : counts) {
    if (count > 0) bits -= count / size * std::log2(count / size);
  }
  return bits;
}

bool looks_random(std::string_view value) {
  if (value.size() < 16 || value.size() > 512) return false;
  if (!all(value, [](char c) {
        return is_token_char(c) || c == '+' || c == '/' || c == '=' || c == '.' || c == '~';
      }))
    return false;
  const Mix mix(value);
  if (mix.digits < 2 || !mix.letters_and_digits()) return false;
  return entropy(value) >= std::min(3.0, 0.75 * std::log2(static_cast<double>(value.size())));
}

bool is_reference(std::string_view value) {
  if (value.starts_with("\\$")) value.remove_prefix(1);
  if (value.size() > 3 && (value[0] == '\'' || value[0] == '"') && value.back() == value[0] &&
      value[1] == '$') {
    value = value.substr(1, value.size() - 2);
  }
  static constexpr std::array<std::string_view, 22> kStarts{"${",          "$(",
                                                            "{{",          "<%",
                                                            "#{",          "%{",
                                                            "env:",        "env.",
                                                            "ENV[",        "file:",
                                                            "process.env", "os.environ",
                                                            "os.getenv",   "op://",
                                                            "vault:",      "arn:",
                                                            "ssm:",        "!Ref",
                                                            "$env:",       "keychain:",
                                                            "secretref",   "@Microsoft.KeyVault"};
  for (const std::string_view start : kStarts) {
    if (value.starts_with(start)) return true;
  }
  if (value.size() >= 2 && value[0] == '$' && (is_alpha(value[1]) || value[1] == '_')) {
    return all(value.substr(1),
               [](char c) { return is_word(c) || c == '.' || c == ':' || c == '[' || c == ']'; });
  }
  if (value.size() >= 3 && value.front() == '<' && value.back() == '>') return true;
  // {base64(user:password)}, {token}
  if (value.size() >= 3 && value.front() == '{' && is_alpha(value[1]) &&
      value.find_first_of("(}") < value.size())
    return true;
  return value.size() >= 3 && value.front() == '%' && value.back() == '%' &&
         all(value.substr(1, value.size() - 2), is_word);
}

bool is_placeholder(std::string_view value) {
  if (value.empty()) return true;
  const auto same = static_cast<std::size_t>(std::count(value.begin(), value.end(), value.front()));
  if (same == value.size() || (same * 10 >= value.size() * 8 && value.size() >= 8)) return true;
  const auto crosses = static_cast<std::size_t>(std::count_if(
      value.begin(), value.end(), [](char c) { return c == 'x' || c == 'X' || c == '*' || c == '.'; }));
  if (crosses * 10 >= value.size() * 7) return true;
  static constexpr std::array<std::string_view, 13> kParts{
      "your_",     "your-",     "yourapi",    "yoursecret", "yourtoken",   "yourpass", "changeme",
      "change_me", "change-me", "replace_me", "replace-me", "placeholder", "redacted"};
  const std::string small = lower(value.substr(0, 64));
  if (small == "password" || small == "passwd" || small == "pass" || small == "pwd") return true;
  return std::any_of(kParts.begin(), kParts.end(),
                     [&](std::string_view part) { return small.find(part) != std::string::npos; });
}

bool is_gateway_mask(std::string_view value) {
  if (value == "***") return true;
  static constexpr std::string_view kEllipsis = "\xE2\x80\xA6";
  const std::size_t at = value.find(kEllipsis);
  return at == 6 && value.size() == 6 + kEllipsis.size() + 4;
}

bool is_path(std::string_view value) {
  if (value.starts_with("~/") || value.starts_with("./") || value.starts_with("../") ||
      value.starts_with("file://"))
    return true;
  if (value.size() > 3 && is_alpha(value[0]) && value[1] == ':' && (value[2] == '\\' || value[2] == '/'))
    return true;
  static constexpr std::array<std::string_view, 14> kEnds{".json", ".yaml", ".yml",  ".txt", ".pem",
                                                          ".key",  ".env",  ".toml", ".js",  ".ts",
                                                          ".py",   ".md",   ".conf", ".crt"};
  const bool plain = all(value, [](char c) { return is_token_char(c) || c == '.' || c == '/' || c == '@'; });
  if (plain &&
      std::any_of(kEnds.begin(), kEnds.end(), [&](std::string_view e) { return value.ends_with(e); }))
    return true;
  return value.size() > 1 && value[0] == '/' && plain && std::count(value.begin(), value.end(), '/') >= 2 &&
         !looks_random(value.substr(1));
}

std::string crc32_base62(std::string_view body) {
  std::uint32_t crc = 0xFFFFFFFF;  // CRC-32 of IEEE 802.3, reflected
  for (const char c : body) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320 : 0);
  }
  crc = ~crc;
  static constexpr std::string_view kAlphabet =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  std::string out(6, '0');
  for (std::size_t i = 6; i > 0; --i, crc /= 62) out[i - 1] = kAlphabet[crc % 62];
  return out;
}

bool crc32_base62_matches(std::string_view token) {
  const std::size_t prefix = token.rfind('_');
  const std::string_view body = prefix == std::string_view::npos ? token : token.substr(prefix + 1);
  return body.size() == 36 && body.substr(30) == crc32_base62(body.substr(0, 30));
}

bool passes(Validator validator, std::string_view secret) {
  switch (validator) {
    case Validator::kLuhn:
      return luhn(secret);
    case Validator::kCrc32Base62:
      return crc32_base62_matches(secret);
    case Validator::kJwt: {
      const std::size_t dot = secret.find('.');
      if (dot == std::string_view::npos || dot > 4096) return false;
      const auto header = unbase64(secret.substr(0, dot));
      return header && header->starts_with("{\"") && header->find("\":") != std::string::npos;
    }
    case Validator::kMixed:
      return Mix(secret).letters_and_digits();
    case Validator::kCased: {
      const Mix mix(secret.substr(std::min(secret.find('_') + 1, secret.size())));
      return mix.uppers > 0 && mix.lowers > 0;
    }
    case Validator::kIban:
      return iban(secret);
    case Validator::kSnowflake: {
      const auto id = unbase64(secret.substr(0, secret.find('.')));
      return id && id->size() >= 17 && id->size() <= 20 && all(*id, is_digit);
    }
  }
  return true;
}

bool is_uuid(std::string_view value) {
  static constexpr std::string_view kShape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  return value.size() == kShape.size() &&
         std::equal(value.begin(), value.end(), kShape.begin(),
                    [](char c, char shape) { return shape == '-' ? c == '-' : is_digit(c) || is_alpha(c); });
}

bool is_secret_value(std::string_view value, const ValueContext& context) {
  if (value.empty()) return false;
  if (is_reference(value)) return false;
  if (context.apart) {
    const auto digits = std::count_if(value.begin(), value.end(), is_digit);
    return (is_uuid(value) || (looks_random(value) && digits >= 3)) && !is_placeholder(value) &&
           !is_path(value);
  }
  if (context.kind == NameKind::kUser) return true;
  if (is_state(value) || is_placeholder(value)) return false;
  if (!context.quoted && is_call_or_code(value)) return false;
  switch (context.kind) {
    case NameKind::kPassword:
      if (!context.json && is_path(value)) return false;
      return plausible_password(value, context);
    case NameKind::kToken:
      if (is_path(value) || value.starts_with("http://") || value.starts_with("https://")) return false;
      return plausible_token(value, context);
    case NameKind::kKey:
      return !is_path(value) && looks_random(value);
    default:
      return false;
  }
}

}  // namespace clawtrail::redact
