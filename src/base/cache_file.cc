// SPDX-License-Identifier: Apache-2.0
#include "clawtrail/base/cache_file.h"

#include <filesystem>
#include <fstream>
#include <random>

#include "clawtrail/base/encoding.h"
#include "clawtrail/base/hash.h"
#include "clawtrail/base/limits.h"

namespace clawtrail {

namespace {

constexpr std::size_t kDigestBytes = Digest().size();
constexpr std::size_t kCacheBytesMax = 256 * limits::MiB;

}  // namespace

std::optional<std::string> read_cache_file(const std::string& path) {
  std::error_code ignored;
  const auto size = std::filesystem::file_size(path, ignored);
  if (ignored || size < kDigestBytes || size > kCacheBytesMax) return std::nullopt;
  std::ifstream file(path, std::ios::binary);
  std::string digest(kDigestBytes, '\0'), payload(size - kDigestBytes, '\0');
  if (!file.read(digest.data(), static_cast<std::streamsize>(digest.size()))) return std::nullopt;
  if (!file.read(payload.data(), static_cast<std::streamsize>(payload.size()))) return std::nullopt;
  if (as_text(sha256(payload)) != digest) return std::nullopt;
  return payload;
}

void write_cache_file(const std::string& path, std::string_view payload) {
  namespace fs = std::filesystem;
  const std::string temporary = path + "." + std::to_string(std::random_device{}()) + ".tmp";
  std::error_code ignored;
  fs::create_directories(fs::path(path).parent_path(), ignored);
  bool written = false;
  {
    std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
    fs::permissions(temporary, fs::perms::owner_read | fs::perms::owner_write, ignored);
    if (!ignored) {
      const Digest digest = sha256(payload);
      file << as_text(digest) << payload;
      file.close();
      written = file.good();
    }
  }
  if (written) fs::rename(temporary, path, ignored);
  if (!written || ignored) fs::remove(temporary, ignored);
}

}  // namespace clawtrail
