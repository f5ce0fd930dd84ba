// SPDX-License-Identifier: Apache-2.0
// The real file system behind the interface: what each call promises, tried on a folder of its own.
#include "clawtrail/io/files.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace clawtrail {
namespace {

class FilesTest : public testing::Test {
 protected:
  FilesTest() {
    std::string name = (std::filesystem::temp_directory_path() / "clawtrail-XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  ~FilesTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  std::string path(const std::string& name) const { return folder_ + "/" + name; }
  void write(const std::string& name, const std::string& text) {
    auto file = files_.open(path(name), OpenMode::kAppend);
    ASSERT_TRUE(file);
    ASSERT_TRUE((*file)->append(text));
  }
  std::string read(const std::string& name) {
    auto text = read_file(files_, path(name), 1 << 20);
    return text ? *text : text.error().message;
  }
  Code open_code(const std::string& name, OpenMode mode) {
    auto file = files_.open(path(name), mode);
    EXPECT_FALSE(file);
    return file ? Code::kEnd : file.error().code;
  }

  Files& files_ = real_files();
  std::string folder_;
};

TEST_F(FilesTest, AppendedBytesAreReadBackAtTheirOffsets) {
  write("a", "hello ");
  write("a", "world");
  auto file = files_.open(path("a"), OpenMode::kRead);
  ASSERT_TRUE(file);
  char bytes[16];
  auto got = (*file)->read_at(6, bytes);
  ASSERT_TRUE(got);
  EXPECT_EQ(std::string(bytes, *got), "world");
  got = (*file)->read_at(11, bytes);
  ASSERT_TRUE(got);
  EXPECT_EQ(*got, 0U);
}

TEST_F(FilesTest, TruncateCutsBackAndAppendGoesOnThere) {
  auto file = files_.open(path("a"), OpenMode::kCreate);
  ASSERT_TRUE(file);
  ASSERT_TRUE((*file)->append("one two"));
  ASSERT_TRUE((*file)->truncate(4));
  ASSERT_TRUE((*file)->append("three"));
  ASSERT_TRUE((*file)->sync());
  EXPECT_EQ(read("a"), "one three");
}

TEST_F(FilesTest, NewFilesAreForTheirOwnerOnly) {
  write("a", "x");
  EXPECT_EQ(files_.stat(path("a"))->mode, 0600U);
  ASSERT_TRUE(files_.create_dirs(path("b/c")));
  EXPECT_EQ(files_.stat(path("b/c"))->mode, 0700U);
  EXPECT_TRUE(files_.create_dirs(path("b/c")));
  EXPECT_FALSE(files_.create_dirs(path("a/b")));
}

TEST_F(FilesTest, OpenSaysWhyNot) {
  write("a", "x");
  EXPECT_EQ(open_code("missing", OpenMode::kRead), Code::kNotFound);
  EXPECT_EQ(open_code("a", OpenMode::kCreate), Code::kBusy);
}

TEST_F(FilesTest, TailedFilesAreRegularAndNoLinks) {
  write("a", "x");
  ASSERT_EQ(::symlink(path("a").c_str(), path("link").c_str()), 0);
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  EXPECT_TRUE(files_.open(path("a"), OpenMode::kReadTailed));
  EXPECT_EQ(open_code("link", OpenMode::kReadTailed), Code::kInvalid);
  EXPECT_EQ(open_code("pipe", OpenMode::kReadTailed), Code::kInvalid);  // and does not hang
  EXPECT_EQ(open_code("", OpenMode::kReadTailed), Code::kInvalid);      // the folder
}

TEST_F(FilesTest, IdentityIsTheInodeAndOutlivesARename) {
  write("a", "x");
  write("b", "x");
  const auto a = files_.stat(path("a"));
  ASSERT_TRUE(a);
  EXPECT_NE(a->identity, files_.stat(path("b"))->identity);
  ASSERT_TRUE(files_.rename(path("a"), path("c")));
  EXPECT_EQ(a->identity, files_.stat(path("c"))->identity);
  EXPECT_EQ(files_.stat(path("a")).error().code, Code::kNotFound);
  EXPECT_TRUE(a->regular);
  EXPECT_EQ(a->owner, ::geteuid());
  EXPECT_FALSE(files_.stat(folder_)->regular);
}

TEST_F(FilesTest, ListsAndGlobsAreSorted) {
  for (const char* name : {"b.log", "a.log", "B.log", "c.txt"}) write(name, "x");
  ASSERT_EQ(::symlink("a.log", path("link.log").c_str()), 0);
  const auto entries = files_.list(folder_);
  ASSERT_TRUE(entries);
  std::vector<std::string> names;
  for (const DirEntry& entry : *entries) names.push_back(entry.name);
  EXPECT_EQ(names, (std::vector<std::string>{"B.log", "a.log", "b.log", "c.txt"}));
  EXPECT_EQ(files_.glob(path("[ab].log")), (std::vector<std::string>{path("a.log"), path("b.log")}));
  EXPECT_TRUE(files_.glob(path("*.none")).empty());
  EXPECT_EQ(files_.list(path("none")).error().code, Code::kNotFound);
}

TEST_F(FilesTest, AtomicWriteReplacesWholeFiles) {
  ASSERT_TRUE(write_file_atomically(files_, path("a"), "first, a long text"));
  write("a.new", "left by a crash");
  ASSERT_TRUE(write_file_atomically(files_, path("a"), "second"));
  EXPECT_EQ(read("a"), "second");
  EXPECT_EQ(files_.list(folder_)->size(), 1U);
  EXPECT_FALSE(write_file_atomically(files_, path("none/a"), "x"));
}

TEST_F(FilesTest, ReadFileHasALimit) {
  write("a", "12345");
  EXPECT_EQ(*read_file(files_, path("a"), 5), "12345");
  EXPECT_EQ(read_file(files_, path("a"), 4).error().code, Code::kTooLarge);
  EXPECT_FALSE(read_file(files_, "/proc/self/stat", 4096)->empty());
}

TEST_F(FilesTest, ALockHeldByAnotherProcessNamesIt) {
  int ready[2];
  int done[2];
  ASSERT_EQ(::pipe(ready), 0);
  ASSERT_EQ(::pipe(done), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  char byte = 'x';
  if (child == 0) {
    ::close(done[1]);
    const auto held = files_.lock(path("lock"));
    const bool told = ::write(ready[1], &byte, 1) == 1;
    static_cast<void>(!::read(done[0], &byte, 1));
    ::_exit(held && told ? 0 : 1);
  }
  ::close(done[0]);
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  const auto refused = files_.lock(path("lock"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kBusy);
  EXPECT_NE(refused.error().message.find("process " + std::to_string(child)), std::string::npos);
  ::close(done[1]);
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(files_.lock(path("lock")));  // The kernel gave it back when its holder ended.
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_F(FilesTest, ALockIsGivenBackWithItsObject) {
  { EXPECT_TRUE(files_.lock(path("lock"))); }
  auto held = files_.lock(path("lock"));
  EXPECT_TRUE(held);
  EXPECT_EQ(files_.lock(path("lock")).error().code, Code::kBusy);
}

TEST_F(FilesTest, FreeSpaceIsKnown) {
  const auto free = files_.free_bytes(folder_);
  ASSERT_TRUE(free);
  EXPECT_GT(*free, 0U);
  EXPECT_TRUE(files_.sync_dir(folder_));
}

TEST(Paths, HaveParts) {
  EXPECT_EQ(parent_of("/a/b"), "/a");
  EXPECT_EQ(parent_of("/a"), "/");
  EXPECT_EQ(parent_of("a"), ".");
  EXPECT_EQ(basename_of("/a/b"), "b");
  EXPECT_EQ(basename_of("a"), "a");
  EXPECT_EQ(join_path("/a", "b"), "/a/b");
  EXPECT_EQ(join_path("/", "b"), "/b");
  EXPECT_EQ(expand_home("/a"), "/a");
  EXPECT_EQ(expand_home("~x"), "~x");
  EXPECT_EQ(expand_home("~/x"), expand_home("~") + "/x");
}

}  // namespace
}  // namespace clawtrail
