// SPDX-License-Identifier: Apache-2.0
// The exposition: what is set is there, what is not is absent, and everything that dashboards name exists.
#include "clawtrail/metrics/metrics.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <thread>
#include <vector>

#include "clawtrail/base/limits.h"
#include "clawtrail/match/regex.h"

namespace clawtrail {
namespace {

std::string file_text(const std::string& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  EXPECT_TRUE(in) << path;
  return text.str();
}

/// The groups of every match of `pattern` in `text`, group 0 first.
std::vector<std::vector<std::string>> find_all(const std::string& pattern, const std::string& text) {
  const auto regex = Regex::compile(pattern);
  EXPECT_TRUE(regex) << pattern;
  std::vector<std::vector<std::string>> all;
  std::vector<Span> spans(static_cast<std::size_t>(regex->groups()) + 1);
  for (std::size_t at = 0; regex->find(text, at, text.size(), spans); at = spans[0].end) {
    std::vector<std::string>& groups = all.emplace_back();
    for (const Span& span : spans) {
      groups.push_back(span.begin == Regex::npos ? "" : text.substr(span.begin, span.end - span.begin));
    }
  }
  return all;
}

void set_everything(Metrics& metrics) {
  metrics.events(EventType::kAuthentication, 3);
  metrics.events(EventType::kGap, 1);
  metrics.bytes_read("gateway-log", 1000);
  metrics.bytes_written(1200);
  metrics.redactions("github-pat", 2);
  metrics.alerts("Failed \"Auth\"\n\\", Severity::kHigh);
  metrics.notifications("soc", true);
  metrics.notifications("soc", false);
  metrics.parse_errors(1);
  metrics.gaps(1);
  metrics.source_lag("gateway-log", 77);
  metrics.reader_lag("alerts", 5);
  metrics.sync_seconds(0.004);
  metrics.tree_size(123456789012);
  metrics.checkpoint_time(1795233795.25);
  metrics.verified(1795233795, true);
  metrics.alert_state(1, 2);
  metrics.surface_available("file_log", true);
  metrics.resident_bytes(1 << 20);
  metrics.scan_findings(2);
  metrics.scan_time(1.5);
  metrics.credential_age("A_TOKEN", 3);
  metrics.build_info("0.1.0");
  metrics.gateway_connections(1);
  metrics.gateway_messages(1);
  metrics.gateway_errors(1);
  metrics.gateway_latency_seconds(0.3);
  metrics.agent_requests(1);
  metrics.agent_errors(1);
}

/// One exposition, read back: name with labels -> value, and name -> type.
struct Exposition {
  std::map<std::string, double> samples;
  std::map<std::string, std::string> types;
  std::set<std::string> helped;

  explicit Exposition(const std::string& text) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("# HELP ")) {
        helped.insert(line.substr(7, line.find(' ', 7) - 7));
      } else if (line.starts_with("# TYPE ")) {
        const std::size_t space = line.find(' ', 7);
        types[line.substr(7, space - 7)] = line.substr(space + 1);
      } else {
        const auto found =
            find_all(R"re(^([a-z_]+(?:\{(?:[a-z_]+="(?:\\.|[^"\\])*",?)+\})?) (\S+)$)re", line);
        EXPECT_EQ(found.size(), 1u) << "not the text format: " << line;
        if (!found.empty()) samples[found[0][1]] = std::strtod(found[0][2].c_str(), nullptr);
      }
    }
  }
};

TEST(Metrics, NothingIsThereBeforeItIsSet) {
  Metrics metrics;
  EXPECT_EQ(metrics.expose(), "");
  metrics.tree_size(0);
  EXPECT_EQ(Exposition(metrics.expose()).types.size(), 1u);
}

TEST(Metrics, EveryMetricIsExposedWithItsTypeAndHelp) {
  Metrics metrics;
  set_everything(metrics);
  const Exposition all(metrics.expose());
  EXPECT_EQ(all.types.size(), 29u);
  for (const auto& [name, type] : all.types) {
    EXPECT_TRUE(all.helped.contains(name)) << name;
    EXPECT_EQ(name.ends_with("_total"), type == "counter") << name;
  }
  const auto value = [&](const std::string& sample) {
    const auto found = all.samples.find(sample);
    EXPECT_NE(found, all.samples.end()) << sample;
    return found == all.samples.end() ? -1 : found->second;
  };
  EXPECT_EQ(value("clawtrail_events_total{event_type=\"authentication\"}"), 3);
  EXPECT_EQ(value("clawtrail_events_total{event_type=\"gap\"}"), 1);
  EXPECT_EQ(value("clawtrail_alerts_total{rule=\"Failed \\\"Auth\\\"\\n\\\\\",severity=\"high\"}"), 1);
  EXPECT_EQ(value("clawtrail_notifications_total{notifier=\"soc\",outcome=\"delivered\"}"), 1);
  EXPECT_EQ(value("clawtrail_notifications_total{notifier=\"soc\",outcome=\"failed\"}"), 1);
  EXPECT_EQ(value("clawtrail_tree_size"), 123456789012.0);
  EXPECT_EQ(value("clawtrail_last_checkpoint_timestamp_seconds"), 1795233795.25);
  EXPECT_EQ(value("clawtrail_verified_intact"), 1);
  EXPECT_EQ(value("clawtrail_sync_seconds_count"), 1);
  EXPECT_EQ(value("clawtrail_sync_seconds_bucket{le=\"0.005\"}"), 1);
  EXPECT_EQ(value("clawtrail_sync_seconds_bucket{le=\"0.0025\"}"), 0);
  EXPECT_EQ(value("clawtrail_alert_late_records"), 1);
  EXPECT_EQ(value("clawtrail_alert_evicted_keys"), 2);
  EXPECT_EQ(value("gateway_latency_seconds_count"), 1);
}

