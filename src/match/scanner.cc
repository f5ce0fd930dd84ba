// SPDX-License-Identifier: Apache-2.0
#include "clawtrail/match/scanner.h"

#include <hs.h>

#include <algorithm>

#include "clawtrail/base/check.h"
#include "clawtrail/base/hash.h"
#include "clawtrail/base/limits.h"
#include "match/context.h"
#include "match/runs.h"
#include "match/scanner_cache.h"
#include "match/secret_table.h"

namespace clawtrail {

namespace {

constexpr std::size_t kLiteralBytesMax = 255;
/// Up to here Hyperscan takes the deployment's secrets along in its one pass; more make it slow to compile.
constexpr std::size_t kSecretsInDatabaseMax = 1024;

struct HsScratch final : ScanScratch {
  explicit HsScratch(hs_scratch_t* s) : scratch(s) {}
  ~HsScratch() override { hs_free_scratch(scratch); }
  hs_scratch_t* scratch;
  std::vector<std::uint32_t> ends;
};

/// One of the databases of a scanner: its expression n is the literal ids[n].
struct Database {
  DatabasePtr compiled;
  std::vector<std::uint32_t> ids;
};

/// What the callback needs; lives during one scan.
struct ScanState {
  std::string_view block;
  const std::vector<Literal>& literals;
  const std::vector<std::uint32_t>& ids;
  std::vector<Hit>& hits;
  bool overflow = false;
};

int on_match(unsigned expression, unsigned long long, unsigned long long to, unsigned, void* context) {
  auto& state = *static_cast<ScanState*>(context);
  const std::uint32_t id = state.ids[expression];
  const Literal& literal = state.literals[id];
  const auto end = static_cast<std::size_t>(to);
  if (!context_allows(literal, state.block, end - literal.bytes.size(), end)) return 0;
  if (state.hits.size() >= limits::kHitsPerBlockMax) {
    state.overflow = true;
    return 1;  // Stops the scan.
  }
  state.hits.push_back({id, static_cast<std::uint32_t>(end)});
  return 0;
}

class HsScanner final : public Scanner {
 public:
  /// `in_table`: ids that no database has.
  HsScanner(std::vector<Database> databases, std::vector<Literal> literals,
            const std::vector<std::uint32_t>& in_table)
      : databases_(std::move(databases)), literals_(std::move(literals)) {
    if (!in_table.empty()) table_ = std::make_unique<const match::SecretTable>(literals_, in_table);
    for (std::size_t i = 0; i < literals_.size(); ++i) {
      if (literals_[i].follow == Follow::kRun) run_ids_.push_back(static_cast<std::uint32_t>(i));
    }
  }

  ~HsScanner() override {
    for (Literal& literal : literals_) {
      if (literal.secret) wipe(literal.bytes.data(), literal.bytes.size());
    }
  }
  HsScanner(const HsScanner&) = delete;
  HsScanner& operator=(const HsScanner&) = delete;

  std::unique_ptr<ScanScratch> make_scratch() const override {
    hs_scratch_t* scratch = nullptr;  // Grows until it is large enough for each of them.
    for (const Database& database : databases_) {
      CHECK(hs_alloc_scratch(database.compiled.get(), &scratch) == HS_SUCCESS);
    }
    return std::make_unique<HsScratch>(scratch);
  }

  bool scan(std::string_view block, ScanScratch& scratch, std::vector<Hit>& hits) const override {
    CHECK(block.size() <= UINT32_MAX);
    hits.clear();
    if (block.empty()) return false;
    for (const std::uint32_t id : run_ids_) {
      const std::size_t before = hits.size();
      add_runs(block, id, static_cast<HsScratch&>(scratch).ends, hits);
      merge_from(before, hits);
    }
    bool overflow = false;
    for (const Database& database : databases_) {
      const std::size_t before = hits.size();
      ScanState state{block, literals_, database.ids, hits, false};
      const hs_error_t error =
          hs_scan(database.compiled.get(), block.data(), static_cast<unsigned>(block.size()), 0,
                  static_cast<HsScratch&>(scratch).scratch, on_match, &state);
      CHECK(error == HS_SUCCESS || error == HS_SCAN_TERMINATED);
      overflow = overflow || state.overflow;
      merge_from(before, hits);
    }
    const std::size_t before = hits.size();
    if (table_ && table_->scan(block, hits, limits::kHitsPerBlockMax)) overflow = true;
    merge_from(before, hits);
    return overflow;
  }

  std::size_t literals() const override { return literals_.size(); }

 private:
  /// Sorts the hits from `first` on into those before, which are sorted. Hyperscan reports nearly in order,
  /// but promises none.
  static void merge_from(std::size_t first, std::vector<Hit>& hits) {
    const auto less = [](const Hit& a, const Hit& b) {
      return a.end != b.end ? a.end < b.end : a.literal < b.literal;
    };
    const auto middle = hits.begin() + static_cast<std::ptrdiff_t>(first);
    if (middle == hits.end()) return;
    if (!std::is_sorted(middle, hits.end(), less)) std::sort(middle, hits.end(), less);
    if (middle != hits.begin() && less(*middle, *(middle - 1)))
      std::inplace_merge(hits.begin(), middle, hits.end(), less);
  }

