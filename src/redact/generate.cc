// SPDX-License-Identifier: Apache-2.0
#include "redact/generate.h"

#include <charconv>

#include "clawtrail/base/check.h"
#include "clawtrail/base/encoding.h"
#include "redact/rule.h"

namespace clawtrail::redact {

namespace {

constexpr std::size_t kRepeatsMax = 4096;
constexpr int kDepthMax = 16;

/// Recursive descent over the small regex language of generate().
class Generator {
 public:
  Generator(std::string_view pattern, Seed& seed) : pattern_(pattern), seed_(seed) {}

  std::optional<std::string> run() {
    std::string out = alternatives(0);
    if (at_ != pattern_.size()) failed_ = true;
    if (failed_) return std::nullopt;
    return out;
  }

 private:
  bool done() const { return failed_ || at_ >= pattern_.size(); }

  /// a|b|c up to ')' or the end: all are made (the pattern must be read), one is taken.
  std::string alternatives(int depth) {
    std::vector<std::string> all{sequence(depth)};
    while (!done() && pattern_[at_] == '|') {
      ++at_;
      all.push_back(sequence(depth));
    }
    return all[seed_.below(all.size())];
  }

  std::string sequence(int depth) {
    std::string out;
    while (!done() && pattern_[at_] != '|' && pattern_[at_] != ')') {
      const std::size_t begin = at_;
      std::string piece = atom(depth);
      const std::size_t atom_end = at_;
      const std::size_t times = repeats();
      const std::size_t after = at_;
      for (std::size_t i = 0; i < times && !failed_; ++i) {
        if (i > 0) {
          at_ = begin;
          piece = atom(depth);
          DCHECK(at_ == atom_end);
        }
        out += piece;
      }
      static_cast<void>(atom_end);
      at_ = after;
    }
    return out;
  }

  std::string atom(int depth) {
    const char c = pattern_[at_];
    if (c == '[') return from_class();
    if (c == '(') {
      if (depth == kDepthMax) failed_ = true;
      if (failed_) return "";
      ++at_;
      if (pattern_.substr(at_).starts_with("?:")) at_ += 2;
      std::string out = alternatives(depth + 1);
      if (done() || pattern_[at_] != ')') failed_ = true;
      ++at_;
      return out;
    }
    if (c == '\\' && at_ + 1 < pattern_.size()) {
      const std::string cls = "[\\" + std::string(1, pattern_[at_ + 1]) + "]";
      at_ += 2;
      return pick(cls);
    }
    if (c == '*' || c == '+' || c == '?' || c == '{' || c == '^' || c == '$') failed_ = true;
    ++at_;
    return {c};
  }

  std::string from_class() {
    std::size_t end = at_ + 1;
    while (end < pattern_.size() && pattern_[end] != ']') end += pattern_[end] == '\\' ? 2 : 1;
    if (end >= pattern_.size()) {
      failed_ = true;
      return "";
    }
    const std::string cls(pattern_.substr(at_, end + 1 - at_));
    at_ = end + 1;
    return pick(cls);
  }

  std::string pick(const std::string& cls) {
    const auto set = parse_byte_set(cls);
    if (!set || set->none()) {
      failed_ = true;
      return "";
    }
    std::size_t skip = seed_.below(set->count());
    std::size_t c = 0;
    while (!set->test(c) || skip-- > 0) ++c;
    return {static_cast<char>(c)};
  }

  std::size_t repeats() {
    if (done()) return 1;
    if (pattern_[at_] == '?') {
      ++at_;
      return seed_.below(2);
    }
    if (pattern_[at_] != '{') return 1;
    std::size_t low = 0;
    const char* end = pattern_.data() + pattern_.size();
    auto [next, error] = std::from_chars(pattern_.data() + at_ + 1, end, low);
    std::size_t high = low;
    if (error == std::errc() && next != end && *next == ',') {
      const auto upper = std::from_chars(next + 1, end, high);
      next = upper.ptr;
      error = upper.ec;
    }
    if (error != std::errc() || next == end || *next != '}' || high < low || high > kRepeatsMax) {
      failed_ = true;
      return 0;
    }
    at_ = static_cast<std::size_t>(next - pattern_.data()) + 1;
    return low + seed_.below(high - low + 1);
  }

