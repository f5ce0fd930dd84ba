// SPDX-License-Identifier: Apache-2.0
// clawtrail verify: is every record of the trail the one that was signed?
#include <cstdio>
#include <memory>

#include "clawtrail/base/encoding.h"
#include "clawtrail/base/limits.h"
#include "clawtrail/io/terminal.h"
#include "clawtrail/trail/verify.h"
#include "cli/command.h"

namespace clawtrail {

namespace {

struct VerifyFlags {
  std::string dir, checkpoint, key;
  bool json = false;
};

void show_progress(std::uint64_t done, std::uint64_t total) {
  static int shown = -1;
  const int percent = total == 0 ? 100 : static_cast<int>(done * 100 / total);
  if (percent == shown) return;
  shown = percent;
  std::fprintf(stderr, "\rverifying %3d %%", percent);
  if (percent >= 100) std::fputs("\r               \r", stderr);
}

void print_text(const VerifyReport& report) {
  std::printf("%s: %s\n", std::string(name_of(report.verdict)).c_str(), report.message.c_str());
  std::printf(
      "  records %llu, signed %llu, segments %llu, checkpoints %llu, bytes %llu\n",
      static_cast<unsigned long long>(report.size), static_cast<unsigned long long>(report.signed_size),
      static_cast<unsigned long long>(report.segments), static_cast<unsigned long long>(report.checkpoints),
      static_cast<unsigned long long>(report.bytes));
  if (report.verdict == Verdict::kNoTrail) return;
  std::printf("  root %s\n  key %s\n", base64(as_text(report.root)).c_str(), report.key_name.c_str());
  if (report.first_bad) {
    std::printf("  first wrong record at or after index %llu, segment %s\n",
                static_cast<unsigned long long>(*report.first_bad), report.bad_segment.c_str());
  }
}

void print_json(const VerifyReport& report) {
  std::string out = "{\"verdict\":" + json_string(name_of(report.verdict));
  out += ",\"message\":" + json_string(report.message);
  out += ",\"records\":" + std::to_string(report.size) + ",\"signed\":" + std::to_string(report.signed_size);
  out += ",\"segments\":" + std::to_string(report.segments) +
         ",\"checkpoints\":" + std::to_string(report.checkpoints);
  out +=
      ",\"bytes\":" + std::to_string(report.bytes) + ",\"torn_bytes\":" + std::to_string(report.torn_bytes);
  out +=
      ",\"root\":" + json_string(base64(as_text(report.root))) + ",\"key\":" + json_string(report.key_name);
  if (report.first_bad) {
    out += ",\"first_bad\":" + std::to_string(*report.first_bad) +
           ",\"segment\":" + json_string(report.bad_segment);
  }
  std::printf("%s}\n", out.c_str());
}

/// A wrong argument is no damaged trail; whatever else keeps it from being checked may be the damage.
int unreadable_exit(const Error& error) {
  return error.code == Code::kNotFound || error.code == Code::kPermission ? kExitUsage : kExitFailed;
}

/// The arguments --checkpoint and --key, read. Errors: as the files', or kInvalid.
Result<VerifyOptions> read_options(const VerifyFlags& flags) {
  VerifyOptions options;
  if (!flags.checkpoint.empty()) {
    CLAWTRAIL_ASSIGN(options.checkpoint, read_file(real_files(), flags.checkpoint, limits::MiB));
  }
  if (!flags.key.empty()) {
    CLAWTRAIL_ASSIGN(const std::string text, read_file(real_files(), flags.key, limits::MiB));
    CLAWTRAIL_ASSIGN(options.key, parse_verifier_key(std::string_view(text).substr(0, text.find('\n'))));
  }
  if (is_terminal(2)) options.progress = show_progress;
  return options;
}

int verify(const VerifyFlags& flags) {
  const auto options = read_options(flags);
  if (!options) {
    print_error(options.error().message);
    return kExitUsage;
  }
  const auto report = verify_trail(real_files(), flags.dir, *options);
  if (!report) {
    print_error(report.error().message);
    return unreadable_exit(report.error());
  }
  if (flags.json) {
    print_json(*report);
  } else {
    print_text(*report);
    if (flags.checkpoint.empty() && flags.key.empty() && report->verdict != Verdict::kNoTrail) {
      std::printf(
          "  evidence: checked against the key that the trail itself names; give --checkpoint or --key from "
          "elsewhere to rule out a trail made anew\n");
    }
  }
  if (report->verdict == Verdict::kIntact) return kExitOk;
  return report->verdict == Verdict::kTornTail ? kExitTornTail : kExitFailed;
}

}  // namespace

void add_verify(CLI::App& app, int& exit_code) {
  auto flags = std::make_shared<VerifyFlags>();
  CLI::App* command = app.add_subcommand("verify", "Checks tree, signatures and continuity of a trail");
  command->add_option("DIR", flags->dir, "Folder of the trail")->required();
  command->add_option("--checkpoint", flags->checkpoint, "A signed checkpoint that was kept elsewhere")
      ->type_name("FILE");
  command->add_option("--key", flags->key, "The expected verifier key (the .pub file beside the signing key)")
      ->type_name("FILE");
  command->add_flag("--json", flags->json, "For programs");
  command->footer(
      "Example:  clawtrail verify ~/.clawtrail/trail\nExit code: 0 intact, 1 damaged, 3 torn tail only, 2 no "
      "such folder");
  command->callback([flags, &exit_code] { exit_code = verify(*flags); });
}

}  // namespace clawtrail