TEST(Metrics, CountersAddAndGaugesReplace) {
  Metrics metrics;
  for (int i = 1; i <= 3; ++i) {
    metrics.gaps(2);
    metrics.source_lag("a", static_cast<std::uint64_t>(i));
    metrics.verified(i, i != 3);
  }
  const Exposition all(metrics.expose());
  EXPECT_EQ(all.samples.at("clawtrail_gaps_total"), 6);
  EXPECT_EQ(all.samples.at("clawtrail_source_lag_bytes{source=\"a\"}"), 3);
  EXPECT_EQ(all.samples.at("clawtrail_verified_intact"), 0);
}

TEST(Metrics, LabelsThatAreNotClosedAfterAllAreBounded) {
  Metrics metrics;
  for (std::size_t i = 0; i < limits::kMetricLabelSetsMax + 50; ++i) metrics.redactions(std::to_string(i), 1);
  const Exposition all(metrics.expose());
  EXPECT_EQ(all.samples.size(), limits::kMetricLabelSetsMax + 1);
  EXPECT_EQ(all.samples.at("clawtrail_redactions_total{rule=\"other\"}"), 50);
}

TEST(Metrics, ThreadsMayCountAtOnce) {
  Metrics metrics;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&metrics, t] {
      for (int i = 0; i < 1000; ++i) {
        metrics.events(EventType::kLog, 1);
        metrics.redactions(std::to_string(t), 1);
        EXPECT_TRUE(i % 100 != 0 || !metrics.expose().empty());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Exposition(metrics.expose()).samples.at("clawtrail_events_total{event_type=\"log\"}"), 4000);
}

TEST(Metrics, PromtoolHasNothingToSay) {
  if (std::system("promtool --version >/dev/null 2>&1") != 0) {
    GTEST_SKIP() << "promtool is not installed (package prometheus)";
  }
  Metrics metrics;
  set_everything(metrics);
  const std::string path = testing::TempDir() + "clawtrail_metrics.txt";
  // An age in days has the unit of token_rotation.interval_days, which promtool cannot know.
  std::istringstream lines(metrics.expose());
  std::ofstream out(path);
  for (std::string line; std::getline(lines, line);) {
    if (line.find("clawtrail_credential_age_days") == std::string::npos) out << line << '\n';
  }
  out.close();
  EXPECT_EQ(std::system(("promtool check metrics < '" + path + "'").c_str()), 0);
  std::remove(path.c_str());
}

/// All words of `text` that look like one of our metrics.
std::set<std::string> names_in(const std::string& text) {
  std::set<std::string> names;
  for (const auto& match : find_all(R"(\b(?:clawtrail|gateway|agent)_[a-z_]+\b)", text))
    names.insert(match[0]);
  return names;
}

TEST(Metrics, EveryNameOfTheDashboardsAndOfTheirReadmeIsExposed) {
  Metrics metrics;
  set_everything(metrics);
  const Exposition all(metrics.expose());
  std::set<std::string> known;
  for (const auto& [name, type] : all.types) {
    known.insert(name);
    if (type != "histogram") continue;
    for (const char* part : {"_bucket", "_count", "_sum"}) known.insert(name + part);
  }
  // Only the expressions count: titles and descriptions are prose.
  std::set<std::string> used;
  const std::string dashboard = file_text(CLAWTRAIL_SOURCE_DIR "/dashboards/clawtrail.json");
  for (const auto& match : find_all(R"re("(?:expr|query|definition)": "((?:\\.|[^"\\])*)")re", dashboard)) {
    used.merge(names_in(match[1]));
  }
  EXPECT_GE(used.size(), 15u);
  for (const std::string& name : used) EXPECT_TRUE(known.contains(name)) << name << " of clawtrail.json";

  const std::string readme = file_text(CLAWTRAIL_SOURCE_DIR "/dashboards/README.md");
  std::set<std::string> listed;
  for (const auto& match : find_all(R"(\n\| `([a-z_]+)` \|)", readme)) listed.insert(match[1]);
  std::set<std::string> exposed;
  for (const auto& [name, type] : all.types) exposed.insert(name);
  EXPECT_EQ(listed, exposed);
}

}  // namespace
}  // namespace clawtrail
