// SPDX-License-Identifier: Apache-2.0
// The order of the rooms (DESIGN: "Rooms") and what an #include line may name.
#pragma once

#include <algorithm>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tidy/source_text.h"

namespace clawtrail::tidy {

/// A finding: "path:line: what is wrong".
using Findings = std::vector<std::string>;

inline void find(Findings& findings, const std::string& path, std::size_t line, const std::string& what) {
  findings.push_back(path + ":" + std::to_string(line) + ": " + what);
}

/// A room may use the contracts of rooms in rows below its own.
inline const std::map<std::string, int>& room_rows() {
  static const std::map<std::string, int> rows = {
      {"base", 0},   {"io", 1},     {"text", 1},     {"metrics", 1}, {"match", 1},  {"event", 2},
      {"redact", 2}, {"intake", 3}, {"trail", 3},    {"source", 4},  {"alert", 4},  {"forward", 4},
      {"query", 4},  {"scan", 4},   {"pipeline", 5}, {"web", 5},     {"config", 6}, {"cli", 6}};
  return rows;
}

/// Same-row contracts that may be used: the program uses the configuration; the wiring opens the admin port.
inline const std::set<std::pair<std::string, std::string>>& row_exceptions() {
  static const std::set<std::pair<std::string, std::string>> pairs = {{"cli", "config"}, {"pipeline", "web"}};
  return pairs;
}

/// Third-party and system headers that belong to rooms. The first pattern that matches decides.
struct HeaderOwner {
  std::regex header;
  std::set<std::string> rooms;
};
inline const std::vector<HeaderOwner>& header_owners() {
  static const std::vector<HeaderOwner> owners = {
      {std::regex("openssl/.*"), {"base"}},
      {std::regex("(zmq|zmq_addon)\\.hp?p?|httplib\\.h|curl/.*"), {"io"}},
      {std::regex("yaml-cpp/.*|toml\\+\\+/.*"), {"text"}},
      {std::regex("prometheus/.*"), {"metrics"}},
      {std::regex("hs/.*|hs\\.h|hs_.*|re2/.*|immintrin\\.h"), {"match"}},
      {std::regex("simdjson.*|protozero/.*"), {"event"}},
      {std::regex("zstd.*"), {"trail"}},
      {std::regex("sqlite3\\.h|archive(_entry)?\\.h"), {"scan"}},
      {std::regex("librdkafka/.*"), {"source", "forward"}},
      {std::regex("CLI/.*"), {"cli"}},
      {std::regex("spdlog/.*"), {"cli", "pipeline"}},
      {std::regex("csignal"), {"io"}},
      // Rows 0 and 1 cannot use `io`: diagnostics show the line of a file, and `base/cache_file.h` keeps what
      // was compiled.
      {std::regex("fstream"), {"base", "io", "text", "match"}},
      {std::regex("filesystem|random"), {"base", "io", "match"}},
      // Pure functions of the C library and the compiler, and the C++ standard library: every room.
      {std::regex("fnmatch\\.h|arpa/inet\\.h|immintrin\\.h"), {}},
      {std::regex("(sys|linux|net|netinet|arpa)/.*"), {"io"}},
      {std::regex("(unistd|fcntl|poll|signal|netdb|dirent|glob|pwd|time|termios)\\.h"), {"io"}},
      {std::regex("[a-z_]+"), {}},
  };
  return owners;
}

/// "src/io/x.cc" and "include/clawtrail/io/x.h" are of room io; "" for other paths.
inline std::string room_of(const std::string& path) {
  static const std::regex pattern("(?:src|include/clawtrail)/([a-z_]+)/.*");
  std::smatch match;
  return std::regex_match(path, match, pattern) ? match[1].str() : "";
}

/// Why `room` may not use the contract of `other`, or "".
inline std::string refuse_contract(const std::string& room, const std::string& other) {
  const auto& rows = room_rows();
  if (room == other) return "";
  if (!rows.contains(other)) return "there is no room " + other;
  if (rows.at(other) < rows.at(room)) return "";
  if (row_exceptions().contains({room, other})) return "";
  return room + " (row " + std::to_string(rows.at(room)) + ") may not use " + other + " (row " +
         std::to_string(rows.at(other)) + ")";
}

inline std::string refuse_system_header(const std::string& path, const std::string& room,
                                        const std::string& header) {
  for (const HeaderOwner& owner : header_owners()) {
    if (!std::regex_match(header, owner.header)) continue;
    if (owner.rooms.empty()) return "";
    if (!owner.rooms.contains(room)) return "<" + header + "> does not belong to the room " + room;
    return path.starts_with("include/") ? "<" + header + "> may not stand in a contract" : "";
  }
  return "<" + header + "> belongs to no room yet: add it to the table in tests/tidy/rooms.h";
}

/// Every #include line of a file in src/ or include/ against the rows and the tables.
inline Findings check_includes(const std::string& path, const std::string& text) {
  static const std::regex include("\\s*#\\s*include\\s*([<\"])([^>\"]+)[>\"].*");
  static const std::regex contract("clawtrail/([a-z_]+)/.*");
  Findings findings;
  const std::string room = room_of(path);
  if (!room_rows().contains(room)) {
    find(findings, path, 1, "there is no room \"" + room + "\"");
    return findings;
  }
  const std::vector<std::string> lines = lines_of(text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::smatch match, parts;
    if (!std::regex_match(lines[i], match, include)) continue;
    const std::string header = match[2];
    std::string why;
    if (match[1] == "<") {
      why = refuse_system_header(path, room, header);
    } else if (std::regex_match(header, parts, contract)) {
      why = refuse_contract(room, parts[1]);
    } else if (path.starts_with("include/")) {
      why = "a contract may not use the private header " + header;
    } else if (!header.starts_with(room + "/")) {
      why = "the private header " + header + " belongs to another room";
    }
    if (!why.empty()) find(findings, path, i + 1, why);
  }
  return findings;
}

/// Threads are started by `pipeline`, and by the HTTP server of `io`.
inline Findings check_threads(const std::string& path, const std::string& text) {
  static const std::regex thread("std::(j?thread|async)\\b");
  Findings findings;
  const std::string room = room_of(path);
  if (room == "pipeline" || room == "io") return findings;
  const std::vector<std::string> lines = lines_of(without_comments_and_literals(text));
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (std::regex_search(lines[i], thread))
      find(findings, path, i + 1, "the room " + room + " may not start threads");
  }
  return findings;
}

}  // namespace clawtrail::tidy
