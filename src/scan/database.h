// SPDX-License-Identifier: Apache-2.0
// Every value of every table of a SQLite database, read without changing anything on the disk.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "clawtrail/base/result.h"
#include "clawtrail/io/files.h"

namespace clawtrail::scan {

/// One text or blob. Views are valid inside the call.
struct Cell {
  std::string_view table, field;
  std::int64_t row = 0;  ///< rowid; of a table without, the count from 1
  std::string_view value;
  bool blob = false;
};

struct DatabaseSink {
  std::function<void(const Cell&)> cell;
  std::function<void(const std::string&)> problem;  ///< of one table; the others are read all the same
  std::function<bool()> stop;
};

/// Reads the tables in order of their names; not views, and of a virtual table the tables it is made of.
/// A database in WAL mode that no program has open is read as immutable, so that no -wal or -shm file is made
/// (a -wal left over is then not seen here; the walk searches it as binary data). Errors: kBusy (locked by
/// another program), kInvalid (damaged, encrypted, no database).
Status read_database(Files& files, const std::string& path, const DatabaseSink& sink);

}  // namespace clawtrail::scan
