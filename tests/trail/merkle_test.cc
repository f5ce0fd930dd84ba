// SPDX-License-Identifier: Apache-2.0
// The compact tree against the definition of RFC 9162, and the signed notes against tampering.
#include "clawtrail/trail/merkle.h"

#include <gtest/gtest.h>

#include "clawtrail/base/encoding.h"
#include "clawtrail/trail/checkpoint.h"

namespace clawtrail {
namespace {

/// RFC 9162 section 2.1.1, word for word.
Digest mth(std::span<const Digest> leaves) {
  if (leaves.empty()) return sha256("");
  if (leaves.size() == 1) return leaves[0];
  std::size_t k = 1;
  while (k * 2 < leaves.size()) k *= 2;
  return node_hash(mth(leaves.first(k)), mth(leaves.subspan(k)));
}

TEST(CompactTree, RootIsTheDefinedRootAtEverySize) {
  CompactTree tree;
  std::vector<Digest> leaves;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(tree.root(), mth(leaves)) << i;
    leaves.push_back(leaf_hash(std::to_string(i)));
    tree.append(leaves.back());
  }
}

TEST(CompactTree, AnswersTheKnownVectorsOfRfc6962TestData) {
  CompactTree tree;
  EXPECT_EQ(hex(as_text(tree.root())), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  tree.append(leaf_hash(""));
  EXPECT_EQ(hex(as_text(tree.root())), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
  tree.append(leaf_hash(std::string(1, '\0')));
  EXPECT_EQ(hex(as_text(tree.root())), "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125");
}

TEST(CompactTree, RestoringGoesOnWhereItWas) {
  CompactTree whole;
  for (int i = 0; i < 77; ++i) whole.append(leaf_hash(std::to_string(i)));
  auto restored = CompactTree::restore(whole.size(), whole.range());
  ASSERT_TRUE(restored);
  EXPECT_EQ(*restored, whole);
  restored->append(leaf_hash("next"));
  whole.append(leaf_hash("next"));
  EXPECT_EQ(restored->root(), whole.root());
  EXPECT_FALSE(CompactTree::restore(7, {leaf_hash("a")}));
}

class Note : public testing::Test {
 protected:
  SigningKey key_ = *signing_key_from_seed({7});
  VerifierKey verifier_{key_.name, key_.public_key};
  Checkpoint checkpoint_{key_.name, 42, leaf_hash("root")};
};

TEST_F(Note, ComesBackAsItWasSigned) {
  const std::string note = sign_checkpoint(checkpoint_, key_);
  EXPECT_TRUE(
      note.starts_with(key_.name + "\n42\n" + base64(as_text(checkpoint_.root)) + "\n\n\u2014 " + key_.name))
      << note;
  const auto opened = open_checkpoint(note, verifier_);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->size, 42u);
  EXPECT_EQ(opened->root, checkpoint_.root);
}

TEST_F(Note, EveryFlippedBitIsSeen) {
  const std::string note = sign_checkpoint(checkpoint_, key_);
  for (std::size_t bit = 0; bit < note.size() * 8; ++bit) {
    std::string changed = note;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << bit % 8));
    EXPECT_FALSE(open_checkpoint(changed, verifier_)) << "bit " << bit;
  }
}

TEST_F(Note, AnotherKeyIsToldFromABadSignature) {
  const SigningKey other = *signing_key_from_seed({8});
  const auto opened = open_checkpoint(sign_checkpoint(checkpoint_, other), verifier_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::kNotFound);
}

TEST_F(Note, VerifierKeysComeBack) {
  const auto parsed = parse_verifier_key(format_verifier_key(verifier_));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->name, verifier_.name);
  EXPECT_EQ(parsed->public_key, verifier_.public_key);
  EXPECT_FALSE(parse_verifier_key("nonsense"));
}

}  // namespace
}  // namespace clawtrail
