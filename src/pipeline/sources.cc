// SPDX-License-Identifier: Apache-2.0
#include "pipeline/sources.h"

namespace clawtrail {

namespace {

constexpr int kStandardInput = 0;

Result<std::unique_ptr<Source>> open_source(Files& files, Clock& clock, const SourceOptions& source,
                                            bool once, const std::string& identity_key,
                                            const Recovered& recovered) {
  if (source.type == "file") {
    FileSourceOptions file;
    file.name = source.name;
    file.once = once;
    file.fingerprint_key = identity_key;
    for (const std::string& path : source.paths) file.paths.push_back(expand_home(path));
    return make_file_source(files, clock, std::move(file), recovered);
  }
  if (source.type == "stdin") return make_stdin_source(clock, source.name, kStandardInput, recovered);
  if (source.type == "zeromq") {
    if (source.curve_secret_key.empty() && !source.insecure) {
      return Error{Code::kInvalid, "the source " + source.name +
                                       " listens without a key; set curve_secret_key, or say insecure: true"};
    }
    return make_zmq_source(clock, {source.name, source.listen, source.curve_secret_key}, recovered);
  }
  if (source.type == "replay") {
    ReplaySourceOptions replay;
    replay.name = source.name;
    replay.lines = source.lines;
    replay.once = once;
    return make_replay_source(clock, std::move(replay), recovered);
  }
  return Error{Code::kInvalid, "the source " + source.name + " has the type " + source.type +
                                   ", which this release does not read"};
}

}  // namespace

Result<std::vector<std::unique_ptr<Source>>> open_sources(Files& files, Clock& clock,
                                                          const PipelineOptions& options,
                                                          const std::string& identity_key,
                                                          const Recovered& recovered) {
  std::vector<std::unique_ptr<Source>> out;
  for (const SourceOptions& source : options.sources) {
    CLAWTRAIL_ASSIGN(auto opened, open_source(files, clock, source, options.once, identity_key, recovered));
    out.push_back(std::move(opened));
  }
  return out;
}

std::string surface_of(const std::string& source_type) {
  return source_type == "file" || source_type == "replay" ? "file_log" : source_type;
}

}  // namespace clawtrail
