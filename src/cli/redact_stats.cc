// SPDX-License-Identifier: Apache-2.0
#include "cli/redact_stats.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "clawtrail/base/encoding.h"

namespace clawtrail {

namespace {

constexpr std::size_t kNameWidth = 34, kNumberWidth = 12;

std::uint64_t findings_of(const FilterStats& stats) {
  std::uint64_t sum = 0;
  for (const auto& [rule, count] : stats.by_rule) sum += count;
  return sum;
}

std::string row(const std::string& name, std::uint64_t count) {
  const std::string number = std::to_string(count);
  std::string out = name;
  out.append(out.size() < kNameWidth ? kNameWidth - out.size() : 1, ' ');
  out.append(number.size() < kNumberWidth ? kNumberWidth - number.size() : 0, ' ');
  return out + number + "\n";
}

}  // namespace

void add_stats(FilterStats& total, const FilterStats& more) {
  total.bytes_in += more.bytes_in;
  total.lines += more.lines;
  total.lines_changed += more.lines_changed;
  for (const auto& [rule, count] : more.by_rule) total.by_rule[rule] += count;
}

std::string stats_table(const FilterStats& stats) {
  std::string out = row("lines", stats.lines) + row("bytes", stats.bytes_in) +
                    row("lines changed", stats.lines_changed) + row("findings", findings_of(stats));
  std::vector<std::pair<std::uint64_t, std::string>> rules;
  for (const auto& [rule, count] : stats.by_rule) rules.emplace_back(count, rule);
  std::stable_sort(rules.begin(), rules.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  for (const auto& [count, rule] : rules) out += row("  " + rule, count);
  return out;
}

std::string stats_json(const FilterStats& stats) {
  std::string out = "{\"lines\":" + std::to_string(stats.lines) +
                    ",\"bytes\":" + std::to_string(stats.bytes_in) +
                    ",\"lines_changed\":" + std::to_string(stats.lines_changed) +
                    ",\"findings\":" + std::to_string(findings_of(stats)) + ",\"by_rule\":{";
  const char* separator = "";
  for (const auto& [rule, count] : stats.by_rule) {
    out += separator + json_string(rule) + ":" + std::to_string(count);
    separator = ",";
  }
  return out + "}}\n";
}

}  // namespace clawtrail
