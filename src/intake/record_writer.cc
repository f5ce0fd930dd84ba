// SPDX-License-Identifier: Apache-2.0
#include "intake/record_writer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "clawtrail/base/check.h"
#include "clawtrail/base/encoding.h"
#include "clawtrail/base/limits.h"
#include "clawtrail/base/time.h"
#include "intake/put.h"

namespace clawtrail {

namespace {

constexpr Duration kSkewMax = Duration::from_seconds(5 * 60);  ///< DESIGN section 3, `timestamp`
constexpr std::size_t kHeadFixed = 1024;  ///< member names, times, numbers and punctuation of one record
constexpr std::size_t kHeadKept = 256 * limits::KiB;
constexpr std::size_t kBatchKept = 4 * limits::kBatchBytesSoft;
constexpr std::size_t kRedactionFixed = 64;

using MemberNames = std::array<std::string_view, kFields>;

/// `,"user":` and so on, so that a field costs one copy.
constexpr MemberNames kMembers = {
    ",\"user\":", ",\"agent\":",    ",\"role\":",    ",\"client\":", ",\"device\":",
    ",\"ip\":",   ",\"channel\":",  ",\"session\":", ",\"run\":",    ",\"trace\":",
    ",\"conn\":", ",\"call\":",     ",\"action\":",  ",\"path\":",   ",\"command\":",
    ",\"tool\":", ",\"provider\":", ",\"model\":",   ",\"reason\":"};

std::size_t escaped_size(std::string_view text) { return Put::kEscapedMax * text.size() + 2; }

/// Names of files and users need not be UTF-8; a record is.
std::string repaired(std::string_view text) {
  std::string out;
  append_utf8_repaired(out, text);
  return out;
}

std::string_view or_empty(std::string_view details) {
  return details.empty() ? std::string_view("{}") : details;
}

void put_member(Put& put, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  put.raw(name);
  put.raw('"');
  put.raw(value);
  put.raw('"');
}

void put_number(Put& put, std::string_view name, std::uint64_t value) {
  if (value == 0) return;
  put.raw(name);
  put.number(value);
}

void put_redactions(Put& put, std::span<const Redaction> redactions) {
  if (redactions.empty()) return;
  put.raw(",\"redactions\":[");
  const bool capped = redactions.size() > limits::kRedactionsPerRecordMax;
  const std::size_t listed = capped ? limits::kRedactionsPerRecordMax - 1 : redactions.size();
  for (std::size_t i = 0; i < listed; ++i) {
    const Redaction& redaction = redactions[i];
    put.raw(i == 0 ? std::string_view("{\"rule\":") : std::string_view(",{\"rule\":"));
    put.string(redaction.rule);
    put.raw(",\"at\":");
    put.string(redaction.at);
    if (!redaction.fp.empty()) {
      put.raw(",\"fp\":");
      put.string(redaction.fp);
    }
    if (redaction.open) put.raw(",\"open\":true");
    put.raw('}');
  }
  if (capped) {
    put.raw(",{\"rule\":\"more\",\"count\":");
    put.number(redactions.size() - listed);
    put.raw('}');
  }
  put.raw(']');
}

std::size_t redactions_size(std::span<const Redaction> redactions) {
  std::size_t size = 0;
  for (std::size_t i = 0; i < redactions.size() && i < limits::kRedactionsPerRecordMax; ++i) {
    size += kRedactionFixed + escaped_size(redactions[i].rule) + escaped_size(redactions[i].at) +
            escaped_size(redactions[i].fp);
  }
  return size;
}

/// 16 bytes as 22 characters of base64url (RFC 4648 section 5), without memory of its own.
void put_base64url(Put& put, const Block16& block) {
  constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::uint32_t bits = 0;
  int held = 0;
  for (const std::uint8_t byte : block) {
    bits = bits << 8 | byte;
    for (held += 8; held >= 6; held -= 6) put.raw(kAlphabet[bits >> (held - 6) & 63]);
  }
  put.raw(kAlphabet[bits << (6 - held) & 63]);
}

void put_big_endian(std::uint8_t* to, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) to[i] = static_cast<std::uint8_t>(value >> (8 * (bytes - 1 - i)));
}

}  // namespace

