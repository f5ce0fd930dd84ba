// SPDX-License-Identifier: Apache-2.0
// Reading the deployment's own secrets: what counts as one, and where they stand in files.
#include <algorithm>
#include <array>
#include <string>

#include "clawtrail/base/hash.h"
#include "clawtrail/base/limits.h"
#include "clawtrail/redact/redactor.h"
#include "redact/decode.h"
#include "redact/fields.h"
#include "redact/names.h"
#include "redact/values.h"

namespace clawtrail {

namespace {

using redact::NameKind;

/// Why a value is no secret that can be masked wherever it stands; "" if it is one.
std::string reason_to_skip(const std::string& value) {
  if (value.size() < limits::kKnownSecretBytesMin) return "shorter than 8 characters";
  if (value.size() > limits::kKnownSecretBytesMax) return "longer than 64 KiB";
  if (redact::is_reference(value)) return "a reference to another value";
  if (redact::is_placeholder(value) || redact::is_gateway_mask(value)) return "a placeholder";
  if (redact::is_path(value)) return "a path";
  if (value.starts_with("http://") || value.starts_with("https://")) {
    if (value.find('@') == std::string::npos) return "an address without credentials";
  }
  const auto every = [&](auto test) { return std::all_of(value.begin(), value.end(), test); };
  if (every([](char c) { return (c >= '0' && c <= '9') || c == '.' || c == '-' || c == ':'; })) {
    return "a number, date or address";
  }
  // One word of a language (or an identifier) occurs in text that has nothing to do with the secret.
  if (value.size() < 24 && (every([](char c) { return c >= 'a' && c <= 'z'; }) ||
                            every([](char c) { return c >= 'A' && c <= 'Z'; }))) {
    return "a common word";
  }
  return "";
}

std::string_view trimmed(std::string_view text) {
  static constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) + 1 - begin);
}

/// The value of a .env line, from after the '='. Moves `at` behind it (a quoted value may hold newlines).
std::string env_value(const std::string& text, std::size_t& at) {
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) ++at;
  std::string value;
  if (at < text.size() && (text[at] == '"' || text[at] == '\'')) {
    const char quote = text[at++];
    const std::size_t begin = at;
    while (at < text.size() && text[at] != quote) at += quote == '"' && text[at] == '\\' ? 2 : 1;
    at = std::min(at, text.size());
    const std::string_view inside = std::string_view(text).substr(begin, at - begin);
    std::vector<redact::Waypoint> unused;
    if (quote == '"') {
      redact::decode_escapes(inside, redact::Escapes::kJson, value, unused);
    } else {
      value = inside;
    }
    at = std::min(text.find('\n', at), text.size());
    return value;
  }
  const std::size_t end = std::min(text.find('\n', at), text.size());
  std::string_view bare = std::string_view(text).substr(at, end - at);
  if (const std::size_t comment = bare.find(" #"); comment != std::string_view::npos)
    bare = bare.substr(0, comment);
  at = end;
  return std::string(trimmed(bare));
}

/// A lenient reader of JSON and JSON5: comments, unquoted keys, single quotes and trailing commas are fine,
/// and nothing stops it but the end. It only pairs keys with the string that follows.
class JsonReader {
 public:
  JsonReader(const std::string& text, const std::string& file, KnownSecrets& secrets)
      : text_(text), file_(file), secrets_(secrets) {}

  void run() {
    while (at_ < text_.size()) step();
  }

