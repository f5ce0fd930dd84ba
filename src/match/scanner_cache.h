// SPDX-License-Identifier: Apache-2.0
// Compiled databases on disk, so that a start does not compile again.
#pragma once

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

/// One file a database: "literals-<32 hex>.hsdb" in the cache directory, named after the SHA-256 of the
/// literals, the library's version and the CPU's features. Shape: SHA-256 of the rest (32 bytes), then the
/// serialised database. A set with secret literals is not cached: a database can be read back. Threads:
/// immutable. A cache that cannot be read or written is as good as none.
class ScannerCache {
 public:
  ScannerCache(const std::string& directory, const std::vector<Literal>& literals);
  DatabasePtr load() const;                       ///< null if there is none, or it is damaged
  void store(const hs_database& database) const;  ///< atomically; failures are ignored

 private:
  std::string path_;  ///< "" if there is no cache
};

}  // namespace clawtrail
