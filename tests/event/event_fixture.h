// SPDX-License-Identifier: Apache-2.0
// Shared by the tests of event and intake: the shipped rules, and a decoder that owns its padded line.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "clawtrail/event/classifier.h"
#include "clawtrail/event/json.h"
#include "clawtrail/text/yaml.h"

namespace clawtrail {

inline std::string read_source_file(const std::string& path) {
  std::ifstream file(std::string(CLAWTRAIL_SOURCE_DIR) + "/" + path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

inline std::vector<YamlNode> shipped_event_rules(Diagnostics& diagnostics) {
  std::vector<YamlNode> documents;
  for (const char* path : {"patterns/events/openclaw.yaml", "patterns/events/audit.yaml"}) {
    documents.push_back(parse_yaml(read_source_file(path), path, diagnostics));
  }
  return documents;
}

inline std::shared_ptr<const Classifier> shipped_classifier(const std::vector<std::string>& proxies = {}) {
  Diagnostics diagnostics;
  auto trusted = TrustedProxies::parse(proxies);
  EXPECT_TRUE(trusted.ok());
  auto classifier = Classifier::load(shipped_event_rules(diagnostics), *trusted, diagnostics);
  EXPECT_FALSE(diagnostics.has_errors()) << diagnostics.render();
  return classifier;
}

/// Decodes lines; the event is valid until the next one.
class LineDecoder {
 public:
  explicit LineDecoder(std::shared_ptr<const Classifier> classifier) : decoder_(std::move(classifier)) {}
  const Event& decode(std::string_view line) {
    line_.assign(line);
    line_.append(JsonParser::kPadding, ' ');
    return decoder_.decode(std::string_view(line_).substr(0, line.size()));
  }

 private:
  EventDecoder decoder_;
  std::string line_;
};

}  // namespace clawtrail
