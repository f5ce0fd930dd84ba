// SPDX-License-Identifier: Apache-2.0
// Compiled databases on disk, so that a start does not compile again.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "clawtrail/match/literals.h"

struct hs_database;

namespace clawtrail {

struct DatabaseDeleter {
  void operator()(hs_database* database) const;
};
using DatabasePtr = std::unique_ptr<hs_database, DatabaseDeleter>;

/// One file a database (base/cache_file.h): "literals-<32 hex>.hsdb" in the cache directory, named after the
/// SHA-256 of the literals, the library's version and the CPU's features; holds the serialised database.
/// Threads: immutable.
class ScannerCache {
 public:
  /// Of literals[id] for each of `ids`, in this order. None may be secret: a database can be read back.
  ScannerCache(const std::string& directory, const std::vector<Literal>& literals,
               const std::vector<std::uint32_t>& ids);
  DatabasePtr load() const;                       ///< null if there is none, or it is damaged
  void store(const hs_database& database) const;  ///< failures are ignored

 private:
  std::string path_;  ///< "" if there is no cache
};

}  // namespace clawtrail