  static void add_runs(std::string_view block, std::uint32_t id, std::vector<std::uint32_t>& ends,
                       std::vector<Hit>& hits) {
    ends.clear();
    find_runs(block, ends);
    for (const std::uint32_t end : ends) hits.push_back({id, end});
  }

  std::vector<Database> databases_;
  std::vector<Literal> literals_;
  std::vector<std::uint32_t> run_ids_;
  std::unique_ptr<const match::SecretTable> table_;
};

/// Spells a literal as a Hyperscan expression. (hs_compile_lit_multi gives the same engine, but not caseless
/// literals mixed with NUL bytes.)
std::string expression_of(const std::string& bytes) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += "\\x";
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
  return out;
}

Result<DatabasePtr> compile(const std::vector<Literal>& literals, const std::vector<std::uint32_t>& ids) {
  std::vector<std::string> expressions;
  std::vector<unsigned> flags, numbers;
  for (const std::uint32_t id : ids) {
    numbers.push_back(static_cast<unsigned>(numbers.size()));
    flags.push_back(literals[id].caseless ? HS_FLAG_CASELESS : 0U);
    expressions.push_back(expression_of(literals[id].bytes));
  }
  if (ids.empty()) return DatabasePtr();
  std::vector<const char*> pointers;
  for (const std::string& expression : expressions) pointers.push_back(expression.c_str());
  hs_database_t* database = nullptr;
  hs_compile_error_t* error = nullptr;
  const hs_error_t code =
      hs_compile_multi(pointers.data(), flags.data(), numbers.data(), static_cast<unsigned>(pointers.size()),
                       HS_MODE_BLOCK, nullptr, &database, &error);
  if (code == HS_SUCCESS) return DatabasePtr(database);
  std::string sentence = "Hyperscan refuses ";
  sentence += error->expression >= 0
                  ? "literal " + std::to_string(ids[static_cast<std::size_t>(error->expression)])
                  : "the literals";
  sentence += std::string(": ") + error->message;
  hs_free_compile_error(error);
  return Error{Code::kIo, sentence};
}

std::vector<std::uint32_t> secrets_for_table(const std::vector<Literal>& literals) {
  std::vector<std::uint32_t> ids;
  for (std::uint32_t id = 0; id < literals.size(); ++id) {
    if (match::SecretTable::takes(literals[id])) ids.push_back(id);
  }
  if (ids.size() <= kSecretsInDatabaseMax) ids.clear();
  return ids;
}

/// Two databases at most: secrets of this deployment are few and compiled in a moment, so that the many
/// others can be kept on the disk.
Result<std::vector<Database>> compile_all(const std::vector<Literal>& literals,
                                          const std::vector<std::uint32_t>& in_table,
                                          const std::string& cache_dir) {
  Database plain, secret;
  for (std::size_t i = 0; i < literals.size(); ++i) {
    if (literals[i].follow == Follow::kRun) continue;
    if (std::binary_search(in_table.begin(), in_table.end(), i)) continue;
    (literals[i].secret ? secret : plain).ids.push_back(static_cast<std::uint32_t>(i));
  }
  std::vector<Database> out;
  if (!plain.ids.empty()) {
    const ScannerCache cache(cache_dir, literals, plain.ids);
    plain.compiled = cache.load();
    if (plain.compiled == nullptr) {
      CLAWTRAIL_ASSIGN(plain.compiled, compile(literals, plain.ids));
      cache.store(*plain.compiled);
    }
    out.push_back(std::move(plain));
  }
  if (!secret.ids.empty()) {
    CLAWTRAIL_ASSIGN(secret.compiled, compile(literals, secret.ids));
    out.push_back(std::move(secret));
  }
  return out;
}

}  // namespace

void DatabaseDeleter::operator()(hs_database* database) const { hs_free_database(database); }

Result<ScannerBuild> compile_scanner(std::span<const LiteralSet* const> sets, const std::string& cache_dir) {
  ScannerBuild build;
  std::vector<Literal> literals;
  for (const LiteralSet* set : sets) {
    build.ranges.push_back(
        {static_cast<std::uint32_t>(literals.size()), static_cast<std::uint32_t>(set->size())});
    literals.insert(literals.end(), set->begin(), set->end());
  }
  for (std::size_t i = 0; i < literals.size(); ++i) {
    const std::size_t size = literals[i].bytes.size();
    if ((size == 0) != (literals[i].follow == Follow::kRun) || size > kLiteralBytesMax) {
      return Error{Code::kInvalid, "literal " + std::to_string(i) + " has " + std::to_string(size) +
                                       " bytes; allowed are 1 to " + std::to_string(kLiteralBytesMax)};
    }
  }
  const std::vector<std::uint32_t> in_table = secrets_for_table(literals);
  CLAWTRAIL_ASSIGN(std::vector<Database> databases, compile_all(literals, in_table, cache_dir));
  build.scanner = std::make_shared<HsScanner>(std::move(databases), std::move(literals), in_table);
  return build;
}

}  // namespace clawtrail
