// SPDX-License-Identifier: Apache-2.0
// One run over a trail for verify_trail().
#pragma once

#include <string>
#include <vector>

#include "clawtrail/trail/merkle.h"
#include "clawtrail/trail/trail_reader.h"
#include "clawtrail/trail/verify.h"
#include "trail/diagnosis.h"
#include "trail/line_reader.h"
#include "trail/own_record.h"

namespace clawtrail {

/// Streams the segments once; what a signature vouches for is settled on the way, and only a span that does
/// not fit is read again. Threads: confined; run() once.
class Verifier {
 public:
  Verifier(Files& files, std::string dir, const VerifyOptions& options)
      : files_(files), dir_(std::move(dir)), options_(options) {}
  Result<VerifyReport> run();

 private:
  /// A place between two lines.
  struct Place {
    std::size_t segment = 0;
    ByteOffset offset = 0;
  };
  /// A signed note that stands outside the segments.
  struct Anchor {
    std::string name;
    SignedRoot root;
  };

  Status choose_key();
  Status read_anchors();
  Status read_segments();
  Status read_segment(std::size_t i);
  /// A line, or the end, of segment i; `index` is tree_.size().
  Status take_line(std::size_t i, std::string_view line, bool first);
  Status take_header(std::size_t i, std::string_view line);
  Status take_checkpoint(std::size_t i, std::string_view line);
  /// Compares anchors of the tree's present size.
  Status take_anchors();
  Status check_name(std::size_t i);
  void settle();
  Status read_unsigned_tail();
  void conclude();

  void fail(Verdict verdict, RecordIndex first_bad, bool exact, std::string segment, std::string message);
  /// Records between the last good checkpoint and a signed root are not the ones that were signed.
  Status fail_span(std::string what, bool count_fits);
  /// The record at tree_.size() itself is wrong.
  Status fail_record(std::size_t i, std::string message);
  Status diagnose(Diagnosis& diagnosis, std::vector<SignedRoot>& roots);
  bool segments_swapped();
  std::string file_of(std::size_t i) const { return basename_of(segments_[i].path); }
  void report_progress(bool last);

  Files& files_;
  std::string dir_;
  const VerifyOptions& options_;
  VerifyReport report_;
  std::vector<SegmentFile> segments_;
  std::optional<VerifierKey> key_;
  std::vector<Anchor> anchors_;
  std::optional<std::string> newest_;  ///< content of DIR/checkpoint
  JsonParser parser_;

  CompactTree tree_;
  Place here_;        ///< of the line that comes next
  CompactTree good_;  ///< the tree at the newest good signature
  Place good_place_;
  std::uint64_t uncounted_ = 0;  ///< records after the first damage
  std::uint64_t bytes_total_ = 0, bytes_reported_ = 0;
  bool failed_ = false;
};

}  // namespace clawtrail
