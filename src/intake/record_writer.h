// SPDX-License-Identifier: Apache-2.0
// Writes records as lines of JSON and hashes them: the only class that fills a RedactedBatch.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "clawtrail/base/hash.h"
#include "clawtrail/event/event.h"
#include "clawtrail/intake/lane.h"
#include "clawtrail/intake/raw_batch.h"
#include "clawtrail/redact/redacted_batch.h"
#include "clawtrail/redact/redactor.h"
#include "intake/put.h"

namespace clawtrail {

/// What a record says besides its event.
struct RecordExtras {
  std::uint64_t position = 0;
  std::uint64_t unterminated = 0, truncated_from = 0;
  std::span<const Redaction> redactions;
  std::span<const std::string_view> matched;  ///< names, each already spelled as a JSON string
};

/// append_rfc3339_ms(), quickly for instants of the same minute as the last one. Threads: confined.
class StampWriter {
 public:
  void put(Put& put, Timestamp time);

 private:
  static constexpr Duration kMinute = Duration::from_seconds(60);
  std::string minute_;  ///< a whole stamp of that minute; "" before the first
  Timestamp minute_start_;
};

/// Shape.    One object a line, fields in this order, absent ones left out: timestamp event_type level
/// severity result,
///           the string fields and quantities of event.h, observed clock parse_error truncated unterminated
///           gateway source redactions matched salt details. `details` is last and `,"details":` stands
///           nowhere before it.
/// Threads.  Confined. All text that comes in has been redacted (or never held event content).
class RecordWriter {
 public:
  /// `program` gives salt key and gateway name; nullptr for own records, which have neither source nor salt.
  explicit RecordWriter(const LaneProgram* program);
  ~RecordWriter();

  /// Starts a batch in the memory of `recycled`. `observed`, `source` and `generation` hold for all of its
  /// records.
  void begin(RedactedBatch recycled, const std::string& source, Generation generation, Timestamp observed,
             std::size_t bytes_expected);
  void add(const Event& event, const RecordExtras& extras);
  void add(const SourceNotice& notice);
  void add(const OwnRecord& record);
  RedactedBatch finish(std::vector<SourceProgress> progress, std::uint64_t sequence, std::uint64_t bytes_in);

 private:
  struct Fields;
  std::size_t bound_of(const Fields& fields, const RecordExtras& extras) const;
  void write(const Fields& fields, const RecordExtras& extras);
  void write_event(Put& put, const Fields& fields);
  void write_origin(Put& put, const Fields& fields, const RecordExtras& extras);
  void write_salt(Put& put, std::uint64_t position);
  void append(std::size_t head, std::string_view details);
  void count(const Event& event, const RecordExtras& extras);

  const LaneProgram* program_;
  std::unique_ptr<BlockCipher> cipher_;
  RedactedBatch batch_;
  Timestamp observed_;
  std::string source_prefix_;   ///< ,"source":["name",3,
  std::string gateway_member_;  ///< ,"gateway":"demo"
  Block16 salt_block_{};    ///< SHA-256(source)[0..4) | generation, 4 bytes | position, 8 bytes; big endian
  std::vector<char> head_;  ///< a record up to its details
  StampWriter stamp_;
  std::string observed_text_;
};

}  // namespace clawtrail
