// SPDX-License-Identifier: Apache-2.0
// Secrets at rest: walks folders and looks into files, compressed files, archives and SQLite databases.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clawtrail/base/result.h"
#include "clawtrail/io/files.h"
#include "clawtrail/match/scanner.h"
#include "clawtrail/redact/redactor.h"

namespace clawtrail {

/// Where something was found. Names are the bytes of the disk with secrets in them masked; they need not be
/// UTF-8 and may hold newlines: printable_name() is for showing them.
struct ScanPlace {
  std::string path;
  std::string member;                   ///< of an archive, "" for none
  std::string table, field;             ///< of a database, "" for none
  std::optional<std::int64_t> row;      ///< rowid; of a table without, the count of the row from 1
  std::uint64_t line = 0;               ///< from 1, in text; 0 where `offset` is told instead
  std::uint64_t column = 0;             ///< in bytes from 1; 0 if unknown
  std::optional<std::uint64_t> offset;  ///< bytes from the start of what is no text
};

/// One secret at one place; never the secret itself.
struct ScanFinding {
  ScanPlace where;
  std::string_view rule;  ///< id; lives as long as the Redactor
  std::string at;         ///< JSON pointer in the line, "" for text
  std::string fp;         ///< keyed fingerprint
  bool unique = false;    ///< known by its shape alone, or a known secret
  bool expected = false;  ///< the file is where secrets belong (.env, openclaw.json, …)
  bool exposed = false;   ///< other users may read the file
  /// What exit codes and alerts go by: a secret in its own place is no finding while only its owner reads it.
  bool counts() const { return !expected || exposed; }
};

/// Something that could not be looked into, as a sentence; not fatal.
struct ScanProblem {
  std::string path;
  std::string message;
};

struct ScanStats {
  std::uint64_t files = 0, bytes = 0;  ///< read from the disk
  std::uint64_t findings = 0;          ///< all, also those that were not listed (limits::kScan…Max)
  std::uint64_t counted = 0;           ///< of these, counts()
  std::uint64_t unlisted = 0;          ///< of these, over a limit and not given to on_finding
  std::uint64_t problems = 0;
  bool stopped = false;  ///< stop() said so: the rest was not looked at
};

struct ScanOptions {
  std::vector<std::string> paths;          ///< files and folders
  std::vector<std::string> exclude;        ///< folders that are not entered
  std::vector<std::string> secret_files;   ///< paths where secrets belong, beside those known by name
  std::string replacement = "[REDACTED]";  ///< the redactor's own: columns are told from it
  std::function<void(const ScanFinding&)> on_finding;
  std::function<void(const ScanProblem&)> on_problem;
  std::function<void(const ScanStats&)> on_progress;  ///< about once a mebibyte and a file
  std::function<bool()> stop;                         ///< asked as often; true ends the scan
};

/// Looks through `options.paths`. Symbolic links below a path are not followed (what they name inside the
/// tree is found at its own place), pipes, sockets and devices are not opened, nothing is written. Archives
/// are opened one level deep; databases read-only, in a way that makes no -wal or -shm file. Memory: a block
/// of text, one value of a database, and the places of one file's secrets, all bounded by limits::kScan…
/// Errors: kNotFound, kPermission, kInvalid for one of `paths`, before anything is read.
Result<ScanStats> scan_at_rest(Files& files, const Redactor& redactor, const Scanner& scanner,
                               const ScanOptions& options);

/// `name` for one line of a terminal: control characters and bytes that are no UTF-8 as \xNN, \ as \\.
std::string printable_name(std::string_view name);

}  // namespace clawtrail
