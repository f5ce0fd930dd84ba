// SPDX-License-Identifier: Apache-2.0
// Result<T>: the value of a call, or the sentence that tells an administrator why there is none.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace clawtrail {

/// What went wrong, coarse enough to decide on: retry, give up, or tell the operator.
enum class Code {
  kIo,          ///< the device or the kernel refused (EIO, EPERM, ECONNRESET, …)
  kNoSpace,     ///< ENOSPC, EDQUOT: back-pressure, then try again
  kNotFound,    ///< the named object does not exist
  kPermission,  ///< it exists and we may not
  kBusy,        ///< somebody else holds it (lock, port)
  kInvalid,     ///< input that does not follow its grammar
  kTooLarge,    ///< beyond a limit of base/limits.h
  kCorrupt,     ///< stored data contradicts itself
  kBroken,      ///< a former failure made this object unusable; close and reopen
  kTimeout,     ///< no answer in time
  kEnd,         ///< nothing more to read
};

/// A failure. Shape: code plus one sentence that names the object and the number, never event content.
struct Error {
  Code code = Code::kIo;
  std::string message;
};

/// `Error` for a failed system call: "cannot <verb> <object>: <strerror(errno_value)>".
Error errno_error(const char* verb, const std::string& object, int errno_value);

/// Either a T or an Error. Value type; threads: confined. Accessing the missing side is a bug (terminates).
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value)
      : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Result(Error error)
      : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }
  T& value() { return std::get<0>(state_); }
  const T& value() const { return std::get<0>(state_); }
  T& operator*() { return value(); }
  const T& operator*() const { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  Error& error() { return std::get<1>(state_); }
  const Error& error() const { return std::get<1>(state_); }

 private:
  std::variant<T, Error> state_;
};

/// A call that has no value: success or an Error.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  Error& error() { return *error_; }
  const Error& error() const { return *error_; }

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;

}  // namespace clawtrail

/// Leaves the function with the error of `expression`, if it has one. For Status-like expressions.
#define CLAWTRAIL_TRY(expression)                        \
  do {                                                   \
    if (auto try_result_ = (expression); !try_result_) { \
      return std::move(try_result_.error());             \
    }                                                    \
  } while (false)

#define CLAWTRAIL_CONCAT_(a, b) a##b
#define CLAWTRAIL_CONCAT(a, b) CLAWTRAIL_CONCAT_(a, b)

/// `declaration` = value of `expression`, or leaves the function with its error.
#define CLAWTRAIL_ASSIGN(declaration, expression)                         \
  auto CLAWTRAIL_CONCAT(assign_result_, __LINE__) = (expression);         \
  if (!CLAWTRAIL_CONCAT(assign_result_, __LINE__))                        \
    return std::move(CLAWTRAIL_CONCAT(assign_result_, __LINE__).error()); \
  declaration = std::move(CLAWTRAIL_CONCAT(assign_result_, __LINE__).value())