void StampWriter::put(Put& put, Timestamp time) {
  const std::int64_t into = time.ns - minute_start_.ns;
  if (minute_.empty() || into < 0 || into >= kMinute.ns) {
    minute_ = format_rfc3339_ms(time);

    const std::int64_t past = time.ns % kMinute.ns;
    minute_start_ = {time.ns - (past < 0 ? past + kMinute.ns : past)};
    put.raw(minute_);
    return;
  }
  const auto ms = static_cast<std::uint32_t>(into / 1'000'000);
  const std::uint32_t second = ms / 1000, rest = ms % 1000;
  const auto digit = [&](std::uint32_t value) { put.raw(static_cast<char>('0' + value)); };
  put.raw(std::string_view(minute_).substr(0, 17));
  digit(second / 10);
  digit(second % 10);
  put.raw('.');
  digit(rest / 100);
  digit(rest / 10 % 10);
  digit(rest % 10);
  put.raw('Z');
}

/// The parts of one record, whatever it was made of.
struct RecordWriter::Fields {
  Timestamp time;
  EventType type = EventType::kLog;
  Level level = Level::kNone;
  std::optional<Severity> severity;
  Outcome result = Outcome::kNone;
  std::span<const std::string_view> texts;  ///< by Field
  const std::array<double, kQuantities>* quantities = nullptr;
  std::string_view clock, parse_error;
  std::string_view gateway_member;
  bool sourced = true;
  std::string_view details;
};

RecordWriter::RecordWriter(const LaneProgram* program) : program_(program), head_(kHeadFixed) {
  if (program_ == nullptr) return;
  cipher_ = std::make_unique<BlockCipher>(program_->salt_key);
  if (!program_->gateway.empty()) gateway_member_ = ",\"gateway\":" + json_string(program_->gateway);
}
RecordWriter::~RecordWriter() = default;

void RecordWriter::begin(RedactedBatch recycled, const std::string& source, Generation generation,
                         Timestamp observed, std::size_t bytes_expected) {
  batch_ = std::move(recycled);
  if (batch_.bytes_.capacity() > kBatchKept) batch_.bytes_ = std::string();
  batch_.bytes_.clear();
  batch_.bytes_.reserve(bytes_expected);
  batch_.ends_.clear();
  batch_.leaves_.clear();
  batch_.progress_.clear();
  auto& stats = batch_.stats_;
  auto redactions = std::move(stats.redactions);
  auto latencies = std::move(stats.latencies_ms);
  redactions.clear();
  latencies.clear();
  stats = BatchStats();
  stats.redactions = std::move(redactions);
  stats.latencies_ms = std::move(latencies);
  if (head_.size() > kHeadKept) head_ = std::vector<char>(kHeadFixed);

  observed_ = observed;
  observed_text_ = format_rfc3339_ms(observed);
  source_prefix_ = ",\"source\":[" + json_string(source) + ',' + std::to_string(generation) + ',';
  const Digest digest = sha256(source);
  std::memcpy(salt_block_.data(), digest.data(), 4);
  put_big_endian(salt_block_.data() + 4, generation, 4);
}

void RecordWriter::add(const Event& event, const RecordExtras& extras) {
  Fields fields;
  const bool dated = event.clock == EventClock::kEvent;
  const bool skewed = dated && event.time > observed_ + kSkewMax;
  fields.time = dated && !skewed ? event.time : observed_;
  fields.clock = skewed ? "skewed" : dated ? "" : "missing";
  CHECK(!is_own(event.type));  // A line of the gateway must not pass for a record of ours.
  fields.type = event.type;
  fields.level = event.level;
  fields.severity = event.severity;
  fields.result = event.result;
  fields.texts = event.fields;
  fields.quantities = &event.quantities;
  fields.parse_error = event.parse_error;
  fields.gateway_member = gateway_member_;
  fields.details = or_empty(event.details);
  write(fields, extras);
  count(event, extras);
}

