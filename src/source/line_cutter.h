// SPDX-License-Identifier: Apache-2.0
// Cuts a stream of bytes into the lines of raw batches, whatever the size of a line.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "clawtrail/intake/raw_batch.h"

namespace clawtrail {

/// Bytes are read straight into the batch; only the piece of a line after the last newline is carried over.
///
/// Shape.       Position = place of a byte in the stream. A line is what stands between two newlines; empty
/// lines
///              are skipped. A "\r" stays. Of a line longer than the limit the first bytes are kept, the
///              others are counted; it is the only line of its batch and a `gap` notice stands before it.
/// Use.         restart(), then again and again: room(), read into it, take(). Or flush() at the end.
/// Memory.      The limit of a line and one block, also while an endless line passes.
/// Threads:     confined.
class LineCutter {
 public:
  /// `lead`: that many bytes before the room are also free to be written (and may be garbage afterwards).
  LineCutter(std::size_t line_bytes_max, std::size_t lead);

  /// Forgets all; the next byte given stands at `position`. `drop_first`: the line there is cut but not
  /// handed out.
  void restart(std::uint64_t position, bool drop_first = false);

  /// Forgets the carried bytes only: the next byte given stands at next().
  void rewind() { restart(next_, drop_); }

  /// Position of the first byte that was not handed out in a line.
  std::uint64_t next() const { return next_; }
  /// Position of the next byte wanted.
  std::uint64_t end() const { return end_; }
  /// True if whole lines may be left over from the last batch: call take(batch, 0) before reading more.
  bool has_more() const { return has_more_; }

  /// Room for reading up to `size` bytes at the end of batch.bytes, with the carried bytes before it. The
  /// batch has been cleared. Follow with take().
  std::span<char> room(RawBatch& batch, std::size_t size);
  /// The first `got` bytes of the room are valid. True if the batch now has a line; if not, it is empty
  /// again.
  bool take(RawBatch& batch, std::size_t got);
  /// Gives the room back unused, as take(batch, 0) does, but without looking for lines.
  void give_back(RawBatch& batch);
  /// Hands out the carried bytes as a line without an end. True if there were any.
  bool flush(RawBatch& batch);

  /// Bytes carried over (not handed out yet).
  std::uint64_t carried() const { return end_ - next_; }
  /// Gives memory back that only a busy stream needs.
  void shrink();

 private:
  bool cut(RawBatch& batch);
  void add_line(RawBatch& batch, std::size_t begin, std::uint64_t size) const;
  void carry_from(const RawBatch& batch, std::size_t begin);
  bool keep_waiting(RawBatch& batch);
  void throw_surplus_away();

  std::size_t line_bytes_max_;
  std::size_t lead_;
  std::uint64_t next_ = 0;
  std::uint64_t end_ = 0;
  bool drop_ = false;  // The line at next_ is known already.
  bool has_more_ = false;
  std::uint64_t surplus_ = 0;   // Bytes of the line at next_ that were thrown away.
  std::size_t searched_ = 0;    // No newline before this place of carry_.
  std::size_t room_begin_ = 0;  // Where the room starts in batch.bytes, between room() and take().
  // lead_ bytes of filler, then the bytes from next_ on. While surplus_ > 0: the kept part of the line, then
  // lead_ bytes of filler again, which may be overwritten without harm to the kept part.
  std::string carry_;
};

}  // namespace clawtrail
