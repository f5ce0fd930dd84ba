// SPDX-License-Identifier: Apache-2.0
// Signed statements about the tree: C2SP tlog-checkpoint in a C2SP signed note, Ed25519.
#pragma once

#include <string>
#include <string_view>

#include "clawtrail/base/hash.h"
#include "clawtrail/base/names.h"
#include "clawtrail/base/result.h"
#include "clawtrail/base/time.h"
#include "clawtrail/io/files.h"

namespace clawtrail {

/// The key that signs checkpoints. `name` is the log's origin: "clawtrail/<first 16 hex of SHA-256(public
/// key)>".
struct SigningKey {
  Ed25519Seed seed{};
  Ed25519Public public_key{};
  std::string name;
  SigningKey() = default;
  ~SigningKey() { wipe(seed.data(), seed.size()); }
  SigningKey(const SigningKey&) = default;
  SigningKey& operator=(const SigningKey&) = default;
};

/// Reads the key file, or makes it (0600) together with `<path>.pub` (the verifier key in note format).
/// Errors: kPermission if others may read it, kInvalid if it is no key, kIo.
Result<SigningKey> load_or_make_signing_key(Files& files, const std::string& path, Rng& rng);
Result<SigningKey> signing_key_from_seed(const Ed25519Seed& seed);

/// A verifier key, "<name>+<8 hex key hash>+<base64(0x01 || public key)>".
struct VerifierKey {
  std::string name;
  Ed25519Public public_key{};
};
std::string format_verifier_key(const VerifierKey& key);
Result<VerifierKey> parse_verifier_key(std::string_view text);

struct Checkpoint {
  std::string origin;
  TreeSize size = 0;
  Digest root{};
};

/// The signed note: origin, size, base64 root, a blank line, the signature line.
std::string sign_checkpoint(const Checkpoint& checkpoint, const SigningKey& key);
/// Errors: kInvalid (not a note), kCorrupt (signature does not fit), kNotFound (signed by another key only).
Result<Checkpoint> open_checkpoint(std::string_view note, const VerifierKey& key);

/// A key for the salt stream, derived from the signing key.
Block16 derive_salt_key(const SigningKey& key);

}  // namespace clawtrail
