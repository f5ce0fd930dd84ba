// SPDX-License-Identifier: Apache-2.0
#include "scan/archive.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>

#include "clawtrail/base/hash.h"
#include "clawtrail/base/limits.h"

namespace clawtrail::scan {

namespace {

constexpr std::size_t kReadBytes = 128 * limits::KiB;

using Handle = std::unique_ptr<archive, int (*)(archive*)>;

/// What the callbacks of one handle see.
struct Input {
  explicit Input(const ArchiveBytes& from) : in(from), buffer(kReadBytes, '\0') {}
  ~Input() { wipe(buffer.data(), buffer.size()); }
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  const ArchiveBytes& in;
  std::string buffer;
  std::uint64_t at = 0;
  std::optional<Error> failed;
};

la_ssize_t on_read(archive*, void* data, const void** bytes) {
  Input& input = *static_cast<Input*>(data);
  const auto got = input.in.read(input.at, {input.buffer.data(), input.buffer.size()});
  if (!got) {
    input.failed = got.error();
    return -1;
  }
  input.at += *got;
  *bytes = input.buffer.data();
  return static_cast<la_ssize_t>(*got);
}

la_int64_t on_seek(archive*, void* data, la_int64_t offset, int whence) {
  Input& input = *static_cast<Input*>(data);
  const la_int64_t base = whence == SEEK_CUR   ? static_cast<la_int64_t>(input.at)
                          : whence == SEEK_END ? static_cast<la_int64_t>(input.in.size)
                                               : 0;
  if (base + offset < 0) return ARCHIVE_FATAL;
  input.at = static_cast<std::uint64_t>(base + offset);
  return base + offset;
}

la_int64_t on_skip(archive*, void* data, la_int64_t request) {
  static_cast<Input*>(data)->at += static_cast<std::uint64_t>(request);
  return request;
}

/// Only what needs no other program: a filter of libarchive may start one.
Handle open_handle(Input& input, bool archives) {
  Handle handle(archive_read_new(), archive_read_free);
  archive_read_support_filter_gzip(handle.get());
  archive_read_support_filter_bzip2(handle.get());
  archive_read_support_filter_xz(handle.get());
  archive_read_support_filter_lzip(handle.get());
  archive_read_support_filter_zstd(handle.get());
  if (archives) {
    archive_read_support_format_zip(handle.get());
    archive_read_support_format_7zip(handle.get());
    archive_read_support_format_tar(handle.get());
    archive_read_support_format_cpio(handle.get());
  }
  archive_read_support_format_raw(handle.get());
  archive_read_support_format_empty(handle.get());
  archive_read_set_read_callback(handle.get(), on_read);
  archive_read_set_seek_callback(handle.get(), on_seek);
  archive_read_set_skip_callback(handle.get(), on_skip);
  archive_read_set_callback_data(handle.get(), &input);
  return handle;
}

Error broken(const Input& input) {
  if (input.failed) return *input.failed;
  // The library's own words may hold names out of the archive.
  return {Code::kInvalid, "it is damaged, encrypted or of an unknown kind; what came before byte " +
                              std::to_string(input.at) + " was searched"};
}

Error too_large(const std::string& what) {
  return {Code::kTooLarge, "it expands to more than " + what + "; the rest was not searched"};
}

Error over_budget() {
  return too_large(std::to_string(limits::kScanExpandedRatioMax) + " times its size and " +
                   std::to_string(limits::kScanExpandedBytesFree / limits::MiB) + " MiB");
}

/// Takes the data of one member. Errors: as read_archive().
Status read_member(archive* handle, const Input& input, ExpandBudget& budget, const ArchiveSink& sink,
                   std::uint64_t& data) {
  for (;;) {
    if (sink.stop()) return {};
    const void* bytes = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    const int code = archive_read_data_block(handle, &bytes, &size, &offset);
    if (code == ARCHIVE_EOF) return {};
    if (code == ARCHIVE_RETRY) continue;
    if (code < ARCHIVE_WARN) return broken(input);
    if (size > 0) sink.bytes({static_cast<const char*>(bytes), size});
    data += size;
    if (budget.spent(size)) return over_budget();
  }
}

std::string_view name_of(archive_entry* entry) {
  const char* name = archive_entry_pathname(entry);
  if (name == nullptr) name = archive_entry_pathname_utf8(entry);
  return name == nullptr ? "(a name that cannot be read)" : name;
}

/// The members that came are counted in `found`.
Status read_members(archive* handle, const Input& input, ExpandBudget& budget, const ArchiveSink& sink,
                    std::size_t& found) {
  // Headers count too: a compressed tar of nothing but headers is a bomb as well.
  std::uint64_t counted = 0;
  for (std::size_t members = 0;; ++members) {
    if (sink.stop()) return {};
    if (members == limits::kScanMembersMax) return too_large(std::to_string(members) + " members");
    archive_entry* entry = nullptr;
    const int code = archive_read_next_header(handle, &entry);
    if (code == ARCHIVE_EOF) return {};
    if (code == ARCHIVE_RETRY) continue;
    if (code < ARCHIVE_WARN) return broken(input);
    const auto expanded = static_cast<std::uint64_t>(archive_filter_bytes(handle, 0));
    if (expanded > counted && budget.spent(expanded - counted)) return over_budget();
    counted = std::max(counted, expanded);
    const bool raw = archive_format(handle) == ARCHIVE_FORMAT_RAW;
    if (!raw && archive_entry_filetype(entry) != AE_IFREG) continue;
    ++found;
    sink.member(raw ? std::string_view() : name_of(entry));
    const Status read = read_member(handle, input, budget, sink, counted);
    sink.member_end();
    if (!read) return read;
  }
}

}  // namespace

ExpandBudget::ExpandBudget(std::uint64_t file_bytes)
    : left(limits::kScanExpandedBytesFree +
           limits::kScanExpandedRatioMax * std::min(file_bytes, limits::kScanFileBytesMax)) {}

Status read_archive(const ArchiveBytes& in, ExpandBudget& budget, const ArchiveSink& sink) {
  // Zeros are an empty tar: what has no members is expanded as it is.
  std::size_t found = 0;
  for (const bool archives : {true, false}) {
    Input input(in);
    const Handle handle = open_handle(input, archives);
    if (archive_read_open1(handle.get()) < ARCHIVE_WARN) return broken(input);
    CLAWTRAIL_TRY(read_members(handle.get(), input, budget, sink, found));
    if (found > 0 || sink.stop()) break;
  }
  return {};
}

}  // namespace clawtrail::scan
