// SPDX-License-Identifier: Apache-2.0
#include "event/line_view.h"

#include <cmath>

#include "clawtrail/base/check.h"

namespace clawtrail {

namespace {

/// tslog's scale: 0 silly, 1 trace, 2 debug, 3 info, 4 warn, 5 error, 6 fatal.
Level level_of_id(std::int64_t id) {
  constexpr std::array<Level, 7> kLevels = {Level::kDebug, Level::kDebug, Level::kDebug, Level::kInfo,
                                            Level::kWarn,  Level::kError, Level::kFatal};
  return id >= 0 && id < static_cast<std::int64_t>(kLevels.size()) ? kLevels[static_cast<std::size_t>(id)]
                                                                   : Level::kNone;
}

/// pino and bunyan: 10 trace, 20 debug, 30 info, 40 warn, 50 error, 60 fatal.
Level level_of_number(std::int64_t number) {
  return number >= 10 ? level_of_id(number / 10) : level_of_id(number);
}

/// Seconds, milli-, micro- or nanoseconds since 1970, told apart by their size.
std::optional<Timestamp> epoch_time(double value) {
  if (!std::isfinite(value) || value <= 0) return std::nullopt;
  constexpr double kMs = 1e11, kUs = 1e14, kNs = 1e17, kEnd = 9.2e18;
  const double ns = value < kMs ? value * 1e9 : value < kUs ? value * 1e6 : value < kNs ? value * 1e3 : value;
  if (ns >= kEnd) return std::nullopt;
  return Timestamp{static_cast<std::int64_t>(ns)};
}

void skip_space(std::string_view& text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
}

/// Takes a JSON string without escapes off the front.
std::optional<std::string_view> take_plain_string(std::string_view& text) {
  skip_space(text);
  if (text.empty() || text.front() != '"') return std::nullopt;
  std::size_t end = 1;
  while (end < text.size() && text[end] != '"' && text[end] != '\\') ++end;
  if (end == text.size() || text[end] == '\\') return std::nullopt;
  const std::string_view value = text.substr(1, end - 1);
  text.remove_prefix(end + 1);
  return value;
}

}  // namespace

std::optional<Timestamp> TimeReader::read(std::string_view text) {
  const std::size_t zone = text.size() - std::min(text.size(), kZoneAt);
  const auto digit = [&](std::size_t i) {
    return static_cast<unsigned>(static_cast<unsigned char>(text[i]) - '0');
  };
  if (zone != 0 && zone == zone_.size() && text[19] == '.' && text.substr(0, kSecondAt) == minute_ &&
      text.substr(kZoneAt) == zone_) {
    const unsigned digits[5] = {digit(17), digit(18), digit(20), digit(21), digit(22)};
    bool good = digits[0] < 6;
    for (const unsigned d : digits) good = good && d < 10;
    const std::int64_t ms =
        (digits[0] * 10 + digits[1]) * 1000 + digits[2] * 100 + digits[3] * 10 + digits[4];
    if (good) return minute_start_ + Duration::from_ms(ms);
  }
  const auto time = parse_rfc3339(text);
  const auto start =
      zone == 0
          ? std::nullopt
          : parse_rfc3339(std::string(text.substr(0, kSecondAt)) + "00" + std::string(text.substr(kZoneAt)));
  if (time && start && text[19] == '.') {
    minute_ = text.substr(0, kSecondAt);
    zone_ = text.substr(kZoneAt);
    minute_start_ = *start;
  }
  return time;
}

struct LineReader::Arguments {
  std::array<JsonValue, 3> values{};
  JsonValue message, level, tslog;
};

LineReader::LineReader(const TopNames& names) : names_(names) { CHECK(names.size() <= kTopNamesMax); }

const LineView& LineReader::read(const JsonValue& root) {
  view_ = LineView();
  view_.root = root;
  Arguments arguments;
  root.for_each([&](std::string_view key, const JsonValue& value) {
    read_member(key, value, arguments);
    return true;
  });
  read_arguments(arguments);
  if (const auto name = arguments.level.string()) {
    view_.level = level_of(*name).value_or(Level::kNone);
  } else if (const auto number = arguments.level.integer()) {
    view_.level = level_of_number(*number);
  }
  if (!view_.time || view_.level == Level::kNone) read_tslog_meta(arguments.tslog);
  return view_;
}

void LineReader::read_member(std::string_view key, const JsonValue& value, Arguments& arguments) {
  const auto take_first = [](JsonValue& slot, const JsonValue& given) {
    if (!slot.exists()) slot = given;
  };
  switch (key.size()) {
    case 1:
      if (key[0] >= '0' && key[0] <= '2')
        take_first(arguments.values[static_cast<std::size_t>(key[0] - '0')], value);
      return;
    case 2:
      if (key == "ts") read_time(value);
      break;
    case 3:
      if (key == "msg") take_first(arguments.message, value);
      break;
    case 4:
      if (key == "time") read_time(value);
      break;
    case 5:
      if (key == "_meta") take_first(arguments.tslog, value);
      if (key == "level") take_first(arguments.level, value);
      break;
    case 7:
      if (key == "message") take_first(arguments.message, value);
      break;
    case 8:
      if (key == "severity") take_first(arguments.level, value);
      break;
    case 9:
      if (key == "subsystem" && view_.subsystem.empty()) view_.subsystem = value.string_or("");
      if (key == "timestamp") read_time(value);
      break;
    case 10:
      if (key == "event_type" && view_.event_type.empty()) view_.event_type = value.string_or("");
      if (key == "@timestamp") read_time(value);
      break;
    default:
      break;
  }
  for (std::size_t i = 0; i < names_.size(); ++i) {
    if (names_[i] == key) take_first(view_.top[i], value);
  }
}

void LineReader::read_arguments(const Arguments& arguments) {
  const JsonValue& zero = arguments.values[0];
  const bool file_form = zero.exists() || arguments.tslog.exists();
  if (file_form) {
    view_.event_type = {};
  } else {
    view_.meta = view_.root;
    view_.message = arguments.message.string_or("");
    return;
  }
  std::string_view first_text;
  std::size_t from = 0;
  if (const auto text = zero.string(); text && !text->empty() && text->front() == '{') {
    if (read_bindings(*text)) from = 1;
  }
  for (std::size_t i = from; i < arguments.values.size(); ++i) {
    const JsonValue& value = arguments.values[i];
    if (value.is_object()) {
      if (!view_.meta.exists()) view_.meta = value;
    } else if (first_text.empty()) {
      first_text = value.string_or("");
    }
  }
  // The gateway resolves the arguments to one text; without it, the first text argument is what was said,
  // unless an object comes with its own ({"message":…}, "verbose").
  view_.message = arguments.message.string_or("");
  if (view_.message.empty() && zero.is_object()) view_.message = zero["message"].string_or("");
  if (view_.message.empty()) view_.message = first_text;
}

bool LineReader::read_bindings(std::string_view text) {
  // {"subsystem":"gateway/ws"} is nearly every line: no second parse for it.
  std::string_view rest = text.substr(1);
  if (const auto key = take_plain_string(rest); key && (*key == "subsystem" || *key == "module")) {
    skip_space(rest);
    if (!rest.empty() && rest.front() == ':') {
      rest.remove_prefix(1);
      const auto value = take_plain_string(rest);
      skip_space(rest);
      if (value && !rest.empty() && (rest == "}" || rest.front() == ',')) {
        view_.subsystem = *value;
        return true;
      }
    }
  }
  const auto parsed = bindings_.parse(text);
  if (!parsed || !parsed->is_object()) return false;
  const JsonValue subsystem = (*parsed)["subsystem"];
  const std::string_view name =
      subsystem.exists() ? subsystem.string_or("") : (*parsed)["module"].string_or("");
  if (name.empty()) return false;  // A message that happens to be JSON.
  view_.subsystem = name;
  return true;
}

void LineReader::read_tslog_meta(const JsonValue& meta) {
  meta.for_each([&](std::string_view key, const JsonValue& value) {
    if (key == "logLevelId" && view_.level == Level::kNone) {
      if (const auto id = value.integer()) view_.level = level_of_id(*id);
    } else if (key == "logLevelName" && view_.level == Level::kNone) {
      view_.level = level_of(value.string_or("")).value_or(Level::kNone);
    } else if (key == "date" && !view_.time) {
      read_time(value);
    }
    return !(view_.time && view_.level != Level::kNone);
  });
}

void LineReader::read_time(const JsonValue& value) {
  if (view_.time) return;
  view_.has_time = true;
  if (const auto text = value.string()) {
    view_.time = times_.read(*text);
  } else if (const auto number = value.number()) {
    view_.time = epoch_time(*number);
  }
}

}  // namespace clawtrail
