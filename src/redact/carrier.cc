// SPDX-License-Identifier: Apache-2.0
#include "redact/carrier.h"

#include <algorithm>
#include <map>

#include "clawtrail/base/check.h"
#include "clawtrail/base/hash.h"

namespace clawtrail::redact {

namespace {

constexpr std::size_t kEndingBytesMin = 3;

/// The lines of the text before a restart.
class SplitLines : public CarryLines {
 public:
  explicit SplitLines(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      if (end > at) lines_.push_back({at, end});
      at = end + 1;
    }
  }
  std::size_t size() const override { return lines_.size(); }
  Span at(std::size_t line) const override { return lines_[line]; }

 private:
  std::vector<Span> lines_;
};

std::size_t line_of(const CarryLines& lines, std::size_t end) {
  std::size_t low = 0, high = lines.size();
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    lines.at(middle).end < end ? low = middle + 1 : high = middle;
  }
  return low;
}

bool has_id(const std::vector<std::uint32_t>& ids, std::uint32_t id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

void add_line(std::vector<std::size_t>& lines, std::size_t line) {
  if (lines.empty() || lines.back() < line) lines.push_back(line);
}

class RulesCarrier final : public Carrier {
 public:
  RulesCarrier(CarryIds ids, FindSecrets find) : ids_(std::move(ids)), find_(std::move(find)) {}
  ~RulesCarrier() override { forget(); }

  void look(std::string_view block, const CarryLines& lines, std::span<const Hit> hits, bool overflow,
            std::string_view before) override;
  void pass(CarryState& state, std::uint64_t generation) override;
  std::span<const CarriedSecret> finish() override;

 private:
  /// A conversation's parts in this batch, and what came before them.
  struct Stream {
    std::string text;  ///< the tail, then all parts
    std::size_t tail = 0;
    std::vector<std::size_t> parts;  ///< indexes into deltas_
  };

  void forget();
  std::string_view text_of(std::size_t line) const {
    const Span span = lines_->at(line);
    return block_.substr(span.begin, span.end - span.begin);
  }
  void prime(std::string_view before);
  void find_marks(std::span<const Hit> hits, bool overflow);
  KeyBlock step(std::size_t line, std::string_view text, const KeyBlock& block,
                std::vector<CarriedSecret>& out);
  void run_blocks();
  void continue_open(KeyBlock block);
  void mask_stream(const Stream& stream);
  void mask_part(const Delta& delta, Span part, std::string_view rule);
  void mask_endings(const Delta& delta, std::string_view text, Span half, std::string_view rule);

  const CarryIds ids_;
  const FindSecrets find_;
  std::string_view block_;
  const CarryLines* lines_ = nullptr;
  std::vector<std::size_t> key_lines_, delta_lines_;
  std::vector<LineString> strings_;
  std::vector<CarriedSecret> found_;
  std::vector<std::pair<std::size_t, KeyBlock>> after_;  ///< states as if none were open at the start
  KeyBlock last_;                                        ///< the one after the last line
  bool primed_ = false;
  KeyBlock primed_block_;
  std::vector<Delta> primed_deltas_, deltas_;
  std::map<std::uint64_t, Stream> streams_;
};

void RulesCarrier::forget() {
  for (CarriedSecret& secret : found_) wipe(secret.secret.data(), secret.secret.size());
  for (auto& [conversation, stream] : streams_) wipe(stream.text.data(), stream.text.size());
  found_.clear();
  streams_.clear();
  deltas_.clear();
  primed_deltas_.clear();
  key_lines_.clear();
  delta_lines_.clear();
  after_.clear();
  last_ = primed_block_ = KeyBlock();
}

void RulesCarrier::look(std::string_view block, const CarryLines& lines, std::span<const Hit> hits,
                        bool overflow, std::string_view before) {
  forget();
  primed_ = !before.empty();
  if (primed_) prime(before);
  block_ = block;
  lines_ = &lines;
  find_marks(hits, overflow);
  run_blocks();
  for (const std::size_t line : delta_lines_) {
    strings_of(text_of(line), strings_);
    auto delta = delta_of(text_of(line), strings_);
    if (!delta) continue;
    delta->line = line;
    deltas_.push_back(std::move(*delta));
  }
}

/// Replays what the batches before would have left behind.
void RulesCarrier::prime(std::string_view before) {
  const SplitLines lines(before);
  std::vector<CarriedSecret> unused;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string_view line = before.substr(lines.at(i).begin, lines.at(i).end - lines.at(i).begin);
    const bool begins =
        line.find(kKeyBlockMark) != std::string_view::npos || line.find(kPuttyMark) != std::string_view::npos;
    if (primed_block_.open || begins) primed_block_ = step(i, line, primed_block_, unused);
    if (line.find(kDeltaMark) == std::string_view::npos) continue;
    strings_of(line, strings_);
    if (auto delta = delta_of(line, strings_)) primed_deltas_.push_back(std::move(*delta));
  }
  for (CarriedSecret& secret : unused) wipe(secret.secret.data(), secret.secret.size());
}

