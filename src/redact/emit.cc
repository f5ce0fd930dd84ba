// SPDX-License-Identifier: Apache-2.0
#include "redact/emit.h"

#include <algorithm>

#include "clawtrail/base/check.h"
#include "clawtrail/base/encoding.h"
#include "clawtrail/base/limits.h"
#include "redact/decode.h"
#include "redact/json_walk.h"

namespace clawtrail::redact {

namespace {

/// Gives each place of a JSON text the pointer (RFC 6901) of the value that holds it; a key has the pointer
/// of its member. The text is the redacted one, so no pointer holds a secret.
class Pointers : public JsonVisitor {
 public:
  Pointers(std::string_view text, const std::vector<std::size_t>& places, std::size_t first,
           std::vector<Redaction>& redactions)
      : text_(text), places_(places), first_(first), redactions_(redactions) {}

  void object_begin() { open(true); }
  void array_begin() { open(false); }
  void object_end() { frames_.pop_back(); }
  void array_end() { frames_.pop_back(); }
  void key(Span span, bool /*escaped*/) {
    frames_.back().key = span;
    place(span);
  }
  void string(Span span, bool /*escaped*/) { value(span); }
  void scalar(Span span) { value(span); }

 private:
  struct Frame {
    bool object = false;
    Span key;
    std::size_t index = 0;  ///< of an array: elements begun
  };

  void open(bool object) {
    if (!frames_.empty()) ++frames_.back().index;
    frames_.push_back({object, {}, 0});
  }

  void value(Span span) {
    ++frames_.back().index;
    place(span);
  }

  void place(Span span) {
    while (next_ < places_.size() && places_[next_] < span.end) {
      Redaction& redaction = redactions_[first_ + next_];
      if (redaction.rule != kOverBudgetId || !redaction.fp.empty()) redaction.at = pointer();
      ++next_;
    }
  }

  std::string pointer() const {
    std::string out;
    for (const Frame& frame : frames_) {
      out += '/';
      if (!frame.object) {
        append_number(out, static_cast<std::uint64_t>(frame.index - 1));
        continue;
      }
      std::string key;
      std::vector<Waypoint> unused;
      decode_escapes(text_.substr(frame.key.begin, frame.key.end - frame.key.begin), Escapes::kJson, key,
                     unused);
      for (const char c : key) c == '~' ? out += "~0" : c == '/' ? out += "~1" : out += c;
    }
    return out;
  }

  std::string_view text_;
  const std::vector<std::size_t>& places_;
  std::size_t first_;
  std::vector<Redaction>& redactions_;
  std::size_t next_ = 0;
  std::vector<Frame> frames_;
};

/// Joins what overlaps: the span of all, the name of the most certain, the shallowest escaping.
Found join(const Found& a, const Found& b) {
  const std::size_t size_a = a.span.end - a.span.begin, size_b = b.span.end - b.span.begin;
  const bool b_wins = b.priority != a.priority ? b.priority > a.priority : size_b > size_a;
  Found joined = b_wins ? b : a;
  joined.span = {std::min(a.span.begin, b.span.begin), std::max(a.span.end, b.span.end)};
  joined.level = std::min(a.level, b.level);
  joined.open = a.open || b.open;
  return joined;
}

}  // namespace

bool emit(std::string_view line, bool json, bool notes, std::vector<Found>& found, const MaskTemplate& mask,
          std::string& out, std::vector<Redaction>& redactions) {
  std::sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
    return a.span.begin != b.span.begin ? a.span.begin < b.span.begin : a.span.end > b.span.end;
  });
  const std::size_t first = redactions.size();
  const std::size_t out_begin = out.size();
  std::vector<std::size_t> places;
  std::size_t copied = 0;
  bool changed = false;
  for (std::size_t i = 0; i < found.size(); ++i) {
    Found next = found[i];
    if (next.note) {
      const bool twice = i > 0 && found[i - 1].note && found[i - 1].span == next.span;
      if (!notes || twice || next.span.begin < copied) continue;
    } else {
      for (; i + 1 < found.size() && found[i + 1].span.begin < next.span.end; ++i) {
        if (!found[i + 1].note) next = join(next, found[i + 1]);
      }
    }
    out.append(line.substr(copied, next.span.begin - copied));
    copied = next.span.begin;
    places.push_back(out.size() - out_begin);
    Redaction redaction;
    redaction.rule = next.rule;
    // A line that is masked whole may have a million strings; what they are is told of as many as are listed.
    const bool listed = next.rule != kOverBudgetId || places.size() <= limits::kRedactionsPerRecordMax;
    if (!next.secret.empty() && (listed || mask.shows_fingerprint()))
      redaction.fp = mask.fingerprint(next.secret);
    redaction.open = next.open;
    redaction.unique = next.priority >= Priority::kUnique;
    if (!next.note) {
      mask.append(out, next.rule, redaction.fp, next.level, next.scalar);
      copied = next.span.end;
      changed = true;
    }
    redactions.push_back(std::move(redaction));
  }
  out.append(line.substr(copied));
  if (json && !places.empty()) {
    const std::string_view written = std::string_view(out).substr(out_begin);
    Pointers pointers(written, places, first, redactions);
    CHECK(walk_json(written, pointers));
  }
  return changed;
}

}  // namespace clawtrail::redact
