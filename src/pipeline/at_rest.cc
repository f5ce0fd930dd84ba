// SPDX-License-Identifier: Apache-2.0
#include "pipeline/at_rest.h"

#include <thread>

#include "clawtrail/base/check.h"
#include "clawtrail/base/encoding.h"
#include "clawtrail/base/hash.h"
#include "clawtrail/base/log.h"
#include "clawtrail/event/json.h"
#include "clawtrail/scan/print.h"

namespace clawtrail {

namespace {

constexpr std::chrono::milliseconds kQueueRetry{50};
constexpr std::chrono::milliseconds kDurableWait{5};

/// A longer path is remembered by its hash, so that the state stays small.
constexpr std::size_t kKeyBytesMax = 512;
/// Things that could not be searched, told in the log; the rest is in the count.
constexpr std::uint64_t kProblemsTold = 20;

std::string key_of(const ScanFinding& finding) {
  std::string out = "[" + json_string(printable_name(finding.where.path)) + ",";
  append_json_string(out, finding.rule);
  out += "," + json_string(finding.fp) + "]";
  return out.size() <= kKeyBytesMax ? out : hex(as_text(sha256(out)));
}

std::string details_of(const ScanFinding& finding) {
  const ScanPlace& where = finding.where;
  std::string out = "{\"rule\":" + json_string(finding.rule) + ",\"fp\":" + json_string(finding.fp);
  out += std::string(",\"unique\":") + (finding.unique ? "true" : "false") +
         ",\"exposed\":" + (finding.exposed ? "true" : "false");
  for (const auto& [name, text] : {std::pair{"member", where.member}, std::pair{"table", where.table},
                                   std::pair{"table_column", where.field}}) {
    if (!text.empty()) out += ",\"" + std::string(name) + "\":" + json_string(printable_name(text));
  }
  if (where.row) out += ",\"row\":" + std::to_string(*where.row);
  if (where.line > 0) out += ",\"line\":" + std::to_string(where.line);
  if (where.column > 0) out += ",\"column\":" + std::to_string(where.column);
  if (where.offset) out += ",\"offset\":" + std::to_string(*where.offset);
  return out + "}";
}

}  // namespace

AtRestScan::AtRestScan(Parts parts)
    : parts_(std::move(parts)), file_(parts_.files, parts_.trail_dir, "scan", parts_.log_id) {
  const auto state = file_.load();
  if (!state) return;
  JsonParser parser;
  const auto root = parser.parse(state->state);
  if (!root) return;
  (*root)["told"].for_each([&](std::string_view, const JsonValue& entry) {
    if (const auto key = entry.string()) told_.insert(std::string(*key));
    return told_.size() < limits::kScanRememberedMax;
  });
}

bool AtRestScan::due() const {
  return last_ns_ < 0 || parts_.clock.monotonic_ns() - last_ns_ >= parts_.options.every.ns;
}

void AtRestScan::step() {
  if (!due() || parts_.stop()) return;
  last_ns_ = parts_.clock.monotonic_ns();
  scan();
}

void AtRestScan::scan() {
  const std::shared_ptr<const LaneProgram> program = parts_.program();
  CHECK(program != nullptr);
  ScanOptions options;
  for (const std::string& entry : parts_.options.paths) {
    const std::string path = expand_home(entry);
    parts_.files.stat(path) ? options.paths.push_back(path)
                            : log_warn("scan: there is no " + path + ", or this user may not look there");
  }
  if (options.paths.empty()) return;
  options.exclude = {parts_.trail_dir};
  options.secret_files = parts_.secret_files;
  options.replacement = parts_.replacement;
  options.stop = parts_.stop;
  std::set<std::string> seen;
  options.on_finding = [&](const ScanFinding& finding) { found(finding, seen); };
  std::uint64_t problems = 0;
  options.on_problem = [&](const ScanProblem& problem) {
    if (++problems > kProblemsTold) return;
    log_info("scan: " + printable_name(problem.path) + ": " + problem.message);
  };
  const auto stats = scan_at_rest(parts_.files, *program->redactor, *program->scanner, options);
  if (!stats) return log_warn("scan: " + stats.error().message);
  if (stats->stopped) return;
  // What is gone may come again, and is then new.
  std::erase_if(told_, [&](const std::string& key) { return !seen.contains(key); });
  changed_ = true;
  parts_.metrics.scan_findings(stats->counted);
  parts_.metrics.scan_time(static_cast<double>(parts_.clock.now().ns) / 1e9);
  log_info("scan: " + std::to_string(stats->files) + " files, " + std::to_string(stats->counted) +
           " secrets where they do not belong, " + std::to_string(stats->problems) +
           " things that could not be searched");
  if (!wait_for_records()) return;
  if (const Status saved = save(); !saved) log_warn(saved.error().message);
}

void AtRestScan::found(const ScanFinding& finding, std::set<std::string>& seen) {
  if (!finding.counts()) return;
  std::string key = key_of(finding);
  if (!seen.insert(key).second || told_.contains(key)) return;
  if (told_.size() >= limits::kScanRememberedMax) return;
  OwnRecord record;
  record.type = EventType::kSystem;
  record.at = parts_.clock.now();
  record.level = Level::kWarn;
  record.severity = finding.unique ? Severity::kHigh : Severity::kMedium;
  record.action = "secret_at_rest";
  record.path = printable_name(finding.where.path);
  record.reason = finding.expected ? "a secret lies in a file that other users may read"
                                   : "a secret lies in a file in plain text";
  record.details = details_of(finding);
  while (!parts_.own.push(record)) {
    if (parts_.stop()) return;
    std::this_thread::sleep_for(kQueueRetry);
  }
  told_.insert(std::move(key));
  changed_ = true;
}

bool AtRestScan::wait_for_records() {
  const std::uint64_t pushed = parts_.own.pushed();
  while (parts_.own.durable() < pushed) {
    if (parts_.stop()) return false;
    std::this_thread::sleep_for(kDurableWait);
  }
  return true;
}

Status AtRestScan::save() {
  if (!changed_) return {};
  std::string state = "{\"told\":[";
  for (const std::string& key : told_) {
    if (state.back() != '[') state += ',';
    append_json_string(state, key);
  }
  CLAWTRAIL_TRY(file_.save({0, state + "]}"}));
  changed_ = false;
  return {};
}

}  // namespace clawtrail
