// SPDX-License-Identifier: Apache-2.0
#include "redact/engine.h"

#include <algorithm>

#include "clawtrail/base/check.h"
#include "clawtrail/base/hash.h"
#include "redact/borders.h"
#include "redact/gitleaks.h"
#include "redact/issuer_match.h"
#include "redact/json_walk.h"
#include "redact/mask.h"
#include "redact/rule_match.h"

namespace clawtrail::redact {

namespace {

/// Confirming costs at most this many bytes of matching for each byte of the line, and this much in any case.
/// A line that needs more was made to cost time; it is masked whole.
constexpr std::size_t kWorkPerByte = 8;
constexpr std::size_t kWorkMin = 1 * limits::MiB;
/// Secrets of one line that are masked one by one; a line with more is masked whole.
constexpr std::size_t kFoundMax = 16 * limits::KiB;
/// Buffers larger than this are given back after the line.
constexpr std::size_t kBufferKept = 1 * limits::MiB;
/// Keys shorter than this are names, also in a line that is masked whole.
constexpr std::size_t kKeyKept = 16;
/// Shorter runs of base64 or hex hold no secret.
constexpr std::size_t kEncodedRunMin = 16;
constexpr std::size_t kRunsKept = 8;
/// Between an issuer's word and its token.
constexpr std::size_t kIssuerGapBytes = 48;
/// Between a name and its value.
constexpr std::size_t kSeparatorBytes = 4;
/// Bytes that are counted for the price of one that is matched.
constexpr std::size_t kCountedPerWork = 16;
constexpr std::string_view kEllipsis = "\xE2\x80\xA6";

template <typename Vector>
void clear_or_free(Vector& vector, std::size_t kept) {
  if (vector.capacity() > kept) {
    Vector().swap(vector);
  } else {
    vector.clear();
  }
}

void forget(std::string& text) {
  wipe(text.data(), text.size());
  clear_or_free(text, kBufferKept);
}

/// Everything in a line that can hold a secret, for a line that is masked whole.
struct AllStrings : JsonVisitor {
  std::vector<std::pair<Span, bool>> strings;  ///< and whether it is a key
  void key(Span span, bool /*escaped*/) {
    if (span.end - span.begin >= kKeyKept) strings.push_back({span, true});
  }
  void string(Span span, bool /*escaped*/) {
    if (span.end > span.begin) strings.push_back({span, false});
  }
};

bool may_be_json(std::string_view text) {
  const std::size_t first = json::skip_space(text, 0);
  return first < text.size() && (text[first] == '{' || text[first] == '[');
}

}  // namespace

EngineScratch::~EngineScratch() {
  for (std::string& buffer : buffers) wipe(buffer.data(), buffer.size());
  for (std::string& round : rounds) wipe(round.data(), round.size());
  for (std::string& view : views) wipe(view.data(), view.size());
}

void EngineScratch::reset() {
  for (std::string& buffer : buffers) forget(buffer);
  for (std::string& view : views) wipe(view.data(), view.size());
  views.clear();
  for (auto& list : hits) clear_or_free(list, kBufferKept / sizeof(Hit));
  clear_or_free(pieces, kBufferKept / sizeof(Piece));
  clear_or_free(waypoints, kBufferKept / sizeof(Waypoint));
  clear_or_free(found, kBufferKept / sizeof(Found));
}

void Engine::run(std::string_view line, std::span<const Hit> hits, bool overflow) {
  scratch_.reset();
  line_ = line;
  exhausted_ = overflow;
  work_max_ = kWorkMin + kWorkPerByte * line.size();
  is_json_ = may_be_json(line) && is_json_container(line);
  if (!exhausted_) {
    Piece root;
    root.end = static_cast<std::uint32_t>(line.size());
    scratch_.pieces.push_back(root);
    std::size_t first = 0;
    for (std::size_t level = 0; level < kLevels && first < scratch_.pieces.size() && !exhausted_; ++level) {
      const std::size_t last = scratch_.pieces.size();
      const std::span<const Hit> level_hits = hits_of_level(level, hits);
      auto from = level_hits.begin();
      for (std::size_t i = first; i < last && !exhausted_; ++i) {
        const Piece piece = scratch_.pieces[i];
        while (from != level_hits.end() && from->end <= piece.begin) ++from;
        auto to = from;
        while (to != level_hits.end() && to->end <= piece.end) ++to;
        process(static_cast<std::uint32_t>(i), {from, to});
        from = to;
      }
      first = last;
    }
    report_decoded(hits);
  }
  if (exhausted_) mask_everything(line);
}

std::span<const Hit> Engine::hits_of_level(std::size_t level, std::span<const Hit> line_hits) {
  if (level == 0) return line_hits;
  auto& hits = scratch_.hits[level];
  if (scanner_.scan(scratch_.buffers[level], *scratch_.scan, hits)) exhausted_ = true;
  return hits;
}

void Engine::report_decoded(std::span<const Hit> line_hits) {
  for (std::size_t level = 1; level < kLevels; ++level) {
    for (const Hit& hit : scratch_.hits[level]) {
      const auto same = [&](const Hit& other) { return other.literal == hit.literal; };
      auto& ids = scratch_.decoded_literals;
      if (!ids.empty() && ids.back() == hit.literal) continue;
      if (std::find(ids.begin(), ids.end(), hit.literal) != ids.end()) continue;
      if (line_hits.size() < 256 && std::any_of(line_hits.begin(), line_hits.end(), same)) continue;
      ids.push_back(hit.literal);
    }
  }
}

bool Engine::is_escape(std::uint32_t literal) const {
  if (!range_.contains(literal)) return false;
  const auto& actions = rules_.text.actions[literal - range_.first];
  return !actions.empty() && actions.front().kind == Action::Kind::kJsonEscape;
}

bool Engine::matters(const Hit& hit) const {
  if (!range_.contains(hit.literal)) return false;
  const auto& actions = rules_.text.actions[hit.literal - range_.first];
  return std::any_of(actions.begin(), actions.end(), [](Action a) {
    return a.kind != Action::Kind::kField && a.kind != Action::Kind::kJsonEscape;
  });
}

std::string_view Engine::text_of(const Piece& piece) const {
  const std::string_view buffer = piece.level == 0 ? line_ : std::string_view(scratch_.buffers[piece.level]);
  return buffer.substr(piece.begin, piece.end - piece.begin);
}

std::optional<Piece> Engine::begin_child(std::uint32_t parent, Span source) const {
  const Piece& from = scratch_.pieces[parent];
  if (from.level + 1U >= kLevels) return std::nullopt;
  Piece child;
  child.level = static_cast<std::uint8_t>(from.level + 1);
  child.depth = static_cast<std::uint8_t>(from.depth + 1);
  child.parent = parent;
  child.source = source;
  child.begin = static_cast<std::uint32_t>(scratch_.buffers[child.level].size());
  child.waypoints = static_cast<std::uint32_t>(scratch_.waypoints.size());
  return child;
}

void Engine::end_child(Piece child) {
  std::string& buffer = scratch_.buffers[child.level];
  child.waypoint_count = static_cast<std::uint32_t>(scratch_.waypoints.size()) - child.waypoints;
  child.end = static_cast<std::uint32_t>(buffer.size());
  buffer += '\n';  // No literal may reach from one text into the next.
  work_ += child.end - child.begin;
  scratch_.pieces.push_back(child);
}

void Engine::add_child(std::uint32_t parent, Span source, NameKind kind, bool listed) {
  std::optional<Piece> child = begin_child(parent, source);
  if (!child) return;
  child->kind = kind;
  child->listed = listed;
  const std::string_view text = text_of(scratch_.pieces[parent]);
  decode_escapes(text.substr(source.begin, source.end - source.begin), Escapes::kJson,
                 scratch_.buffers[child->level], scratch_.waypoints);
  end_child(*child);
}

void Engine::add_plain_child(std::uint32_t parent) {
  const std::string_view text = text_of(scratch_.pieces[parent]);
  std::optional<Piece> child = begin_child(parent, {0, text.size()});
  if (!child) return;
  child->escapes = Escapes::kAll;
  std::string& buffer = scratch_.buffers[child->level];
  decode_escapes(text, Escapes::kAll, buffer, scratch_.waypoints);
  if (scratch_.waypoints.size() == child->waypoints) {  // Nothing was escaped.
    buffer.resize(child->begin);
    return;
  }
  end_child(*child);
}

Span Engine::to_line(std::uint32_t index, Span span) const {
  while (scratch_.pieces[index].level > 0) {
    const Piece& piece = scratch_.pieces[index];
    index = piece.parent;
    if (piece.encoded) {
      span = piece.source;
      continue;
    }
    const std::string_view source =
        text_of(scratch_.pieces[index]).substr(piece.source.begin, piece.source.end - piece.source.begin);
    const Span inner = source_span(source, piece.escapes, scratch_.waypoints.data() + piece.waypoints,
                                   piece.waypoint_count, span);
    span = {piece.source.begin + inner.begin, piece.source.begin + inner.end};
  }
  return span;
}

void Engine::add_found(std::uint32_t index, Span span, std::string_view rule, Priority priority,
                       bool scalar) {
  const std::string_view text = text_of(scratch_.pieces[index]);
  const std::string_view secret = text.substr(span.begin, span.end - span.begin);
  if (secret.empty() || mask_.is_mask(secret) || mask_.covers(text, span)) return;
  if (scratch_.found.size() >= kFoundMax) {
    exhausted_ = true;
    return;
  }
  if (span.end >= covered_.end) {
    const bool joins = span.begin < covered_.end;
    covered_priority_ = joins ? std::min(priority, covered_priority_) : priority;
    covered_ = {joins ? std::min(span.begin, covered_.begin) : span.begin, span.end};
  }
  const Span in_line = to_line(index, span);
  CHECK(in_line.begin < in_line.end && in_line.end <= line_.size());
  scratch_.found.push_back({in_line, secret, rule, priority, scratch_.pieces[index].depth, scalar, false});
}

void Engine::process(std::uint32_t index, std::span<const Hit> hits) {
  const Piece piece = scratch_.pieces[index];
  const std::string_view text = text_of(piece);
  const bool deeper = piece.level + 1U < kLevels;
  const bool json = piece.level == 0 ? is_json_ : deeper && may_be_json(text) && is_json_container(text);
  if (json && piece.kind == NameKind::kNone) {
    match_container(index, hits);
    walk_members(*this, scratch_, index, hits);
    return;
  }
  covered_ = {};
  name_end_ = 0;
  covered_priority_ = Priority::kField;
  // A known format inside the value still gives the secret its name.
  if (piece.kind != NameKind::kNone) judge_value(index);
  process_text(index, hits);
}

void Engine::judge_value(std::uint32_t index) {
  const Piece piece = scratch_.pieces[index];
  const std::string_view text = text_of(piece);
  const std::string_view id = rules_.field_ids[static_cast<std::size_t>(piece.kind)];
  if (id.empty()) return;
  if (is_gateway_mask(text)) {
    note_gateway_mask(index, text.size());
    return;
  }
  const ValueContext context{piece.kind, true, !piece.listed, piece.listed, !piece.listed};
  scratch_.spans.clear();
  secrets_of_value(text, {0, text.size()}, context, scratch_.spans);
  const std::vector<Span> spans = scratch_.spans;
  for (const Span span : spans) add_found(index, span, id, Priority::kField);
}

void Engine::process_text(std::uint32_t index, std::span<const Hit> hits) {
  user_done_.clear();
  encoded_runs_.clear();
  bool own = false;
  for (const Hit& hit : hits) {
    if (!range_.contains(hit.literal)) continue;
    own = true;
    for (const Action action : rules_.text.actions[hit.literal - range_.first]) act(index, hit, action);
    if (work_ > work_max_) exhausted_ = true;
    if (exhausted_) return;
  }
  for (const std::uint32_t pattern : rules_.always) match_user(index, pattern);
  own |= !rules_.always.empty();
  // What is left of escapes here (a JSON text inside a sentence, a log of a log, an address) is searched
  // without them, too.
  if (own) add_plain_child(index);
}

void Engine::act(std::uint32_t index, const Hit& hit, Action action) {
  const Piece& piece = scratch_.pieces[index];
  const std::size_t end = hit.end - piece.begin;
  const std::size_t size = rules_.text.literals[hit.literal - range_.first].bytes.size();
  if (end < size) return;  // Begins in the string before.
  const Span literal{end - size, end};
  switch (action.kind) {
    case Action::Kind::kRule:
      return match_pattern(index, action, literal);
    case Action::Kind::kField:
      return match_field(index, literal);
    case Action::Kind::kKnown:
      return match_known(index, rules_.spellings[action.index], end);
    case Action::Kind::kUser:
      return match_user(index, action.index);
    case Action::Kind::kMask:
      return note_gateway_mask(index, end);
    case Action::Kind::kRun: {
      const Span run = run_before(text_of(piece), literal.end);
      return match_window(index, with_context(text_of(piece), run), run);
    }
    case Action::Kind::kContext:
      return match_window(index, with_context(text_of(piece), literal), {});
    case Action::Kind::kBase64:
    case Action::Kind::kHex:
    case Action::Kind::kJsonEscape:
    case Action::Kind::kEscape:
      return;
  }
}

void Engine::match_window(std::uint32_t index, Span window, Span run) {
  const std::string_view text = text_of(scratch_.pieces[index]);
  work_ += window.end - window.begin;
  const bool full = windows_.each(text, window, scratch_.windows, [&](Action action, Span literal) {
    if (action.kind == Action::Kind::kRule) {
      match_pattern(index, action, literal);
    } else if (literal.begin >= run.begin && literal.end <= run.end) {
      match_encoded(index, action, literal);
    }
    return work_ > work_max_;
  });
  exhausted_ |= full;
}

Engine::EncodedRun& Engine::run_around(std::string_view text, Encoding encoding, Span literal) {
  // Hits come in order: a run that was measured holds the next hits, too.
  for (EncodedRun& known : encoded_runs_) {
    if (known.encoding == encoding && known.span.begin <= literal.begin && literal.end <= known.span.end)
      return known;
  }
  const Span span = encoded_run(text, encoding, literal);
  work_ += span.end - span.begin;
  if (encoded_runs_.size() == kRunsKept) encoded_runs_.erase(encoded_runs_.begin());
  return encoded_runs_.emplace_back(EncodedRun{span, encoding, 0});
}

void Engine::match_encoded(std::uint32_t index, Action action, Span literal) {
  if (is_covered(literal, Priority::kUnique)) return;
  const std::string_view text = text_of(scratch_.pieces[index]);
  const Encoding encoding = action.kind == Action::Kind::kHex ? Encoding::kHex : Encoding::kBase64;
  EncodedRun& known = run_around(text, encoding, literal);
  const Span run = known.span;
  const std::size_t unit = encoding == Encoding::kHex ? 2 : 4;
  if (run.end - run.begin < kEncodedRunMin || known.phases == (1U << unit) - 1) return;
  const std::string_view before = text.substr(run.begin, literal.begin - run.begin);
  work_ += before.size() / kCountedPerWork;
  const auto breaks = static_cast<std::size_t>(
      std::count_if(before.begin(), before.end(), [](char c) { return c == '\n' || c == '\r'; }));
  const std::size_t phase = (before.size() - breaks + unit - action.index) % unit;
  if ((known.phases & (1U << phase)) != 0) return;
  known.phases |= 1U << phase;
  std::optional<Piece> child = begin_child(index, run);
  if (!child) return;
  child->encoded = true;
  child->depth = scratch_.pieces[index].depth;
  decode_run(text.substr(run.begin, run.end - run.begin), encoding, phase, scratch_.buffers[child->level]);
  end_child(*child);
}

void Engine::match_pattern(std::uint32_t index, Action action, Span literal) {
  const Rule& rule = rules_.rules[action.index];
  const Priority priority = rule.unique ? Priority::kUnique : Priority::kAmbiguous;
  // An issuer's word at the end of another secret may have a token of its own behind it.
  if (is_covered({literal.begin, literal.end + (rule.issuer ? kIssuerGapBytes : 0)}, priority)) return;
  const std::string_view text = text_of(scratch_.pieces[index]);
  const auto secret =
      rule.issuer ? match_issuer(rule, text, literal, work_) : match_rule(rule, text, literal, work_);
  // What stands behind a mask belonged to nothing but the secret in it.
  if (secret && !(rule.issuer && mask_.stands_in(text, {literal.end, secret->begin})))
    add_found(index, *secret, rule.id, priority);
}

void Engine::match_field(std::uint32_t index, Span literal) {
  if (literal.end <= name_end_) return;
  const std::string_view text = text_of(scratch_.pieces[index]);
  const Span name = name_around(text, literal.end);
  name_end_ = name.end;
  // A name at the end of a value may have one of its own behind it.
  if (is_covered({literal.begin, name.end + kSeparatorBytes}, Priority::kField)) return;
  const auto found = parse_assignment(text, name, literal.end, rules_.user_names);
  work_ += 64;
  if (!found) return;
  work_ += found->value.end - found->name.end;
  const std::string_view id = rules_.field_ids[static_cast<std::size_t>(found->context.kind)];
  if (id.empty()) return;
  if (is_gateway_mask(text.substr(found->value.begin, found->value.end - found->value.begin))) {
    note_gateway_mask(index, found->value.end);
    return;
  }
  scratch_.spans.clear();
  secrets_of_value(text, found->value, found->context, scratch_.spans);
  const std::vector<Span> spans = scratch_.spans;
  for (const Span span : spans) add_found(index, span, id, Priority::kField);
}

void Engine::match_known(std::uint32_t index, const Spelling& spelling, std::size_t end) {
  const std::string_view text = text_of(scratch_.pieces[index]);
  const Span span = spelling_span(text, end, spelling);
  if (spelling.encoded && is_covered(span, Priority::kKnown)) return;
  work_ += span.end - span.begin;
  const std::size_t before = scratch_.found.size();
  add_found(index, span, kKnownSecretId, Priority::kKnown);
  if (scratch_.found.size() > before) scratch_.found.back().secret = spelling.secret->view();
}

void Engine::match_user(std::uint32_t index, std::uint32_t pattern) {
  // One search finds all matches of the text.
  if (std::find(user_done_.begin(), user_done_.end(), pattern) != user_done_.end()) return;
  user_done_.push_back(pattern);
  scratch_.spans.clear();
  const std::string_view text = text_of(scratch_.pieces[index]);
  const CompiledPattern& user = rules_.patterns[pattern];
  if (user.gitleaks != nullptr) {
    search_gitleaks(*user.gitleaks, text, scratch_.spans);
  } else if (!find_user_matches(*user.regex, text, work_, work_max_, scratch_.spans)) {
    exhausted_ = true;
  }
  const std::string_view id = user.gitleaks != nullptr ? std::string_view(user.gitleaks->id) : kUserPatternId;
  const std::vector<Span> spans = scratch_.spans;
  for (const Span span : spans) add_found(index, span, id, Priority::kUser);
}

void Engine::note_gateway_mask(std::uint32_t index, std::size_t at) {
  const std::string_view text = text_of(scratch_.pieces[index]);
  Span span;
  if (text.substr(0, at).ends_with("***")) {
    span = {at - 3, at};
  } else {
    const std::size_t ellipsis = text.rfind(kEllipsis, at);
    if (ellipsis == std::string_view::npos || at - ellipsis > 8 || ellipsis < 6) return;
    span = {ellipsis - 6, ellipsis + kEllipsis.size() + 4};
    if (span.end > text.size() || !token_begins(text, span.begin)) return;
    const auto plain = [&](std::size_t from, std::size_t to) {
      return std::all_of(text.begin() + static_cast<std::ptrdiff_t>(from),
                         text.begin() + static_cast<std::ptrdiff_t>(to), [](char c) {
                           return is_token_char(c) || c == '.' || c == ':' || c == '/' || c == '+' ||
                                  c == '=';
                         });
    };
    if (!plain(span.begin, ellipsis) || !plain(ellipsis + kEllipsis.size(), span.end)) return;
    if (span.end < text.size() && is_token_char(text[span.end])) return;
  }
  Found note;
  note.span = to_line(index, span);
  note.secret = text.substr(span.begin, span.end - span.begin);
  note.rule = kGatewayMaskedId;
  note.priority = Priority::kUnique;
  note.level = scratch_.pieces[index].depth;
  note.note = true;
  scratch_.found.push_back(note);
}

void Engine::mask_everything(std::string_view line) {
  scratch_.found.clear();
  if (!is_json_) {
    if (!mask_.is_mask(line))
      scratch_.found.push_back({{0, line.size()}, line, kOverBudgetId, Priority::kField, 0, false, false});
    return;
  }
  AllStrings all;
  CHECK(walk_json(line, all));
  for (const auto& [span, is_key] : all.strings) {
    const std::string_view text = line.substr(span.begin, span.end - span.begin);
    if (mask_.is_mask(text)) continue;
    scratch_.found.push_back({span, text, kOverBudgetId, Priority::kField, 1, false, false});
  }
}

}  // namespace clawtrail::redact
