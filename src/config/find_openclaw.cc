// SPDX-License-Identifier: Apache-2.0
// Where the OpenClaw of this host writes its file log.
#include "clawtrail/base/limits.h"
#include "clawtrail/config/config.h"
#include "clawtrail/event/json.h"
#include "clawtrail/io/system.h"

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
  const std::string state = expand_home(environment("OPENCLAW_STATE_DIR").value_or("~/.openclaw"));
  const auto text =
      read_file(files, environment("OPENCLAW_CONFIG_PATH").value_or(join_path(state, "openclaw.json")),
                limits::kConfigBytesMax);
  if (!text) return "";
  JsonParser parser;
  const auto root = parser.parse(*text);
  return root ? std::string((*root)["logging"]["file"].string_or("")) : "";
}

}  // namespace

std::vector<std::string> find_local_openclaw(Files& files) {
  std::vector<std::string> out;
  if (const std::string path = configured_log(files); !path.empty())
    out.push_back(with_chain(expand_home(path)));
  const std::string temporary = environment("TMPDIR").value_or("/tmp");
  for (const std::string& dir :
       {std::string("/tmp/openclaw"), temporary + "/openclaw-" + std::to_string(effective_user_id())}) {
    const std::string pattern = join_path(dir, "openclaw-*.log");
    if (!files.glob(pattern).empty()) out.push_back(pattern);
  }
  return out;
}

}  // namespace clawtrail
