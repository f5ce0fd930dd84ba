// SPDX-License-Identifier: Apache-2.0
#include "pipeline/known.h"

#include <fnmatch.h>

#include <algorithm>

#include "clawtrail/base/hash.h"
#include "clawtrail/base/limits.h"
#include "clawtrail/io/system.h"

namespace clawtrail {

namespace {

/// Every so many looks at the files one at the processes: a new gateway is rarer than a written file.
constexpr int kLooksPerProcessLook = 5;
constexpr std::size_t kArgumentsLooked = 4;

bool wanted(const KnownSecretOptions& options, const std::string& name) {
  return std::any_of(options.env.begin(), options.env.end(), [&](const std::string& pattern) {
    return ::fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
  });
}

class Reader {
 public:
  Reader(Files& files, const KnownSecretOptions& options, KnownSecrets& known,
         std::vector<KnownPlace>& places)
      : files_(files), options_(options), known_(known), places_(places) {}

  void read_own() { take_variables(environment_all(), "", "this environment"); }

  void read_gateway() {
    if (options_.env.empty()) return;
    bool found = false;
    for (const Process& process : processes_of_this_user()) {
      if (!is_gateway(process.arguments)) continue;
      found = true;
      const std::string place = "the environment of the gateway (process " + std::to_string(process.id) + ")";
      auto variables = environment_of(process.id);
      if (!variables) {
        places_.push_back({place, {}, variables.error().message});
        continue;
      }
      take_variables(std::move(*variables), "gateway#", place);
    }
    if (!found)
      places_.push_back(
          {"the environment of the gateway", {}, "none of this user runs; only files are used"});
  }

  void read_files() {
    for (const std::string& entry : options_.files) {
      const std::string path = expand_home(entry);
      auto text = read_file(files_, path, limits::kConfigBytesMax);
      if (!text) {
        // Most hosts have only some of these files.
        if (text.error().code != Code::kNotFound) places_.push_back({path, {}, text.error().message});
        continue;
      }
      const std::size_t before = known_.all().size();
      if (path.ends_with(".json") || path.ends_with(".json5")) {
        known_.add_json_file(*text, path);
      } else {
        known_.add_env_file(*text, path);
      }
      wipe(text->data(), text->size());
      add_place(path, path + "#", before);
    }
  }

 private:
  void take_variables(std::vector<std::pair<std::string, std::string>> variables, const std::string& prefix,
                      const std::string& place) {
    const std::size_t before = known_.all().size();
    for (auto& [name, value] : variables) {
      if (wanted(options_, name)) known_.add(prefix + name, value);
      wipe(value.data(), value.size());
    }
    add_place(place, prefix, before);
  }

  /// Names only, and only of values that no place before had.
  void add_place(const std::string& place, const std::string& prefix, std::size_t before) {
    KnownPlace read{place, {}, ""};
    for (std::size_t i = before; i < known_.all().size(); ++i) {
      const std::string& name = known_.all()[i].name;
      read.names.push_back(name.starts_with(prefix) ? name.substr(prefix.size()) : name);
    }
    places_.push_back(std::move(read));
  }

  Files& files_;
  const KnownSecretOptions& options_;
  KnownSecrets& known_;
  std::vector<KnownPlace>& places_;
};

}  // namespace

bool is_gateway(const std::vector<std::string>& arguments) {
  if (arguments.empty()) return false;
  // process.title overwrites the arguments: "openclaw-gateway", "openclaw gateway --port 18789".
  if (arguments[0].starts_with("openclaw-gateway") || arguments[0].starts_with("openclaw gateway"))
    return true;
  const std::size_t looked = std::min(arguments.size(), kArgumentsLooked);
  for (std::size_t i = 0; i < looked; ++i) {
    const std::string name = basename_of(arguments[i]);
    const bool command = name == "openclaw" || name == "openclaw.mjs" || name == "openclaw.js";
    const bool script =
        arguments[i].ends_with("openclaw/dist/index.js") || arguments[i].ends_with("openclaw/dist/entry.js");
    if (!command && !script) continue;
    return std::find(arguments.begin() + static_cast<std::ptrdiff_t>(i), arguments.end(), "gateway") !=
           arguments.end();
  }
  return false;
}

std::shared_ptr<const KnownSecrets> read_known_secrets(Files& files, const KnownSecretOptions& options,
                                                       const KnownSecrets* before,
                                                       std::vector<KnownPlace>& places) {
  auto known = std::make_shared<KnownSecrets>();
  Reader reader(files, options, *known, places);
  reader.read_own();
  reader.read_gateway();
  reader.read_files();
  if (before != nullptr) known->keep(*before);
  return known;
}

KnownWatch::KnownWatch(Files& files, const KnownSecretOptions& options)
    : files_(files), with_gateway_(!options.env.empty()) {
  for (const std::string& path : options.files) paths_.push_back(expand_home(path));
  seen_ = look();
}

bool KnownWatch::changed() {
  std::string now = look();
  if (now == seen_) return false;
  seen_ = std::move(now);
  return true;
}

std::string KnownWatch::look() {
  std::string out;
  for (const std::string& path : paths_) {
    const auto stat = files_.stat(path);
    out += stat ? std::to_string(stat->identity.inode) + "," + std::to_string(stat->modified.ns) + "," +
                      std::to_string(stat->size) + ";"
                : std::string("-;");
  }
  if (with_gateway_ && calls_++ % kLooksPerProcessLook == 0) {
    gateway_.clear();
    for (const Process& process : processes_of_this_user()) {
      if (is_gateway(process.arguments)) gateway_ += std::to_string(process.id) + ",";
    }
  }
  return out + gateway_;
}

}  // namespace clawtrail