void RecordWriter::add(const SourceNotice& notice) {
  CHECK(notice.type == EventType::kSource || notice.type == EventType::kGap);
  Fields fields;
  fields.time = observed_;
  fields.type = notice.type;
  fields.level = notice.type == EventType::kGap ? Level::kWarn : Level::kInfo;
  Event told;
  const std::string reason = repaired(notice.reason);
  told[Field::kReason] = reason;
  fields.texts = told.fields;
  fields.gateway_member = gateway_member_;
  fields.details = or_empty(notice.details);
  RecordExtras extras;
  extras.position = notice.position;
  write(fields, extras);
  ++batch_.stats_.events[static_cast<std::size_t>(notice.type)];
  if (notice.type == EventType::kGap) ++batch_.stats_.gaps;
}

void RecordWriter::add(const OwnRecord& record) {
  CHECK(is_own(record.type) || record.type == EventType::kSystem);
  Fields fields;
  fields.time = record.at;
  fields.type = record.type;
  fields.level = record.level;
  fields.severity = record.severity;
  fields.result = record.result;
  Event told;
  const std::string user = repaired(record.user), action = repaired(record.action),
                    path = repaired(record.path), reason = repaired(record.reason);
  told[Field::kUser] = user;
  told[Field::kAction] = action;
  told[Field::kPath] = path;
  told[Field::kReason] = reason;
  fields.texts = told.fields;
  std::string gateway;
  if (!record.gateway.empty()) gateway = ",\"gateway\":" + json_string(record.gateway);
  fields.gateway_member = gateway;
  fields.sourced = false;
  fields.details = or_empty(record.details);
  observed_ = record.at;  // Own records are observed when they happen.
  write(fields, {});
  ++batch_.stats_.events[static_cast<std::size_t>(record.type)];
  if (record.type == EventType::kGap) ++batch_.stats_.gaps;
}

RedactedBatch RecordWriter::finish(std::vector<SourceProgress> progress, std::uint64_t sequence,
                                   std::uint64_t bytes_in) {
  batch_.progress_ = std::move(progress);
  batch_.sequence_ = sequence;
  batch_.stats_.bytes_in = bytes_in;
  CHECK(batch_.ends_.size() == batch_.leaves_.size());
  return std::move(batch_);
}

void RecordWriter::write_salt(Put& put, std::uint64_t position) {
  put_big_endian(salt_block_.data() + 8, position, 8);
  put.raw(",\"salt\":\"");
  put_base64url(put, cipher_->encrypt(salt_block_));
  put.raw('"');
}

std::size_t RecordWriter::bound_of(const Fields& fields, const RecordExtras& extras) const {
  std::size_t bound = kHeadFixed + source_prefix_.size() + fields.gateway_member.size() +
                      escaped_size(fields.parse_error) + redactions_size(extras.redactions);
  for (const std::string_view text : fields.texts) bound += Put::kEscapedMax * text.size();
  for (const std::string_view name : extras.matched) bound += name.size() + 1;
  return bound;
}

void RecordWriter::write(const Fields& fields, const RecordExtras& extras) {
  const std::size_t bound = bound_of(fields, extras);
  if (head_.size() < bound) head_.resize(bound);
  Put put(head_.data());
  write_event(put, fields);
  write_origin(put, fields, extras);
  put.raw(",\"details\":");
  const auto head = static_cast<std::size_t>(put.at() - head_.data());
  CHECK(head <= bound);
  append(head, fields.details);
}

void RecordWriter::write_event(Put& put, const Fields& fields) {
  put.raw("{\"timestamp\":\"");
  stamp_.put(put, fields.time);
  put.raw("\",\"event_type\":\"");
  put.raw(name_of(fields.type));
  put.raw('"');
  put_member(put, ",\"level\":", name_of(fields.level));
  if (fields.severity) put_member(put, ",\"severity\":", name_of(*fields.severity));
  put_member(put, ",\"result\":", name_of(fields.result));
  for (std::size_t i = 0; i < kFields; ++i) {
    if (fields.texts[i].empty()) continue;
    put.raw(kMembers[i]);
    put.string(fields.texts[i]);
  }
  for (std::size_t i = 0; fields.quantities != nullptr && i < kQuantities; ++i) {
    const double value = (*fields.quantities)[i];
    if (!std::isfinite(value)) continue;
    put.raw(",\"");
    put.raw(name_of(static_cast<Quantity>(i)));
    put.raw("\":");
    put.number(value);
  }
}

