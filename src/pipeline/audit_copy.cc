// SPDX-License-Identifier: Apache-2.0
#include "pipeline/audit_copy.h"

#include <algorithm>

#include "clawtrail/base/limits.h"

namespace clawtrail {

namespace {

constexpr std::string_view kKey = "\"event_type\":\"";
constexpr std::size_t kPeek = 96;

}  // namespace

AuditCopy::AuditCopy(Parts parts)
    : parts_(std::move(parts)), file_(parts_.files, parts_.trail_dir, "audit-copy", parts_.log_id) {}

Result<std::unique_ptr<AuditCopy>> AuditCopy::open(Parts parts) {
  std::unique_ptr<AuditCopy> self(new AuditCopy(std::move(parts)));
  CLAWTRAIL_ASSIGN(self->reader_, TrailReader::open(self->parts_.files, self->parts_.trail_dir));
  const auto saved = self->file_.load();
  self->position_ = saved ? saved->next : 0;
  CLAWTRAIL_TRY(self->reader_->seek(self->position_));
  CLAWTRAIL_TRY(self->parts_.files.create_dirs(parent_of(self->parts_.path)));
  return self;
}

bool AuditCopy::wanted(std::string_view line) const {
  const std::string_view head = line.substr(0, kPeek);
  const std::size_t at = head.find(kKey);
  if (at == std::string_view::npos) return false;
  const std::string_view rest = head.substr(at + kKey.size());
  const auto type = event_type_of(rest.substr(0, rest.find('"')));
  if (!type || *type == EventType::kSegment || *type == EventType::kCheckpoint ||
      *type == EventType::kSource) {
    return false;
  }
  const auto& types = parts_.event_types;
  return types.empty() || std::find(types.begin(), types.end(), name_of(*type)) != types.end();
}

Result<bool> AuditCopy::step() {
  reader_->set_limit(parts_.durable.size());
  RecordIndex next = position_;
  block_.clear();
  while (block_.size() < limits::kReaderBlockBytes) {
    CLAWTRAIL_ASSIGN(const auto record, reader_->next());
    if (!record) break;
    next = record->index + 1;
    if (!wanted(record->line)) continue;
    block_ += record->line;
    block_ += '\n';
  }
  if (next == position_) return false;
  if (const Status written = write_block(); !written) {
    CLAWTRAIL_TRY(reader_->seek(position_));  // the same block again, later
    return written.error();
  }
  position_ = next;
  CLAWTRAIL_TRY(file_.save({next, ""}));
  return true;
}

Status AuditCopy::write_block() {
  if (block_.empty()) return {};
  CLAWTRAIL_ASSIGN(const auto file, parts_.files.open(parts_.path, OpenMode::kAppend));
  CLAWTRAIL_ASSIGN(const FileStat before, file->stat());
  if (const Status appended = file->append(block_); !appended) {
    CLAWTRAIL_TRY(file->truncate(before.size));  // no half line stays behind
    return appended.error();
  }
  return file->sync();
}

}  // namespace clawtrail
