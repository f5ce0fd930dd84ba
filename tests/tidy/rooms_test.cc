// SPDX-License-Identifier: Apache-2.0
// Goal: the tree keeps its shape. Method: small checkers over the text of every file; each is first shown to
// be able to fail on a few lines, then run on the tree.
#include "tidy/rooms.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>

#include "tidy/lengths.h"
#include "tidy/words.h"

namespace clawtrail::tidy {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Files of the tree whose path ends in one of `ends`, relative to its root; never the build folder.
std::vector<std::string> tree(const std::vector<std::string>& tops, const std::vector<std::string>& ends) {
  const fs::path root = CLAWTRAIL_SOURCE_DIR;
  std::vector<std::string> out;
  const auto take = [&](const fs::path& path) {
    const std::string name = path.lexically_relative(root).string();
    const auto fits = [&](const std::string& end) { return name.ends_with(end); };
    if (std::any_of(ends.begin(), ends.end(), fits)) out.push_back(name);
  };
  for (const std::string& top : tops) {
    if (fs::is_regular_file(root / top)) take(root / top);
    if (!fs::is_directory(root / top)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / top)) {
      if (entry.is_regular_file()) take(entry.path());
    }
  }
  return out;
}

const std::vector<std::string> kAll = {"src",      "include",   "tests",          "bench",
                                       "patterns", "alerts",    "dashboards",     "dev",
                                       ".ci",      "README.md", "CMakeLists.txt", "clawtrail.example.yaml"};

void expect_clean(const std::vector<std::string>& paths,
                  const std::function<Findings(const std::string&, const std::string&)>& check) {
  EXPECT_FALSE(paths.empty());
  for (const std::string& path : paths) {
    for (const std::string& finding : check(path, read(fs::path(CLAWTRAIL_SOURCE_DIR) / path))) {
      ADD_FAILURE() << finding;
    }
  }
}

std::string function_of(std::size_t lines) {
  std::string out = "namespace a {\nint f(int x) {\n";
  for (std::size_t i = 2; i < lines; ++i) out += "  ++x;\n";
  return out + "}\n}  // namespace a\n";
}

TEST(Tree, RoomsIncludeOnlyTheRowsBelow) {
  expect_clean(tree({"src", "include"}, {".h", ".cc"}), check_includes);
}

TEST(Tree, OnlyThePipelineStartsThreads) {
  expect_clean(tree({"src", "include"}, {".h", ".cc"}), check_threads);
}

TEST(Tree, FilesAndFunctionsAreShort) {
  expect_clean(tree({"src", "include", "tests", "bench"}, {".h", ".cc"}), check_lengths);
}

TEST(Tree, EverySourceHasOneLicenceLine) {
  expect_clean(tree({"src", "include", "tests", "bench", "dev", ".ci"},
                    {".h", ".cc", ".py", ".sh", ".mjs", "dev", ".ci/run"}),
               check_licence);
}

TEST(Tree, NothingIsPromisedForLaterAndNoPathIsOfOneMachine) {
  expect_clean(
      tree(kAll, {".h", ".cc", ".py", ".sh", ".mjs", ".md", ".txt", ".yaml", ".json", "dev", ".ci/run"}),
      check_words);
}

TEST(Tree, NoFileHoldsASecret) {
  expect_clean(tree(kAll, {".h", ".cc", ".py", ".sh", ".mjs", ".md", ".txt", ".yaml", ".json", ".jsonl",
                           ".expected", "dev"}),
               check_secrets);
}

// --- the checkers can fail
// -------------------------------------------------------------------------------------------

TEST(Includes, AContractOfAHigherRowIsFound) {
  EXPECT_EQ(check_includes("src/base/a.cc", "#include \"clawtrail/io/files.h\"\n"),
            Findings{"src/base/a.cc:1: base (row 0) may not use io (row 1)"});
  EXPECT_TRUE(check_includes("src/io/a.cc", "#include \"clawtrail/base/time.h\"\n").empty());
  EXPECT_TRUE(check_includes("src/io/a.cc", "#include \"clawtrail/io/files.h\"\n").empty());
}

TEST(Includes, AContractOfTheSameRowIsFoundButForTheTwoExceptions) {
  EXPECT_EQ(check_includes("src/io/a.cc", "#include \"clawtrail/text/yaml.h\"\n").size(), 1u);
  EXPECT_EQ(check_includes("src/web/a.cc", "#include \"clawtrail/pipeline/pipeline.h\"\n").size(), 1u);
  EXPECT_TRUE(check_includes("src/pipeline/a.cc", "#include \"clawtrail/web/web.h\"\n").empty());
  EXPECT_TRUE(check_includes("src/cli/a.cc", "#include \"clawtrail/config/config.h\"\n").empty());
  EXPECT_EQ(check_includes("src/config/a.cc", "#include \"clawtrail/cli/a.h\"\n").size(), 1u);
}

TEST(Includes, PrivateHeadersOfOthersAreFound) {
  EXPECT_EQ(check_includes("src/trail/a.cc", "#include \"redact/engine.h\"\n").size(), 1u);
  EXPECT_EQ(check_includes("include/clawtrail/trail/a.h", "#include \"trail/note.h\"\n").size(), 1u);
  EXPECT_TRUE(check_includes("src/trail/a.cc", "#include \"trail/note.h\"\n").empty());
}

