// SPDX-License-Identifier: Apache-2.0
#include "scan/database.h"

#include <sqlite3.h>

#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "clawtrail/base/check.h"
#include "clawtrail/base/limits.h"

namespace clawtrail::scan {

namespace {

using Database = std::unique_ptr<sqlite3, int (*)(sqlite3*)>;
using Statement = std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)>;

constexpr int kBusyWait = 2000;              // ms; the gateway's own writes take far less
constexpr int kStepsBetweenStops = 100'000;  ///< virtual machine instructions, some milliseconds
constexpr std::uint64_t kRowsBetweenStops = 256;
constexpr int kColumnsMax = 2000;  // SQLite's own default

/// A path as it stands in a file: URI. https://www.sqlite.org/uri.html
std::string uri_of(const std::string& path, bool immutable) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out = path.starts_with('/') ? "file://" : "file:";
  for (const char c : path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '/' || c == '.' || c == '-' || c == '_';
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[static_cast<unsigned char>(c) & 15];
    }
  }
  return out + (immutable ? "?mode=ro&immutable=1" : "?mode=ro&readonly_shm=1");
}

/// True where opening the file in the ordinary way would make a -shm file: WAL mode, and nobody has it open.
/// https://www.sqlite.org/fileformat.html section 1.3.3: bytes 18 and 19 are 2 in WAL mode.
bool would_write(Files& files, const std::string& path) {
  char version[2] = {};
  const auto file = files.open(path, OpenMode::kRead);
  if (!file) return false;
  const auto got = (*file)->read_at(18, version);
  if (!got || *got != sizeof version || version[0] != 2) return false;
  return !files.stat(path + "-wal") || !files.stat(path + "-shm");
}

