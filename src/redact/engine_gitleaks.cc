// SPDX-License-Identifier: Apache-2.0
// Rules of gitleaks on a JSON text. They are written for whole files: a keyword in one place, the secret in
// another, quotes and colons between. So they see the text as it stands, without its escapes, and of what
// they find the parts inside values are masked: the JSON stays JSON.
#include <algorithm>

#include "clawtrail/base/check.h"
#include "redact/engine.h"
#include "redact/gitleaks.h"
#include "redact/json_walk.h"
#include "redact/mask.h"

namespace clawtrail::redact {

namespace {

struct Places : JsonVisitor {
  std::vector<Place> all;  ///< in order
  void key(Span span, bool /*escaped*/) { all.push_back({span, Place::Kind::kKey}); }
  void string(Span span, bool /*escaped*/) { all.push_back({span, Place::Kind::kString}); }
  void scalar(Span span) { all.push_back({span, Place::Kind::kScalar}); }
};

/// The places that `span` touches: values, or keys if there are only keys.
std::vector<Place> touched(const std::vector<Place>& all, std::string_view text, Span span) {
  std::vector<Place> values, keys;
  auto place = std::lower_bound(all.begin(), all.end(), span.begin,
                                [](const Place& p, std::size_t begin) { return p.span.end <= begin; });
  for (; place != all.end() && place->span.begin < span.end; ++place) {
    const Span common{std::max(place->span.begin, span.begin), std::min(place->span.end, span.end)};
    if (common.begin >= common.end) continue;
    if (place->kind == Place::Kind::kKey) keys.push_back({common, place->kind});
    if (place->kind == Place::Kind::kString) values.push_back({common, place->kind});
    const char first = text[place->span.begin];
    const bool number = first == '-' || (first >= '0' && first <= '9');
    if (place->kind == Place::Kind::kScalar && number) values.push_back(*place);  // A number is masked whole.
  }
  return values.empty() ? keys : values;
}

/// The escape that has `at` inside it, not at its first byte; empty if there is none.
Span escape_around(std::string_view text, std::size_t at) {
  static constexpr std::size_t kUnicodeBytes = 6, kShortBytes = 2;
  for (std::size_t back = 1; back < kUnicodeBytes && back <= at; ++back) {
    const std::size_t begin = at - back;
    if (text[begin] != '\\') continue;
    std::size_t run = begin;
    while (run > 0 && text[run - 1] == '\\') --run;
    if ((begin - run) % 2 != 0) continue;  // Itself escaped.
    const std::size_t size = begin + 1 < text.size() && text[begin + 1] == 'u' ? kUnicodeBytes : kShortBytes;
    return begin + size > at ? Span{begin, begin + size} : Span{};
  }
  return {};
}

/// `span` of a text with escapes, with no escape cut: the 'n' of a "\n" is no part of a secret, the '/' of a
/// "\/" is.
Span with_whole_escapes(std::string_view text, Span span) {
  const Span first = escape_around(text, span.begin), last = escape_around(text, span.end);
  if (first.end > 0) {
    const bool control = std::string_view("nrtbf").find(text[first.begin + 1]) != std::string_view::npos;
    span.begin = control ? first.end : first.begin;
  }
  if (last.end > 0) span.end = last.end - last.begin > 2 ? last.end : last.begin;
  return {span.begin, std::max(span.begin, std::min(span.end, text.size()))};
}

}  // namespace

std::vector<std::uint32_t> Engine::gitleaks_wanted(std::span<const Hit> hits) const {
  std::vector<std::uint32_t> wanted;
  const auto want = [&](std::uint32_t pattern) {
    if (rules_.patterns[pattern].gitleaks == nullptr) return;
    if (std::find(wanted.begin(), wanted.end(), pattern) == wanted.end()) wanted.push_back(pattern);
  };
  for (const Hit& hit : hits) {
    if (!range_.contains(hit.literal)) continue;
    for (const Action action : rules_.text.actions[hit.literal - range_.first]) {
      if (action.kind == Action::Kind::kUser) want(action.index);
    }
  }
  for (const std::uint32_t pattern : rules_.always) want(pattern);
  return wanted;
}

std::string_view Engine::without_escapes(std::string_view raw, std::vector<Waypoint>& waypoints) const {
  if (raw.find('\\') == std::string_view::npos) return raw;
  std::string& view = scratch_.views.emplace_back();
  decode_escapes(raw, Escapes::kJson, view, waypoints);
  return view;
}

void Engine::match_container(std::uint32_t index, std::span<const Hit> hits) {
  const std::vector<std::uint32_t> wanted = gitleaks_wanted(hits);
  if (wanted.empty()) return;
  const std::string_view text = text_of(scratch_.pieces[index]);
  std::vector<Waypoint> waypoints;
  const std::string_view view = without_escapes(text, waypoints);
  Places places;
  CHECK(walk_json(text, places));
  std::vector<Span> spans;
  for (const std::uint32_t pattern : wanted) {
    const GitleaksRule& rule = *rules_.patterns[pattern].gitleaks;
    spans.clear();
    search_gitleaks(rule, view, spans);
    if (!waypoints.empty()) {
      // An escape can be what a pattern asks for, and a newline what it does not pass.
      for (Span& span : spans)
        span = source_span(text, Escapes::kJson, waypoints.data(), waypoints.size(), span);
      const std::size_t decoded = spans.size();
      search_gitleaks(rule, text, spans);
      for (std::size_t i = decoded; i < spans.size(); ++i) spans[i] = with_whole_escapes(text, spans[i]);
    }
    if (exhausted_) return;
    for (const Span span : spans) {
      for (const Place& place : touched(places.all, text, span)) add_place(index, place, rule.id);
    }
  }
}

void Engine::add_place(std::uint32_t index, const Place& place, std::string_view rule) {
  const std::string_view text = text_of(scratch_.pieces[index]);
  std::vector<Waypoint> unused;
  const std::string_view secret =
      without_escapes(text.substr(place.span.begin, place.span.end - place.span.begin), unused);
  if (mask_.is_mask(secret) || mask_.covers(text, place.span)) return;
  const bool scalar = place.kind == Place::Kind::kScalar;
  const auto level = static_cast<std::uint8_t>(scratch_.pieces[index].depth + (scalar ? 0 : 1));
  scratch_.found.push_back({to_line(index, place.span), secret, rule, Priority::kUser, level, scalar, false});
}

void Engine::search_gitleaks(const GitleaksRule& rule, std::string_view text, std::vector<Span>& spans) {
  // Once over the text is what each rule costs; only what goes beyond was made to cost time.
  std::size_t work = 0;
  if (!find_gitleaks_matches(rule, text, work, work_max_, spans)) exhausted_ = true;
  work_ += work - std::min(work, text.size() + 1);
  if (work_ > work_max_) exhausted_ = true;
}

}  // namespace clawtrail::redact
