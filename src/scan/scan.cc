// SPDX-License-Identifier: Apache-2.0
#include "clawtrail/scan/scan.h"

#include <algorithm>
#include <set>

#include "clawtrail/base/encoding.h"
#include "clawtrail/base/hash.h"
#include "clawtrail/base/limits.h"
#include "scan/archive.h"
#include "scan/content.h"
#include "scan/database.h"

namespace clawtrail {

namespace {

using scan::Content;
using scan::ExpandBudget;
using scan::Kind;
using scan::Report;

constexpr std::size_t kReadBytes = 256 * limits::KiB;
constexpr std::uint32_t kOthersRead = 044;

/// What the kernel shows as files is no data at rest, and some of it has no end.
bool is_kernel_folder(const std::string& path) { return path == "/proc" || path == "/sys" || path == "/dev"; }

/// Where OpenClaw and its operator keep secrets on purpose.
bool is_secret_place(const std::string& path) {
  const std::string name = basename_of(path);
  return name == ".env" || name == "openclaw.json" || name == "auth-profiles.json" ||
         basename_of(parent_of(path)) == "credentials";
}

class ScanRun {
 public:
  ScanRun(Files& files, const Redactor& redactor, const Scanner& scanner, const ScanOptions& options)
      : files_(files),
        options_(options),
        report_(options),
        finder_(redactor, scanner, options.replacement),
        names_(redactor, scanner, options.replacement),
        content_(finder_, report_),
        buffer_(kReadBytes, '\0') {
    for (const std::string& path : options.secret_files) {
      if (const auto stat = files.stat(expand_home(path))) secret_files_.insert(stat->identity);
    }
    for (const std::string& path : options.exclude) {
      if (const auto stat = files.stat(path)) excluded_.insert(stat->identity);
    }
  }
  ~ScanRun() { wipe(buffer_.data(), buffer_.size()); }
  ScanRun(const ScanRun&) = delete;
  ScanRun& operator=(const ScanRun&) = delete;

  Result<ScanStats> run() {
    std::vector<FileStat> stats;
    for (const std::string& path : options_.paths) {
      CLAWTRAIL_ASSIGN(const FileStat stat, files_.stat(path));
      if (!stat.regular) CLAWTRAIL_TRY(files_.list(path));
      stats.push_back(stat);
    }
    for (std::size_t i = 0; i < stats.size() && !report_.stop(); ++i) {
      const std::string& path = options_.paths[i];
      stats[i].regular ? read_entry(path, stats[i], OpenMode::kRead) : walk(path, 0);
    }
    report_.stop();
    return report_.stats();
  }

 private:
  void walk(const std::string& folder, int depth) {
    if (is_kernel_folder(folder)) return;
    const auto entries = files_.list(folder);
    if (!entries) return problem(folder, "the folder cannot be listed", entries.error());
    for (const DirEntry& entry : *entries) {
      if (report_.stop()) return;
      const std::string path = join_path(folder, entry.name);
      if (entry.stat.regular) {
        read_entry(path, entry.stat, OpenMode::kReadTailed);
      } else if (depth == limits::kScanDepthMax) {
        report_.problem(names_.masked(path), "the folder lies more than " +
                                                 std::to_string(limits::kScanDepthMax) +
                                                 " folders deep and was not searched");
      } else if (!excluded_.contains(entry.stat.identity)) {
        walk(path, depth + 1);
      }
    }
  }

  /// The texts of errors name their object, whose name may hold a secret: only the kind of error is told.
  void problem(const std::string& path, const std::string& what, const Error& error) {
    const char* why = error.code == Code::kPermission ? ": this user may not"
                      : error.code == Code::kNotFound ? ": it has vanished"
                                                      : "";
    report_.problem(names_.masked(path), what + why);
  }

  void read_entry(const std::string& path, const FileStat& stat, OpenMode mode) {
    if (stat.size == 0) return;
    const auto file = files_.open(path, mode);
    if (!file) return problem(path, "the file cannot be opened", file.error());
    report_.start_file(names_.masked(path), is_secret_place(path) || secret_files_.contains(stat.identity),
                       (stat.mode & kOthersRead) != 0);
    report_.read_file();
    std::string head(scan::kHeadBytes, '\0');
    const auto got = (*file)->read_at(0, {head.data(), head.size()});
    if (!got) return problem(path, "the file cannot be read", got.error());
    head.resize(*got);
    ExpandBudget budget(stat.size);
    switch (scan::kind_of(head)) {
      case Kind::kDatabase:
        if (read_as_database(path, budget)) return report_.read_bytes(stat.size);
        break;
      case Kind::kArchive:
        if (read_as_archive(**file, stat.size, budget)) return report_.read_bytes(stat.size);
        break;
      default:
        break;
    }
    read_as_it_is(**file, path, stat.size);
  }

  void read_as_it_is(File& file, const std::string& path, std::uint64_t size) {
    // A log that grows while it is read has an end here.
    const std::uint64_t end = std::min(size, limits::kScanFileBytesMax);
    content_.start({});
    for (std::uint64_t at = 0; at < end && !report_.stop();) {
      const std::size_t want = static_cast<std::size_t>(std::min<std::uint64_t>(buffer_.size(), end - at));
      const auto got = file.read_at(at, {buffer_.data(), want});
      if (!got) {
        problem(path, "the file cannot be read behind byte " + std::to_string(at), got.error());
        break;
      }
      if (*got == 0) break;
      content_.feed({buffer_.data(), *got});
      report_.read_bytes(*got);
      at += *got;
    }
    content_.finish();
    if (size > end) report_.problem("only the first " + std::to_string(end) + " bytes were searched");
  }

