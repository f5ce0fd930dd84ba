// SPDX-License-Identifier: Apache-2.0
// The worked example of FORMAT.md is a trail that verifies, and its numbers can be had from its own rules.
#include "clawtrail/base/encoding.h"
#include "clawtrail/trail/merkle.h"
#include "trail/trail_fixture.h"

namespace clawtrail {
namespace {

class FormatPage : public TrailFixture {
 protected:
  /// Text of the fenced block that begins with ```name.
  std::string block(const std::string& name) {
    const std::string page = read(std::string(CLAWTRAIL_SOURCE_DIR) + "/src/trail/FORMAT.md");
    const std::string open = "```" + name + "\n";
    const std::size_t begin = page.find(open);
    EXPECT_NE(begin, std::string::npos);
    const std::size_t from = begin + open.size();
    return page.substr(from, page.find("```", from) - from);
  }
};

TEST_F(FormatPage, TheExampleVerifies) {
  std::filesystem::create_directories(dir_);
  put(dir_ + "/00000000000000000000.jsonl", block("jsonl"));
  put(dir_ + "/checkpoint", block("note"));
  const VerifyReport report = verify();
  EXPECT_EQ(report.verdict, Verdict::kIntact) << report.message;
  EXPECT_EQ(report.size, 7u);
  EXPECT_EQ(report.signed_size, 7u);
}

TEST_F(FormatPage, TheRootOfTheNoteFollowsFromTheLines) {
  CompactTree tree;
  std::istringstream in(block("jsonl"));
  for (std::string line; std::getline(in, line);) tree.append(leaf_hash(line));
  std::istringstream note(block("note"));
  std::string origin, size, root;
  std::getline(note, origin);
  std::getline(note, size);
  std::getline(note, root);
  EXPECT_EQ(std::to_string(tree.size()), size);
  EXPECT_EQ(base64(as_text(tree.root())), root);
}

}  // namespace
}  // namespace clawtrail
