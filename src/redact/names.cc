// SPDX-License-Identifier: Apache-2.0
#include "redact/names.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "clawtrail/base/check.h"

namespace clawtrail::redact {

namespace {

constexpr std::size_t kNameBytesMax = 128;
constexpr std::size_t kWordsMax = 16;

using Words = std::span<const std::string_view>;

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
char to_lower(char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }

/// The words of a name without allocation: this runs for every candidate in clean text.
struct Splitter {
  std::array<char, kNameBytesMax> lower{};
  std::array<std::string_view, kWordsMax> words;
  std::size_t count = 0;

  explicit Splitter(std::string_view name) {
    if (name.size() > kNameBytesMax) name.remove_prefix(name.size() - kNameBytesMax);
    std::size_t begin = 0;
    for (std::size_t i = 0; i < name.size(); ++i) {
      const char c = name[i];
      lower[i] = to_lower(c);
      if (!is_upper(c) && !is_lower(c) && !is_digit(c)) {
        add(begin, i);
        begin = i + 1;
      } else if (i > begin && is_upper(c)) {
        // fooBar and FOOBar are {foo, bar}, FOO is {foo}.
        const bool after_small = !is_upper(name[i - 1]);
        const bool before_small = i + 1 < name.size() && is_lower(name[i + 1]);
        if (after_small || before_small) {
          add(begin, i);
          begin = i;
        }
      }
    }
    add(begin, name.size());
    drop_digits();
  }

  void add(std::size_t begin, std::size_t end) {
    if (begin >= end) return;
    if (count == kWordsMax) {  // Only the end of a name matters.
      std::move(words.begin() + 1, words.end(), words.begin());
      --count;
    }
    words[count++] = {lower.data() + begin, end - begin};
  }

  /// "token_2" and "token2" are judged as "token".
  void drop_digits() {
    while (count > 1 && std::all_of(words[count - 1].begin(), words[count - 1].end(), is_digit)) --count;
    if (count == 0) return;
    std::string_view& last = words[count - 1];
    while (last.size() > 1 && is_digit(last.back())) last.remove_suffix(1);
  }