std::string quoted(const std::string& name) {
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

/// SQLite's own words may hold names out of the schema.
Error error_of(int code) {
  if ((code & 0xff) == SQLITE_BUSY || (code & 0xff) == SQLITE_LOCKED)
    return {Code::kBusy, "the database is locked by another program"};
  return {Code::kInvalid, "the database is damaged, encrypted or changes while it is read (SQLite code " +
                              std::to_string(code) + ")"};
}

/// What a file from elsewhere could do through its schema is switched off.
/// https://www.sqlite.org/security.html
void harden(sqlite3* db) {
  sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
  sqlite3_limit(db, SQLITE_LIMIT_LENGTH, limits::kScanValueBytesMax);
  sqlite3_limit(db, SQLITE_LIMIT_COLUMN, kColumnsMax);
  sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
  sqlite3_busy_timeout(db, kBusyWait);
  sqlite3_exec(db, "PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0", nullptr, nullptr, nullptr);
}

class Reader {
 public:
  Reader(sqlite3* db, const DatabaseSink& sink) : db_(db), sink_(sink) {
    sqlite3_progress_handler(
        db_, kStepsBetweenStops, [](void* data) { return static_cast<Reader*>(data)->sink_.stop() ? 1 : 0; },
        this);
  }
  ~Reader() { sqlite3_progress_handler(db_, 0, nullptr, nullptr); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  Status run() {
    std::vector<std::string> tables{"sqlite_schema"};  // Its `sql` may hold a secret as a default.
    Statement names = prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY "
        "name");
    if (!names) return error_of(sqlite3_extended_errcode(db_));
    int code = SQLITE_ROW;
    while ((code = sqlite3_step(names.get())) == SQLITE_ROW) tables.push_back(text_of(names.get(), 0));
    if (code != SQLITE_DONE && !sink_.stop()) return error_of(code);
    names.reset();
    for (const std::string& table : tables) {
      if (sink_.stop()) return {};
      read_table(table);
    }
    return {};
  }

 private:
  Statement prepare(const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v2(db_, sql.c_str(), static_cast<int>(sql.size()), &statement, nullptr);
    return {statement, sqlite3_finalize};
  }

  static std::string text_of(sqlite3_stmt* statement, int column) {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
    return text == nullptr
               ? std::string()
               : std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement, column)));
  }

  /// The name under which the rowid can be asked for; "" if a column hides it or there is none.
  std::string rowid_of(const std::string& table) {
    Statement columns = prepare("SELECT * FROM " + quoted(table));
    if (!columns) return "";
    for (const char* name : {"rowid", "_rowid_", "oid"}) {
      bool hidden = false;
      for (int i = 0; i < sqlite3_column_count(columns.get()); ++i) {
        hidden = hidden || sqlite3_stricmp(sqlite3_column_name(columns.get(), i), name) == 0;
      }
      if (!hidden && prepare(std::string("SELECT ") + name + " FROM " + quoted(table))) return name;
    }
    return "";
  }

  void read_table(const std::string& table) {
    const std::string rowid = rowid_of(table);
    if (rowid.empty()) {
      const Statement all = prepare("SELECT 0, * FROM " + quoted(table));
      const int code = all ? read_rows(all.get(), table, true) : sqlite3_extended_errcode(db_);
      if (code != SQLITE_DONE && !sink_.stop()) table_problem(table, code);
      return;
    }
    const std::string from = " FROM " + quoted(table) + " WHERE " + rowid + " > ?1 ORDER BY " + rowid;
    const Statement rows = prepare("SELECT " + rowid + ", *" + from);
    const Statement next = prepare("SELECT " + rowid + from + " LIMIT 1");
    if (!rows || !next) return table_problem(table, sqlite3_extended_errcode(db_));
    std::optional<std::int64_t> after;
    for (int code = SQLITE_TOOBIG; code == SQLITE_TOOBIG && !sink_.stop();) {
      bind(rows.get(), after);
      code = read_rows(rows.get(), table, false);
      if (code == SQLITE_DONE || sink_.stop()) return;
      if (code != SQLITE_TOOBIG) return table_problem(table, code);
      // The row behind the last one that could be read holds the value that is too large.
      if (row_ > std::numeric_limits<std::int64_t>::min()) after = row_;
      bind(next.get(), after);
      if (sqlite3_step(next.get()) != SQLITE_ROW) return table_problem(table, code);
      row_ = sqlite3_column_int64(next.get(), 0);
      after = row_;
      sqlite3_reset(next.get());
      sink_.problem("row " + std::to_string(row_) + " of table " + table + " holds a value of more than " +
                    std::to_string(limits::kScanValueBytesMax / limits::MiB) +
                    " MiB, which was not searched");
    }
  }

  void bind(sqlite3_stmt* statement, std::optional<std::int64_t> after) {
    sqlite3_reset(statement);
    // A number below every rowid, the smallest one included.
    after ? sqlite3_bind_int64(statement, 1, *after) : sqlite3_bind_double(statement, 1, -1e300);
    row_ = after.value_or(std::numeric_limits<std::int64_t>::min());
  }

  /// Gives the cells of all rows; the code that ended it.
  int read_rows(sqlite3_stmt* rows, const std::string& table, bool count) {
    const int columns = sqlite3_column_count(rows);
    std::int64_t number = 0;
    for (;;) {
      const int code = sqlite3_step(rows);
      if (code != SQLITE_ROW) {
        sqlite3_reset(rows);
        return code;
      }
      row_ = count ? ++number : sqlite3_column_int64(rows, 0);
      for (int i = 1; i < columns; ++i) read_cell(rows, i, table);
      if (++steps_ % kRowsBetweenStops == 0 && sink_.stop()) return SQLITE_INTERRUPT;
    }
  }

  void read_cell(sqlite3_stmt* rows, int column, const std::string& table) {
    const int type = sqlite3_column_type(rows, column);
    if (type != SQLITE_TEXT && type != SQLITE_BLOB) return;
    Cell cell;
    cell.blob = type == SQLITE_BLOB;
    const void* bytes = cell.blob ? sqlite3_column_blob(rows, column) : sqlite3_column_text(rows, column);
    const int size = sqlite3_column_bytes(rows, column);
    if (bytes == nullptr || size <= 0) return;
    cell.table = table;
    cell.field = sqlite3_column_name(rows, column);
    cell.row = row_;
    cell.value = {static_cast<const char*>(bytes), static_cast<std::size_t>(size)};
    sink_.cell(cell);
  }

  void table_problem(const std::string& table, int code) {
    sink_.problem("table " + table + " could not be read to its end: " + error_of(code).message);
  }

  sqlite3* db_;
  const DatabaseSink& sink_;
  std::uint64_t steps_ = 0;
  std::int64_t row_ = 0;  ///< of the last row that was read
};

}  // namespace

Status read_database(Files& files, const std::string& path, const DatabaseSink& sink) {
  CHECK(!path.empty());
  sqlite3* opened = nullptr;
  const std::string uri = uri_of(path, would_write(files, path));
  const int code = sqlite3_open_v2(uri.c_str(), &opened,
                                   SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, nullptr);
  const Database database(opened, sqlite3_close);
  if (code != SQLITE_OK) return error_of(code);
  harden(database.get());
  return Reader(database.get(), sink).run();
}

}  // namespace clawtrail::scan
