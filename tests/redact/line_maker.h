// SPDX-License-Identifier: Apache-2.0
// Lines made at random out of secrets of the rules, wrappers around them, and noise. Whoever asks decides
// what "at random" is: a seed, or the bytes of a fuzzer.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "clawtrail/base/check.h"
#include "clawtrail/base/encoding.h"
#include "redact/generate.h"
#include "redact/redact_support.h"
#include "redact/rule.h"

namespace clawtrail::test {

/// A text as a string in JSON, and as one every character of which could be escaped.
inline std::string percent(std::string_view text, bool every) {
  std::string out;
  for (const char c : text) {
    const bool plain = redact::is_token_char(c) || static_cast<unsigned char>(c) >= 0x80;
    if (plain && !every) {
      out += c;
    } else {
      out += "%" + hex({&c, 1});
    }
  }
  return out;
}

inline std::string entities(std::string_view text, bool every) {
  std::string out;
  for (const char c : text) {
    if (c == '"') {
      out += "&quot;";
    } else if (c == '&') {
      out += "&amp;";
    } else if (every && static_cast<unsigned char>(c) < 0x80) {
      out += "&#x" + hex({&c, 1}) + ";";
    } else {
      out += c;
    }
  }
  return out;
}

class LineMaker {
 public:
  /// `below(n)` is 0 to n - 1.
  using Below = std::function<std::size_t(std::size_t)>;

  LineMaker() {
    Diagnostics diagnostics;
    for (const YamlNode& pack : all_packs()) {
      for (const redact::Rule& rule : redact::load_rules(pack, diagnostics)) {
        for (const redact::Example& example : rule.match) examples_.push_back(example.text);
        for (const redact::Example& example : rule.no_match) examples_.push_back(example.text);
      }
    }
    CHECK(examples_.size() > 100);
  }

  const std::vector<std::string>& examples() const { return examples_; }

  /// An example of a rule, with secrets made for it.
  std::string example(std::size_t index, redact::Seed& seed) const {
    return redact::expand_example(examples_[index % examples_.size()], seed).value().text;
  }

  /// A line without newline: text or JSON.
  std::string line(const Below& below, redact::Seed& seed) const {
    std::string body;
    for (std::size_t parts = 1 + below(3); parts > 0; --parts) {
      body += part(below, seed);
      if (parts > 1) body += kGlue[below(kGlue.size())];
    }
    if (below(3) == 0) {
      for (char& c : body) c = c == '\n' ? ' ' : c;
      return body;
    }
    return json(body, below, seed);
  }

  /// `text` with a byte or a stretch changed, `times` times.
  std::string mutated(std::string text, std::size_t times, const Below& below) const {
    static constexpr std::string_view kBytes = "\"'\\ =:,;{}[]()<>/%&|-_.@x0A\t";
    for (; times > 0 && !text.empty(); --times) {
      const std::size_t at = below(text.size());
      switch (below(7)) {
        case 0:
          text.erase(at, 1 + below(4));
          break;
        case 1:
          text.insert(at, 1, kBytes[below(kBytes.size())]);
          break;
        case 2:
          text[at] = kBytes[below(kBytes.size())];
          break;
        case 3:
          text.insert(at, kGlue[below(kGlue.size())]);
          break;
        case 4:
          if (text[at] == ' ') text.replace(at, 1, "  ");
          break;
        case 5:
          text.replace(at, 1, "\\u00" + hex(text.substr(at, 1)));
          break;
        default:
          text = below(2) == 0 ? text.substr(at) : text.substr(0, at);
      }
    }
    std::erase(text, '\n');
    return text;
  }

 private:
  std::string part(const Below& below, redact::Seed& seed) const {
    std::string text = base(below, seed);
    for (std::size_t wraps = below(4); wraps > 0; --wraps) text = wrapped(std::move(text), below, seed);
    return text;
  }

