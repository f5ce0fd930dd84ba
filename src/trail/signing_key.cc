// SPDX-License-Identifier: Apache-2.0
// The signing key: its file, its name, its verifier key, what is derived from it.
#include <algorithm>
#include <charconv>

#include "clawtrail/base/check.h"
#include "clawtrail/base/encoding.h"
#include "clawtrail/trail/checkpoint.h"
#include "trail/note.h"

namespace clawtrail {

namespace {

/// A key file is a comment and 44 characters.
constexpr std::size_t kKeyFileBytesMax = 4096;
constexpr std::uint32_t kModeOfOthers = 0077;

Error not_a_key(const std::string& path) {
  return {Code::kInvalid,
          path + " holds no signing key: expected one line of base64 that decodes to 32 bytes"};
}

/// The first line that is neither empty nor a comment.
std::string_view seed_line(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
    if (!line.empty() && line.front() != '#') return line;
  }
  return {};
}

Result<SigningKey> read_signing_key(Files& files, const std::string& path) {
  CLAWTRAIL_ASSIGN(const FileStat stat, files.stat(path));
  if ((stat.mode & kModeOfOthers) != 0) {
    return Error{
        Code::kPermission,
        path + " may be read by other users: a signing key must have mode 0600 (chmod 600 " + path + ")"};
  }
  CLAWTRAIL_ASSIGN(std::string text, read_file(files, path, kKeyFileBytesMax));
  std::optional<std::string> bytes = unbase64(seed_line(text));
  wipe(text.data(), text.size());
  Ed25519Seed seed{};
  if (!bytes || bytes->size() != seed.size()) return not_a_key(path);
  std::copy(bytes->begin(), bytes->end(), reinterpret_cast<char*>(seed.data()));
  wipe(bytes->data(), bytes->size());
  Result<SigningKey> key = signing_key_from_seed(seed);
  wipe(seed.data(), seed.size());
  return key;
}

Result<SigningKey> make_signing_key(Files& files, const std::string& path, Rng& rng) {
  Ed25519Seed seed{};
  rng.fill(seed.data(), seed.size());
  CLAWTRAIL_ASSIGN(const SigningKey key, signing_key_from_seed(seed));
  wipe(seed.data(), seed.size());

  CLAWTRAIL_TRY(files.create_dirs(parent_of(path)));
  // The public half first: a key file without it would never be completed.
  const std::string verifier = format_verifier_key({key.name, key.public_key}) + "\n";
  CLAWTRAIL_TRY(write_file_atomically(files, path + ".pub", verifier));
  std::string text = "# clawtrail signing key of the log " + key.name + ": keep it secret, keep a copy.\n";
  text += base64(as_text(key.seed)) + "\n";
  const Status written = write_file_atomically(files, path, text);
  wipe(text.data(), text.size());
  if (!written) return written.error();
  return key;
}

}  // namespace

Result<SigningKey> signing_key_from_seed(const Ed25519Seed& seed) {
  SigningKey key;
  key.seed = seed;
  key.public_key = ed25519_public(seed);
  key.name = "clawtrail/" + hex(as_text(sha256(as_text(key.public_key)))).substr(0, 16);
  return key;
}

Result<SigningKey> load_or_make_signing_key(Files& files, const std::string& path, Rng& rng) {
  Result<SigningKey> key = read_signing_key(files, path);
  if (key || key.error().code != Code::kNotFound) return key;
  return make_signing_key(files, path, rng);
}

std::string format_verifier_key(const VerifierKey& key) {
  CHECK(!key.name.empty());
  CHECK(key.name.find('+') == std::string::npos);
  const std::string typed = static_cast<char>(kNoteEd25519) + std::string(as_text(key.public_key));
  return key.name + "+" + hex(as_text(note_key_hash(key))) + "+" + base64(typed);
}

Result<VerifierKey> parse_verifier_key(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' '))
    text.remove_suffix(1);
  const Error bad{Code::kInvalid, "not a verifier key: expected <name>+<8 hex digits>+<base64>"};
  const std::size_t first = text.find('+');
  if (first == std::string_view::npos || first == 0) return bad;
  const std::size_t second = text.find('+', first + 1);
  if (second == std::string_view::npos) return bad;
  const std::string_view hash = text.substr(first + 1, second - first - 1);
  const std::optional<std::string> typed = unbase64(text.substr(second + 1));
  VerifierKey key;
  key.name = text.substr(0, first);
  if (!typed || typed->size() != 1 + key.public_key.size()) return bad;
  if (static_cast<std::uint8_t>(typed->front()) != kNoteEd25519) {
    return Error{Code::kInvalid, "not a verifier key that is known here: only Ed25519 (type 1) is"};
  }
  std::copy(typed->begin() + 1, typed->end(), reinterpret_cast<char*>(key.public_key.data()));
  if (hash != hex(as_text(note_key_hash(key)))) {
    return Error{Code::kInvalid, "the verifier key of " + key.name + " is damaged: its hash does not fit"};
  }
  return key;
}

Block16 derive_salt_key(const SigningKey& key) {
  const Digest mac = hmac_sha256(as_text(key.seed), "clawtrail salt v1");
  Block16 salt_key{};
  std::copy_n(mac.begin(), salt_key.size(), salt_key.begin());
  return salt_key;
}

}  // namespace clawtrail
