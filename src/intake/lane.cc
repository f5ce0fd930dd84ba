// SPDX-License-Identifier: Apache-2.0
#include "clawtrail/intake/lane.h"

#include <algorithm>

#include "clawtrail/base/check.h"
#include "clawtrail/base/encoding.h"
#include "clawtrail/base/limits.h"
#include "intake/record_writer.h"

namespace clawtrail {

namespace {

constexpr std::size_t kSparesMax = 2;  ///< batches whose memory is kept
constexpr std::size_t kLineBytesKept = limits::kBatchBytesSoft;
constexpr std::size_t kRecordBytesExpected = 320;  ///< what a record adds to its line

class BatchLines : public CarryLines {
 public:
  explicit BatchLines(const RawBatch& batch) : batch_(batch) {}
  std::size_t size() const override { return batch_.lines.size(); }
  Span at(std::size_t line) const override {
    const RawLine& raw = batch_.lines[line];
    return {raw.offset, std::size_t{raw.offset} + raw.size};
  }

 private:
  const RawBatch& batch_;
};

}  // namespace

struct Lane::Impl {
  explicit Impl(std::shared_ptr<const LaneProgram> given)
      : program(std::move(given)),
        scan_scratch(program->scanner->make_scratch()),
        redact_scratch(program->redactor->make_scratch()),
        carrier(program->redactor->make_carrier()),
        every_line(program->redactor->every_line()),
        decoder(program->classifier),
        writer(program.get()) {
    CHECK(program->condition_names.size() == program->condition_range.count);
    for (const std::string& name : program->condition_names) condition_json.push_back(json_string(name));
  }

  void process_line(const RawBatch& batch, std::size_t index, bool rescan);
  bool carry(const RawBatch& batch, std::string_view block, bool overflow, const CarryTurn& turn);
  std::span<const CarriedSecret> take_carried(std::size_t line);
  void take_hits(const RawLine& line);
  void find_matched();
  RedactedBatch spare();

  std::shared_ptr<const LaneProgram> program;
  std::unique_ptr<ScanScratch> scan_scratch;
  std::unique_ptr<RedactScratch> redact_scratch;
  std::unique_ptr<Carrier> carrier;  ///< null if the redactor has none
  bool every_line;                   ///< the redactor must see lines without hits too
  EventDecoder decoder;
  RecordWriter writer;