  std::string base(const Below& below, redact::Seed& seed) const {
    static const std::vector<std::string> kMore{"[a-z ]{12}",
                                                "sk-[a-z]{3}",
                                                "[A-Za-z0-9+/]{64}",
                                                "[0-9a-f]{40}",
                                                "[a-z0-9]{8}-[a-f0-9]{4}",
                                                "asana key [a-z0-9]{32}",
                                                "postgres://u:[a-z0-9]{10}@h/d",
                                                "password=[a-z]{4}[0-9]{4}",
                                                "\"token\": \"[a-z0-9]{20}7\"",
                                                "--api-key [a-z0-9]{20}1",
                                                "X-Api-Key: [a-z0-9]{24}1",
                                                "cookie: a=[a-z]{8}; b=[a-z]{3}",
                                                "-----BEGIN PRIVATE KEY-----",
                                                "-----END PRIVATE KEY-----",
                                                "\\[REDACTED\\]",
                                                "\\{\"name\":\"TOKEN\",\"value\":\"[a-z0-9]{12}\"\\}",
                                                "abcdef…wxyz",
                                                "[\\n]",
                                                "é…\\\\"};
    if (below(3) != 0) return example(below(examples_.size()), seed);
    return redact::generate(kMore[below(kMore.size())], seed).value();
  }

  static std::string wrapped(std::string text, const Below& below, redact::Seed& seed) {
    static const std::vector<std::string> kNames{"token", "password", "api_key", "X-Api-Key", "m",
                                                 "0",     "apiKey",   "secret",  "key",       "max_tokens"};
    const std::string name = kNames[below(kNames.size())];
    switch (below(16)) {
      case 0:
        return json_string(text);
      case 1:
        return "{" + json_string(name) + ":" + json_string(text) + "}";
      case 2:
        return percent(text, below(2) != 0);
      case 3:
        return base64(redact::generate("[a-z]{0,2}", seed).value() + text);
      case 4:
        return base64url(redact::generate("[a-z]{0,2}", seed).value() + text);
      case 5:
        return hex(text);
      case 6:
        return entities(text, below(2) != 0);
      case 7:
        return "\x1b[31m" + text + "\x1b[0m";
      case 8:
        return name + "=" + text;
      case 9:
        return name + ": " + text;
      case 10:
        return "'" + text + "'";
      case 11:
        return name + " = \"" + text + "\"";
      case 12: {
        const std::string quoted = json_string(text);
        return quoted.substr(1, quoted.size() - 2);
      }
      case 13:
        return text.substr(0, below(text.size() + 1));
      case 14:
        return "https://h.example/?a=1&" + name + "=" + text + "&b=2";
      default:
        return "Authorization: Bearer " + text;
    }
  }

  static std::string json(const std::string& body, const Below& below, redact::Seed& seed) {
    const std::string number = redact::generate("[1-9][0-9]{0,20}", seed).value();
    const std::string inner = json_string(body);
    switch (below(8)) {
      case 0:
        return "{\"level\":30,\"password\":" + inner + ",\"n\":" + number + "}";
      case 1:
        return "{\"token\":[" + inner + ", " + number + ",null],\"a\":{}}";
      case 2:
        return "[\"--token\"," + inner + ",true]";
      case 3:
        return "{\"name\":\"API_TOKEN\",\"value\":" + inner + "}";
      case 4:
        return "{" + inner + ":\"x\",\"0\":" + json_string("{\"m\":" + inner + "}") + "}";
      case 5:
        return "{\"args\":{\"env\":" + inner + "},\"secret\":" + number + "}";
      default:
        return "{\"m\":" + inner + ",\"x\":" + number + "}";
    }
  }

  static inline const std::vector<std::string> kGlue{" ",  "",   ",", "\\n",   "\n",
                                                     "\"", "; ", "=", " \\\"", ":"};
  std::vector<std::string> examples_;
};

}  // namespace clawtrail::test
