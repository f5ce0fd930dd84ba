// SPDX-License-Identifier: Apache-2.0
// How found records are shown.
#pragma once

#include <ostream>
#include <string>
#include <string_view>

#include "clawtrail/query/search.h"

namespace clawtrail {

/// Control characters and escapes made visible.
std::string visible(const std::string& text);

void print_csv_header(std::ostream& out);
/// RFC 4180; a cell that a spreadsheet would take for a formula gets a leading apostrophe.
void print_csv_row(std::ostream& out, const JsonValue& record);

void print_table_header(std::ostream& out, const SearchOptions& options);
/// One line, cut to options.width; control characters of the record are shown as \xNN, never sent to the
/// terminal.
void print_table_row(std::ostream& out, const JsonValue& record, const SearchOptions& options);

}  // namespace clawtrail
