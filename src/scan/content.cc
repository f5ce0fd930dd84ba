// SPDX-License-Identifier: Apache-2.0
#include "scan/content.h"

#include "clawtrail/base/limits.h"

namespace clawtrail::scan {

namespace {

using std::string_view_literals::operator""sv;

/// A NUL this near to the start means that the rest is no text; git looks as far.
constexpr std::size_t kTextProbeBytes = 8 * limits::KiB;
/// Runs of binary data go to the search in portions of this size.
constexpr std::size_t kRunsBytes = 64 * limits::KiB;

}  // namespace

Kind kind_of(std::string_view head) {
  // gzip (RFC 1952), Zstandard (RFC 8878), xz, lzip, zip (its local file header), 7z, bzip2, tar (POSIX).
  constexpr std::string_view kXz = "\xfd\x37zXZ\0"sv;
  for (const std::string_view magic :
       {"\x1f\x8b\x08"sv, "\x28\xb5\x2f\xfd"sv, kXz, "LZIP"sv, "PK\x03\x04"sv, "7z\xbc\xaf\x27\x1c"sv}) {
    if (head.starts_with(magic)) return Kind::kArchive;
  }
  if (head.starts_with("BZh") && head.substr(4).starts_with("1AY&SY")) return Kind::kArchive;
  if (head.size() >= 262 && head.substr(257, 5) == "ustar") return Kind::kArchive;
  // https://www.sqlite.org/fileformat.html section 1.3
  if (head.starts_with("SQLite format 3\0"sv)) return Kind::kDatabase;
  return head.substr(0, kTextProbeBytes).find('\0') == std::string_view::npos ? Kind::kText : Kind::kBinary;
}

void Content::start(ScanPlace where) {
  where_ = std::move(where);
  decided_ = binary_ = false;
}

void Content::decide(std::string_view head) {
  decided_ = true;
  binary_ = head.substr(0, kTextProbeBytes).find('\0') != std::string_view::npos;
  if (binary_) runs_.start();
  finder_.start([this](std::uint64_t line, std::uint64_t column, const Redaction& redaction) {
    ScanPlace where = where_;
    if (binary_) {
      where.offset = runs_.offset_of(line, column);
    } else {
      where.line = line;
      where.column = column;
    }
    report_.found(std::move(where), redaction);
  });
}

void Content::feed(std::string_view bytes) {
  if (bytes.empty()) return;
  if (!decided_) decide(bytes);
  if (!binary_) return finder_.feed(bytes);
  for (; !bytes.empty(); bytes.remove_prefix(std::min(bytes.size(), kRunsBytes))) {
    runs_.feed(bytes.substr(0, kRunsBytes));
    flush();
  }
}

void Content::flush() {
  finder_.feed(runs_.ready());
  runs_.take();
  runs_.forget_before(finder_.line());
}

void Content::finish() {
  if (!decided_) return;
  if (binary_) {
    runs_.finish();
    flush();
  }
  finder_.finish();
}

}  // namespace clawtrail::scan
