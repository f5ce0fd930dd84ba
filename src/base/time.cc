// SPDX-License-Identifier: Apache-2.0
#include "clawtrail/base/time.h"

#include <array>
#include <limits>

#include "clawtrail/base/check.h"

namespace clawtrail {

namespace {

constexpr std::int64_t kNsPerSecond = 1'000'000'000;
constexpr std::int64_t kSecondsPerDay = 86'400;

/// Days since 1970-01-01 of a date in the proleptic Gregorian calendar.
/// Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.
constexpr std::int64_t days_from_civil(std::int64_t y, unsigned m, unsigned d) {
  y -= m <= 2;
  const std::int64_t era = (y >= 0 ? y : y - 399) / 400;
  const auto yoe = static_cast<unsigned>(y - era * 400);
  const unsigned doy = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
  const unsigned doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
  return era * 146'097 + static_cast<std::int64_t>(doe) - 719'468;
}

struct Civil {
  std::int64_t year;
  unsigned month, day;
};

/// The inverse, civil_from_days of the same source.
constexpr Civil civil_from_days(std::int64_t z) {
  z += 719'468;
  const std::int64_t era = (z >= 0 ? z : z - 146'096) / 146'097;
  const auto doe = static_cast<unsigned>(z - era * 146'097);
  const unsigned yoe = (doe - doe / 1460 + doe / 36'524 - doe / 146'096) / 365;
  const unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const unsigned mp = (5 * doy + 2) / 153;
  const unsigned m = mp < 10 ? mp + 3 : mp - 9;
  return {static_cast<std::int64_t>(yoe) + era * 400 + (m <= 2), m, doy - (153 * mp + 2) / 5 + 1};
}
static_assert(days_from_civil(1970, 1, 1) == 0);
static_assert(civil_from_days(0).year == 1970);

constexpr bool leap(unsigned y) { return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0; }

constexpr unsigned days_in_month(unsigned y, unsigned m) {
  constexpr std::array<unsigned, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return m == 2 && leap(y) ? 29 : kDays[m - 1];
}

/// A cursor over digits and separators; any failure sticks.
struct Scan {
  std::string_view text;
  std::size_t at = 0;
  bool bad = false;

  unsigned digits(int count) {
    unsigned value = 0;
    for (int i = 0; i < count; ++i) {
      if (at >= text.size() || text[at] < '0' || text[at] > '9') {
        bad = true;
        return 0;
      }
      value = value * 10 + static_cast<unsigned>(text[at++] - '0');
    }
    return value;
  }
  bool take(char c) {
    if (at < text.size() && text[at] == c) {
      ++at;
      return true;
    }
    return false;
  }
  void expect(char c) {
    if (!take(c)) bad = true;
  }
};

std::int64_t fraction_ns(Scan& scan) {
  if (!scan.take('.') && !scan.take(',')) return 0;
  std::int64_t ns = 0;
  int count = 0;
  while (scan.at < scan.text.size() && scan.text[scan.at] >= '0' && scan.text[scan.at] <= '9') {
    if (count < 9) ns = ns * 10 + (scan.text[scan.at] - '0');
    ++count;
    ++scan.at;
  }
  if (count == 0 || count > 9) scan.bad = true;
  for (; count < 9; ++count) ns *= 10;
  return ns;
}

/// Seconds east of UTC.
std::int64_t zone_seconds(Scan& scan) {
  if (scan.take('Z') || scan.take('z')) return 0;
  const bool east = scan.take('+');
  if (!east && !scan.take('-')) {
    scan.bad = true;
    return 0;
  }
  const unsigned hours = scan.digits(2);
  scan.take(':');  // "+0800" is common although RFC 3339 wants the colon
  const unsigned minutes = scan.digits(2);
  if (hours > 23 || minutes > 59) scan.bad = true;
  const std::int64_t seconds = std::int64_t{hours} * 3600 + std::int64_t{minutes} * 60;
  return east ? seconds : -seconds;
}

void put2(char* to, unsigned value) {
  to[0] = static_cast<char>('0' + value / 10);
  to[1] = static_cast<char>('0' + value % 10);
}

struct Unit {
  std::string_view name;
  std::int64_t ns;
};
constexpr Unit kUnits[] = {{"w", 7 * kSecondsPerDay* kNsPerSecond},
                           {"d", kSecondsPerDay* kNsPerSecond},
                           {"h", 3600 * kNsPerSecond},
                           {"m", 60 * kNsPerSecond},
                           {"s", kNsPerSecond},
                           {"ms", 1'000'000}};

}  // namespace

std::optional<Timestamp> parse_rfc3339(std::string_view text) {
  Scan scan{text};
  const unsigned year = scan.digits(4);
  scan.expect('-');
  const unsigned month = scan.digits(2);
  scan.expect('-');
  const unsigned day = scan.digits(2);
  if (!scan.take('T') && !scan.take('t') && !scan.take(' ')) return std::nullopt;
  const unsigned hour = scan.digits(2);
  scan.expect(':');
  const unsigned minute = scan.digits(2);
  scan.expect(':');
  const unsigned second = scan.digits(2);
  const std::int64_t ns = fraction_ns(scan);
  const std::int64_t east = zone_seconds(scan);
  if (scan.bad || scan.at != text.size()) return std::nullopt;
  if (year < 1678 || year > 2261 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month) ||
      hour > 23 || minute > 59 || second > 60) {
    return std::nullopt;
  }
  const std::int64_t seconds =
      days_from_civil(year, month, day) * kSecondsPerDay + hour * 3600 + minute * 60 + second - east;
  return Timestamp{seconds * kNsPerSecond + ns};
}

void append_rfc3339_ms(std::string& out, Timestamp t) {
  std::int64_t ms = t.ns / 1'000'000;
  if (t.ns % 1'000'000 < 0) --ms;
  std::int64_t day = ms / 86'400'000;
  std::int64_t rest = ms % 86'400'000;
  if (rest < 0) {
    rest += 86'400'000;
    --day;
  }
  // A batch's events are of one day or two: remember the last date a thread has written.
  thread_local std::int64_t cached_day = std::numeric_limits<std::int64_t>::min();
  thread_local char cached[11];
  if (day != cached_day) {
    const Civil civil = civil_from_days(day);
    put2(cached, static_cast<unsigned>(civil.year / 100));
    put2(cached + 2, static_cast<unsigned>(civil.year % 100));
    cached[4] = cached[7] = '-';
    put2(cached + 5, civil.month);
    put2(cached + 8, civil.day);
    cached[10] = 'T';
    cached_day = day;
  }
  char text[24];
  for (int i = 0; i < 11; ++i) text[i] = cached[i];
  const auto value = static_cast<unsigned>(rest);
  put2(text + 11, value / 3'600'000);
  text[13] = text[16] = ':';
  put2(text + 14, value / 60'000 % 60);
  put2(text + 17, value / 1000 % 60);
  text[19] = '.';
  text[20] = static_cast<char>('0' + value % 1000 / 100);
  put2(text + 21, value % 100);
  text[23] = 'Z';
  out.append(text, sizeof text);
}

std::string format_rfc3339_ms(Timestamp t) {
  std::string out;
  append_rfc3339_ms(out, t);
  return out;
}

std::optional<Duration> parse_duration(std::string_view text) {
  std::int64_t total = 0;
  std::size_t at = 0;
  if (text.empty()) return std::nullopt;
  while (at < text.size()) {
    std::int64_t number = 0;
    const std::size_t begin = at;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
      if (at - begin > 11) return std::nullopt;
      number = number * 10 + (text[at] - '0');
    }
    if (at == begin) return std::nullopt;
    std::size_t end = at;
    while (end < text.size() && (text[end] < '0' || text[end] > '9')) ++end;
    const std::string_view name = text.substr(at, end - at);
    std::int64_t unit = 0;
    for (const Unit& u : kUnits) {
      if (u.name == name) unit = u.ns;
    }
    if (unit == 0 || number > (std::numeric_limits<std::int64_t>::max() - total) / unit) return std::nullopt;
    total += number * unit;
    at = end;
  }
  return Duration{total};
}

std::string format_duration(Duration d) {
  if (d.ns < 0) return "-" + format_duration({-d.ns});
  std::string out;
  std::int64_t rest = d.ns;
  for (const Unit& unit : kUnits) {
    if (unit.name == "w" || rest < unit.ns) continue;
    out += std::to_string(rest / unit.ns);
    out += unit.name;
    rest %= unit.ns;
  }
  return out.empty() ? "0s" : out;
}

}  // namespace clawtrail
