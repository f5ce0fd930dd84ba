// SPDX-License-Identifier: Apache-2.0
#include "clawtrail/io/secret_memory.h"

#include <sys/mman.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>
#include <utility>

#include "clawtrail/base/check.h"
#include "clawtrail/base/hash.h"
#include "clawtrail/base/limits.h"

namespace clawtrail {

namespace {

/// Large enough that a thousand secrets need few calls, small against the usual limit of 8 MiB.
constexpr std::size_t kBlockBytes = 64 * limits::KiB;

/// Blocks that are filled from front to back and given back when the last text in them is gone.
class Blocks {
 public:
  char* take(std::size_t size) {
    const std::lock_guard lock(mutex_);
    if (current_ == nullptr || size > left_) add_block(size);
    char* const at = current_ + used_;
    used_ += size;
    left_ -= size;
    ++blocks_.at(current_).texts;
    return at;
  }

  void give_back(char* at, std::size_t size) {
    wipe(at, size);
    const std::lock_guard lock(mutex_);
    auto found = blocks_.upper_bound(at);
    CHECK(found != blocks_.begin());
    --found;
    if (--found->second.texts > 0) return;
    if (found->first == current_) current_ = nullptr;
    total_.bytes -= found->second.size;
    if (!found->second.locked) total_.unlocked -= found->second.size;
    CHECK(::munmap(found->first, found->second.size) == 0);
    blocks_.erase(found);
  }

  SecretMemory total() {
    const std::lock_guard lock(mutex_);
    SecretMemory out = total_;
    rlimit limit{};
    if (::getrlimit(RLIMIT_MEMLOCK, &limit) == 0) out.limit = limit.rlim_cur;
    return out;
  }

 private:
  struct Block {
    std::size_t size = 0;
    std::size_t texts = 0;
    bool locked = false;
  };

  void add_block(std::size_t wanted) {
    const std::size_t size = (std::max(wanted, std::size_t{1}) + kBlockBytes - 1) / kBlockBytes * kBlockBytes;
    void* const memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(memory != MAP_FAILED);
    static_cast<void>(::madvise(memory, size, MADV_DONTDUMP));
    Block block{size, 0, ::mlock(memory, size) == 0};
    total_.bytes += size;
    if (!block.locked) total_.unlocked += size;
    current_ = static_cast<char*>(memory);
    blocks_.emplace(current_, block);
    used_ = 0;
    left_ = size;
  }

  std::mutex mutex_;
  std::map<char*, Block> blocks_;
  char* current_ = nullptr;
  std::size_t used_ = 0, left_ = 0;
  SecretMemory total_;
};

/// Never destroyed: secrets may be given back by destructors that run at the very end.
Blocks& blocks() {
  static Blocks* const instance = new Blocks;
  return *instance;
}

}  // namespace

SecretText::SecretText(std::string_view text) : size_(text.size()) {
  if (size_ == 0) return;
  data_ = blocks().take(size_);
  std::memcpy(data_, text.data(), size_);
}

SecretText::~SecretText() {
  if (data_ != nullptr) blocks().give_back(data_, size_);
}

SecretText::SecretText(SecretText&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

SecretText& SecretText::operator=(SecretText&& other) noexcept {
  if (this == &other) return *this;
  if (data_ != nullptr) blocks().give_back(data_, size_);
  data_ = std::exchange(other.data_, nullptr);
  size_ = std::exchange(other.size_, 0);
  return *this;
}

SecretMemory secret_memory() { return blocks().total(); }

}  // namespace clawtrail
