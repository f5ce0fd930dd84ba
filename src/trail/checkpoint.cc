// SPDX-License-Identifier: Apache-2.0
// Signs and opens C2SP tlog-checkpoints (https://c2sp.org/tlog-checkpoint).
#include "clawtrail/trail/checkpoint.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "clawtrail/base/check.h"
#include "clawtrail/base/encoding.h"
#include "trail/note.h"

namespace clawtrail {

namespace {

Error bad_note(const char* what) { return {Code::kInvalid, std::string("not a signed checkpoint: ") + what}; }

/// Takes one line off `text`; nothing if there is no newline.
std::optional<std::string_view> take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

/// Base64 in its one canonical spelling, so that no bit of a note is without meaning.
std::optional<std::string> strict_base64(std::string_view text) {
  std::optional<std::string> bytes = unbase64(text);
  if (!bytes || base64(*bytes) != text) return std::nullopt;
  return bytes;
}

Result<Checkpoint> parse_text(std::string_view text) {
  Checkpoint checkpoint;
  const std::optional<std::string_view> origin = take_line(text);
  const std::optional<std::string_view> size = take_line(text);
  const std::optional<std::string_view> root = take_line(text);
  if (!origin || origin->empty() || !size || !root) return bad_note("it has fewer than three lines");
  checkpoint.origin = *origin;
  const auto [end, error] = std::from_chars(size->data(), size->data() + size->size(), checkpoint.size);
  const bool leading_zero = size->size() > 1 && size->front() == '0';
  if (size->empty() || error != std::errc() || end != size->data() + size->size() || leading_zero) {
    return bad_note("its second line is no tree size");
  }
  const std::optional<std::string> bytes = strict_base64(*root);
  if (!bytes || bytes->size() != checkpoint.root.size()) return bad_note("its third line is no root hash");
  std::copy(bytes->begin(), bytes->end(), reinterpret_cast<char*>(checkpoint.root.data()));
  return checkpoint;
}

/// One "— <name> <base64>" line.
struct SignatureLine {
  std::string_view name;
  std::string bytes;  ///< key hash and signature
};

std::optional<SignatureLine> parse_signature(std::string_view line) {
  if (!line.starts_with(kNoteDash)) return std::nullopt;
  line.remove_prefix(kNoteDash.size());
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos || space == 0) return std::nullopt;
  std::optional<std::string> bytes = strict_base64(line.substr(space + 1));
  if (!bytes || bytes->size() <= NoteKeyHash().size()) return std::nullopt;
  return SignatureLine{line.substr(0, space), std::move(*bytes)};
}

}  // namespace

NoteKeyHash note_key_hash(const VerifierKey& key) {
  std::string text = key.name;
  text += '\n';
  text += static_cast<char>(kNoteEd25519);
  text += as_text(key.public_key);
  const Digest digest = sha256(text);
  NoteKeyHash hash{};
  std::copy_n(digest.begin(), hash.size(), hash.begin());
  return hash;
}

std::string sign_checkpoint(const Checkpoint& checkpoint, const SigningKey& key) {
  CHECK(!checkpoint.origin.empty());
  CHECK(checkpoint.origin.find('\n') == std::string::npos);
  CHECK(key.name.find_first_of(" +\n") == std::string::npos);
  std::string note = checkpoint.origin + "\n" + std::to_string(checkpoint.size) + "\n";
  note += base64(as_text(checkpoint.root)) + "\n";
  const Ed25519Signature signature = ed25519_sign(key.seed, note);
  const NoteKeyHash hash = note_key_hash({key.name, key.public_key});
  note += "\n";
  note += kNoteDash;
  note += key.name + " " + base64(std::string(as_text(hash)) + std::string(as_text(signature))) + "\n";
  CHECK(note.size() <= kNoteBytesMax);
  return note;
}

Result<Checkpoint> open_checkpoint(std::string_view note, const VerifierKey& key) {
  if (note.size() > kNoteBytesMax) return bad_note("it is longer than 64 KiB");
  const std::size_t blank = note.rfind("\n\n");
  if (blank == std::string_view::npos) return bad_note("no blank line divides text and signatures");
  const std::string_view text = note.substr(0, blank + 1);
  std::string_view lines = note.substr(blank + 2);
  CLAWTRAIL_ASSIGN(const Checkpoint checkpoint, parse_text(text));
  if (lines.empty()) return bad_note("it has no signature");

  const NoteKeyHash hash = note_key_hash(key);
  bool signed_by_key = false;
  while (!lines.empty()) {
    const std::optional<std::string_view> line = take_line(lines);
    const std::optional<SignatureLine> parsed = line ? parse_signature(*line) : std::nullopt;
    if (!parsed) return bad_note("a signature line cannot be read");
    // Other signatures (witnesses) are not ours to judge.
    if (parsed->name != key.name || !parsed->bytes.starts_with(as_text(hash))) continue;
    Ed25519Signature signature{};
    if (parsed->bytes.size() != hash.size() + signature.size())
      return bad_note("a signature has a wrong length");
    std::copy(parsed->bytes.begin() + static_cast<std::ptrdiff_t>(hash.size()), parsed->bytes.end(),
              reinterpret_cast<char*>(signature.data()));
    if (!ed25519_verify(key.public_key, text, signature)) {
      return Error{Code::kCorrupt, "the signature of " + key.name + " does not fit the checkpoint of " +
                                       std::to_string(checkpoint.size) + " records"};
    }
    signed_by_key = true;
  }
  if (!signed_by_key) return Error{Code::kNotFound, "the checkpoint is not signed by " + key.name};
  return checkpoint;
}

}  // namespace clawtrail