 private:
  void step() {
    const char c = text_[at_];
    if (c == '/' && at_ + 1 < text_.size() && (text_[at_ + 1] == '/' || text_[at_ + 1] == '*')) {
      const bool line = text_[at_ + 1] == '/';
      const std::size_t end = text_.find(line ? "\n" : "*/", at_ + 2);
      at_ = end == std::string::npos ? text_.size() : end + (line ? 1 : 2);
    } else if (c == '"' || c == '\'') {
      take(quoted(c));
    } else if (c == '{' || c == '[') {
      path_.push_back(word_);
      word_.clear();
      value_next_ = false;
      ++at_;
    } else if (c == '}' || c == ']') {
      if (!path_.empty()) path_.pop_back();
      word_.clear();
      value_next_ = false;
      ++at_;
    } else if (c == ':') {
      value_next_ = true;
      ++at_;
    } else if (c == ',') {
      value_next_ = false;
      ++at_;
    } else if (redact::is_word(c) || c == '$') {
      const std::size_t begin = at_;
      while (at_ < text_.size() &&
             (redact::is_token_char(text_[at_]) || text_[at_] == '$' || text_[at_] == '.'))
        ++at_;
      if (!value_next_) word_ = text_.substr(begin, at_ - begin);
    } else {
      ++at_;
    }
  }

  std::string quoted(char quote) {
    const std::size_t begin = ++at_;
    while (at_ < text_.size() && text_[at_] != quote) at_ += text_[at_] == '\\' ? 2 : 1;
    at_ = std::min(at_, text_.size());
    std::string value;
    std::vector<redact::Waypoint> unused;
    redact::decode_escapes(std::string_view(text_).substr(begin, at_ - begin), redact::Escapes::kJson, value,
                           unused);
    ++at_;
    return value;
  }

  void take(std::string value) {
    if (!value_next_) {
      word_ = std::move(value);
      return;
    }
    value_next_ = false;
    const NameKind kind = redact::classify_name(word_, {});
    const bool in_secret = redact::is_value_member(word_) && !path_.empty() &&
                           redact::classify_name(path_.back(), {}) != NameKind::kNone;
    if (kind == NameKind::kNone && !in_secret) return;
    std::string name = file_ + "#";
    for (const std::string& part : path_) {
      if (!part.empty()) name += part + ".";
    }
    secrets_.add(name + word_, std::move(value));
  }

  const std::string& text_;
  const std::string& file_;
  KnownSecrets& secrets_;
  std::size_t at_ = 0;
  std::string word_;
  std::vector<std::string> path_;
  bool value_next_ = false;
};

}  // namespace

void KnownSecrets::add(std::string name, std::string value) {
  const std::string_view bare = trimmed(value);
  std::string kept(bare);
  wipe(value.data(), value.size());
  std::string reason = reason_to_skip(kept);
  if (!reason.empty()) {
    wipe(kept.data(), kept.size());
    skipped_.emplace_back(std::move(name), std::move(reason));
    return;
  }
  const bool fresh = hashes_.insert(std::hash<std::string_view>()(kept)).second;
  const bool known =
      !fresh && std::any_of(all_.begin(), all_.end(), [&](const KnownSecret& s) { return s.value == kept; });
  if (!known) all_.push_back({std::move(name), SecretText(kept)});
  wipe(kept.data(), kept.size());
}

void KnownSecrets::keep(const KnownSecrets& before) {
  for (const KnownSecret& secret : before.all_) add(secret.name, std::string(secret.value.view()));
}

void KnownSecrets::add_env_file(const std::string& text, const std::string& file) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t line_end = std::min(text.find('\n', at), text.size());
    const std::size_t equals = text.find('=', at);
    std::string_view name = trimmed(std::string_view(text).substr(at, std::min(equals, line_end) - at));
    if (equals >= line_end || name.empty() || name[0] == '#') {
      at = line_end + 1;
      continue;
    }
    if (name.starts_with("export ")) name = trimmed(name.substr(7));
    const std::string full = file + "#" + std::string(name);
    at = equals + 1;
    std::string value = env_value(text, at);
    if (redact::classify_name(name, {}) != NameKind::kNone) add(full, std::move(value));
    ++at;
  }
}

void KnownSecrets::add_json_file(const std::string& text, const std::string& file) {
  JsonReader(text, file, *this).run();
}

}  // namespace clawtrail
