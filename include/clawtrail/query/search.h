// SPDX-License-Identifier: Apache-2.0
// Finds records of a trail: an expression over their fields, a time range, and how to print them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "clawtrail/base/result.h"
#include "clawtrail/base/time.h"
#include "clawtrail/event/json.h"
#include "clawtrail/io/files.h"

namespace clawtrail {

/// A compiled expression, for example  event_type=api_call and (result!=success or path~"^/etc/")
/// Grammar: src/query/README.md. Threads: immutable.
class Expression {
 public:
  /// Errors: kInvalid with column, reason and what would fit.
  static Result<Expression> parse(const std::string& text);
  bool matches(const JsonValue& record) const;

  struct Node;  ///< private to the room

 private:
  std::shared_ptr<const Node> root_;
};

enum class SearchFormat { kJson, kTable, kCsv };

struct SearchOptions {
  std::optional<Expression> expression;
  std::optional<Timestamp> since, until;  ///< by `timestamp`; since inclusive, until exclusive
  SearchFormat format = SearchFormat::kJson;
  std::size_t width = 0;  ///< terminal columns for the table, 0: unlimited
  bool colour = false;
};

/// Prints the matching records in order; JSON lines are the trail's own bytes. Returns how many there were.
/// CSV cells that would start a formula in a spreadsheet get a leading apostrophe.
Result<std::uint64_t> search_trail(Files& files, const std::string& dir, const SearchOptions& options,
                                   std::ostream& out);

/// Prints where a secret with one of these fingerprints was masked: index, timestamp, source, rule and place
/// of each redaction; JSON lines, or a table (`format`). Returns how many there were.
Result<std::uint64_t> find_fingerprints(Files& files, const std::string& dir,
                                        const std::vector<std::string>& fingerprints,
                                        const SearchOptions& options, std::ostream& out);

/// "24h", "7d" (before now), RFC 3339, or a date.
Result<Timestamp> parse_when(const std::string& text, Timestamp now);

}  // namespace clawtrail
