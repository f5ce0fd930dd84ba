// SPDX-License-Identifier: Apache-2.0
// The files with rules that the configuration names: packs of clawtrail's own grammar, and gitleaks files.
#include "clawtrail/base/limits.h"
#include "clawtrail/io/system.h"
#include "clawtrail/text/toml.h"
#include "config/blocks.h"

namespace clawtrail {

namespace {

/// As gitleaks has it: a file may extend one that extends one.
constexpr std::size_t kGitleaksFilesMax = 3;

bool is_path(const std::string& name) {
  return name.find('/') != std::string::npos || name.ends_with(".yaml") || name.ends_with(".yml");
}

/// `path` as it is meant in `file`: from its folder.
std::string beside(const std::string& file, const std::string& path) {
  const std::string expanded = expand_home(path);
  return expanded.starts_with("/") || file.find('/') == std::string::npos
             ? expanded
             : join_path(parent_of(file), expanded);
}

std::optional<std::string> read_text(Files& files, const std::string& path, const Location& named_at,
                                     Diagnostics& diagnostics) {
  auto text = read_file(files, path, limits::kConfigBytesMax);
  if (text) return std::move(*text);
  diagnostics.error(named_at, text.error().message);
  return std::nullopt;
}

/// gitleaks reads an extended file from the working folder; beside the file that names it is surer.
std::string base_path(Files& files, const std::string& file, const std::string& path) {
  const std::string near = beside(file, path);
  return files.stat(near) || !files.stat(path) ? near : path;
}

/// A gitleaks file and those that it extends; nothing if one of them cannot be read.
GitleaksConfig read_gitleaks_chain(Files& files, std::string path, Location named_at,
                                   Diagnostics& diagnostics) {
  GitleaksConfig config;
  while (!path.empty()) {
    if (config.documents.size() == kGitleaksFilesMax) {
      diagnostics.error(named_at, "the gitleaks files extend each other more than twice",
                        "put the rules of " + path + " into one of them");
      return {};
    }
    const auto text = read_text(files, path, named_at, diagnostics);
    if (!text) return {};
    const YamlNode document = parse_toml(*text, path, diagnostics);
    if (!document.exists()) return {};
    config.documents.push_back(document);
    const YamlNode base = gitleaks_base(document);
    named_at = base.where();
    path = base.is_scalar() && !base.text().empty() ? base_path(files, path, base.text()) : "";
  }
  return config;
}

}  // namespace

void read_packs(ConfigReader& reader, const YamlNode& node) {
  if (!node.exists()) return;
  Diagnostics& diagnostics = reader.diagnostics;
  bool shipped = false;
  reader.packs.clear();
  for (const YamlNode& item : node.is_scalar() ? std::vector{node} : node.items()) {
    const auto name = item.as_string(diagnostics, "an entry of redaction.packs");
    if (!name) continue;
    shipped = shipped || *name == "default";
    if (*name == "default" || *name == "pii") {
      reader.packs.push_back({*name, item.where()});
    } else if (is_path(*name)) {
      reader.packs.push_back({beside(item.where().file, *name), item.where()});
    } else {
      const std::string close = suggest(*name, {"default", "pii"});
      diagnostics.error(item.where(), "there is no pack \"" + *name + "\"",
                        close.empty() ? "use default, pii, or the path of a .yaml file"
                                      : "did you mean \"" + close + "\"?");
    }
  }
  if (node.is_map()) diagnostics.error(node.where(), "redaction.packs must be a list of names and paths");
  if (shipped) return;
  diagnostics.error(node.where(), "redaction.packs without \"default\" would leave secrets in the trail",
                    "add default, or leave redaction.packs out");
}

void read_gitleaks(ConfigReader& reader, const YamlNode& node) {
  if (node.is_map()) reader.diagnostics.error(node.where(), "redaction.gitleaks must be a list of files");
  for (const YamlNode& item : node.is_scalar() ? std::vector{node} : node.items()) {
    const auto path = item.as_string(reader.diagnostics, "an entry of redaction.gitleaks");
    if (!path) continue;
    reader.options.gitleaks.push_back(read_gitleaks_chain(reader.files, beside(item.where().file, *path),
                                                          item.where(), reader.diagnostics));
  }
}

void read_documents(Files& files, const std::string& dir, std::vector<YamlNode>& out,
                    Diagnostics& diagnostics) {
  const std::vector<std::string> paths = files.glob(join_path(dir, "*.yaml"));
  if (paths.empty()) {
    diagnostics.error({dir, 0, 0}, "there are no .yaml files in this folder", "reinstall clawtrail");
  }
  for (const std::string& path : paths) {
    const auto text = read_text(files, path, {path, 0, 0}, diagnostics);
    if (!text) continue;
    YamlNode document = parse_yaml(*text, path, diagnostics);
    if (document.exists()) out.push_back(std::move(document));
  }
}

void read_secret_packs(ConfigReader& reader, const std::string& patterns) {
  std::vector<YamlNode>& out = reader.options.secret_packs;
  if (reader.packs.empty()) reader.packs.push_back({"default", {}});
  for (const PackName& pack : reader.packs) {
    if (pack.name == "default" || pack.name == "pii") {
      const std::string folder = pack.name == "default" ? "secrets" : pack.name;
      if (!patterns.empty())
        read_documents(reader.files, join_path(patterns, folder), out, reader.diagnostics);
      continue;
    }
    const auto text = read_text(reader.files, pack.name, pack.where, reader.diagnostics);
    if (!text) continue;
    YamlNode document = parse_yaml(*text, pack.name, reader.diagnostics);
    if (document.exists()) out.push_back(std::move(document));
  }
}

}  // namespace clawtrail
