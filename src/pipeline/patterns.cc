// SPDX-License-Identifier: Apache-2.0
// Reads known secrets, compiles patterns, classification and alert conditions into one program for the lanes.
#include <algorithm>

#include "clawtrail/base/encoding.h"
#include "clawtrail/base/hash.h"
#include "clawtrail/base/limits.h"
#include "clawtrail/base/log.h"
#include "clawtrail/event/json.h"
#include "clawtrail/io/system.h"
#include "clawtrail/pipeline/pipeline.h"
#include "clawtrail/redact/fingerprint.h"
#include "pipeline/keys.h"
#include "pipeline/known.h"

namespace clawtrail {

namespace {

constexpr std::size_t kNamesListedMax = 100;

/// The gateway's own `gateway.trustedProxies`, if its configuration can be read.
std::vector<std::string> gateway_proxies(Files& files, const std::string& path) {
  std::vector<std::string> out;
  if (path.empty()) return out;
  auto text = read_file(files, path, limits::kConfigBytesMax);
  if (!text) return out;
  JsonParser parser;
  if (const auto root = parser.parse(*text)) {
    (*root)["gateway"]["trustedProxies"].for_each([&](std::string_view, const JsonValue& value) {
      if (const auto entry = value.string()) out.emplace_back(*entry);
      return true;
    });
  } else {
    log_warn("cannot read trustedProxies from " + path + ": " + root.error().message +
             "; set trusted_proxies in the configuration");
  }
  wipe(text->data(), text->size());
  return out;
}

Error mistakes(const Diagnostics& diagnostics) {
  return {Code::kInvalid, std::to_string(diagnostics.errors()) + " mistake" +
                              (diagnostics.errors() == 1 ? "" : "s") +
                              " in patterns, rules or configuration"};
}

std::shared_ptr<const Classifier> load_classifier(Files& files, const PipelineOptions& options,
                                                  Diagnostics& diagnostics) {
  const std::vector<std::string> entries = options.trusted_proxies_given
                                               ? options.trusted_proxies
                                               : gateway_proxies(files, options.openclaw_config);
  auto proxies = TrustedProxies::parse(entries);
  if (!proxies) {
    diagnostics.error({}, proxies.error().message);
    return nullptr;
  }
  return Classifier::load(options.event_packs, std::move(*proxies), diagnostics);
}

}  // namespace

std::vector<std::string> describe_known(const PatternSet& patterns) {
  std::vector<std::string> out;
  for (const KnownPlace& place : patterns.known_places) {
    if (!place.trouble.empty()) {
      out.push_back("known secrets were not read from " + place.place + ": " + place.trouble);
      continue;
    }
    if (place.names.empty()) continue;
    std::string line = "known secrets from " + place.place + ": ";
    const std::size_t listed = std::min(place.names.size(), kNamesListedMax);
    for (std::size_t i = 0; i < listed; ++i) line += (i == 0 ? "" : ", ") + place.names[i];
    if (listed < place.names.size()) line += " and " + std::to_string(place.names.size() - listed) + " more";
    out.push_back(std::move(line));
  }
  return out;
}

Result<PatternSet> compile_patterns(Files& files, const PipelineOptions& options, Diagnostics& diagnostics,
                                    const KnownSecrets* before) {
  PatternSet set;
  set.known = read_known_secrets(files, options.known_secrets, before, set.known_places);
  const KnownSecrets& known = *set.known;
  set.known_secrets = known.all().size();
  set.known_skipped = known.skipped();

  RedactorOptions redactor_options;
  redactor_options.replacement = options.replacement;
  redactor_options.user_patterns = options.user_patterns;
  redactor_options.cache_dir = options.cache_dir;
  redactor_options.gitleaks = options.gitleaks;
  CLAWTRAIL_ASSIGN(redactor_options.fingerprint_key,
                   load_or_make_key(files, options.fingerprint_key_file, system_rng()));
  for (const KnownSecret& secret : known.all()) {
    set.credentials.push_back(
        {secret.name, fingerprint_of(redactor_options.fingerprint_key, secret.value.view())});
  }
  std::unique_ptr<Redactor> redactor =
      Redactor::load(options.secret_packs, known, redactor_options, diagnostics);
  if (!diagnostics.has_errors())
    check_replacement(options.secret_packs, redactor_options, options.replacement_where, diagnostics);
  wipe(redactor_options.fingerprint_key.data(), redactor_options.fingerprint_key.size());
  auto classifier = load_classifier(files, options, diagnostics);
  set.rules = AlertRules::load(options.alert_lists, diagnostics);
  if (diagnostics.has_errors()) return mistakes(diagnostics);

  const LiteralSet* const sets[] = {&redactor->literals(), &set.rules->literals()};
  CLAWTRAIL_ASSIGN(const ScannerBuild build, compile_scanner(sets, options.cache_dir));
  redactor->bind(build.scanner, build.ranges[0]);

  auto program = std::make_shared<LaneProgram>();
  program->scanner = build.scanner;
  program->redactor_range = build.ranges[0];
  program->condition_range = build.ranges[1];
  program->condition_names = set.rules->literal_names();
  program->classifier = std::move(classifier);
  set.patterns_digest = redactor->digest();
  program->redactor = std::move(redactor);
  program->gateway = options.gateway;
  set.program = std::move(program);
  return set;
}

}  // namespace clawtrail
