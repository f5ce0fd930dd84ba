// SPDX-License-Identifier: Apache-2.0
// Memory for secrets that live as long as the process: locked (never swapped), left out of core dumps, wiped
// when it is given back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace clawtrail {

/// A text in such memory. Threads: a value; the memory behind it is shared inside.
class SecretText {
 public:
  SecretText() = default;
  explicit SecretText(std::string_view text);
  ~SecretText();
  SecretText(SecretText&& other) noexcept;
  SecretText& operator=(SecretText&& other) noexcept;
  SecretText(const SecretText&) = delete;
  SecretText& operator=(const SecretText&) = delete;

  std::string_view view() const { return {data_, size_}; }
  std::size_t size() const { return size_; }
  friend bool operator==(const SecretText& a, std::string_view b) { return a.view() == b; }

 private:
  char* data_ = nullptr;
  std::size_t size_ = 0;
};

struct SecretMemory {
  std::size_t bytes = 0;     ///< in use, in whole blocks
  std::size_t unlocked = 0;  ///< of these, could not be locked: the limit below was reached
  std::uint64_t limit = 0;   ///< RLIMIT_MEMLOCK in bytes
};
SecretMemory secret_memory();

}  // namespace clawtrail
