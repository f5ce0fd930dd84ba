// SPDX-License-Identifier: Apache-2.0
#include "trail/source_map.h"

#include <iterator>
#include <utility>

#include "clawtrail/base/check.h"
#include "clawtrail/event/json.h"
#include "trail/peek.h"

namespace clawtrail {

namespace {

/// `details` of a `source` record is the identity; such records are rare, so they may be parsed.
std::string details_of(std::string_view line) {
  JsonParser parser;
  const auto record = parser.parse(line);
  return record && (*record)["details"].is_object() ? (*record)["details"].to_json() : std::string();
}

}  // namespace

RecoveredSource& SourceMap::entry(const std::string& source, Generation generation) {
  put_generation(source, generation);
  const auto [at, added] = entries_.try_emplace(Key(source, generation));
  if (!added) return at->second;
  at->second.progress.source = source;
  at->second.progress.generation = generation;
  const auto first = entries_.lower_bound(Key(source, 0));
  const auto end = entries_.upper_bound(Key(source, ~Generation{0}));
  if (static_cast<std::size_t>(std::distance(first, end)) > limits::kTailedFilesMax && first != at) {
    last_ = nullptr;
    entries_.erase(first);
  }
  return at->second;
}

void SourceMap::advance(const SourceProgress& progress) {
  CHECK(!progress.source.empty());
  last_ = nullptr;
  if (progress.forget) {
    put_generation(progress.source, progress.generation);
    entries_.erase(Key(progress.source, progress.generation));
    return;
  }
  RecoveredSource& known = entry(progress.source, progress.generation);
  std::string identity = progress.identity.empty() ? std::move(known.progress.identity) : progress.identity;
  known.progress = progress;
  known.progress.identity = std::move(identity);
  known.reread = false;
}

void SourceMap::apply(std::string_view line) {
  const auto place = peek_source(line);
  if (!place) return;
  const auto type = peek_event_type(line);
  if (type == EventType::kGap) return put_generation(std::string(place->name), place->generation);
  if (last_ == nullptr || last_->progress.generation != place->generation ||
      last_->progress.source != place->name) {
    const std::size_t known = entries_.size();
    RecoveredSource& found = entry(std::string(place->name), place->generation);
    if (entries_.size() > known) found.progress.next = place->position;
    last_ = &found;
  }
  if (type == EventType::kSource) {
    last_->progress.identity = details_of(line);
    return;
  }
  last_->progress.next = place->position + place->unterminated;
  last_->reread = place->unterminated == 0;
}

void SourceMap::put(RecoveredSource source) {
  last_ = nullptr;
  RecoveredSource& known = entry(source.progress.source, source.progress.generation);
  known = std::move(source);
}

void SourceMap::put_generation(const std::string& source, Generation highest) {
  Generation& known = generations_[source];
  if (highest > known) known = highest;
}

std::vector<RecoveredSource> SourceMap::all() const {
  std::vector<RecoveredSource> list;
  list.reserve(entries_.size());
  for (const auto& [key, source] : entries_) {
    CHECK(key.first == source.progress.source && key.second == source.progress.generation);
    list.push_back(source);
  }
  return list;
}

}  // namespace clawtrail
