// SPDX-License-Identifier: Apache-2.0
#include "pipeline/reader_state.h"

#include "clawtrail/base/encoding.h"
#include "clawtrail/base/limits.h"
#include "clawtrail/event/json.h"

namespace clawtrail {

namespace {

constexpr std::size_t kStateBytesMax = 256 * limits::MiB;

}  // namespace

ReaderStateFile::ReaderStateFile(Files& files, const std::string& trail_dir, const std::string& reader,
                                 std::string log_id)
    : files_(files),
      dir_(join_path(trail_dir, "readers")),
      path_(join_path(dir_, reader + ".json")),
      log_id_(std::move(log_id)) {}

std::optional<ReaderState> ReaderStateFile::load() {
  const auto text = read_file(files_, path_, kStateBytesMax);
  if (!text) return std::nullopt;
  JsonParser parser;
  const auto root = parser.parse(*text);
  if (!root || (*root)["log"].string_or("") != log_id_) return std::nullopt;
  const auto next = (*root)["next"].unsigned_integer();
  if (!next) return std::nullopt;
  return ReaderState{*next, std::string((*root)["state"].string_or(""))};
}

Status ReaderStateFile::save(const ReaderState& state) {
  CLAWTRAIL_TRY(files_.create_dirs(dir_));
  std::string text = "{\"log\":";
  append_json_string(text, log_id_);
  text += ",\"next\":";
  append_number(text, state.next);
  text += ",\"state\":";
  append_json_string(text, state.state);
  text += "}\n";
  return write_file_atomically(files_, path_, text);
}

}  // namespace clawtrail
