// SPDX-License-Identifier: Apache-2.0
#include "match/scanner_cache.h"

#include <hs.h>

#include <cstdlib>

#include "clawtrail/base/cache_file.h"
#include "clawtrail/base/check.h"
#include "clawtrail/base/encoding.h"
#include "clawtrail/base/hash.h"

namespace clawtrail {

namespace {

constexpr std::size_t kNameHex = 32;

std::string name_of(const std::vector<Literal>& literals, const std::vector<std::uint32_t>& ids) {
  hs_platform_info_t platform{};
  if (hs_populate_platform(&platform) != HS_SUCCESS) return "";
  std::string text = "clawtrail literals 2,";
  const auto add_number = [&](std::uint64_t number) {
    append_number(text, number);
    text += ',';
  };
  text += hs_version();
  add_number(platform.tune);
  add_number(platform.cpu_features);
  for (const std::uint32_t id : ids) {
    const Literal& literal = literals[id];
    add_number(literal.caseless ? 1 : 0);
    add_number(literal.bytes.size());
    text += literal.bytes;
  }
  return "literals-" + hex(as_text(sha256(text))).substr(0, kNameHex) + ".hsdb";
}

}  // namespace

ScannerCache::ScannerCache(const std::string& directory, const std::vector<Literal>& literals,
                           const std::vector<std::uint32_t>& ids) {
  for (const std::uint32_t id : ids) CHECK(!literals[id].secret);
  if (directory.empty()) return;
  const std::string name = name_of(literals, ids);
  if (!name.empty()) path_ = directory + "/" + name;
}

DatabasePtr ScannerCache::load() const {
  if (path_.empty()) return nullptr;
  const auto payload = read_cache_file(path_);
  hs_database_t* database = nullptr;
  if (!payload || hs_deserialize_database(payload->data(), payload->size(), &database) != HS_SUCCESS) {
    return nullptr;
  }
  return DatabasePtr(database);
}

void ScannerCache::store(const hs_database& database) const {
  if (path_.empty()) return;
  char* bytes = nullptr;
  std::size_t size = 0;
  if (hs_serialize_database(&database, &bytes, &size) != HS_SUCCESS) return;
  write_cache_file(path_, {bytes, size});
  std::free(bytes);  // Hyperscan's default allocator is malloc.
}

}  // namespace clawtrail
