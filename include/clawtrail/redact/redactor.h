// SPDX-License-Identifier: Apache-2.0
// Finds secrets in a line and masks them, so that nothing else of the line changes.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "clawtrail/base/result.h"
#include "clawtrail/io/secret_memory.h"
#include "clawtrail/match/literals.h"
#include "clawtrail/match/scanner.h"
#include "clawtrail/redact/carry.h"
#include "clawtrail/text/yaml.h"

namespace clawtrail {

/// One masked secret, as `redactions` of a record tells it.
struct Redaction {
  std::string_view rule;  ///< id; lives as long as the Redactor
  std::string at;         ///< JSON pointer (RFC 6901) of the string that held it; "" for a text line
  std::string fp;         ///< keyed fingerprint: "<key id>:<16 hex>"
  bool unique = false;    ///< found by a unique-prefix rule (not by a field name or a heuristic)
  bool open = false;      ///< the secret goes on in the next record
};

/// A secret of this deployment that must never be seen, and where it was read.
struct KnownSecret {
  std::string name;  ///< "ANTHROPIC_API_KEY", "openclaw.json#gateway.auth.token"
  SecretText value;
};

/// Values read from the environment and from files. Threads: confined until handed over.
class KnownSecrets {
 public:
  KnownSecrets() = default;
  KnownSecrets(KnownSecrets&&) = default;
  KnownSecrets& operator=(KnownSecrets&&) = default;
  /// Takes `value` unless it is too short, a boolean, number, path, placeholder or common word; then its name
  /// and the reason are kept in skipped().
  void add(std::string name, std::string value);
  /// Reads NAME=VALUE lines (.env; `export`, quotes and comments understood).
  void add_env_file(const std::string& text, const std::string& file);
  /// Reads string values of a JSON file whose key names a secret (token, password, apiKey, secret, …).
  void add_json_file(const std::string& text, const std::string& file);
  /// Takes over what is known there and not here: a value that was replaced is a secret all the same.
  void keep(const KnownSecrets& before);
  const std::vector<KnownSecret>& all() const { return all_; }
  const std::vector<std::pair<std::string, std::string>>& skipped() const { return skipped_; }

 private:
  std::vector<KnownSecret> all_;
  std::vector<std::pair<std::string, std::string>> skipped_;
  std::unordered_set<std::size_t> hashes_;  ///< of the values, to tell quickly that one is new
};

/// A pattern of the operator: the guide's `redact_patterns`, one entry.
struct UserPattern {
  std::string pattern;
  Location where;
};

/// A gitleaks.toml (version 8): its document first, then the ones that `[extend] path` leads to.
struct GitleaksConfig {
  std::vector<YamlNode> documents;
};

/// The path in `[extend]` of such a document, relative to its folder; kMissing if there is none.
YamlNode gitleaks_base(const YamlNode& document);

struct RedactorOptions {
  std::string replacement = "[REDACTED]";  ///< may hold {rule} and {fp}
  std::string fingerprint_key;             ///< 32 bytes
  std::vector<UserPattern> user_patterns;
  std::vector<GitleaksConfig> gitleaks{};
  std::string cache_dir{};  ///< keeps the compiled second look-up (no secrets in it); "" keeps nothing
};

/// Memory of the redactor for one thread. Threads: confined.
class RedactScratch {
 public:
  virtual ~RedactScratch() = default;
  /// After redact(): ids of all rooms that were found only in a decoded view of the line (escapes, JSON in
  /// JSON).
  std::vector<std::uint32_t> decoded_literals;
  /// Before redact(): what a Carrier found in this line. Whoever sets it takes it back.
  std::span<const CarriedSecret> carried;
};

/// The compiled rules. Threads: immutable after bind().
class Redactor {
 public:
  virtual ~Redactor() = default;
  /// Reads the rules of the given documents (grammar: patterns/secrets/README.md). All mistakes go to
  /// `diagnostics` with file and line; the value is usable (and not null) only if there were none.
  static std::unique_ptr<Redactor> load(const std::vector<YamlNode>& packs, const KnownSecrets& known,
                                        RedactorOptions options, Diagnostics& diagnostics);

  virtual const LiteralSet& literals() const = 0;
  /// Once, after compile_scanner(): where the ids of literals() start. The scanner is also used on decoded
  /// views.
  virtual void bind(std::shared_ptr<const Scanner> scanner, LiteralRange range) = 0;
  virtual std::unique_ptr<RedactScratch> make_scratch() const = 0;
  /// For secrets that are spread over several lines; null if the rules know of none. Must not outlive this.
  virtual std::unique_ptr<Carrier> make_carrier() const { return nullptr; }

  /// Appends `line` (no newline; JSON or text) to `out` with every secret masked, and what was masked to
  /// `redactions`. `hits` are the scanner's hits inside the line, their `end` relative to its first byte;
  /// `overflow` means that hits are missing. A valid JSON line stays valid JSON with the same members in the
  /// same order; all bytes outside masks are kept. Never fails: a line too deep or too costly is masked more,
  /// not less. Returns true if anything was masked.
  virtual bool redact(std::string_view line, std::span<const Hit> hits, bool overflow, RedactScratch& scratch,
                      std::string& out, std::vector<Redaction>& redactions) const = 0;

  /// An operator's pattern has no literal that a scan could find: redact() must be called for each line, also
  /// for those without hits.
  virtual bool every_line() const = 0;
  virtual std::size_t rules() const = 0;
  /// What Redaction::fp is for this secret, whatever rule finds it and however it is escaped.
  virtual std::string fingerprint(std::string_view secret) const = 0;
  virtual std::string digest() const = 0;  ///< hex SHA-256 of the rules in force (no secrets)
};

/// Runs the `match` and `no_match` examples of each rule; every failure is an error with its place.
/// Returns the number of examples run.
std::size_t test_secret_rules(const std::vector<YamlNode>& packs, Diagnostics& diagnostics);

}  // namespace clawtrail
