// SPDX-License-Identifier: Apache-2.0
// The members of a JSON text: which strings are searched, and what their keys say about them.
#include <algorithm>
#include <optional>

#include "clawtrail/base/check.h"
#include "redact/engine.h"
#include "redact/json_walk.h"

namespace clawtrail::redact {

namespace {

/// What is known of the container that the walk is in.
struct Frame {
  bool object = false;
  NameKind inherited = NameKind::kNone;  ///< of an array or object: what its key said
  NameKind kind = NameKind::kNone;       ///< of the member in work
  bool name_member = false, value_member = false;
  NameKind named = NameKind::kNone;  ///< {"name": "X_TOKEN"}: what the name said
  std::optional<Span> value;         ///< {"value": …}, waiting for the name
  NameKind next = NameKind::kNone;   ///< of an array: what "--token" said of the next element
};

class Members : public JsonVisitor {
 public:
  Members(Engine& engine, std::uint32_t index, std::string_view text, std::uint32_t base,
          std::span<const Hit> hits)
      : engine_(engine), index_(index), text_(text), base_(base), hits_(hits) {
    escaped_ =
        std::any_of(hits.begin(), hits.end(), [&](const Hit& h) { return engine.is_escape(h.literal); });
    every_ = !engine.rules().always.empty();
  }

  void object_begin() { open(true); }
  void array_begin() { open(false); }
  void array_end() { frames_.pop_back(); }
  void object_end() {
    const Frame& frame = frames_.back();
    if (frame.named != NameKind::kNone && frame.value)
      engine_.add_child(index_, *frame.value, frame.named, false);
    frames_.pop_back();
  }

  void key(Span span, bool escaped) {
    Frame& frame = frames_.back();
    const std::string_view name = decoded(span, escaped);
    frame.kind = classify_name(name, engine_.rules().user_names);
    frame.name_member = is_name_member(name);
    frame.value_member = is_value_member(name);
    if (frame.kind == NameKind::kNone && frame.value_member) frame.kind = frame.inherited;
    bool search = every_ || (escaped && escaped_);
    const std::string_view raw = text_.substr(span.begin, span.end - span.begin);
    const bool assigns = raw.find_first_of("=: {[,\\") != std::string_view::npos;
    for (; next_ < hits_.size() && end_of(hits_[next_]) <= span.end; ++next_) {
      search |= end_of(hits_[next_]) > span.begin && (assigns || engine_.matters(hits_[next_]));
    }
    if (search) engine_.add_child(index_, span, NameKind::kNone, false);
  }

  void string(Span span, bool escaped) {
    Frame& frame = frames_.back();
    const bool search = hits_in(span) || every_ || (escaped && escaped_);
    NameKind kind = frame.object ? frame.kind : frame.inherited;
    bool listed = false;
    if (!frame.object) {
      if (kind == NameKind::kNone && frame.next != NameKind::kNone) {
        kind = frame.next;
        listed = true;
      }
      frame.next = listed ? NameKind::kNone : element_name(span, escaped);
    } else if (frame.name_member && kind == NameKind::kNone) {
      frame.named = classify_name(decoded(span, escaped), engine_.rules().user_names);
    } else if (frame.value_member && kind == NameKind::kNone) {
      frame.value = span;
    }
    if (search || kind != NameKind::kNone) engine_.add_child(index_, span, kind, listed);
  }

  void scalar(Span span) {
    Frame& frame = frames_.back();
    frame.next = NameKind::kNone;
    const NameKind kind = frame.object ? frame.kind : frame.inherited;
    const char c = text_[span.begin];
    if (c == 't' || c == 'f' || c == 'n') return;
    const std::string_view id = engine_.rules().field_ids[static_cast<std::size_t>(kind)];
    if (id.empty()) return;
    // A short number beside "token" counts tokens; beside "password" it is one.
    const bool secret = kind == NameKind::kUser ||
                        (kind == NameKind::kPassword && span.end - span.begin >= 4) ||
                        (kind == NameKind::kToken && span.end - span.begin >= 20);
    if (secret) engine_.add_found(index_, span, id, Priority::kField, true);
  }

 private:
  void open(bool object) {
    Frame frame;
    frame.object = object;
    if (!frames_.empty()) {
      const Frame& outer = frames_.back();
      frame.inherited = outer.object ? outer.kind : outer.inherited;
      frames_.back().next = NameKind::kNone;
    }
    frames_.push_back(frame);
  }

  std::size_t end_of(const Hit& hit) const { return hit.end - base_; }

  bool hits_in(Span span) {
    bool any = false;
    for (; next_ < hits_.size() && end_of(hits_[next_]) <= span.end; ++next_)
      any |= end_of(hits_[next_]) > span.begin;
    return any;
  }

  /// Valid until the next call.
  std::string_view decoded(Span span, bool escaped) {
    const std::string_view raw = text_.substr(span.begin, span.end - span.begin);
    if (!escaped) return raw;
    name_.clear();
    waypoints_.clear();
    decode_escapes(raw, Escapes::kJson, name_, waypoints_);
    return name_;
  }

  /// ["--token", "value"] and ["config", "set", "gateway.auth.token", "value"]: only names that look like
  /// such.
  NameKind element_name(Span span, bool escaped) {
    static constexpr std::size_t kElementBytesMax = 96;
    static constexpr std::size_t kEscapeBytes = 6;
    if (span.end - span.begin > kElementBytesMax * kEscapeBytes) return NameKind::kNone;
    const std::string_view name = decoded(span, escaped);
    if (name.size() > kElementBytesMax || name.find_first_of(" /=:\"\n") != std::string_view::npos)
      return NameKind::kNone;
    if (!name.starts_with('-') && name.find('.') == std::string_view::npos) return NameKind::kNone;
    return classify_name(name, engine_.rules().user_names);
  }

  Engine& engine_;
  std::uint32_t index_;
  std::string_view text_;
  std::uint32_t base_;
  std::span<const Hit> hits_;
  std::size_t next_ = 0;
  bool escaped_ = false;  ///< literals may hide behind escapes in this text
  bool every_ = false;    ///< a pattern without a literal wants every string
  std::vector<Frame> frames_;
  std::string name_;
  std::vector<Waypoint> waypoints_;
};

}  // namespace

void walk_members(Engine& engine, EngineScratch& scratch, std::uint32_t index, std::span<const Hit> hits) {
  const Piece piece = scratch.pieces[index];
  const std::string_view text = engine.text_of(piece);
  Members members(engine, index, text, piece.begin, hits);
  CHECK(walk_json(text, members));
}

}  // namespace clawtrail::redact
