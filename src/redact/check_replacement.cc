// SPDX-License-Identifier: Apache-2.0
// Is the operator's replacement fit to stand in a log: one line, no secret by its own looks, left alone by a
// second pass?
#include <algorithm>

#include "clawtrail/base/check.h"
#include "clawtrail/redact/redactor.h"
#include "redact/generate.h"

namespace clawtrail {

namespace {

constexpr std::size_t kReplacementBytesMax = 256;
constexpr const char* kFingerprint = "0a1b2c3d:0011223344556677";
/// A line that no operator writes, so that nothing in a log is taken for this mask.
constexpr const char* kForeignMask = "\xE2\x9F\xAA\xE2\x9F\xAB";

/// Where secrets stand in logs; '%' is one.
constexpr const char* kPlaces[] = {"%",
                                   "see % and more",
                                   "password=% next",
                                   "password: \"%\" next",
                                   "export API_TOKEN='%'",
                                   "run --token % --verbose",
                                   "Authorization: Bearer %",
                                   "GET https://user:%@example.org/x?token=%&y=1",
                                   R"({"password":"%","n":1})",
                                   R"({"args":["--token","%"]})",
                                   R"({"m":"token=% end"})",
                                   R"({"m":"{\"secret\":\"%\",\"a\":\"b\"}"})"};

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
}

/// Redacts single lines with a redactor of its own.
class Trial {
 public:
  Trial(std::unique_ptr<Redactor> redactor, const ScannerBuild& build)
      : redactor_(std::move(redactor)), scanner_(build.scanner) {
    redactor_->bind(scanner_, build.ranges[0]);
    scan_ = scanner_->make_scratch();
    scratch_ = redactor_->make_scratch();
  }
  std::string redact(const std::string& line) {
    std::string out;
    redactions_.clear();
    const bool overflow = scanner_->scan(line, *scan_, hits_);
    redactor_->redact(line, hits_, overflow, *scratch_, out, redactions_);
    return out;
  }

 private:
  std::unique_ptr<Redactor> redactor_;
  std::shared_ptr<const Scanner> scanner_;
  std::unique_ptr<ScanScratch> scan_;
  std::unique_ptr<RedactScratch> scratch_;
  std::vector<Hit> hits_;
  std::vector<Redaction> redactions_;
};

/// Why the text alone is no replacement, or "".
std::string refuse_text(const std::string& replacement) {
  if (replacement.empty()) return "is empty: nobody could see that something was taken out";
  if (replacement.size() > kReplacementBytesMax)
    return "is longer than " + std::to_string(kReplacementBytesMax) + " bytes";
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  if (std::any_of(replacement.begin(), replacement.end(), is_control))
    return "holds a control character; it must not break a line";
  if (replacement.find('\\') != std::string::npos)
    return "holds a backslash, which would be taken for an escape";
  std::string fixed = replacement;
  replace_all(fixed, "{rule}", "");
  replace_all(fixed, "{fp}", "");
  const bool bare = std::all_of(fixed.begin(), fixed.end(), [](char c) { return c == ' '; });
  return bare ? "has no text of its own around {rule} and {fp}" : "";
}

void warn_of_unknown_names(const std::string& replacement, const Location& where, Diagnostics& diagnostics) {
  for (std::size_t open = replacement.find('{'); open != std::string::npos;
       open = replacement.find('{', open + 1)) {
    const std::size_t close = replacement.find('}', open);
    if (close == std::string::npos) return;
    const std::string name = replacement.substr(open, close + 1 - open);
    if (name == "{rule}" || name == "{fp}") continue;
    diagnostics.warning(where, "the replacement has " + name + ", which stands for nothing",
                        "{rule} and {fp} are filled in");
  }
}

/// The mask, if it would be found as a secret, or "". The ids of rules do not count: their own masks are
/// known.
std::string mask_that_is_found(Trial& foreign, std::string mask) {
  replace_all(mask, "{rule}", "rule-id");
  replace_all(mask, "{fp}", kFingerprint);
  const std::string line = "see " + mask + " here";
  return foreign.redact(line) == line ? "" : mask;
}

/// A place where a second pass would change what the first has written, or "".
std::string place_that_changes(Trial& own) {
  redact::Seed seed(20261121);
  for (const char* shape : {"ghp_[A-Za-z0-9]{36}", "[a-z]{4}[A-Z]{5}[0-9]{6}"}) {
    for (const char* place : kPlaces) {
      const auto secret = redact::generate(shape, seed);
      CHECK(secret.has_value());
      std::string line = place;
      replace_all(line, "%", *secret);
      const std::string once = own.redact(line);
      if (own.redact(once) != once) return place;
    }
  }
  return "";
}

}  // namespace

void check_replacement(const std::vector<YamlNode>& packs, const RedactorOptions& options,
                       const Location& where, Diagnostics& diagnostics) {
  if (options.replacement == RedactorOptions().replacement) return;  // The tests know that one.
  if (const std::string why = refuse_text(options.replacement); !why.empty()) {
    diagnostics.error(where, "the replacement " + why, "for example [REDACTED:{rule}:{fp}]");
    return;
  }
  warn_of_unknown_names(options.replacement, where, diagnostics);
  Diagnostics told;  // The rules were loaded without a mistake a moment ago.
  RedactorOptions foreign = options;
  foreign.replacement = kForeignMask;
  auto plain = Redactor::load(packs, KnownSecrets(), std::move(foreign), told);
  auto own = Redactor::load(packs, KnownSecrets(), options, told);
  const LiteralSet* const sets[] = {&plain->literals()};
  const auto build = compile_scanner(sets);
  if (!build) return diagnostics.error({}, build.error().message);
  Trial foreign_trial(std::move(plain), *build), own_trial(std::move(own), *build);
  if (const std::string mask = mask_that_is_found(foreign_trial, options.replacement); !mask.empty()) {
    diagnostics.error(where, "the replacement looks like a secret itself: \"" + mask + "\" would be masked",
                      "leave out names of secrets with '=' or ':' behind them");
  } else if (const std::string place = place_that_changes(own_trial); !place.empty()) {
    diagnostics.error(where,
                      "the replacement is not stable: in \"" + place +
                          "\" (%: the secret) a second pass would change the line again",
                      "for example [REDACTED:{rule}:{fp}]");
  }
}

}  // namespace clawtrail
