// SPDX-License-Identifier: Apache-2.0
// Walks simdjson's tape directly. Source of the format: simdjson doc/tape.md.
#include "clawtrail/event/json.h"

#include <simdjson.h>

#include <charconv>
#include <cmath>
#include <cstring>

#include "clawtrail/base/check.h"
#include "clawtrail/base/encoding.h"
#include "clawtrail/base/limits.h"

namespace clawtrail {

static_assert(JsonParser::kPadding >= simdjson::SIMDJSON_PADDING);

namespace {

constexpr std::uint64_t kPayload = 0x00FF'FFFF'FFFF'FFFF;
constexpr std::uint64_t kLow32 = 0xFFFF'FFFF;
constexpr std::size_t kCapacityKept = 256 * limits::KiB;

/// One word of the tape: a type character in the top byte, a payload below.
struct Tape {
  const simdjson::dom::document* document;
  std::uint64_t word(std::size_t i) const { return document->tape[i]; }
  char type(std::size_t i) const { return static_cast<char>(word(i) >> 56); }
  std::uint64_t payload(std::size_t i) const { return word(i) & kPayload; }
  std::string_view string(std::size_t i) const {
    const std::uint8_t* at = document->string_buf.get() + payload(i);
    std::uint32_t size = 0;
    std::memcpy(&size, at, sizeof size);
    return {reinterpret_cast<const char*>(at + sizeof size), size};
  }
  /// Index right after the value at `i`.
  std::size_t after(std::size_t i) const {
    switch (type(i)) {
      case '{':
      case '[':
        return static_cast<std::size_t>(payload(i) & kLow32);
      case 'l':
      case 'u':
      case 'd':
        return i + 2;
      default:
        return i + 1;
    }
  }
};

Tape tape_of(const void* document) { return {static_cast<const simdjson::dom::document*>(document)}; }

void append_double(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out += "null";
    return;
  }
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value);
  out.append(buffer, static_cast<std::size_t>(end.ptr - buffer));
}

std::size_t append_value(std::string& out, const Tape& tape, std::size_t i, int depth);

std::size_t append_members(std::string& out, const Tape& tape, std::size_t i, int depth) {
  const bool object = tape.type(i) == '{';
  const std::size_t end = tape.after(i) - 1;  // the closing word
  out += object ? '{' : '[';
  for (std::size_t at = i + 1; at != end;) {
    if (at != i + 1) out += ',';
    if (object) {
      append_json_string(out, tape.string(at++));
      out += ':';
    }
    at = append_value(out, tape, at, depth + 1);
  }
  out += object ? '}' : ']';
  return end + 1;
}

std::size_t append_value(std::string& out, const Tape& tape, std::size_t i, int depth) {
  CHECK(depth <= static_cast<int>(limits::kJsonDepthMax) + 1);
  switch (tape.type(i)) {
    case '{':
    case '[':
      return append_members(out, tape, i, depth);
    case '"':
      append_json_string(out, tape.string(i));
      break;
    case 'l':
      append_number(out, static_cast<std::int64_t>(tape.word(i + 1)));
      break;
    case 'u':
      append_number(out, tape.word(i + 1));
      break;
    case 'd': {
      double value = 0;
      const std::uint64_t bits = tape.word(i + 1);
      std::memcpy(&value, &bits, sizeof value);
      append_double(out, value);
      break;
    }
    case 't':
      out += "true";
      break;
    case 'f':
      out += "false";
      break;
    default:
      out += "null";
      break;
  }
  return tape.after(i);
}

const char* reason_of(simdjson::error_code code) {
  switch (code) {
    case simdjson::UTF8_ERROR:
      return "invalid UTF-8";
    case simdjson::EMPTY:
      return "empty";
    case simdjson::UNCLOSED_STRING:
      return "unclosed string";
    case simdjson::UNESCAPED_CHARS:
      return "a control character in a string";
    case simdjson::STRING_ERROR:
      return "a bad escape in a string";
    case simdjson::NUMBER_ERROR:
      return "a bad number";
    case simdjson::DEPTH_ERROR:
      return "nested too deeply";
    case simdjson::CAPACITY:
    case simdjson::MEMALLOC:
      return "too large";
    default:
      return "not valid JSON";
  }
}

}  // namespace

JsonValue::Kind JsonValue::kind() const {
  if (document_ == nullptr) return Kind::kMissing;
  switch (tape_of(document_).type(tape_)) {
    case '{':
      return Kind::kObject;
    case '[':
      return Kind::kArray;
    case '"':
      return Kind::kString;
    case 'l':
    case 'u':
    case 'd':
      return Kind::kNumber;
    case 't':
    case 'f':
      return Kind::kBool;
    default:
      return Kind::kNull;
  }
}

