// SPDX-License-Identifier: Apache-2.0
#include "source/rotation.h"

#include <algorithm>

namespace clawtrail {

namespace {

constexpr std::size_t kIndexDigitsMax = 3;  // "app.2026.log" is no archive number 2026.
constexpr std::uint32_t kSticky = 01000;
constexpr std::uint32_t kWorldWritable = 0002;

/// The number that `digits` is; 0 if it is none.
unsigned index_of(const std::string& digits) {
  if (digits.empty() || digits.size() > kIndexDigitsMax) return 0;
  unsigned value = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return 0;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  return value;
}

}  // namespace

ChainName chain_name(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::size_t first = slash == std::string::npos ? 0 : slash + 1;
  const std::size_t last_dot = path.rfind('.');
  if (last_dot == std::string::npos || last_dot <= first) return {path, 0};
  if (const unsigned index = index_of(path.substr(last_dot + 1)); index > 0) {
    return {path.substr(0, last_dot), index};
  }
  const std::size_t dot = path.rfind('.', last_dot - 1);
  if (dot == std::string::npos || dot <= first) return {path, 0};
  if (const unsigned index = index_of(path.substr(dot + 1, last_dot - dot - 1)); index > 0) {
    return {path.substr(0, dot) + path.substr(last_dot), index};
  }
  return {path, 0};
}

bool older(Timestamp a_modified, const std::string& a, Timestamp b_modified, const std::string& b) {
  if (a_modified != b_modified) return a_modified < b_modified;
  const unsigned a_index = chain_name(a).index;
  const unsigned b_index = chain_name(b).index;
  return a_index != b_index ? a_index > b_index : a < b;
}

std::string owner_trouble(Files& files, const std::string& path, const FileStat& stat,
                          std::uint32_t own_user) {
  if (stat.owner == 0 || stat.owner == own_user) return "";
  const auto folder = files.stat(parent_of(path));
  if (!folder) return "its folder cannot be looked at";
  const bool anybody = (folder->mode & kSticky) != 0 && (folder->mode & kWorldWritable) != 0;
  if (!anybody && folder->owner == stat.owner) return "";
  return "it belongs to the user " + std::to_string(stat.owner) +
         ", who is neither root, nor the user that reads, nor the owner of a folder of its own";
}

bool is_pattern(const std::string& path) { return path.find_first_of("*?[") != std::string::npos; }

}  // namespace clawtrail
