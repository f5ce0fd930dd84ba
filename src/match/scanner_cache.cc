// SPDX-License-Identifier: Apache-2.0
#include "match/scanner_cache.h"

#include <hs.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string_view>

#include "clawtrail/base/encoding.h"
#include "clawtrail/base/hash.h"
#include "clawtrail/base/limits.h"

namespace clawtrail {

namespace {

constexpr std::size_t kDigestBytes = 32;
constexpr std::size_t kNameHex = 32;
constexpr std::size_t kCacheBytesMax = 256 * limits::MiB;

void update_number(Sha256& hash, std::uint64_t number) {
  std::string text;
  append_number(text, number);
  text += ',';
  hash.update(text);
}

std::string name_of(const std::vector<Literal>& literals) {
  hs_platform_info_t platform{};
  if (hs_populate_platform(&platform) != HS_SUCCESS) return "";
  Sha256 hash;
  hash.update("clawtrail literals 1,");
  hash.update(hs_version());
  update_number(hash, platform.tune);
  update_number(hash, platform.cpu_features);
  for (const Literal& literal : literals) {
    update_number(hash, literal.caseless ? 1 : 0);
    update_number(hash, literal.bytes.size());
    hash.update(literal.bytes);
  }
  return "literals-" + hex(as_text(hash.finish())).substr(0, kNameHex) + ".hsdb";
}

}  // namespace

ScannerCache::ScannerCache(const std::string& directory, const std::vector<Literal>& literals) {
  if (directory.empty()) return;
  for (const Literal& literal : literals) {
    if (literal.secret) return;
  }
  const std::string name = name_of(literals);
  if (!name.empty()) path_ = directory + "/" + name;
}

DatabasePtr ScannerCache::load() const {
  if (path_.empty()) return nullptr;
  std::error_code ignored;
  const auto size = std::filesystem::file_size(path_, ignored);
  if (ignored || size <= kDigestBytes || size > kCacheBytesMax) return nullptr;
  std::ifstream file(path_, std::ios::binary);
  std::string bytes(size, '\0');
  if (!file.read(bytes.data(), static_cast<std::streamsize>(size))) return nullptr;
  const std::string_view payload = std::string_view(bytes).substr(kDigestBytes);
  if (as_text(sha256(payload)) != std::string_view(bytes).substr(0, kDigestBytes)) return nullptr;
  hs_database_t* database = nullptr;
  if (hs_deserialize_database(payload.data(), payload.size(), &database) != HS_SUCCESS) return nullptr;
  return DatabasePtr(database);
}

void ScannerCache::store(const hs_database& database) const {
  if (path_.empty()) return;
  namespace fs = std::filesystem;
  char* bytes = nullptr;
  std::size_t size = 0;
  if (hs_serialize_database(&database, &bytes, &size) != HS_SUCCESS) return;
  const std::string_view payload(bytes, size);
  const Digest digest = sha256(payload);
  const std::string temporary = path_ + "." + std::to_string(std::random_device{}()) + ".tmp";
  std::error_code ignored;
  fs::create_directories(fs::path(path_).parent_path(), ignored);
  bool written = false;
  {
    std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
    // Whoever can write this file decides what is found, so it is the owner's alone.
    fs::permissions(temporary, fs::perms::owner_read | fs::perms::owner_write, ignored);
    if (!ignored) {
      file << as_text(digest) << payload;
      file.close();
      written = file.good();
    }
  }
  std::free(bytes);  // Hyperscan's default allocator is malloc.
  if (written) fs::rename(temporary, path_, ignored);
  if (!written || ignored) fs::remove(temporary, ignored);
}

}  // namespace clawtrail