std::optional<std::string_view> JsonValue::string() const {
  if (document_ == nullptr || tape_of(document_).type(tape_) != '"') return std::nullopt;
  return tape_of(document_).string(tape_);
}

std::string_view JsonValue::string_or(std::string_view fallback) const { return string().value_or(fallback); }

std::optional<std::int64_t> JsonValue::integer() const {
  if (document_ == nullptr || tape_of(document_).type(tape_) != 'l') return std::nullopt;
  return static_cast<std::int64_t>(tape_of(document_).word(tape_ + 1));
}

std::optional<std::uint64_t> JsonValue::unsigned_integer() const {
  if (document_ == nullptr) return std::nullopt;
  const Tape tape = tape_of(document_);
  if (tape.type(tape_) == 'u') return tape.word(tape_ + 1);
  const auto value = integer();
  if (!value || *value < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*value);
}

std::optional<double> JsonValue::number() const {
  if (document_ == nullptr) return std::nullopt;
  const Tape tape = tape_of(document_);
  switch (tape.type(tape_)) {
    case 'l':
      return static_cast<double>(static_cast<std::int64_t>(tape.word(tape_ + 1)));
    case 'u':
      return static_cast<double>(tape.word(tape_ + 1));
    case 'd': {
      double value = 0;
      const std::uint64_t bits = tape.word(tape_ + 1);
      std::memcpy(&value, &bits, sizeof value);
      return value;
    }
    default:
      return std::nullopt;
  }
}

std::optional<bool> JsonValue::boolean() const {
  if (document_ == nullptr) return std::nullopt;
  const char type = tape_of(document_).type(tape_);
  if (type != 't' && type != 'f') return std::nullopt;
  return type == 't';
}

JsonValue JsonValue::operator[](std::string_view key) const {
  JsonValue found;
  if (!is_object()) return found;
  for_each([&](std::string_view name, const JsonValue& value) {
    if (name != key) return true;
    found = value;
    return false;
  });
  return found;
}

JsonValue JsonValue::at(std::size_t index) const {
  JsonValue found;
  if (!is_array()) return found;
  for_each([&](std::string_view, const JsonValue& value) {
    if (index-- > 0) return true;
    found = value;
    return false;
  });
  return found;
}

std::size_t JsonValue::size() const {
  std::size_t count = 0;
  for_each([&](std::string_view, const JsonValue&) {
    ++count;
    return true;
  });
  return count;
}

std::size_t JsonValue::first_child() const {
  const Kind k = kind();
  if (k != Kind::kObject && k != Kind::kArray) return 0;
  return tape_of(document_).after(tape_) - 1 == tape_ + 1 ? 0 : tape_ + 1;
}

std::size_t JsonValue::next_child(std::size_t cursor, std::string_view& key, JsonValue& value) const {
  const Tape tape = tape_of(document_);
  if (tape.type(tape_) == '{') key = tape.string(cursor++);
  value.document_ = document_;
  value.tape_ = cursor;
  const std::size_t next = tape.after(cursor);
  return next == tape.after(tape_) - 1 ? 0 : next;
}

std::string JsonValue::to_json() const {
  std::string out;
  if (document_ != nullptr) append_value(out, tape_of(document_), tape_, 0);
  return out;
}

struct JsonParser::Impl {
  simdjson::dom::parser parser;
};

JsonParser::JsonParser() : impl_(std::make_unique<Impl>()) {}
JsonParser::~JsonParser() = default;
JsonParser::JsonParser(JsonParser&&) noexcept = default;
JsonParser& JsonParser::operator=(JsonParser&&) noexcept = default;

Result<JsonValue> JsonParser::parse(std::string_view text, bool padded) {
  // simdjson sizes its buffers for the longest document so far, 13 bytes of them a byte of text: do not keep
  // those of one line of megabytes.
  if (impl_->parser.capacity() > kCapacityKept && text.size() <= kCapacityKept)
    impl_->parser = simdjson::dom::parser();
  if (impl_->parser.max_depth() != limits::kJsonDepthMax) {
    if (impl_->parser.allocate(text.size() + 1, limits::kJsonDepthMax) != simdjson::SUCCESS) {
      return Error{Code::kTooLarge, "too large"};
    }
  }
  simdjson::dom::element element;
  const auto code =
      impl_->parser.parse(reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), !padded)
          .get(element);
  if (code != simdjson::SUCCESS) return Error{Code::kInvalid, reason_of(code)};
  JsonValue root;
  root.document_ = &impl_->parser.doc;
  root.tape_ = 1;  // word 0 is the root
  return root;
}

}  // namespace clawtrail
