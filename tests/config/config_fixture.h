// SPDX-License-Identifier: Apache-2.0
// A configuration read from text, on files that live in memory.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "clawtrail/config/config.h"
#include "support/fixed_files.h"

namespace clawtrail {

/// Reads texts; the environment is put back afterwards.
class ConfigTest : public ::testing::Test {
 protected:
  void TearDown() override {
    for (const auto& [name, value] : saved_) {
      if (value) {
        ::setenv(name.c_str(), value->c_str(), 1);
      } else {
        ::unsetenv(name.c_str());
      }
    }
  }
  void set_variable(const std::string& name, const std::string& value) {
    remember(name);
    ::setenv(name.c_str(), value.c_str(), 1);
  }
  void unset_variable(const std::string& name) {
    remember(name);
    ::unsetenv(name.c_str());
  }

  static constexpr const char* kSource = "sources: [{name: in, type: file, path: /x.log}]\n";

  const PipelineOptions& read(const std::string& text) {
    diagnostics_ = {};
    ConfigInputs inputs;
    inputs.path = "test.yaml";
    options_ = parse_config(files_, text, "test.yaml", inputs, diagnostics_);
    return options_;
  }
  /// Reads the text after a source, so that only what is in `text` can be wrong.
  const PipelineOptions& read_with_source(const std::string& text) { return read(kSource + text); }

  /// "3:5 message" of all diagnostics of this impact, in the order found.
  std::vector<std::string> found(Impact impact) const {
    std::vector<std::string> out;
    for (const Diagnostic& diagnostic : diagnostics_.all()) {
      if (diagnostic.impact != impact) continue;
      out.push_back(std::to_string(diagnostic.where.line) + ":" + std::to_string(diagnostic.where.column) +
                    " " + diagnostic.message);
    }
    return out;
  }
  std::vector<std::string> errors() const { return found(Impact::kError); }
  std::vector<std::string> warnings() const { return found(Impact::kWarning); }
  std::vector<std::string> notes() const { return found(Impact::kNote); }

  bool says(Impact impact, const std::string& text) const {
    const auto all = found(impact);
    return std::any_of(all.begin(), all.end(),
                       [&](const std::string& line) { return line.find(text) != std::string::npos; });
  }

  FixedFiles files_;
  Diagnostics diagnostics_;
  PipelineOptions options_;

 private:
  void remember(const std::string& name) {
    const char* const value = std::getenv(name.c_str());
    saved_.emplace(name, value ? std::optional<std::string>(value) : std::nullopt);
  }
  std::map<std::string, std::optional<std::string>> saved_;
};

}  // namespace clawtrail
