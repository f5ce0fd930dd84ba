// SPDX-License-Identifier: Apache-2.0
// Where a secret was seen: the redactions of the trail with its fingerprint.
#include <algorithm>

#include "clawtrail/base/encoding.h"
#include "clawtrail/query/search.h"
#include "clawtrail/trail/trail_reader.h"
#include "query/print.h"

namespace clawtrail {

namespace {

struct Sighting {
  RecordIndex index = 0;
  std::string time, source, rule, at;
};

std::string padded(const std::string& text, std::size_t width) {
  return text + std::string(width - std::min(width, text.size()), ' ') + "  ";
}

void print_row(std::ostream& out, const std::string& index, const Sighting& sighting) {
  constexpr std::size_t kIndexWidth = 10, kTimeWidth = 24, kSourceWidth = 16, kRuleWidth = 26;
  out << padded(index, kIndexWidth) << padded(visible(sighting.time), kTimeWidth)
      << padded(visible(sighting.source), kSourceWidth) << padded(visible(sighting.rule), kRuleWidth)
      << visible(sighting.at) << '\n';
}

void print(std::ostream& out, const Sighting& sighting, const SearchOptions& options) {
  if (options.format != SearchFormat::kJson) return print_row(out, std::to_string(sighting.index), sighting);
  out << "{\"index\":" << sighting.index << ",\"timestamp\":" << json_string(sighting.time)
      << ",\"source\":" << json_string(sighting.source) << ",\"rule\":" << json_string(sighting.rule)
      << ",\"at\":" << json_string(sighting.at) << "}\n";
}

void print_header(std::ostream& out, const SearchOptions& options) {
  if (options.format == SearchFormat::kJson) return;
  if (options.colour) out << "\x1b[1m";
  print_row(out, "index", {0, "time", "source", "rule", "at"});
  if (options.colour) out << "\x1b[0m";
}

}  // namespace

Result<std::uint64_t> find_fingerprints(Files& files, const std::string& dir,
                                        const std::vector<std::string>& fingerprints,
                                        const SearchOptions& options, std::ostream& out) {
  CLAWTRAIL_ASSIGN(const auto reader, TrailReader::open(files, dir));
  JsonParser parser;
  std::uint64_t found = 0;
  for (;;) {
    CLAWTRAIL_ASSIGN(const auto record, reader->next());
    if (!record || !out) return found;
    // Hex digits are never escaped, so most records need no parsing.
    const bool may = std::any_of(fingerprints.begin(), fingerprints.end(), [&](const std::string& fp) {
      return record->line.find(fp) != std::string_view::npos;
    });
    if (!may) continue;
    const auto root = parser.parse(record->line, true);
    if (!root) continue;  // `verify` is the command that speaks about damage
    (*root)["redactions"].for_each([&](std::string_view, const JsonValue& redaction) {
      const std::string_view fp = redaction["fp"].string_or("");
      if (std::find(fingerprints.begin(), fingerprints.end(), fp) == fingerprints.end()) return true;
      if (found++ == 0) print_header(out, options);
      print(out,
            {record->index, std::string((*root)["timestamp"].string_or("")),
             std::string((*root)["source"].at(0).string_or("")), std::string(redaction["rule"].string_or("")),
             std::string(redaction["at"].string_or(""))},
            options);
      return true;
    });
  }
}

}  // namespace clawtrail
