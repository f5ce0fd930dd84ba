// SPDX-License-Identifier: Apache-2.0
#include "clawtrail/query/search.h"

#include "clawtrail/trail/trail_reader.h"
#include "query/print.h"

namespace clawtrail {

namespace {

constexpr std::string_view kTimestamp = "{\"timestamp\":\"";
constexpr std::size_t kTimestampSize = 24;

/// Reads the timestamp from the first bytes of a line; every record begins with it.
std::optional<Timestamp> peek_time(std::string_view line) {
  if (!line.starts_with(kTimestamp) || line.size() < kTimestamp.size() + kTimestampSize) return std::nullopt;
  return parse_rfc3339(line.substr(kTimestamp.size(), kTimestampSize));
}

bool in_range(std::string_view line, const SearchOptions& options) {
  if (!options.since && !options.until) return true;
  const auto time = peek_time(line);
  if (!time) return false;
  return (!options.since || *time >= *options.since) && (!options.until || *time < *options.until);
}

void print(const RecordView& record, const JsonValue& value, const SearchOptions& options,
           std::ostream& out) {
  switch (options.format) {
    case SearchFormat::kJson:
      out << record.line << '\n';
      break;
    case SearchFormat::kTable:
      print_table_row(out, value, options);
      break;
    case SearchFormat::kCsv:
      print_csv_row(out, value);
      break;
  }
}

}  // namespace

Result<std::uint64_t> search_trail(Files& files, const std::string& dir, const SearchOptions& options,
                                   std::ostream& out) {
  CLAWTRAIL_ASSIGN(const auto reader, TrailReader::open(files, dir));
  const bool parse = options.expression || options.format != SearchFormat::kJson;
  JsonParser parser;
  std::uint64_t found = 0;
  for (;;) {
    CLAWTRAIL_ASSIGN(const auto record, reader->next());
    if (!record || !out) return found;
    if (!in_range(record->line, options)) continue;
    JsonValue value;
    if (parse) {
      const auto root = parser.parse(record->line, true);
      if (!root) continue;  // `verify` is the command that speaks about damage
      value = *root;
    }
    if (options.expression && !options.expression->matches(value)) continue;
    if (found == 0 && options.format == SearchFormat::kTable) print_table_header(out, options);
    if (found == 0 && options.format == SearchFormat::kCsv) print_csv_header(out);
    ++found;
    print(*record, value, options, out);
  }
}

Result<Timestamp> parse_when(const std::string& text, Timestamp now) {
  if (const auto back = parse_duration(text)) return now - *back;
  if (const auto time = parse_rfc3339(text)) return *time;
  if (const auto day = parse_rfc3339(text + "T00:00:00Z")) return *day;
  return Error{Code::kInvalid,
               "\"" + text + "\" is no time: use 24h, 7d, 2026-11-21 or 2026-11-21T04:00:00Z"};
}

}  // namespace clawtrail
