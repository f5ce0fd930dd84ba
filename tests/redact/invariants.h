// SPDX-License-Identifier: Apache-2.0
// What holds for every line, for the property tests and the fuzzer: each function returns "" or what is
// wrong.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "clawtrail/base/encoding.h"
#include "redact/json_reader.h"
#include "redact/redact_support.h"

namespace clawtrail::test {

/// A JSON line with every letter and digit of its strings as \u00XX.
inline std::string spelled_out(std::string_view line) {
  std::string out;
  bool quoted = false;
  for (std::size_t at = 0; at < line.size(); ++at) {
    const char c = line[at];
    if (c == '"') quoted = !quoted;
    const bool alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (quoted && alnum) {
      out += "\\u00" + hex({&c, 1});
      continue;
    }
    out += c;
    if (c != '\\' || at + 1 == line.size()) continue;
    out += line[++at];
    if (line[at] != 'u') continue;
    out += line.substr(at + 1, 4);
    at += 4;
  }
  return out;
}

/// A JSON line with every slash as \/.
inline std::string slashes_escaped(std::string_view line) {
  std::string out;
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (line[at] == '\\' && at + 1 < line.size()) {
      out += line.substr(at++, 2);
    } else if (line[at] == '/') {
      out += "\\/";
    } else {
      out += line[at];
    }
  }
  return out;
}

inline std::string report(std::string_view what, std::string_view line, std::string_view a,
                          std::string_view b = {}) {
  return std::string(what) + "\nline: " + std::string(line) + "\nout:  " + std::string(a) +
         (b.empty() ? "" : "\nand:  " + std::string(b));
}

/// JSON stays JSON of the same shape, no line is added, a second run changes nothing.
inline std::string broken_line(BoundRedactor& redactor, std::string_view line) {
  const Outcome once = redactor.redact(line);
  if (once.changed != (once.line != line)) return report("changed or not", line, once.line);
  if (std::count(once.line.begin(), once.line.end(), '\n') != std::count(line.begin(), line.end(), '\n'))
    return report("another number of lines", line, once.line);
  if (const auto before = JsonReader::read(line)) {
    const auto after = JsonReader::read(once.line);
    if (!after) return report("no JSON any more", line, once.line);
    if (after->shape != before->shape || after->strings.size() < before->strings.size())
      return report("another shape", line, once.line);
  }
  const std::string twice = redactor.line(once.line);
  return twice == once.line ? "" : report("a second run changes more", line, once.line, twice);
}

/// The same content in other escapes is masked alike.
inline std::string broken_spelling(BoundRedactor& redactor, std::string_view line) {
  if (!JsonReader::read(line)) return "";
  const std::string plain = redactor.line(line);
  const auto want = JsonReader::read(plain);
  for (const std::string& other : {spelled_out(line), slashes_escaped(line)}) {
    const std::string out = redactor.line(other);
    const auto got = JsonReader::read(out);
    if (!want || !got || want->strings != got->strings)
      return report("masked otherwise in other escapes", line, plain, out);
  }
  return "";
}

/// What is read in portions comes out as if it had been read at once.
inline std::string broken_stream(BoundRedactor& redactor, std::string_view text,
                                 const std::vector<std::size_t>& portions) {
  const std::string want = redactor.stream(text, text.size() + 1);
  if (std::count(want.begin(), want.end(), '\n') != std::count(text.begin(), text.end(), '\n'))
    return report("another number of lines", text, want);
  for (const std::size_t portion : portions) {
    const std::string out = redactor.stream(text, portion);
    if (out != want) return report("depends on portions of " + std::to_string(portion), text, want, out);
  }
  return "";
}

}  // namespace clawtrail::test
