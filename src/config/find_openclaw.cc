// SPDX-License-Identifier: Apache-2.0
// Where the OpenClaw of this host writes its file log.
#include <algorithm>

#include "clawtrail/base/limits.h"
#include "clawtrail/config/config.h"
#include "clawtrail/event/json.h"
#include "clawtrail/io/system.h"
#include "config/blocks.h"

namespace clawtrail {

namespace {

/// "/x/openclaw-2026-11-21.log" → "/x/openclaw-*.log", so that the next day and the rename chain are found
/// too.
std::string with_chain(const std::string& path) {
  const std::string name = basename_of(path);
  const std::size_t dot = name.rfind('.');
  if (dot == std::string::npos) return path;
  std::string stem = name.substr(0, dot);
  const std::size_t date = stem.size() > 10 ? stem.size() - 10 : 0;
  const bool dated = date > 0 && stem[date + 4] == '-' && stem[date + 7] == '-';
  if (dated) stem.resize(date);
  return join_path(parent_of(path), stem + "*" + name.substr(dot));
}

/// `logging.file` of the gateway's configuration, if it can be read.
std::string configured_log(Files& files) {
  const auto text = read_file(files, openclaw_config_path(), limits::kConfigBytesMax);
  if (!text) return "";
  JsonParser parser;
  const auto root = parser.parse(*text);
  return root ? std::string((*root)["logging"]["file"].string_or("")) : "";
}

}  // namespace

std::string openclaw_config_path() {
  const std::string state = expand_home(environment("OPENCLAW_STATE_DIR").value_or("~/.openclaw"));
  return expand_home(environment("OPENCLAW_CONFIG_PATH").value_or(join_path(state, "openclaw.json")));
}

std::vector<std::string> find_local_openclaw(Files& files) {
  std::vector<std::string> out;
  const auto add = [&](const std::string& pattern) {
    if (std::find(out.begin(), out.end(), pattern) == out.end()) out.push_back(pattern);
  };
  if (const std::string path = configured_log(files); !path.empty()) add(with_chain(expand_home(path)));
  // A gateway that is set up but has not logged yet will log to one of these.
  const bool expected = out.empty() && files.stat(openclaw_config_path()).ok();
  const std::string temporary = environment("TMPDIR").value_or("/tmp");
  for (const std::string& dir :
       {std::string("/tmp/openclaw"), temporary + "/openclaw-" + std::to_string(effective_user_id())}) {
    const std::string pattern = join_path(dir, "openclaw-*.log");
    if (expected || !files.glob(pattern).empty()) add(pattern);
  }
  return out;
}

}  // namespace clawtrail
