// SPDX-License-Identifier: Apache-2.0
#include "clawtrail/base/log.h"

#include <cstdio>
#include <mutex>
#include <utility>

namespace clawtrail {

namespace {

void to_standard_error(Level level, const std::string& text) {
  const std::string name(name_of(level));
  std::fprintf(stderr, "clawtrail: %s: %s\n", name.c_str(), text.c_str());
}

struct State {
  std::mutex mutex;
  LogHandler handler = to_standard_error;
};

State& state() {
  static State instance;
  return instance;
}

}  // namespace

LogHandler set_log_handler(LogHandler handler) {
  const std::lock_guard lock(state().mutex);
  return std::exchange(state().handler, handler ? std::move(handler) : LogHandler(to_standard_error));
}

void log_line(Level level, const std::string& text) {
  const std::lock_guard lock(state().mutex);
  state().handler(level, text);
}

}  // namespace clawtrail