void RulesCarrier::find_marks(std::span<const Hit> hits, bool overflow) {
  if (overflow) {
    for (std::size_t line = 0; line < lines_->size(); ++line) {
      const std::string_view text = text_of(line);
      const bool key = text.find(kKeyBlockMark) != std::string_view::npos ||
                       text.find(kPuttyMark) != std::string_view::npos;
      if (key && !ids_.key_block.empty()) key_lines_.push_back(line);
      if (text.find(kDeltaMark) != std::string_view::npos) delta_lines_.push_back(line);
    }
    return;
  }
  for (const Hit& hit : hits) {
    const bool key = has_id(ids_.key_block, hit.literal);
    if (!key && !has_id(ids_.delta, hit.literal)) continue;
    const std::size_t line = line_of(*lines_, hit.end);
    if (line == lines_->size() || hit.end <= lines_->at(line).begin) continue;
    add_line(key ? key_lines_ : delta_lines_, line);
  }
}

/// One line, with `block` as the lines before have left it. Returns how it leaves it.
KeyBlock RulesCarrier::step(std::size_t line, std::string_view text, const KeyBlock& block,
                            std::vector<CarriedSecret>& out) {
  strings_of(text, strings_);
  KeyBlock next;
  const auto keep = [&](KeyBlock goes_on, std::uint64_t member) {
    if (next.member_count == next.members.size()) return;
    goes_on.members = next.members;
    goes_on.member_count = next.member_count;
    next = goes_on;
    next.open = true;
    next.members[next.member_count++] = member;
  };
  const auto add = [&](const DecodedString& decoded, const LineString& string, const BlockStep& step,
                       bool putty) {
    const bool note = step.secret.end == step.secret.begin;
    if (note && !step.open) return;
    CarriedSecret secret;
    secret.line = line;
    secret.span = decoded.in_line(step.secret);
    secret.secret = decoded.text().substr(step.secret.begin, step.secret.end - step.secret.begin);
    secret.rule = putty ? kPuttyId : kKeyBlockId;
    secret.level = string.level;
    secret.note = note;
    secret.open = step.open;
    out.push_back(std::move(secret));
  };
  for (const LineString& string : strings_) {
    const DecodedString decoded(text, string);
    std::size_t from = 0;
    const auto members_end = block.members.begin() + block.member_count;
    const bool awaited =
        block.open && std::find(block.members.begin(), members_end, string.member) != members_end;
    if (awaited) {
      KeyBlock goes_on = block;
      ++goes_on.records;
      BlockStep taken = continue_block(decoded.text(), goes_on);
      taken.open = taken.open && goes_on.records < limits::kKeyBlockRecordsMax;
      if (taken.matched) {
        from = taken.end;
        // Blank lines in between are no secrets, but the key goes on after them.
        if (taken.secret.end > taken.secret.begin) add(decoded, string, taken, block.putty);
      }
      if (taken.open) keep(goes_on, string.member);
    }
    KeyBlock begun;
    const BlockStep begins = begin_block(decoded.text(), from, begun);
    if (!begins.open) continue;
    add(decoded, string, begins, begun.putty);
    keep(begun, string.member);
  }
  return next;
}

/// As if no key were open before the batch. Only lines that begin one, and those after it, are looked at.
void RulesCarrier::run_blocks() {
  std::size_t done = 0;
  for (const std::size_t first : key_lines_) {
    if (first < done) continue;
    last_ = KeyBlock();
    for (std::size_t line = first; line < lines_->size(); ++line) {
      last_ = step(line, text_of(line), last_, found_);
      after_.emplace_back(line, last_);
      done = line + 1;
      if (!last_.open) break;
    }
  }
}

/// A key was open before the batch: until both views agree, what is said here replaces what run_blocks()
/// said.
void RulesCarrier::continue_open(KeyBlock block) {
  std::vector<CarriedSecret> found;
  std::size_t line = 0;
  auto known = after_.begin();
  for (bool agreed = false; line < lines_->size() && !agreed; ++line) {
    block = step(line, text_of(line), block, found);
    while (known != after_.end() && known->first < line) ++known;
    agreed = block == (known != after_.end() && known->first == line ? known->second : KeyBlock());
  }
  if (line == lines_->size()) last_ = block;
  for (CarriedSecret& secret : found_) {
    if (secret.line >= line) {
      found.push_back(std::move(secret));
    } else {
      wipe(secret.secret.data(), secret.secret.size());
    }
  }
  found_ = std::move(found);
}

