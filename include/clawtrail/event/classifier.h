// SPDX-License-Identifier: Apache-2.0
// Decides what kind of event a line is, by rules that are data (patterns/events/*.yaml).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "clawtrail/base/result.h"
#include "clawtrail/event/event.h"
#include "clawtrail/text/yaml.h"

namespace clawtrail {

/// Peers whose word about a forwarded address counts: IP addresses and CIDR ranges, v4 and v6.
/// Threads: immutable.
class TrustedProxies {
 public:
  /// Errors: kInvalid with the offending entry.
  static Result<TrustedProxies> parse(const std::vector<std::string>& entries);
  bool trusts(std::string_view ip) const;
  /// The address to believe: `peer`, unless it is trusted and `forwarded` (comma-separated hops) has an
  /// untrusted hop: then the right-most such hop. Ports and brackets are cut off, v4-mapped v6 is written as
  /// v4. Returns "" if `peer` is empty or no address. The view is into `peer` or `forwarded`.
  std::string_view effective(std::string_view peer, std::string_view forwarded) const;

 private:
  struct Range {
    std::uint8_t address[16];
    int bits;
  };
  std::vector<Range> ranges_;
};

/// The compiled classification rules. Threads: immutable.
class Classifier {
 public:
  /// Reads every rule of the given documents (grammar: patterns/events/README.md). All mistakes go to
  /// `diagnostics`; the value is usable only if there were none.
  static std::shared_ptr<const Classifier> load(const std::vector<YamlNode>& documents,
                                                TrustedProxies proxies, Diagnostics& diagnostics);
  struct Impl;
  explicit Classifier(std::unique_ptr<const Impl> impl);
  ~Classifier();
  const Impl& impl() const { return *impl_; }
  /// Surfaces (for `needs` of alert rules) that the loaded rules can produce: pairs of event type and
  /// outcome.
  std::size_t rules() const;

 private:
  std::unique_ptr<const Impl> impl_;
};

/// Decodes one redacted line and classifies it. Threads: confined (one a lane).
class EventDecoder {
 public:
  explicit EventDecoder(std::shared_ptr<const Classifier> classifier);
  ~EventDecoder();
  EventDecoder(EventDecoder&&) noexcept;

  /// Total: every line gives an Event. A JSON object is classified; a line that does not begin with `{` is
  /// text (details {"message": …}, no parse_error); anything else, invalid UTF-8 or a NUL included, is text
  /// with a parse_error. `line` has no newline (a final \r is dropped) and JsonParser::kPadding readable
  /// bytes behind it.
  const Event& decode(std::string_view line);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Runs the `examples` of each rule (and of `audit:`): every one that decodes to something else, and every
/// rule without one, is an error with its place. Returns the number of examples run; 0 if the documents do
/// not load.
std::size_t test_event_rules(const std::vector<YamlNode>& documents, Diagnostics& diagnostics);

}  // namespace clawtrail