  std::string_view pattern_;
  Seed& seed_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

std::string must(std::string_view pattern, Seed& seed) {
  const auto text = generate(pattern, seed);
  CHECK(text.has_value());
  return *text;
}

std::string make_jwt(Seed& seed) {
  return base64url(R"({"alg":"HS256","typ":"JWT"})") + "." +
         base64url(R"({"sub":")" + must("[0-9]{10}", seed) + R"(","iat":1516239022})") + "." +
         must("[\\w-]{43}", seed);
}

std::string make_crc_token(std::string_view prefix, Seed& seed) {
  const std::string body = must("[A-Za-z0-9]{30}", seed);
  return std::string(prefix) + body + crc32_base62(body);
}

std::string make_pem_body(Seed& seed) {
  std::string body = "\n";
  for (int line = 0; line < 6; ++line) body += must("[A-Za-z0-9+/]{64}\n", seed);
  return body;
}

std::string make_card(Seed& seed) {
  std::string digits = "4" + must("[0-9]{14}", seed);
  for (char last = '0'; last <= '9'; ++last) {
    if (passes(Validator::kLuhn, digits + last)) return digits + last;
  }
  return digits;
}

/// The first part of a Discord bot token: the base64 of a snowflake.
std::string make_bot_id(Seed& seed) { return base64url(must("[1-9][0-9]{17}", seed)); }

/// Offset of the '}' that closes the marker whose arguments start at `at`.
std::size_t marker_end(std::string_view text, std::size_t at) {
  int depth = 0;
  bool in_class = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '\\') {
      ++at;
    } else if (in_class) {
      in_class = c != ']';
    } else if (c == '[') {
      in_class = true;
    } else if (c == '{') {
      ++depth;
    } else if (c == '}' && depth-- == 0) {
      return at;
    }
  }
  return std::string_view::npos;
}

std::optional<std::string> make(std::string_view maker, std::string_view arguments, Seed& seed) {
  if (maker == "gen" || maker == "any") return generate(arguments, seed);
  if (maker == "hex") return generate("[0-9a-f]{" + std::string(arguments) + "}", seed);
  if (maker == "b64") return generate("[A-Za-z0-9+/]{" + std::string(arguments) + "}", seed);
  if (maker == "jwt") return make_jwt(seed);
  if (maker == "crc_token") return make_crc_token(arguments, seed);
  if (maker == "card") return make_card(seed);
  if (maker == "bot_id") return make_bot_id(seed);
  if (maker == "lf") return "\n";
  return std::nullopt;
}

bool is_maker(std::string_view name) {
  for (const char* maker : {"gen", "any", "hex", "b64", "jwt", "crc_token", "pem", "card", "bot_id", "lf"}) {
    if (name == maker) return true;
  }
  return false;
}

}  // namespace

std::uint64_t Seed::next() {
  state_ += 0x9E3779B97F4A7C15;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}

std::optional<std::string> generate(std::string_view pattern, Seed& seed) {
  return Generator(pattern, seed).run();
}

std::optional<Expanded> expand_example(std::string_view text, Seed& seed) {
  Expanded out;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t name_end = text[at] == '{' ? text.find_first_of(":}", at) : std::string_view::npos;
    const std::string_view maker =
        name_end == std::string_view::npos ? std::string_view() : text.substr(at + 1, name_end - at - 1);
    if (!is_maker(maker)) {
      out.text += text[at++];
      continue;
    }
    const std::size_t from = text[name_end] == ':' ? name_end + 1 : name_end;
    const std::size_t end = marker_end(text, from);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view arguments = text.substr(from, end - from);
    at = end + 1;
    if (maker == "pem") {
      const std::string kind = arguments.empty() ? "" : std::string(arguments) + " ";
      out.text += "-----BEGIN " + kind + "PRIVATE KEY-----";
      const std::string body = make_pem_body(seed);
      out.secrets.push_back({out.text.size(), out.text.size() + body.size()});
      out.text += body + "-----END " + kind + "PRIVATE KEY-----";
      continue;
    }
    const auto made = make(maker, arguments, seed);
    if (!made) return std::nullopt;
    if (maker != "any" && maker != "lf") {
      // Parts that touch are one secret: {bot_id}.{gen:…} is written {bot_id}{gen:\.…}.
      if (!out.secrets.empty() && out.secrets.back().end == out.text.size()) {
        out.secrets.back().end += made->size();
      } else {
        out.secrets.push_back({out.text.size(), out.text.size() + made->size()});
      }
    }
    out.text += *made;
  }
  return out;
}

}  // namespace clawtrail::redact
