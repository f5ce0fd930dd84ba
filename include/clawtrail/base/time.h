// SPDX-License-Identifier: Apache-2.0
// Instants, durations and their RFC 3339 spelling. No call here reads a clock; clocks come in as `Clock`.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace clawtrail {

/// An instant: nanoseconds since 1970-01-01T00:00:00Z, without leap seconds (POSIX). Range 1677 to 2262.
struct Timestamp {
  std::int64_t ns = 0;
  auto operator<=>(const Timestamp&) const = default;
  std::int64_t ms() const { return ns / 1'000'000; }
  static Timestamp from_ms(std::int64_t ms) { return {ms * 1'000'000}; }
};

/// A length of time in nanoseconds; may be negative.
struct Duration {
  std::int64_t ns = 0;
  auto operator<=>(const Duration&) const = default;
  std::int64_t ms() const { return ns / 1'000'000; }
  static constexpr Duration from_ms(std::int64_t ms) { return {ms * 1'000'000}; }
  static constexpr Duration from_seconds(std::int64_t s) { return {s * 1'000'000'000}; }
};
inline Timestamp operator+(Timestamp t, Duration d) { return {t.ns + d.ns}; }
inline Timestamp operator-(Timestamp t, Duration d) { return {t.ns - d.ns}; }
inline Duration operator-(Timestamp a, Timestamp b) { return {a.ns - b.ns}; }

/// Reads RFC 3339 with a zone ("Z", "+08:00"; also a space for the "T", 1 to 9 fraction digits). A leap
/// second
/// (":60") is taken as the next second. Returns nothing for anything else, a missing zone included.
std::optional<Timestamp> parse_rfc3339(std::string_view text);

/// Appends "2026-11-21T04:02:02.937Z": UTC, milliseconds (truncated).
void append_rfc3339_ms(std::string& out, Timestamp t);
std::string format_rfc3339_ms(Timestamp t);

/// Reads "5m", "24h", "7d", "500ms", "1h30m", "90s", "2w" (units ms s m h d w). Nothing for other text.
std::optional<Duration> parse_duration(std::string_view text);
/// The shortest such spelling: "5m", "1h30m".
std::string format_duration(Duration d);

/// Where time comes from. Threads: shared. The simulation brings its own.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp now() = 0;              ///< wall clock; may jump
  virtual std::int64_t monotonic_ns() = 0;  ///< never goes back; for intervals
};

/// Where random bytes come from. Threads: shared.
class Rng {
 public:
  virtual ~Rng() = default;
  virtual void fill(void* bytes, std::size_t size) = 0;
};

}  // namespace clawtrail