void RulesCarrier::pass(CarryState& state, std::uint64_t generation) {
  KeyBlock before;
  if (primed_) {
    before = primed_block_;
    for (const Delta& delta : primed_deltas_) extend(tail_of(state, delta.conversation), delta.text.text());
  } else {
    const auto open = state.open.find(generation > state.newest ? state.newest : generation);
    if (open != state.open.end()) before = open->second;
  }
  if (before.open) continue_open(before);
  state.newest = std::max(state.newest, generation);
  if (last_.open) {
    state.open[generation] = last_;
    if (state.open.size() > limits::kOpenBlocksMax) state.open.erase(state.open.begin());
  } else {
    state.open.erase(generation);
  }
  for (std::size_t i = 0; i < deltas_.size(); ++i) {
    DeltaTail& tail = tail_of(state, deltas_[i].conversation);
    const auto [stream, fresh] = streams_.try_emplace(deltas_[i].conversation);
    if (fresh) {
      stream->second.text.assign(tail.bytes.data(), tail.size);
      stream->second.tail = tail.size;
    }
    stream->second.parts.push_back(i);
    extend(tail, deltas_[i].text.text());
  }
}

std::span<const CarriedSecret> RulesCarrier::finish() {
  for (auto& [conversation, stream] : streams_) {
    std::size_t size = stream.text.size();
    for (const std::size_t part : stream.parts) size += deltas_[part].text.text().size();
    stream.text.reserve(size);  // No copy of it may be left behind.
    for (const std::size_t part : stream.parts) stream.text += deltas_[part].text.text();
    if (stream.tail > 0 || stream.parts.size() > 1) mask_stream(stream);
  }
  std::stable_sort(found_.begin(), found_.end(),
                   [](const CarriedSecret& a, const CarriedSecret& b) { return a.line < b.line; });
  return found_;
}

/// Masks in each part what only the whole shows.
void RulesCarrier::mask_stream(const Stream& stream) {
  std::vector<NamedSpan> secrets;
  find_(stream.text, secrets);
  std::vector<std::size_t> ends;
  std::size_t at = stream.tail;
  for (const std::size_t part : stream.parts) ends.push_back(at += deltas_[part].text.text().size());
  for (const auto& [secret, rule] : secrets) {
    auto first = std::upper_bound(ends.begin(), ends.end(), secret.begin) - ends.begin();
    for (auto i = static_cast<std::size_t>(first); i < ends.size(); ++i) {
      const Delta& delta = deltas_[stream.parts[i]];
      const std::size_t begin = i == 0 ? stream.tail : ends[i - 1], end = ends[i];
      if (begin >= secret.end) break;
      const Span part{std::max(secret.begin, begin), std::min(secret.end, end)};
      if (part.begin < part.end) {
        mask_part(delta, {part.begin - begin, part.end - begin}, rule);
        // An event that repeats the text so far ends with the same half.
        if (secret.end > end) mask_endings(delta, stream.text, {secret.begin, end}, rule);
      }
    }
  }
}

void RulesCarrier::mask_part(const Delta& delta, Span part, std::string_view rule) {
  CarriedSecret secret;
  secret.line = delta.line;
  secret.span = delta.text.in_line(part);
  secret.secret = delta.text.text().substr(part.begin, part.end - part.begin);
  secret.rule = rule;
  secret.level = delta.string.level;
  if (secret.span.end > secret.span.begin) found_.push_back(std::move(secret));
}

void RulesCarrier::mask_endings(const Delta& delta, std::string_view text, Span half, std::string_view rule) {
  // It must end with all that is known of the text, so that one letter is not taken for the half of a key.
  const std::size_t known = std::max(delta.text.text().size(), half.end - half.begin);
  if (known < kEndingBytesMin) return;
  const std::string_view ending = text.substr(half.begin, half.end - half.begin);
  const std::string_view longer = text.substr(half.end - known, known);
  const std::string_view line = text_of(delta.line);
  strings_of(line, strings_);
  for (const LineString& string : strings_) {
    if (string.raw == delta.string.raw || string.raw.end - string.raw.begin < known) continue;
    const DecodedString decoded(line, string);
    if (!decoded.text().ends_with(longer)) continue;
    CarriedSecret secret;
    secret.line = delta.line;
    secret.span = decoded.in_line({decoded.text().size() - ending.size(), decoded.text().size()});
    secret.secret = ending;
    secret.rule = rule;
    secret.level = string.level;
    found_.push_back(std::move(secret));
  }
}

}  // namespace

CarryIds carry_ids(const LiteralSet& literals, LiteralRange range) {
  CHECK(range.count == literals.size());
  CarryIds ids;
  for (std::uint32_t i = 0; i < range.count; ++i) {
    const std::string& bytes = literals[i].bytes;
    if (bytes == kKeyBlockMark || bytes == kPuttyMark) ids.key_block.push_back(range.first + i);
    if (bytes == kDeltaMark) ids.delta.push_back(range.first + i);
  }
  return ids;
}

std::unique_ptr<Carrier> make_carrier(CarryIds ids, FindSecrets find) {
  return std::make_unique<RulesCarrier>(std::move(ids), std::move(find));
}

}  // namespace clawtrail::redact
