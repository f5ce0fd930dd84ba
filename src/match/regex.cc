// SPDX-License-Identifier: Apache-2.0
#include "clawtrail/match/regex.h"

#include <re2/re2.h>

#include "clawtrail/base/check.h"

namespace clawtrail {

struct Regex::Impl {
  Impl(const std::string& pattern, const re2::RE2::Options& options) : re(pattern, options) {}
  re2::RE2 re;
  std::vector<std::string> names;
};

namespace {

constexpr int kGroupsMax = 64;
/// Most patterns have fewer groups, and so little to clear before each search.
constexpr int kGroupsOften = 8;
constexpr std::int64_t kProgramBytesMax = 8 << 20;

}  // namespace

Result<Regex> Regex::compile(const std::string& pattern, bool caseless) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_case_sensitive(!caseless);
  options.set_max_mem(kProgramBytesMax);
  // Redacted text may still hold bytes that are no UTF-8; Latin-1 never fails on them, and our patterns are
  // ASCII.
  options.set_encoding(re2::RE2::Options::EncodingLatin1);
  auto impl = std::make_shared<Impl>(pattern, options);
  if (!impl->re.ok()) return Error{Code::kInvalid, "the pattern is not accepted: " + impl->re.error()};
  if (impl->re.NumberOfCapturingGroups() >= kGroupsMax) {
    return Error{Code::kInvalid, "the pattern has more than " + std::to_string(kGroupsMax - 1) + " groups"};
  }
  impl->names.resize(static_cast<std::size_t>(impl->re.NumberOfCapturingGroups()));
  for (const auto& [index, name] : impl->re.CapturingGroupNames()) {
    impl->names[static_cast<std::size_t>(index) - 1] = name;
  }
  return Regex(std::move(impl));
}

template <int kRoom>
bool Regex::find_in(std::string_view text, std::size_t from, std::size_t to, std::span<Span> groups) const {
  re2::StringPiece pieces[kRoom];
  const int wanted = std::min(static_cast<int>(groups.size()), impl_->re.NumberOfCapturingGroups() + 1);
  CHECK(wanted <= kRoom);
  const re2::StringPiece whole(text.data(), text.size());
  if (!impl_->re.Match(whole, from, to, re2::RE2::UNANCHORED, pieces, wanted)) return false;
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
  return impl_->re.Match({text.data(), text.size()}, 0, text.size(), re2::RE2::UNANCHORED, nullptr, 0);
}

int Regex::groups() const { return impl_->re.NumberOfCapturingGroups(); }

std::optional<int> Regex::group(const std::string& name) const {
  for (std::size_t i = 0; i < impl_->names.size(); ++i) {
    if (!name.empty() && impl_->names[i] == name) return static_cast<int>(i) + 1;
  }
  return std::nullopt;
}

std::vector<std::string> Regex::group_names() const { return impl_->names; }

const std::string& Regex::pattern() const { return impl_->re.pattern(); }

}  // namespace clawtrail
