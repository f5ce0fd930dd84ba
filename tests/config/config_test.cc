// SPDX-License-Identifier: Apache-2.0
// Goal: what is written is what is done, and every mistake is told at its place, all at once.
#include "clawtrail/config/config.h"

#include <gtest/gtest.h>

#include "config/config_fixture.h"

namespace clawtrail {
namespace {

using Lines = std::vector<std::string>;

TEST_F(ConfigTest, EverySettingReachesItsOption) {
  set_variable("CT_WEB", "web-token-from-environment");
  files_.contents["/keys/bus"] = "secret-of-the-bus\n";
  const PipelineOptions& options = read(R"(
trail: {path: /t, sync_interval_ms: 20, segment_bytes: 1MiB, key_file: /k/signing}
sources:
  - {name: a, type: file, path: ["/l/*.log", "/m.log"]}
  - {name: b, type: zeromq, listen: "tcp://127.0.0.1:5599", mode: pull, curve_secret_key: "file:/keys/bus"}
  - {name: c, type: stdin}
trusted_proxies: [10.0.0.0/8, "::1"]
redaction: {packs: [default], key_file: /k/fp, known_secrets: {env: ["A_*"], files: [/s.env]}}
logging: {redact_patterns: ["sk-[a-z]+", token], redact_replacement: "***"}
audit: {enabled: true, log_path: /a.log, log_format: json, events: [authentication, api_call]}
monitoring:
  prometheus: {enabled: true, port: 9100}
  notify_max_age: 1h
  alerts: [{name: A, condition: "error > 1 in 1m", severity: low}]
notifiers: {soc: {type: webhook, url: "https://h/x"}}
web: {listen: "127.0.0.1:9464", token: "${CT_WEB}"}
)");
  EXPECT_EQ(errors(), Lines{});
  EXPECT_EQ(warnings(), Lines{});
  EXPECT_EQ(options.trail.path, "/t");
  EXPECT_EQ(options.trail.segment_bytes, limits::MiB);
  EXPECT_EQ(options.sync_interval_ms, 20);
  EXPECT_EQ(options.signing_key_file, "/k/signing");
  ASSERT_EQ(options.sources.size(), 3u);
  EXPECT_EQ(options.sources[0].paths, (Lines{"/l/*.log", "/m.log"}));
  EXPECT_EQ(options.sources[1].curve_secret_key, "secret-of-the-bus");
  EXPECT_EQ(options.trusted_proxies, (Lines{"10.0.0.0/8", "::1"}));
  EXPECT_TRUE(options.trusted_proxies_given);
  EXPECT_EQ(options.fingerprint_key_file, "/k/fp");
  EXPECT_EQ(options.known_secrets.env, Lines{"A_*"});
  EXPECT_EQ(options.known_secrets.files, Lines{"/s.env"});
  ASSERT_EQ(options.user_patterns.size(), 2u);
  EXPECT_EQ(options.user_patterns[0].where.line, 9u);
  EXPECT_EQ(options.replacement, "***");
  EXPECT_EQ(options.audit_log_path, "/a.log");
  EXPECT_EQ(options.audit_event_types, (Lines{"authentication", "api_call"}));
  EXPECT_EQ(options.notify_max_age, Duration::from_seconds(3600));
  EXPECT_EQ(options.alert_lists.size(), 1u);
  ASSERT_EQ(options.notifiers.size(), 1u);
  EXPECT_EQ(options.notifiers[0].url, "https://h/x");
  EXPECT_EQ(options.web.listen, "127.0.0.1:9464");  // The block `web` wins over the guide's port.
  EXPECT_EQ(options.web.token, "web-token-from-environment");
}

TEST_F(ConfigTest, DefaultsAreUsedWhereNothingIsSaid) {
  set_variable("HOME", "/h");
  const PipelineOptions& options = read_with_source("");
  EXPECT_EQ(errors(), Lines{});
  EXPECT_EQ(options.trail.path, "/h/.clawtrail/trail");
  EXPECT_EQ(options.signing_key_file, "/h/.clawtrail/signing.key");
  EXPECT_EQ(options.fingerprint_key_file, "/h/.clawtrail/fingerprint.key");
  EXPECT_EQ(options.web.listen, "127.0.0.1:9464");
  EXPECT_EQ(options.replacement, "[REDACTED]");
  EXPECT_TRUE(options.audit_log_path.empty());
  EXPECT_FALSE(options.trusted_proxies_given);
}

TEST_F(ConfigTest, FiveMistakesAreToldAtOnceEachAtItsPlace) {
  read(R"(trail: {segment_bytes: 5 parsecs}
sources:
  - {name: a, type: fiel, path: /x.log}
  - {name: b, type: file, path: /x.log}
monitorng: {}
web: {listen: nowhere}
audit: {events: [authentification]}
)");
  EXPECT_EQ(errors(),
            (Lines{"5:1 unknown key \"monitorng\" in the configuration",
                   "1:24 trail.segment_bytes must be a number of bytes", "3:21 unknown source type \"fiel\"",
                   "7:18 unknown event type \"authentification\" in audit.events",
                   "6:15 web.listen must be HOST:PORT"}));
}

TEST_F(ConfigTest, UnknownKeysComeWithASuggestion) {
  read_with_source("monitorng: {}\n");
  ASSERT_EQ(diagnostics_.errors(), 1u);
  EXPECT_EQ(diagnostics_.all()[0].help, "did you mean \"monitoring\"?");
}

TEST_F(ConfigTest, UnknownKeysAreErrorsInEveryBlock) {
  const Lines blocks = {"trail", "redaction", "logging", "audit", "monitoring", "web", "data_retention"};
  for (const std::string& block : blocks) {
    SCOPED_TRACE(block);
    read_with_source(block + ": {zzz: 1}\n");
    EXPECT_TRUE(says(Impact::kError, "unknown key \"zzz\" in " + block));
  }
}

TEST_F(ConfigTest, BlocksOfTheWrongShapeAreErrors) {
  for (const std::string block :
       {"trail", "redaction", "logging", "audit", "monitoring", "notifiers", "web"}) {
    SCOPED_TRACE(block);
    read_with_source(block + ": [1]\n");
    EXPECT_TRUE(says(Impact::kError, block + " must be a map of settings"));
  }
  read("sources: {a: b}\n");
  EXPECT_TRUE(says(Impact::kError, "sources must be a list"));
  read("[1, 2]\n");
  EXPECT_TRUE(says(Impact::kError, "the configuration must be a map of blocks"));
  read("a: b: c\n");
  EXPECT_TRUE(says(Impact::kError, "this is not valid YAML"));
}

TEST_F(ConfigTest, ANameThatIsNotInTheEnvironmentIsToldAndItsValueNever) {
  unset_variable("CT_NOT_THERE");
  read_with_source("web: {token: \"${CT_NOT_THERE}\"}\n");
  EXPECT_EQ(errors(), Lines{"2:14 the environment variable CT_NOT_THERE is not set"});
  set_variable("CT_EMPTY", "");
  read_with_source("web: {token: \"${CT_EMPTY}\"}\n");
  EXPECT_EQ(errors(), Lines{"2:14 the environment variable CT_EMPTY is empty"});
  read_with_source("web: {token: \"${CT_\"}\n");
  EXPECT_EQ(errors(), Lines{"2:14 \"${\" without \"}\""});
}

TEST_F(ConfigTest, SecretsComeFromFiles) {
  files_.contents["/token"] = "from-the-file\r\n";
  EXPECT_EQ(read_with_source("web: {token: \"file:/token\"}\n").web.token, "from-the-file");
  EXPECT_EQ(errors(), Lines{});
  read_with_source("web: {token: \"file:/nothing\"}\n");
  EXPECT_EQ(errors(), Lines{"2:14 web.token: cannot open /nothing: no such file"});
  files_.contents["/empty"] = "\n";
  read_with_source("web: {token: \"file:/empty\"}\n");
  EXPECT_EQ(errors(), Lines{"2:14 web.token: the file /empty is empty"});
}

TEST_F(ConfigTest, ASecretInTheFileIsAWarningThatDoesNotRepeatIt) {
  const std::string secret = "plain" + std::string(12, 'x');
  EXPECT_EQ(read_with_source("web: {token: " + secret + "}\n").web.token, secret);
  EXPECT_TRUE(says(Impact::kWarning, "web.token stands in the file in plain text"));
  EXPECT_FALSE(says(Impact::kWarning, secret));
}

TEST_F(ConfigTest, AReceiverThatAnybodyCanWriteToMustBeAskedFor) {
  read("sources: [{name: bus, type: zeromq, listen: \"tcp://127.0.0.1:5599\"}]\n");
  EXPECT_TRUE(says(Impact::kError, "the source bus would take events from anybody"));
  read("sources: [{name: bus, type: zeromq, listen: \"tcp://127.0.0.1:5599\", insecure: true}]\n");
  EXPECT_EQ(errors(), Lines{});
}

TEST_F(ConfigTest, SourcesAreChecked) {
  read("sources: [{type: stdin}]\n");
  EXPECT_TRUE(says(Impact::kError, "a source has no name"));
  read("sources: [{name: a, type: stdin}, {name: a, type: stdin}]\n");
  EXPECT_TRUE(says(Impact::kError, "two sources have the name \"a\""));
  read("sources: [{name: a, type: file}]\n");
  EXPECT_TRUE(says(Impact::kError, "the source a has no path"));
  read("sources: [{name: a}]\n");
  EXPECT_TRUE(says(Impact::kError, "a source has no type"));
  read("sources: [{name: a, type: zeromq, insecure: true, listen: 127.0.0.1}]\n");
  EXPECT_TRUE(says(Impact::kError, "needs a listen address"));
  read("sources: [{name: a, type: zeromq, insecure: true, listen: \"tcp://*:1\", mode: sub}]\n");
  EXPECT_TRUE(says(Impact::kError, "not in this release: zeromq mode sub"));
  read("sources: []\n");
  EXPECT_TRUE(says(Impact::kError, "there is no source to read from"));
}

TEST_F(ConfigTest, ScanAndTokenRotationAreRead) {
  EXPECT_FALSE(read_with_source("").at_rest.enabled);
  EXPECT_EQ(options_.rotation.interval_days, 90);
  EXPECT_EQ(options_.rotation.notify_before_days, 7);
  read_with_source("scan: {}\n");
  EXPECT_TRUE(options_.at_rest.enabled);
  EXPECT_EQ(options_.at_rest.every, Duration::from_seconds(24 * 3600));
  EXPECT_EQ(options_.at_rest.paths, Lines{"~/.openclaw"});
  read_with_source(
      "scan: {every: 6h, paths: [/a, /b]}\ntoken_rotation: {interval_days: 30, notify_before_days: 0}\n");
  EXPECT_EQ(errors(), Lines{});
  EXPECT_EQ(options_.at_rest.every, Duration::from_seconds(6 * 3600));
  EXPECT_EQ(options_.at_rest.paths, (Lines{"/a", "/b"}));
  EXPECT_EQ(options_.rotation.interval_days, 30);
  read_with_source("scan: {enabled: false}\ntoken_rotation: {enabled: false}\n");
  EXPECT_FALSE(options_.at_rest.enabled || options_.rotation.enabled);
}

TEST_F(ConfigTest, WrongScansAndRotationsAreErrors) {
  read_with_source("scan: {every: 5s}\n");
  EXPECT_TRUE(says(Impact::kError, "scan.every must be 1m or more"));
  read_with_source("scan: {paths: []}\n");
  EXPECT_TRUE(says(Impact::kError, "scan.paths names nothing"));
  read_with_source("scan: {evry: 5h}\n");
  EXPECT_TRUE(says(Impact::kError, "unknown key"));
  read_with_source("token_rotation: {interval_days: 7}\n");
  EXPECT_TRUE(says(Impact::kError, "must be less than interval_days"));
  read_with_source("token_rotation: {interval_days: 0}\n");
  EXPECT_FALSE(errors().empty());
}

TEST_F(ConfigTest, BlocksOfLaterReleasesAreSaidNotSilentlyIgnored) {
  read_with_source(
      "forward: [{name: s, type: splunk_hec}]\nreports: {}\ndata_retention: {logs: {enabled: "
      "true}}\n");
  EXPECT_EQ(errors(), Lines{});
  for (const char* what : {"forward", "reports", "data_retention"}) {
    EXPECT_TRUE(says(Impact::kWarning, std::string("not in this release: ") + what)) << what;
  }
  for (const char* type : {"http", "syslog", "openclaw", "kafka"}) {
    read("sources: [{name: a, type: file, path: /x}, {name: b, type: " + std::string(type) +
         ", listen: \"127.0.0.1:1\"}]\n");
    EXPECT_TRUE(says(Impact::kWarning, std::string("not in this release: sources of type ") + type));
    EXPECT_EQ(options_.sources.size(), 1u);
  }
  for (const char* type : {"slack", "pagerduty", "smtp", "alertmanager"}) {
    read_with_source("notifiers: {n: {type: " + std::string(type) + ", url: x}}\n");
    EXPECT_TRUE(says(Impact::kWarning, std::string("not in this release: notifiers of type ") + type));
    EXPECT_TRUE(options_.notifiers.empty());
  }
}

TEST_F(ConfigTest, PacksWithoutTheShippedOneAreRefused) {
  read_with_source("redaction: {packs: []}\n");
  EXPECT_EQ(diagnostics_.errors(), 1u);
  read_with_source("redaction: {packs: [default, mine]}\n");
  EXPECT_EQ(errors(), Lines{"2:30 there is no pack \"mine\""});
}

TEST_F(ConfigTest, PacksAreNamesAndFiles) {
  files_.contents["/p/secrets/a.yaml"] = "rules: []\n";
  files_.contents["/p/pii/mail.yaml"] = "rules: []\n";
  files_.contents["/p/events/b.yaml"] = "rules: []\n";
  files_.contents["/etc/ct/own.yaml"] = "rules: []\n";
  ConfigInputs inputs;
  inputs.share.patterns = "/p";
  const auto packs = [&](const std::string& names) {
    diagnostics_ = {};
    const std::string text = std::string(kSource) + "redaction: {packs: [" + names + "]}\n";
    options_ = parse_config(files_, text, "/etc/ct/clawtrail.yaml", inputs, diagnostics_);
    Lines files;
    for (const YamlNode& pack : options_.secret_packs) files.push_back(pack.where().file);
    return files;
  };
  EXPECT_EQ(packs("default, own.yaml, pii"),
            (Lines{"/p/secrets/a.yaml", "/etc/ct/own.yaml", "/p/pii/mail.yaml"}));
  EXPECT_EQ(errors(), Lines{});
  EXPECT_EQ(packs("default, /etc/ct/absent.yaml"), Lines{"/p/secrets/a.yaml"});
  EXPECT_EQ(errors(), Lines{"2:30 cannot open /etc/ct/absent.yaml: no such file"});
  packs("default, pi");
  EXPECT_EQ(diagnostics_.all()[0].help, "did you mean \"pii\"?");
}

TEST_F(ConfigTest, GitleaksFilesAreReadWithTheOnesTheyExtend) {
  files_.contents["/g/top.toml"] = "[extend]\npath = \"middle.toml\"\n";
  files_.contents["/g/middle.toml"] = "[extend]\npath = \"base.toml\"\n";
  files_.contents["/g/base.toml"] = "title = \"base\"\n";
  read_with_source("redaction: {gitleaks: [/g/top.toml, /g/base.toml]}\n");
  EXPECT_EQ(errors(), Lines{});
  ASSERT_EQ(options_.gitleaks.size(), 2u);
  ASSERT_EQ(options_.gitleaks[0].documents.size(), 3u);
  EXPECT_EQ(options_.gitleaks[0].documents[2]["title"].text(), "base");
  files_.contents["/g/base.toml"] = "[extend]\npath = \"top.toml\"\n";
  read_with_source("redaction: {gitleaks: [/g/top.toml]}\n");
  EXPECT_EQ(errors(), Lines{"2:8 the gitleaks files extend each other more than twice"});
  read_with_source("redaction: {gitleaks: [/g/absent.toml]}\n");
  EXPECT_EQ(errors(), Lines{"2:24 cannot open /g/absent.toml: no such file"});
  files_.contents["/g/bad.toml"] = "rules = [\n";
  read_with_source("redaction: {gitleaks: [/g/bad.toml]}\n");
  ASSERT_EQ(diagnostics_.errors(), 1u);
  EXPECT_EQ(diagnostics_.all()[0].where.file, "/g/bad.toml");
}

TEST_F(ConfigTest, TrustedProxiesAreAddresses) {
  read_with_source("trusted_proxies:\n  - 10.0.0.1\n  - proxy.local\n");
  EXPECT_EQ(errors(), Lines{"4:5 trusted_proxies: \"proxy.local\" is no IP address or CIDR range"});
}

TEST_F(ConfigTest, NotifiersAreChecked) {
  read_with_source("notifiers: {n: {type: pigeon, url: \"http://x\"}}\n");
  EXPECT_TRUE(says(Impact::kError, "the notifier n has the unknown type \"pigeon\""));
  read_with_source("notifiers: {n: {url: \"http://x\"}}\n");
  EXPECT_TRUE(says(Impact::kError, "the notifier n has no type"));
  read_with_source("notifiers: {n: {type: webhook, url: \"ftp://x\"}}\n");
  EXPECT_TRUE(says(Impact::kError, "the webhook n needs a url"));
}

TEST_F(ConfigTest, NotifyMaxAgeMayBeUnlimited) {
  EXPECT_GT(read_with_source("monitoring: {notify_max_age: unlimited}\n").notify_max_age,
            Duration::from_seconds(1u << 31));
  read_with_source("monitoring: {notify_max_age: soon}\n");
  EXPECT_EQ(diagnostics_.errors(), 1u);
}

}  // namespace
}  // namespace clawtrail