void RecordWriter::write_origin(Put& put, const Fields& fields, const RecordExtras& extras) {
  if (fields.time.ms() != observed_.ms()) {
    put_member(put, ",\"observed\":", observed_text_);
  }
  put_member(put, ",\"clock\":", fields.clock);
  if (!fields.parse_error.empty()) {
    put.raw(",\"parse_error\":");
    put.string(fields.parse_error);
  }
  put_number(put, ",\"truncated\":", extras.truncated_from);
  put_number(put, ",\"unterminated\":", extras.unterminated);
  put.raw(fields.gateway_member);
  if (fields.sourced) {
    put.raw(source_prefix_);
    put.number(extras.position);
    put.raw(']');
  }
  put_redactions(put, extras.redactions);
  for (std::size_t i = 0; i < extras.matched.size(); ++i) {
    put.raw(i == 0 ? std::string_view(",\"matched\":[") : std::string_view(","));
    put.raw(extras.matched[i]);
  }
  if (!extras.matched.empty()) put.raw(']');
  // A notice shares its position with the record after it, and holds nothing to be guessed: no salt of its
  // own.
  if (fields.sourced && !is_own(fields.type) && cipher_ != nullptr) write_salt(put, extras.position);
}

void RecordWriter::append(std::size_t head, std::string_view details) {
  DCHECK(details.front() == '{' && details.back() == '}');
  std::string& bytes = batch_.bytes_;
  const std::size_t begin = bytes.size();
  bytes.append(head_.data(), head);
  bytes.append(details);
  // A source may hand over JSON with line breaks between its tokens; a record is one line.
  if (details.find('\n') != std::string_view::npos)
    std::replace(bytes.begin() + static_cast<std::ptrdiff_t>(begin), bytes.end(), '\n', ' ');
  bytes.append("}\n", 2);
  CHECK(bytes.size() <= std::numeric_limits<std::uint32_t>::max());
  batch_.ends_.push_back(static_cast<std::uint32_t>(bytes.size()));
  batch_.leaves_.push_back(leaf_hash(std::string_view(bytes).substr(begin, bytes.size() - begin - 1)));
}

void RecordWriter::count(const Event& event, const RecordExtras& extras) {
  BatchStats& stats = batch_.stats_;
  ++stats.events[static_cast<std::size_t>(event.type)];
  if (!event.parse_error.empty()) ++stats.parse_errors;
  if (event.level >= Level::kError) ++stats.errors;
  for (const Redaction& redaction : extras.redactions) {
    bool known = false;
    for (auto& [rule, number] : stats.redactions) {
      if (rule != redaction.rule) continue;
      ++number;
      known = true;
      break;
    }
    if (!known) stats.redactions.emplace_back(redaction.rule, 1);
  }
  // What agents do: one request is counted when it has ended, not when it begins.
  const bool of_agent = event.type == EventType::kApiCall || event.type == EventType::kCommandExecution ||
                        event.type == EventType::kToolCall;
  if (!of_agent || event.result == Outcome::kPending) return;
  ++stats.agent_requests;
  if (event.result == Outcome::kError || event.result == Outcome::kFailure) ++stats.agent_errors;
  const double duration = event[Quantity::kDurationMs];
  if (event.type == EventType::kApiCall && std::isfinite(duration)) stats.latencies_ms.push_back(duration);
}

RedactedBatch write_own_records(const std::vector<OwnRecord>& records) {
  RecordWriter writer(nullptr);
  writer.begin(RedactedBatch(), "", 0, Timestamp(), 0);
  for (const OwnRecord& record : records) writer.add(record);
  return writer.finish({}, 0, 0);
}

}  // namespace clawtrail