  Words all() const { return {words.data(), count}; }
};

template <std::size_t N>
bool one_of(std::string_view word, const std::array<std::string_view, N>& list) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

constexpr std::array<std::string_view, 14> kPasswords{
    "password", "passwd",   "passphrase", "passcode", "pwd",  "pass", "secret",
    "psw",      "passwort", "passwords",  "otp",      "totp", "cvv",  "cvc"};
constexpr std::array<std::string_view, 11> kTokens{"token",   "apikey", "credential", "credentials",
                                                   "secrets", "jwt",    "apitoken",   "bearer",
                                                   "pat",     "creds",  "cred"};
/// Ends of words written together: "dbpassword", "bottoken".
constexpr std::array<std::string_view, 8> kPasswordEnds{"password",        "passwd",     "passphrase",
                                                        "secret",          "privatekey", "secretkey",
                                                        "secretaccesskey", "pairingcode"};
constexpr std::array<std::string_view, 6> kTokenEnds{"token",   "apikey",        "accesskey",
                                                     "authkey", "encryptionkey", "signingkey"};
/// What stands before "token" where it is a unit of text or a place in a list.
constexpr std::array<std::string_view, 34> kCountedTokens{
    "max",  "min",          "num",   "total",  "input",    "output", "prompt",  "completion", "next",
    "page", "cursor",       "used",  "cached", "cache",    "sync",   "special", "pad",        "eos",
    "bos",  "unk",          "mask",  "sep",    "cls",      "stop",   "start",   "end",        "reasoning",
    "per",  "continuation", "first", "last",   "previous", "prev",   "public"};
/// What stands before "key" where it opens something, and any value counts.
constexpr std::array<std::string_view, 6> kPrivateKeys{"private", "secret",     "encryption",
                                                       "signing", "decryption", "privkey"};
constexpr std::array<std::string_view, 24> kAccessKeys{
    "api",    "access",  "auth", "master",   "account", "shared",       "service",  "admin",
    "deploy", "webhook", "app",  "hmac",     "storage", "subscription", "consumer", "integration",
    "ingest", "write",   "root", "security", "license", "function",     "host",     "bot"};
/// What stands before "key" where it only names or orders.
constexpr std::array<std::string_view, 45> kNamingKeys{
    "public", "session",     "primary", "foreign",   "sort",      "cache",  "partition",    "index",
    "object", "idempotency", "group",   "lane",      "map",       "unique", "lookup",       "hash",
    "row",    "range",       "lock",    "dedupe",    "routing",   "route",  "conversation", "thread",
    "chat",   "agent",       "queue",   "event",     "message",   "config", "translation",  "i18n",
    "locale", "state",       "store",   "composite", "candidate", "join",   "hot",          "short",
    "arrow",  "enter",       "peer",    "scope",     "binding"};

constexpr std::array<std::string_view, 9> kSecretCodes{"pairing", "pin", "security", "backup",    "recovery",
                                                       "otp",     "mfa", "totp",     "activation"};

bool ends_like(std::string_view word, std::span<const std::string_view> ends) {
  return std::any_of(ends.begin(), ends.end(), [&](std::string_view e) { return word.ends_with(e); });
}

NameKind classify_key(Words words) {
  if (words.size() < 2) return NameKind::kNone;
  const std::string_view before = words[words.size() - 2];
  if (one_of(before, kNamingKeys)) return NameKind::kNone;
  if (one_of(before, kPrivateKeys)) return NameKind::kPassword;
  if (one_of(before, kAccessKeys)) return NameKind::kToken;
  return NameKind::kKey;
}

NameKind classify_words(Words words) {
  if (words.empty()) return NameKind::kNone;
  const std::string_view last = words.back();
  const std::string_view before = words.size() > 1 ? words[words.size() - 2] : std::string_view();
  if (last == "authorization") return NameKind::kAuthorization;
  if (last == "cookie") return before == "set" ? NameKind::kSetCookie : NameKind::kCookie;
  if (last == "key") return classify_key(words);
  if (last == "code" && one_of(before, kSecretCodes)) return NameKind::kPassword;
  if (last == "auth") return NameKind::kKey;
  if (last == "number" && before == "card") return NameKind::kPassword;
  if (one_of(last, kPasswords)) return NameKind::kPassword;
  if (one_of(last, kTokens)) {
    return last == "token" && one_of(before, kCountedTokens) ? NameKind::kNone : NameKind::kToken;
  }
  if (ends_like(last, kPasswordEnds)) return NameKind::kPassword;
  if (ends_like(last, kTokenEnds)) return NameKind::kToken;
  return NameKind::kNone;
}

}  // namespace

std::vector<std::string> name_words(std::string_view name) {
  const Splitter splitter(name);
  std::vector<std::string> words;
  for (const std::string_view word : splitter.all()) words.emplace_back(word);
  return words;
}

NameKind classify_name(std::string_view name, const std::vector<std::vector<std::string>>& user_names) {
  const Splitter splitter(name);
  const Words words = splitter.all();
  for (const auto& wanted : user_names) {
    if (!wanted.empty() && words.size() >= wanted.size() &&
        std::equal(wanted.rbegin(), wanted.rend(), words.rbegin())) {
      // The guide's word "token" means a secret, never "max_tokens" or "nextToken".
      const NameKind own = classify_words(words);
      const bool counted =
          own == NameKind::kNone && classify_words(words.last(wanted.size())) != NameKind::kNone;
      if (!counted)
        return own == NameKind::kNone ? NameKind::kUser : own == NameKind::kKey ? NameKind::kUser : own;
    }
  }
  return classify_words(words);
}

bool is_name_member(std::string_view key) {
  static constexpr std::array<std::string_view, 8> kNames{"name", "key",      "field", "header",
                                                          "env",  "variable", "id",    "param"};
  return one_of(key, kNames);
}

bool is_value_member(std::string_view key) {
  static constexpr std::array<std::string_view, 5> kValues{"value", "val", "content", "data", "plaintext"};
  return one_of(key, kValues);
}

}  // namespace clawtrail::redact
