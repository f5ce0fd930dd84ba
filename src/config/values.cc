// SPDX-License-Identifier: Apache-2.0
// Values that come from elsewhere: ${VAR} and file:PATH.
#include <charconv>

#include "clawtrail/io/system.h"
#include "config/blocks.h"

namespace clawtrail {

namespace {

constexpr std::string_view kFile = "file:";
constexpr std::size_t kSecretFileBytesMax = 64 * 1024;

/// Puts ${VAR} in; `used` tells whether there was one.
std::string substitute(const YamlNode& node, Diagnostics& diagnostics, bool& used) {
  std::string out;
  const std::string& text = node.text();
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t open = text.find("${", at);
    if (open == std::string::npos) return out + text.substr(at);
    out += text.substr(at, open - at);
    const std::size_t close = text.find('}', open);
    if (close == std::string::npos) {
      diagnostics.error(node.where(), "\"${\" without \"}\"");
      return out;
    }
    const std::string name = text.substr(open + 2, close - open - 2);
    const auto value = environment(name);
    if (!value) {
      diagnostics.error(node.where(), "the environment variable " + name + " is not set",
                        "set it, or write file:PATH to read the value from a file");
    } else if (value->empty()) {
      diagnostics.error(node.where(), "the environment variable " + name + " is empty");
    }
    used = true;
    out += value.value_or("");
    at = close + 1;
  }
  return out;
}

}  // namespace

std::string ConfigReader::secret(const YamlNode& node, const std::string& name) {
  const auto text = node.as_string(diagnostics, name);
  if (!text) return "";
  if (text->starts_with(kFile)) {
    const std::string path = expand_home(text->substr(kFile.size()));
    auto value = read_file(files, path, kSecretFileBytesMax);
    if (!value) {
      diagnostics.error(node.where(), name + ": " + value.error().message);
      return "";
    }
    while (!value->empty() && (value->back() == '\n' || value->back() == '\r')) value->pop_back();
    if (value->empty()) diagnostics.error(node.where(), name + ": the file " + path + " is empty");
    return *value;
  }
  bool used = false;
  std::string value = substitute(node, diagnostics, used);
  if (!used && !value.empty()) {
    diagnostics.warning(node.where(), name + " stands in the file in plain text",
                        "write ${VARIABLE} or file:PATH instead");
  }
  return value;
}

bool ConfigReader::host_and_port(const YamlNode& node, const std::string& text, const std::string& name) {
  constexpr int kPortMax = 65'535;
  const std::size_t colon = text.rfind(':');
  if (colon != std::string::npos && colon > 0) {
    int port = -1;
    const char* const last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data() + colon + 1, last, port);
    if (error == std::errc() && end == last && port >= 0 && port <= kPortMax) return true;
  }
  diagnostics.error(node.where(), name + " must be HOST:PORT", "for example 127.0.0.1:9464");
  return false;
}

std::string ConfigReader::expanded(const YamlNode& node, const std::string& name) {
  const auto text = node.as_string(diagnostics, name);
  bool used = false;
  return text ? substitute(node, diagnostics, used) : "";
}

std::string ConfigReader::text_or(const YamlNode& node, const std::string& name,
                                  const std::string& fallback) {
  return node.as_string(diagnostics, name).value_or(fallback);
}

}  // namespace clawtrail
