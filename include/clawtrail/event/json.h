// SPDX-License-Identifier: Apache-2.0
// Reading JSON (RFC 8259). The only user of simdjson; everything else sees these types.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "clawtrail/base/result.h"

namespace clawtrail {

class JsonParser;

/// A value inside a document that its JsonParser holds. Views; valid until the parser parses again.
/// All look-ups are total: a missing member or another type gives kMissing, nothing, or the default.
class JsonValue {
 public:
  enum class Kind { kMissing, kNull, kBool, kNumber, kString, kArray, kObject };

  JsonValue() = default;
  Kind kind() const;
  bool exists() const { return kind() != Kind::kMissing; }
  bool is_string() const { return kind() == Kind::kString; }
  bool is_object() const { return kind() == Kind::kObject; }
  bool is_array() const { return kind() == Kind::kArray; }

  std::optional<std::string_view> string() const;  ///< decoded
  std::string_view string_or(std::string_view fallback) const;
  std::optional<std::int64_t> integer() const;  ///< a whole number that fits
  std::optional<std::uint64_t> unsigned_integer() const;
  std::optional<double> number() const;
  std::optional<bool> boolean() const;

  JsonValue operator[](std::string_view key) const;  ///< member of an object; the first, if given twice
  JsonValue at(std::size_t index) const;             ///< element of an array
  std::size_t size() const;                          ///< elements or members

  /// Calls visit(key, value) for each member, or visit("", value) for each element, in order; stops when it
  /// returns false.
  template <typename Visit>
  void for_each(Visit&& visit) const {
    for (std::size_t cursor = first_child(); cursor != 0;) {
      std::string_view key;
      JsonValue value;
      cursor = next_child(cursor, key, value);
      if (!visit(key, value)) return;
    }
  }

  /// The value as JSON text, re-serialised without spaces.
  std::string to_json() const;

 private:
  friend class JsonParser;
  std::size_t first_child() const;  ///< 0: none
  std::size_t next_child(std::size_t cursor, std::string_view& key, JsonValue& value) const;
  const void* document_ = nullptr;
  std::size_t tape_ = 0;
};

/// Owns the memory of one document at a time. Threads: confined.
class JsonParser {
 public:
  JsonParser();
  ~JsonParser();
  JsonParser(JsonParser&&) noexcept;
  JsonParser& operator=(JsonParser&&) noexcept;

  /// Parses and validates all of `text` (one value, UTF-8). `text` is copied if it lacks simdjson's padding:
  /// pass a view into a buffer with kPadding readable bytes behind it and `padded` true to avoid that.
  /// Errors: kInvalid with a short reason ("unexpected character", "invalid UTF-8"), never a piece of the
  /// text.
  Result<JsonValue> parse(std::string_view text, bool padded = false);
  static constexpr std::size_t kPadding = 64;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace clawtrail
