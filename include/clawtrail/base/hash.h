// SPDX-License-Identifier: Apache-2.0
// Hashes, MACs, signatures and the salt stream, over OpenSSL's libcrypto.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "clawtrail/base/result.h"

namespace clawtrail {

using Digest = std::array<std::uint8_t, 32>;
using Block16 = std::array<std::uint8_t, 16>;

/// SHA-256 (FIPS 180-4) of `text`.
Digest sha256(std::string_view text);
/// HMAC-SHA-256 (RFC 2104).
Digest hmac_sha256(std::string_view key, std::string_view text);

/// RFC 9162 section 2.1.1: SHA-256(0x00 || leaf).
Digest leaf_hash(std::string_view leaf);
/// RFC 9162 section 2.1.1: SHA-256(0x01 || left || right).
Digest node_hash(const Digest& left, const Digest& right);

/// SHA-256 in pieces. Threads: confined.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  void update(std::string_view text);
  Digest finish();  ///< once

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// AES-128 of single blocks under one key (FIPS 197). Used as a keyed stream: block = AES(key, position).
/// Threads: confined (one per lane).
class BlockCipher {
 public:
  explicit BlockCipher(const Block16& key);
  ~BlockCipher();
  BlockCipher(const BlockCipher&) = delete;
  BlockCipher& operator=(const BlockCipher&) = delete;
  Block16 encrypt(const Block16& block);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Ed25519 (RFC 8032). The private key is the 32-byte seed.
using Ed25519Seed = std::array<std::uint8_t, 32>;
using Ed25519Public = std::array<std::uint8_t, 32>;
using Ed25519Signature = std::array<std::uint8_t, 64>;
Ed25519Public ed25519_public(const Ed25519Seed& seed);
Ed25519Signature ed25519_sign(const Ed25519Seed& seed, std::string_view message);
bool ed25519_verify(const Ed25519Public& key, std::string_view message, const Ed25519Signature& signature);

/// Overwrites memory that held a secret; the compiler may not drop it.
void wipe(void* bytes, std::size_t size);

}  // namespace clawtrail
