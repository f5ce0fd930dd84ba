// SPDX-License-Identifier: Apache-2.0
// Finds the secrets of one line: in its text or, if it is JSON, in its decoded strings, level by level.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "clawtrail/base/limits.h"
#include "clawtrail/match/scanner.h"
#include "clawtrail/redact/redactor.h"
#include "redact/decode.h"
#include "redact/rule_set.h"
#include "redact/windows.h"

namespace clawtrail::redact {

/// Level 0 is the line, 1 its decoded strings (or its text without escapes), 2 and up JSON in these strings;
/// two more for what is encoded inside.
inline constexpr std::size_t kLevels = static_cast<std::size_t>(limits::kNestedJsonLevelsMax) + 4;

/// A text that is searched: the line, or the decoded form of a part of a text one level up.
struct Piece {
  std::uint32_t begin = 0, end = 0;  ///< in the buffer of its level
  std::uint32_t parent = 0;          ///< index of the piece that it is a part of
  Span source;                       ///< where in the parent's text
  std::uint32_t waypoints = 0, waypoint_count = 0;
  std::uint8_t level = 0;
  std::uint8_t depth = 0;  ///< how many times a mask in it must be JSON-escaped
  Escapes escapes = Escapes::kJson;
  bool encoded = false;             ///< base64 or hex: a secret in it masks all of `source`
  NameKind kind = NameKind::kNone;  ///< what its key said
  bool listed = false;              ///< the key was only the element before
};

/// A secret, in positions of the line.
struct Found {
  Span span;
  std::string_view secret;  ///< decoded; lives in the scratch
  std::string_view rule;
  Priority priority = Priority::kField;
  std::uint8_t level = 0;  ///< how many times the mask must be JSON-escaped
  bool scalar = false;     ///< a number: its mask needs quotes
  bool note = false;       ///< a mask of the gateway: reported, not changed
  bool open = false;       ///< goes on in the next record
};

/// Memory of one thread. The buffers hold secrets while a line is worked on.
class EngineScratch final : public RedactScratch {
 public:
  ~EngineScratch() override;
  /// Forgets the line before; gives memory back that an unusually long line has taken.
  void reset();

  std::unique_ptr<ScanScratch> scan;
  WindowScratch windows;
  std::vector<Piece> pieces;
  std::array<std::string, kLevels> buffers;  ///< [0] is unused: the line itself
  std::array<std::vector<Hit>, kLevels> hits;
  std::vector<Waypoint> waypoints;
  std::vector<Found> found;
  std::vector<Span> spans;
  std::vector<Hit> line_hits;
  std::deque<std::string> views;  ///< JSON texts without their escapes; `found` points into them
  std::string rounds[2];
  std::optional<bool> valid_json;  ///< of the line that is judged, once it was asked
};

/// Where a secret may stand in a JSON text.
struct Place {
  Span span;
  enum class Kind { kKey, kString, kScalar } kind = Kind::kString;
};

/// One line's search. Threads: confined; made for one line.
class Engine {
 public:
  Engine(const RuleSet& rules, const Scanner& scanner, LiteralRange range, const Windows& windows,
         const class MaskTemplate& mask, EngineScratch& scratch)
      : rules_(rules), scanner_(scanner), range_(range), windows_(windows), mask_(mask), scratch_(scratch) {}

  /// Fills scratch.found, unsorted. `hits` are the scanner's hits in `line`, `overflow` that some are
  /// missing.
  void run(std::string_view line, std::span<const Hit> hits, bool overflow);
  bool is_json() const { return is_json_; }

  // For the walk over members (engine_json.cc):
  const RuleSet& rules() const { return rules_; }
  bool is_escape(std::uint32_t literal) const;
  /// The hit can matter inside a string, not only next to one.
  bool matters(const Hit& hit) const;
  std::string_view text_of(const Piece& piece) const;
  /// Adds the JSON string text[source] of piece `parent` to the next level.
  void add_child(std::uint32_t parent, Span source, NameKind kind, bool listed);
  void add_found(std::uint32_t piece, Span span, std::string_view rule, Priority priority,
                 bool scalar = false);

 private:
  void process(std::uint32_t index, std::span<const Hit> hits);
  void process_text(std::uint32_t index, std::span<const Hit> hits);
  void act(std::uint32_t index, const Hit& hit, Action action);
  void match_pattern(std::uint32_t index, Action action, Span literal);
  void match_field(std::uint32_t index, Span literal);
  void match_window(std::uint32_t index, Span window, Span run);
  struct EncodedRun {
    Span span;
    Encoding encoding = Encoding::kBase64;
    unsigned phases = 0;  ///< bit i: decoded from its i-th character on
  };
  EncodedRun& run_around(std::string_view text, Encoding encoding, Span literal);
  void match_encoded(std::uint32_t index, Action action, Span literal);
  /// Adds the text of the piece without escapes of any kind, if it has some.
  void add_plain_child(std::uint32_t parent);
  /// A child that begins at the end of its level's buffer; nothing if there is no such level.
  std::optional<Piece> begin_child(std::uint32_t parent, Span source) const;
  void end_child(Piece child);
  void match_known(std::uint32_t index, const Spelling& spelling, std::size_t end);
  void match_user(std::uint32_t index, std::uint32_t pattern);
  /// Rules of gitleaks over a whole JSON text (engine_gitleaks.cc).
  void match_container(std::uint32_t index, std::span<const Hit> hits);
  std::vector<std::uint32_t> gitleaks_wanted(std::span<const Hit> hits) const;
  void add_place(std::uint32_t index, const Place& place, std::string_view rule);
  std::string_view without_escapes(std::string_view raw, std::vector<Waypoint>& waypoints) const;
  void search_gitleaks(const GitleaksRule& rule, std::string_view text, std::vector<Span>& spans);
  void note_gateway_mask(std::uint32_t index, std::size_t at);
  void judge_value(std::uint32_t index);
  /// A secret at least that certain has been found over this place. (What was found behind it says nothing: a
  /// name may assign more than that.)
  bool is_covered(Span place, Priority priority) const {
    return place.begin >= covered_.begin && place.end <= covered_.end && covered_priority_ >= priority;
  }
  std::span<const Hit> hits_of_level(std::size_t level, std::span<const Hit> line_hits);
  void report_decoded(std::span<const Hit> line_hits);
  void mask_everything(std::string_view line);
  Span to_line(std::uint32_t piece, Span span) const;

  const RuleSet& rules_;
  const Scanner& scanner_;
  LiteralRange range_;
  const Windows& windows_;
  const MaskTemplate& mask_;
  EngineScratch& scratch_;
  std::string_view line_;
  bool is_json_ = false;
  bool exhausted_ = false;
  std::size_t work_ = 0, work_max_ = 0;
  // Of the piece in work:
  Span covered_;  ///< the last secret, with those that it overlaps, and how certain it is
  Priority covered_priority_ = Priority::kField;
  std::size_t name_end_ = 0;  ///< the end of the last name that was judged
  std::vector<std::uint32_t> user_done_;
  std::vector<EncodedRun> encoded_runs_;
};

/// Walks the members of piece `index`, whose text is valid JSON, and adds the children that must be searched.
void walk_members(Engine& engine, EngineScratch& scratch, std::uint32_t index, std::span<const Hit> hits);

}  // namespace clawtrail::redact
