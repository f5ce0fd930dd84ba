// SPDX-License-Identifier: Apache-2.0
// A log in which private keys are written line by line, as text and as JSON, in between other things.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "clawtrail/base/encoding.h"

namespace clawtrail::test {

struct KeyLog {
  std::vector<std::string> lines;
  std::vector<std::string> secrets;  ///< lines of keys, none of which may be seen

  explicit KeyLog(unsigned seed, int events = 60) : random_(seed) {
    for (int i = 0; i < events; ++i) add_event();
  }

 private:
  std::string letters(std::size_t size) {
    constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t i = 0; i < size; ++i) out += kLetters[random_() % kLetters.size()];
    return out;
  }

  /// 0: text, 1: text with a prefix, 2: JSON
  void add(std::string_view text, std::uint64_t form) {
    if (form == 0) lines.emplace_back(text);
    if (form == 1) lines.push_back("04:00:00 app: " + std::string(text));
    if (form == 2)
      lines.push_back(R"({"0":"x","message":)" + json_string(text) + R"(,"n":)" +
                      std::to_string(lines.size()) + "}");
  }

  void add_event() {
    const auto form = random_() % 3;
    const auto kind = random_() % 4;
    if (kind == 0) return add("an ordinary line " + std::to_string(random_() % 1000), form);
    if (kind == 1) return add("one line of base64 that is no key: " + letters(64), form);
    const std::string dashes = "-----";
    add(dashes + "BEGIN PRIVATE KEY" + dashes, form);
    const auto body = 1 + random_() % 30;
    for (std::uint64_t i = 0; i < body; ++i) {
      secrets.push_back(letters(64));
      add(secrets.back(), form);
    }
    if (kind == 3) add(dashes + "END PRIVATE KEY" + dashes, form);  // else it is cut off
  }

  std::mt19937 random_;
};

}  // namespace clawtrail::test