  /// False if it could not be read as one: then its bytes are searched as they are.
  bool read_as_archive(File& file, std::uint64_t size, ExpandBudget& budget) {
    const scan::ArchiveBytes in{
        [&](std::uint64_t at, std::span<char> bytes) { return file.read_at(at, bytes); }, size};
    const Status read = expand(in, budget, {});
    if (!read) report_.problem("the file could not be expanded: " + reason(read.error()));
    return read || read.error().code == Code::kTooLarge;
  }

  static std::string reason(const Error& error) {
    return error.code == Code::kInvalid || error.code == Code::kTooLarge ? error.message
                                                                         : "it cannot be read";
  }

  Status expand(const scan::ArchiveBytes& in, ExpandBudget& budget, const ScanPlace& base) {
    scan::ArchiveSink sink;
    sink.member = [&](std::string_view name) {
      ScanPlace where = base;
      where.member = names_.masked(name);
      content_.start(std::move(where));
    };
    sink.bytes = [&](std::string_view bytes) { content_.feed(bytes); };
    sink.member_end = [&] { content_.finish(); };
    sink.stop = [&] { return report_.stop(); };
    return scan::read_archive(in, budget, sink);
  }

  /// False if it could not be read as one.
  bool read_as_database(const std::string& path, ExpandBudget& budget) {
    scan::DatabaseSink sink;
    sink.cell = [&](const scan::Cell& cell) { read_cell(cell, budget); };
    sink.problem = [&](const std::string& text) { report_.problem(names_.masked(text)); };
    sink.stop = [&] { return report_.stop(); };
    const Status read = scan::read_database(files_, path, sink);
    if (read) return true;
    report_.problem(read.error().message + "; its bytes are searched as they are");
    return false;
  }

  void read_cell(const scan::Cell& cell, ExpandBudget& budget) {
    if (cell.blob && scan::kind_of(cell.value) == Kind::kArchive && expand_cell(cell, budget)) return;
    if (cell.blob && scan::kind_of(cell.value) != Kind::kText) {
      content_.start(place_of(cell));
      content_.feed(cell.value);
      content_.finish();
      return;
    }
    finder_.find(cell.value, [&](std::uint64_t line, std::uint64_t column, const Redaction& redaction) {
      ScanPlace where = place_of(cell);
      where.line = line;
      where.column = column;
      report_.found(std::move(where), redaction);
    });
  }

  ScanPlace place_of(const scan::Cell& cell) {
    if (cell.table != raw_table_ || cell.field != raw_field_) {
      raw_table_ = cell.table;
      raw_field_ = cell.field;
      table_ = names_.masked(cell.table);
      field_ = names_.masked(cell.field);
    }
    ScanPlace where;
    where.table = table_;
    where.field = field_;
    where.row = cell.row;
    return where;
  }

  bool expand_cell(const scan::Cell& cell, ExpandBudget& budget) {
    const scan::ArchiveBytes in{
        [&](std::uint64_t at, std::span<char> bytes) -> Result<std::size_t> {
          return at >= cell.value.size() ? std::size_t{0} : cell.value.copy(bytes.data(), bytes.size(), at);
        },
        cell.value.size()};
    const ScanPlace base = place_of(cell);
    const Status read = expand(in, budget, base);
    if (!read) {
      report_.problem("row " + std::to_string(cell.row) + " of table " + base.table +
                      " holds a compressed value that could not be expanded: " + reason(read.error()));
    }
    return read || read.error().code == Code::kTooLarge;
  }

  Files& files_;
  const ScanOptions& options_;
  Report report_;
  scan::TextFinder finder_;
  scan::TextFinder names_;  ///< masks names, also while the other one is at work
  Content content_;
  std::string buffer_;
  std::set<FileIdentity> secret_files_, excluded_;
  std::string raw_table_, raw_field_, table_, field_;  ///< names of the last cell with a finding
};

}  // namespace

Result<ScanStats> scan_at_rest(Files& files, const Redactor& redactor, const Scanner& scanner,
                               const ScanOptions& options) {
  return ScanRun(files, redactor, scanner, options).run();
}

std::string printable_name(std::string_view name) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  const auto escape = [&](unsigned char c) {
    out += "\\x";
    out += kHex[c >> 4];
    out += kHex[c & 15];
  };
  while (!name.empty()) {
    const std::size_t good = utf8_error(name).value_or(name.size());
    for (std::size_t i = 0; i < good; ++i) {
      const auto c = static_cast<unsigned char>(name[i]);
      const bool c1 = c == 0xc2 && i + 1 < good && static_cast<unsigned char>(name[i + 1]) < 0xa0;
      if (c == '\\') out += '\\';
      if (c < 0x20 || c == 0x7f || c1) {
        escape(c);
        if (c1) escape(static_cast<unsigned char>(name[++i]));
      } else {
        out += name[i];
      }
    }
    name.remove_prefix(good);
    if (name.empty()) break;
    escape(static_cast<unsigned char>(name.front()));
    name.remove_prefix(1);
  }
  return out;
}

}  // namespace clawtrail
