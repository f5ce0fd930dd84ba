// SPDX-License-Identifier: Apache-2.0
#include "pipeline/keys.h"

#include "clawtrail/base/encoding.h"
#include "clawtrail/base/hash.h"

namespace clawtrail {

namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kKeyFileBytesMax = 4096;
constexpr std::uint32_t kOthersMay = 077;

std::string make_key(Rng& rng) {
  std::string key(kKeyBytes, '\0');
  rng.fill(key.data(), key.size());
  return key;
}

}  // namespace

Result<std::string> load_or_make_key(Files& files, const std::string& path, Rng& rng) {
  if (path.empty()) return make_key(rng);
  const auto stat = files.stat(path);
  if (!stat && stat.error().code != Code::kNotFound) return stat.error();
  if (!stat) {
    CLAWTRAIL_TRY(files.create_dirs(parent_of(path)));
    std::string key = make_key(rng);
    CLAWTRAIL_TRY(write_file_atomically(files, path, base64(key) + "\n"));
    return key;
  }
  if ((stat->mode & kOthersMay) != 0) {
    return Error{Code::kPermission,
                 "the key file " + path + " may be read by other users; run: chmod 600 " + path};
  }
  CLAWTRAIL_ASSIGN(std::string text, read_file(files, path, kKeyFileBytesMax));
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  auto key = unbase64(text);
  wipe(text.data(), text.size());
  if (!key || key->size() != kKeyBytes) {
    return Error{Code::kInvalid, "the key file " + path + " does not hold 32 bytes in base64"};
  }
  return std::move(*key);
}

}  // namespace clawtrail
