// SPDX-License-Identifier: Apache-2.0
#include "source/receiver.h"

#include <algorithm>
#include <utility>

namespace clawtrail {

ReceiverStart::ReceiverStart(std::string source, const Recovered& recovered, std::string sentence,
                             std::string details)
    : source_(std::move(source)), sentence_(std::move(sentence)), details_(std::move(details)) {
  if (const auto found = recovered.generations.find(source_); found != recovered.generations.end()) {
    generation_ = found->second + 1;
  }
  for (const RecoveredSource& known : recovered.sources) {
    if (known.progress.source != source_) continue;
    generation_ = std::max(generation_, known.progress.generation + 1);
    over_.push_back(known.progress);
    over_.back().forget = true;
  }
}

bool ReceiverStart::hand_out(RawBatch& batch) {
  if (std::exchange(handed_out_, true)) return false;
  SourceNotice notice;
  notice.type = EventType::kSource;
  notice.reason = sentence_;
  notice.details = details_;
  batch.notices.push_back(std::move(notice));
  batch.progress = std::move(over_);
  return true;
}

void ReceiverStart::stamp(RawBatch& batch, std::uint64_t next) const {
  batch.source = source_;
  batch.generation = generation_;
  batch.progress.push_back({source_, generation_, next, details_, false});
}

}  // namespace clawtrail
