// SPDX-License-Identifier: Apache-2.0
// The shipped rules, the real scanner and the real redactor, as the pipeline puts them together.
#pragma once

#include <algorithm>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "intake/fake_program.h"

namespace clawtrail {

inline std::vector<YamlNode> shipped_secret_rules(Diagnostics& diagnostics) {
  std::vector<std::string> paths;
  const std::string folder = "patterns/secrets";
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(CLAWTRAIL_SOURCE_DIR) + "/" + folder)) {
    if (entry.path().extension() == ".yaml") paths.push_back(folder + "/" + entry.path().filename().string());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<YamlNode> packs;
  for (const std::string& path : paths)
    packs.push_back(parse_yaml(read_source_file(path), path, diagnostics));
  return packs;
}

/// Letters and digits made at run time: no secret stands in this file.
inline std::string random_text(std::size_t size) {
  static std::mt19937 random(std::random_device{}());
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  std::string text;
  for (std::size_t i = 0; i < size; ++i) text += kLetters[random() % kLetters.size()];
  return text;
}

inline std::shared_ptr<LaneProgram> real_program(const std::string& known_value) {
  Diagnostics diagnostics;
  KnownSecrets known;
  known.add("GATEWAY_TOKEN", known_value);
  RedactorOptions options;
  options.fingerprint_key = std::string(32, 'k');
  std::shared_ptr<Redactor> redactor =
      Redactor::load(shipped_secret_rules(diagnostics), known, std::move(options), diagnostics);
  EXPECT_FALSE(diagnostics.has_errors()) << diagnostics.render();
  const LiteralSet conditions = {{"sk-"
                                  "ant-api"},
                                 {"sk-"
                                  "proj-"}};
  const LiteralSet* sets[] = {&redactor->literals(), &conditions};
  auto built = compile_scanner(sets);
  EXPECT_TRUE(built.ok());
  redactor->bind(built->scanner, built->ranges[0]);
  auto program = std::make_shared<LaneProgram>();
  program->scanner = built->scanner;
  program->redactor = redactor;
  program->redactor_range = built->ranges[0];
  program->condition_range = built->ranges[1];
  program->condition_names = {"anthropic", "openai"};
  program->classifier = shipped_classifier({"127.0.0.1"});
  return program;
}

}  // namespace clawtrail