TEST(Includes, ThirdPartyHeadersStayInTheirRoom) {
  EXPECT_EQ(check_includes("src/cli/a.cc", "#include <yaml-cpp/yaml.h>\n").size(), 1u);
  EXPECT_EQ(check_includes("include/clawtrail/text/a.h", "#include <yaml-cpp/yaml.h>\n").size(), 1u);
  EXPECT_TRUE(check_includes("src/text/a.cc", "#include <yaml-cpp/yaml.h>\n").empty());
  EXPECT_EQ(check_includes("src/alert/a.cc", "#include <unistd.h>\n").size(), 1u);
  EXPECT_EQ(check_includes("src/alert/a.cc", "#include <boost/any.hpp>\n").size(), 1u);
  EXPECT_TRUE(check_includes("src/alert/a.cc", "#include <string_view>\n").empty());
}

TEST(Threads, AreStartedOnlyByThePipelineAndTheServer) {
  EXPECT_EQ(check_threads("src/alert/a.cc", "std::thread t(f);\n").size(), 1u);
  EXPECT_TRUE(check_threads("src/pipeline/a.cc", "std::thread t(f);\n").empty());
  EXPECT_TRUE(check_threads("src/alert/a.cc", "std::this_thread::yield();  // no std::thread\n").empty());
}

TEST(Includes, AFolderThatIsNoRoomIsFound) { EXPECT_EQ(check_includes("src/util/a.cc", "").size(), 1u); }

TEST(Lengths, ALongFunctionIsFoundAndAShortOneIsNot) {
  EXPECT_EQ(check_lengths("src/a/a.cc", function_of(kFunctionLinesMax + 1)).size(), 1u);
  EXPECT_TRUE(check_lengths("src/a/a.cc", function_of(kFunctionLinesMax)).empty());
}

TEST(Lengths, ALongFileIsFound) {
  EXPECT_EQ(check_lengths("a.cc", std::string(kSourceLinesMax + 1, '\n')).size(), 1u);
  EXPECT_EQ(check_lengths("a.h", std::string(kHeaderLinesMax + 1, '\n')).size(), 1u);
  EXPECT_TRUE(check_lengths("a.cc", std::string(kHeaderLinesMax + 1, '\n')).empty());
}

TEST(Lengths, ClassesNamespacesAndListsAreNoFunctions) {
  const std::string text =
      "class A final : public B {\n public:\n  A() : x_{1} {}\n  void f() const {\n    g([] { return 1; "
      "});\n  }\n};\n"
      "const char* const kList[] = {\n  \"{\",\n};\nenum class E { kA };\n";
  const std::vector<Function> functions = functions_of(text);
  ASSERT_FALSE(functions.empty());
  EXPECT_EQ(functions.back().first, 4u);
  EXPECT_EQ(functions.back().lines, 3u);
}

TEST(Lengths, BracesInCommentsAndLiteralsDoNotCount) {
  const std::string code =
      without_comments_and_literals("a /* { */ \"{\\\"{\" '{' 1'000 R\"x({)\"{)x\" // {\nb {");
  EXPECT_EQ(std::count(code.begin(), code.end(), '{'), 1);
  EXPECT_EQ(std::count(code.begin(), code.end(), '\n'), 1);
  EXPECT_NE(code.find("000"), std::string::npos);
}

TEST(Words, PromisesAndPathsAreFound) {
  EXPECT_EQ(check_words("a",
                        "x\n// TO"
                        "DO: later\n"),
            Findings{"a:2: says TO"
                     "DO"});
  EXPECT_EQ(check_words("a",
                        "cp /ho"
                        "me/somebody/x .\n")
                .size(),
            1u);
  EXPECT_EQ(check_words("a",
                        "cp /wo"
                        "rk/main/x .\n")
                .size(),
            1u);
  EXPECT_TRUE(check_words("a", "a mastodon at /tmp/openclaw/x\n").empty());
}

TEST(Words, SecretsAreFound) {
  EXPECT_EQ(check_secrets("a",
                          "key gh"
                          "p_" +
                              std::string(36, 'a') + "\n")
                .size(),
            1u);
  EXPECT_EQ(check_secrets("a",
                          "key sk-ant-api"
                          "03-" +
                              std::string(93, 'a') + "AA\n")
                .size(),
            1u);
  EXPECT_TRUE(check_secrets("a", "key sk-ant-api03-{random:93}AA\n").empty());
}

TEST(Words, AMissingSecondOrLateLicenceIsFound) {
  const std::string line =
      "// SPDX-License-"
      "Identifier: Apache-2.0\n";
  EXPECT_EQ(check_licence("a", "int x;\n").size(), 1u);
  EXPECT_EQ(check_licence("a", line + line).size(), 1u);
  EXPECT_EQ(check_licence("a", "int x;\n" + line).size(), 1u);
  EXPECT_TRUE(check_licence("a", line + "int x;\n").empty());
  EXPECT_TRUE(check_licence("a", "#!/bin/sh\n" + line).empty());
}

}  // namespace
}  // namespace clawtrail::tidy
