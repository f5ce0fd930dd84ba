// SPDX-License-Identifier: Apache-2.0
// Constants and the key hash of a C2SP signed note (https://c2sp.org/signed-note), shared by keys and
// checkpoints.
#pragma once

#include <array>
#include <cstdint>

#include "clawtrail/trail/checkpoint.h"

namespace clawtrail {

/// Signature type byte of Ed25519 in C2SP signed-note.
inline constexpr std::uint8_t kNoteEd25519 = 0x01;
/// U+2014 and a space, the start of a signature line.
inline constexpr std::string_view kNoteDash = "\xE2\x80\x94 ";
/// A checkpoint has three lines and a few signatures.
inline constexpr std::size_t kNoteBytesMax = 64 * 1024;

/// First 4 bytes of SHA-256(name || 0x0A || 0x01 || public key).
using NoteKeyHash = std::array<std::uint8_t, 4>;
NoteKeyHash note_key_hash(const VerifierKey& key);

}  // namespace clawtrail
