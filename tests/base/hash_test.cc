// SPDX-License-Identifier: Apache-2.0
// Known answers of the hash functions and round trips of the encodings.
#include "clawtrail/base/hash.h"

#include <gtest/gtest.h>

#include "clawtrail/base/encoding.h"

namespace clawtrail {
namespace {

std::string hex_of(const Digest& digest) { return hex(as_text(digest)); }

TEST(Hash, AnswersTheKnownVectorsOfFips180) {
  EXPECT_EQ(hex_of(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex_of(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Hash, AnswersTheKnownVectorOfRfc4231) {
  EXPECT_EQ(hex_of(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Hash, LeafAndNodeHashesCarryTheirPrefix) {
  EXPECT_EQ(leaf_hash(""), sha256(std::string(1, '\0')));
  for (const std::size_t size : {1u, 63u, 64u, 4095u, 4096u, 100'000u}) {
    const std::string line(size, 'x');
    EXPECT_EQ(leaf_hash(line), sha256(std::string(1, '\0') + line)) << size;
  }
  const Digest left = sha256("l"), right = sha256("r");
  EXPECT_EQ(node_hash(left, right),
            sha256("\x01" + std::string(as_text(left)) + std::string(as_text(right))));
}

TEST(Hash, PiecesGiveTheHashOfTheWhole) {
  Sha256 pieces;
  for (const char* piece : {"a", "", "bc"}) pieces.update(piece);
  EXPECT_EQ(pieces.finish(), sha256("abc"));
}

TEST(Ed25519, AnswersTheKnownVectorOfRfc8032) {
  Ed25519Seed seed;
  const std::string seed_bytes = *unhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
  std::copy(seed_bytes.begin(), seed_bytes.end(), seed.begin());
  EXPECT_EQ(hex(as_text(ed25519_public(seed))),
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  EXPECT_EQ(hex(as_text(ed25519_sign(seed, ""))),
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
            "d25bf5f0"
            "595bbe24655141438e7a100b");
}

TEST(Ed25519, RefusesAnotherMessageSignatureOrKey) {
  const Ed25519Seed seed{1}, other{2};
  Ed25519Signature signature = ed25519_sign(seed, "text");
  EXPECT_TRUE(ed25519_verify(ed25519_public(seed), "text", signature));
  EXPECT_FALSE(ed25519_verify(ed25519_public(seed), "texT", signature));
  EXPECT_FALSE(ed25519_verify(ed25519_public(other), "text", signature));
  signature[0] ^= 1;
  EXPECT_FALSE(ed25519_verify(ed25519_public(seed), "text", signature));
}

TEST(BlockCipher, AnswersTheKnownVectorOfFips197) {
  Block16 key, block;
  for (std::size_t i = 0; i < 16; ++i) {
    key[i] = static_cast<std::uint8_t>(i);
    block[i] = static_cast<std::uint8_t>(i * 0x11);
  }
  BlockCipher cipher(key);
  EXPECT_EQ(hex(as_text(cipher.encrypt(block))), "69c4e0d86a7b0430d8cdb78070b4c55a");
  EXPECT_EQ(cipher.encrypt(block), cipher.encrypt(block));
}

TEST(Encoding, AnswersTheVectorsOfRfc4648) {
  EXPECT_EQ(base64("foob"), "Zm9vYg==");
  EXPECT_EQ(base64("fooba"), "Zm9vYmE=");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64url("\xfb\xff"), "-_8");
}

TEST(Encoding, DecodingUndoesEncoding) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(unbase64(base64(bytes)), bytes);
    EXPECT_EQ(unbase64(base64url(bytes)), bytes);
    EXPECT_EQ(unhex(hex(bytes)), bytes);
    bytes += static_cast<char>(i * 37);
  }
  EXPECT_FALSE(unbase64("a"));
  EXPECT_FALSE(unbase64("ab$c"));
  EXPECT_FALSE(unhex("abc"));
  EXPECT_FALSE(unhex("zz"));
}

TEST(Encoding, JsonStringEscapesWhatMustBeEscaped) {
  EXPECT_EQ(json_string("a\"b\\c\n\x01"), R"("a\"b\\c\n\u0001")");
  EXPECT_EQ(json_string("\u21c4 ok"), "\"\u21c4 ok\"");
  EXPECT_EQ(json_string(std::string("a\0b", 3)), R"("a\u0000b")");
}

TEST(Encoding, JsonStringReplacesIllFormedUtf8) {
  EXPECT_EQ(json_string("a\xff"), "\"a\xEF\xBF\xBD\"");
  EXPECT_EQ(json_string("\xC0\xAF"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
  EXPECT_EQ(json_string("\xED\xA0\x80"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

TEST(Encoding, Utf8PrefixNeverEndsInsideACharacter) {
  const std::string text = "a\u00e9\u21c4\U0001F511z";
  for (std::size_t size = 0; size <= text.size(); ++size) {
    const std::string_view prefix = utf8_prefix(text, size);
    EXPECT_LE(prefix.size(), size);
    EXPECT_FALSE(utf8_error(prefix)) << size;
    EXPECT_GE(prefix.size() + 3, std::min(size, text.size()));
  }
}

TEST(Encoding, Utf8ErrorNamesTheFirstBadByte) {
  EXPECT_EQ(utf8_error("ab\xFFz"), 2u);
  EXPECT_EQ(utf8_error("ab\xE2\x87"), 2u);
  EXPECT_FALSE(utf8_error("ab\u21c4"));
  std::string repaired;
  append_utf8_repaired(repaired, "a\xFF\u21c4");
  EXPECT_EQ(repaired, "a\xEF\xBF\xBD\u21c4");
}

}  // namespace
}  // namespace clawtrail
