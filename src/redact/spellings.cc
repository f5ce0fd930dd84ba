// SPDX-License-Identifier: Apache-2.0
#include "redact/spellings.h"

#include <algorithm>

#include "clawtrail/base/check.h"
#include "clawtrail/base/encoding.h"
#include "clawtrail/base/hash.h"
#include "clawtrail/base/limits.h"

namespace clawtrail::redact {

namespace {

constexpr std::size_t kEncodedRunMax = 64 * limits::KiB;
constexpr std::size_t kLevels = 6;         ///< of JSON in JSON: the ones that are opened, and two
constexpr std::size_t kLineBytesMin = 16;  ///< shorter lines of a value of several lines are no secrets alone

std::string json_inner(std::string_view text) {
  const std::string quoted = json_string(text);
  return quoted.substr(1, quoted.size() - 2);
}

/// All bytes but letters, digits and `kept`; a space as `space`.
std::string percent(std::string_view text, std::string_view kept, std::string_view space) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (c == ' ') {
      out += space;
    } else if ((is_word(c) && c != '_') || kept.find(c) != std::string_view::npos) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

std::string percent_every(std::string_view text) {
  std::string out;
  for (const char c : text) out += "%" + hex({&c, 1});
  return out;
}

/// HTML and XML text; the quotes are spelled differently by different writers.
std::string markup(std::string_view text, std::string_view quote, std::string_view apostrophe) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += quote;
        break;
      case '\'':
        out += apostrophe;
        break;
      default:
        out += c;
    }
  }
  return out;
}

/// Inside single quotes of a shell, where a quote is closed, escaped and opened again.
std::string single_quoted(std::string_view text) {
  std::string out;
  for (const char c : text) c == '\'' ? out += "'\\''" : out += c;
  return out;
}

/// With a backslash before each character of `special`.
std::string backslashed(std::string_view text, std::string_view special) {
  std::string out;
  for (const char c : text) {
    if (special.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

ByteSet set_of(const char* text) {
  const auto set = parse_byte_set(text);
  CHECK(set.has_value());
  return *set;
}

class Speller {
 public:
  void spell(std::string_view secret) {
    secret_ = std::make_shared<const SecretText>(secret);
    static constexpr std::string_view kInDoubleQuotes = "\"$`\\";
    static constexpr std::string_view kBare = " \t!\"#$&'()*;<>?[\\]^`{|}~";
    add_plain(std::string(secret));
    // What is kept: encodeURIComponent(), RFC 3986, Python's quote(), forms, nothing.
    for (const std::string_view kept : {"-_.!~*'()", "-_.~", "-_.~/", "*-_.", ""}) {
      add(percent(secret, kept, "%20"), true, false, {});
      add(percent(secret, kept, "+"), true, false, {});
    }
    add(percent_every(secret), true, false, {});
    add_plain(markup(secret, "&quot;", "&#39;"));
    add_plain(markup(secret, "&quot;", "&apos;"));
    add_plain(markup(secret, "&quot;", "&#x27;"));
    add_plain(markup(secret, "&#34;", "&#39;"));
    add_plain(markup(secret, "\"", "'"));
    add_plain(single_quoted(secret));
    add_plain(backslashed(secret, kInDoubleQuotes));
    add_plain(backslashed(secret, kBare));
    add(hex(secret), true, true, set_of("[0-9A-Fa-f]"));
    for (std::size_t shift = 0; shift < 3; ++shift) base64_at(secret, shift);
  }

  std::vector<Spelling> take() { return std::move(all_); }

 private:
  /// As it is, and inside JSON in JSON …: the scan sees it before any of that is taken away.
  void add_plain(std::string text) {
    for (std::size_t level = 0; level < kLevels; ++level) {
      add(text, false, false, {});
      std::string next = json_inner(text);
      if (next == text) break;
      text = std::move(next);
    }
  }

  void add(std::string text, bool caseless, bool encoded, const ByteSet& alphabet) {
    const bool known =
        std::any_of(all_.begin(), all_.end(), [&](const Spelling& s) { return s.bytes == text; });
    if (!known && text.size() >= limits::kKnownSecretBytesMin)
      all_.push_back({SecretText(text), caseless, encoded, alphabet, secret_});
    wipe(text.data(), text.size());
  }

  /// The characters that stand for bits of the secret alone, when `shift` foreign bytes stand before it.
  void base64_at(std::string_view secret, std::size_t shift) {
    const std::string padded = std::string(shift, '\0') + std::string(secret);
    const std::size_t first = (shift * 8 + 5) / 6;
    const std::size_t last = padded.size() * 8 / 6;
    if (last <= first) return;
    const ByteSet alphabet = set_of("[A-Za-z0-9+/=_-]");
    add(base64(padded).substr(first, last - first), false, true, alphabet);
    add(base64url(padded).substr(first, last - first), false, true, alphabet);
  }

  std::vector<Spelling> all_;
  std::shared_ptr<const SecretText> secret_;
};

bool equal_caseless(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    const auto small = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return small(x) == small(y);
  });
}

}  // namespace

std::vector<Spelling> spellings_of(std::string_view secret) {
  Speller speller;
  speller.spell(secret);
  if (secret.find('\n') != std::string_view::npos) {
    std::size_t at = 0;
    while (at < secret.size()) {
      const std::size_t end = std::min(secret.find('\n', at), secret.size());
      std::string_view line = secret.substr(at, end - at);
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (line.size() >= kLineBytesMin && !line.starts_with("-----")) speller.spell(line);
      at = end + 1;
    }
  }
  return speller.take();
}

Span spelling_span(std::string_view text, std::size_t end, const Spelling& spelling) {
  const std::size_t head = std::min(spelling.bytes.size(), kSpellingLiteralBytes);
  CHECK(end >= head && end <= text.size());
  Span span{end - head, end - head + spelling.bytes.size()};
  if (span.end > text.size()) return {end, end};
  const std::string_view found = text.substr(span.begin, span.end - span.begin);
  if (spelling.caseless ? !equal_caseless(found, spelling.bytes.view()) : found != spelling.bytes.view())
    return {end, end};
  if (!spelling.encoded) return span;
  const std::size_t low = span.begin > kEncodedRunMax ? span.begin - kEncodedRunMax : 0;
  const std::size_t high = std::min(text.size(), span.end + kEncodedRunMax);
  while (span.begin > low && has(spelling.alphabet, text[span.begin - 1])) --span.begin;
  while (span.end < high && has(spelling.alphabet, text[span.end])) ++span.end;
  return span;
}

}  // namespace clawtrail::redact
