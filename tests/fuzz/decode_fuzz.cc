// SPDX-License-Identifier: Apache-2.0
// Goal: no line can stop the decoder, and whatever it makes of one is a JSON object with fields inside the
// limits.
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>

#include "clawtrail/base/check.h"
#include "clawtrail/base/encoding.h"
#include "clawtrail/base/limits.h"
#include "clawtrail/event/classifier.h"
#include "clawtrail/event/json.h"

namespace {

using namespace clawtrail;

std::shared_ptr<const Classifier> load() {
  Diagnostics diagnostics;
  std::vector<YamlNode> documents;
  for (const char* name : {"openclaw.yaml", "audit.yaml"}) {
    const std::string path = std::string(CLAWTRAIL_SOURCE_DIR) + "/patterns/events/" + name;
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    documents.push_back(parse_yaml(text.str(), path, diagnostics));
  }
  auto proxies = TrustedProxies::parse({"127.0.0.1"});
  CHECK(proxies.ok());
  auto classifier = Classifier::load(documents, *proxies, diagnostics);
  CHECK(!diagnostics.has_errors());
  return classifier;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static EventDecoder decoder(load());
  static JsonParser parser;
  std::string line(reinterpret_cast<const char*>(data), size);
  line.append(JsonParser::kPadding, '\0');
  const Event& event = decoder.decode(std::string_view(line).substr(0, size));
  const auto details = parser.parse(event.details);
  CHECK(details.ok() && details->is_object());
  CHECK(!is_own(event.type));
  for (const std::string_view field : event.fields) {
    CHECK(field.size() <= limits::kFieldBytesMax);
    CHECK(!utf8_error(field));
  }
  return 0;
}