  std::vector<Hit> hits;                    ///< of the whole batch
  std::size_t next_hit = 0;                 ///< first one that ends after the lines done so far
  CarryBook book;                           ///< of a lane that works alone
  std::span<const CarriedSecret> carried;   ///< of the lines not done yet
  std::vector<Hit> line_hits;               ///< of one line, relative to it
  std::vector<std::string> condition_json;  ///< the conditions' names as JSON strings
  std::vector<std::uint32_t> condition_ids;
  std::vector<std::string_view> matched;
  std::string redacted;  ///< one line, and the decoder's padding
  std::vector<Redaction> redactions;
  std::vector<RedactedBatch> spares;
};

void Lane::Impl::take_hits(const RawLine& line) {
  line_hits.clear();
  const std::uint64_t end = std::uint64_t{line.offset} + line.size;
  while (next_hit < hits.size() && hits[next_hit].end <= line.offset) ++next_hit;
  for (; next_hit < hits.size() && hits[next_hit].end <= end; ++next_hit) {
    line_hits.push_back({hits[next_hit].literal, hits[next_hit].end - line.offset});
  }
}

void Lane::Impl::find_matched() {
  matched.clear();
  condition_ids.clear();
  const LiteralRange& range = program->condition_range;
  if (range.count == 0) return;
  for (const Hit& hit : line_hits) {
    if (range.contains(hit.literal)) condition_ids.push_back(hit.literal);
  }
  for (const std::uint32_t id : redact_scratch->decoded_literals) {
    if (range.contains(id)) condition_ids.push_back(id);
  }
  if (condition_ids.empty()) return;
  std::sort(condition_ids.begin(), condition_ids.end());
  for (const std::uint32_t id : condition_ids) {
    const std::string_view name = condition_json[id - range.first];
    if (std::find(matched.begin(), matched.end(), name) == matched.end()) matched.push_back(name);
  }
}

/// False if the pipeline is being stopped.
bool Lane::Impl::carry(const RawBatch& batch, std::string_view block, bool overflow, const CarryTurn& turn) {
  carried = {};
  if (!carrier) return turn([](CarryBook&) {});
  const BatchLines lines(batch);
  carrier->look(block, lines, hits, overflow, batch.before);
  if (!turn([&](CarryBook& kept) { carrier->pass(kept[batch.source], batch.generation); })) return false;
  carried = carrier->finish();
  return true;
}

std::span<const CarriedSecret> Lane::Impl::take_carried(std::size_t line) {
  std::size_t count = 0;
  while (count < carried.size() && carried[count].line == line) ++count;
  const auto taken = carried.first(count);
  carried = carried.subspan(count);
  return taken;
}

void Lane::Impl::process_line(const RawBatch& batch, std::size_t index, bool rescan) {
  const RawLine& line = batch.lines[index];
  CHECK(std::uint64_t{line.offset} + line.size + JsonParser::kPadding <= batch.bytes.size());
  const std::string_view raw = std::string_view(batch.bytes).substr(line.offset, line.size);
  bool overflow = false;
  if (rescan) {
    overflow = program->scanner->scan(raw, *scan_scratch, line_hits);
  } else {
    take_hits(line);
  }
  redactions.clear();
  redact_scratch->decoded_literals.clear();
  // A line without a hit holds no secret, by the redactor's contract: it is decoded where it stands.
  std::string_view clean = raw;
  redact_scratch->carried = take_carried(index);
  if (!line_hits.empty() || overflow || every_line || !redact_scratch->carried.empty()) {
    redacted.clear();
    program->redactor->redact(raw, line_hits, overflow, *redact_scratch, redacted, redactions);
    const std::size_t size = redacted.size();
    redacted.append(JsonParser::kPadding, ' ');
    clean = std::string_view(redacted).substr(0, size);
  }
  redact_scratch->carried = {};
  find_matched();
  const Event& event = decoder.decode(clean);
  writer.add(event, {line.position, line.unterminated, line.truncated_from, redactions, matched});
  if (redacted.capacity() > kLineBytesKept) redacted = std::string();
}

RedactedBatch Lane::Impl::spare() {
  if (spares.empty()) return {};
  RedactedBatch batch = std::move(spares.back());
  spares.pop_back();
  return batch;
}

Lane::Lane(std::shared_ptr<const LaneProgram> program) : impl_(std::make_unique<Impl>(std::move(program))) {}
Lane::~Lane() = default;

RedactedBatch Lane::process(const RawBatch& batch) {
  return process(batch, [this](const std::function<void(CarryBook&)>& step) {
    step(impl_->book);
    return true;
  });
}

RedactedBatch Lane::process(const RawBatch& batch, const CarryTurn& turn) {
  Impl& impl = *impl_;
  impl.writer.begin(impl.spare(), batch.source, batch.generation, batch.observed,
                    batch.bytes.size() + batch.lines.size() * kRecordBytesExpected);
  for (const SourceNotice& notice : batch.notices) impl.writer.add(notice);

  bool overflow = false;
  std::uint64_t bytes_in = 0;
  impl.hits.clear();
  impl.next_hit = 0;
  std::string_view block;
  if (!batch.lines.empty()) {
    const RawLine& last = batch.lines.back();
    block = std::string_view(batch.bytes).substr(0, std::size_t{last.offset} + last.size);
    // If the hits of the block do not fit, each line is scanned by itself: then every line has all of its
    // own.
    overflow = impl.program->scanner->scan(block, *impl.scan_scratch, impl.hits);
  }
  const bool going_on = impl.carry(batch, block, overflow, turn);
  for (std::size_t i = 0; going_on && i < batch.lines.size(); ++i) {
    impl.process_line(batch, i, overflow);
    bytes_in += batch.lines[i].size;
  }
  return impl.writer.finish(batch.progress, batch.sequence, bytes_in);
}

void Lane::recycle(RedactedBatch batch) {
  if (impl_->spares.size() < kSparesMax) impl_->spares.push_back(std::move(batch));
}

}  // namespace clawtrail
