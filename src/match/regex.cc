// SPDX-License-Identifier: Apache-2.0
#include "clawtrail/match/regex.h"

#include <re2/re2.h>

#include <atomic>
#include <mutex>

#include "clawtrail/base/check.h"

namespace clawtrail {

namespace {

constexpr int kGroupsMax = 64;
/// Most patterns have fewer groups, and so little to clear before each search.
constexpr int kGroupsOften = 8;
constexpr std::int64_t kProgramBytesMax = 8 << 20;

re2::RE2::Options options_of(bool caseless) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_case_sensitive(!caseless);
  options.set_max_mem(kProgramBytesMax);
  // Redacted text may still hold bytes that are no UTF-8; Latin-1 never fails on them, and our patterns are
  // ASCII.
  options.set_encoding(re2::RE2::Options::EncodingLatin1);
  return options;
}

}  // namespace

struct Regex::Impl {
  Impl(std::string p, bool c) : pattern(std::move(p)), caseless(c) {}

  const std::string pattern;
  const bool caseless;

  /// Builds it, if nobody has.
  const re2::RE2& re() const {
    const re2::RE2* built = ready.load(std::memory_order_acquire);
    if (built == nullptr) {
      std::call_once(once, [this] {
        program.emplace(pattern, options_of(caseless));
        ready.store(&*program, std::memory_order_release);
      });
      built = ready.load(std::memory_order_acquire);
      CHECK(built->ok());  // A pattern that finds nothing would let secrets through.
    }
    return *built;
  }
  /// Of the groups, from 1.
  std::vector<std::string> names() const {
    std::vector<std::string> out(static_cast<std::size_t>(re().NumberOfCapturingGroups()));
    for (const auto& [index, name] : re().CapturingGroupNames()) {
      out[static_cast<std::size_t>(index) - 1] = name;
    }
    return out;
  }

  mutable std::once_flag once;
  mutable std::optional<re2::RE2> program;
  mutable std::atomic<const re2::RE2*> ready{nullptr};  ///< &*program; saves call_once() in each search
};

Result<Regex> Regex::compile(const std::string& pattern, bool caseless) {
  auto impl = std::make_shared<Impl>(pattern, caseless);
  std::call_once(impl->once, [&] { impl->program.emplace(pattern, options_of(caseless)); });
  const re2::RE2& re = *impl->program;
  if (!re.ok()) return Error{Code::kInvalid, "the pattern is not accepted: " + re.error()};
  if (re.NumberOfCapturingGroups() >= kGroupsMax) {
    return Error{Code::kInvalid, "the pattern has more than " + std::to_string(kGroupsMax - 1) + " groups"};
  }
  impl->ready.store(&re, std::memory_order_release);
  return Regex(std::move(impl));
}

Regex Regex::deferred(std::string pattern, bool caseless) {
  return Regex(std::make_shared<Impl>(std::move(pattern), caseless));
}

template <int kRoom>
bool Regex::find_in(std::string_view text, std::size_t from, std::size_t to, std::span<Span> groups) const {
  const re2::RE2& re = impl_->re();
  re2::StringPiece pieces[kRoom];
  const int wanted = std::min(static_cast<int>(groups.size()), re.NumberOfCapturingGroups() + 1);
  CHECK(wanted <= kRoom);
  const re2::StringPiece whole(text.data(), text.size());
  if (!re.Match(whole, from, to, re2::RE2::UNANCHORED, pieces, wanted)) return false;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (static_cast<int>(i) >= wanted || pieces[i].data() == nullptr) {
      groups[i] = {npos, npos};
      continue;
    }
    const auto begin = static_cast<std::size_t>(pieces[i].data() - text.data());
    groups[i] = {begin, begin + pieces[i].size()};
  }
  return true;
}

bool Regex::find(std::string_view text, std::size_t from, std::size_t to, std::span<Span> groups) const {
  CHECK(from <= to && to <= text.size());
  return groups.size() <= kGroupsOften ? find_in<kGroupsOften>(text, from, to, groups)
                                       : find_in<kGroupsMax>(text, from, to, groups);
}

bool Regex::matches(std::string_view text) const {
  return impl_->re().Match({text.data(), text.size()}, 0, text.size(), re2::RE2::UNANCHORED, nullptr, 0);
}

int Regex::groups() const { return impl_->re().NumberOfCapturingGroups(); }

std::optional<int> Regex::group(const std::string& name) const {
  const std::vector<std::string> names = impl_->names();
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!name.empty() && names[i] == name) return static_cast<int>(i) + 1;
  }
  return std::nullopt;
}

std::vector<std::string> Regex::group_names() const { return impl_->names(); }

const std::string& Regex::pattern() const { return impl_->pattern; }

bool Regex::caseless() const { return impl_->caseless; }

}  // namespace clawtrail
