// SPDX-License-Identifier: Apache-2.0
// Runs the real binary in a folder of its own that is also its home.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <sstream>
#include <string>
#include <vector>

namespace clawtrail {

struct Ended {
  int code = -1;
  std::string out, err;
};

class CliTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "clawtrail-cli-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    dir_ = name;
  }
  void TearDown() override {
    std::error_code ignored;
    std::filesystem::remove_all(dir_, ignored);
  }

  std::string path(const std::string& name) const { return (dir_ / name).string(); }
  void write(const std::string& name, const std::string& text) const { std::ofstream(path(name)) << text; }
  std::string read(const std::string& name) const {
    std::ifstream in(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  /// A configuration with one file source and everything else inside the folder.
  void write_config(const std::string& more = "") const {
    write("clawtrail.yaml",
          "trail: {path: " + path("trail") + ", key_file: " + path("signing.key") +
              "}\nsources: [{name: in, type: file, path: " + path("in.log") +
              "}]\nredaction: {key_file: " + path("fp.key") +
              ", known_secrets: {env: [\"CT_SECRET_*\"], files: []}}\nweb: {listen: \"127.0.0.1:0\"}\n" +
              more);
  }

  /// Runs `clawtrail ARGUMENTS` (shell words), `in` on its standard input, HOME and working folder in dir_.
  Ended run(const std::string& arguments, const std::string& in = "",
            const std::string& variables = "") const {
    write("stdin", in);
    const std::string command = "cd " + dir_.string() + " && env HOME=" + dir_.string() +
                                " TMPDIR=" + dir_.string() + " " + variables + " " + CLAWTRAIL_BINARY + " " +
                                arguments + " < stdin > stdout 2> stderr";
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read("stdout"), read("stderr")};
  }

  static std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> out;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) out.push_back(line);
    return out;
  }
  static std::string random_text(std::size_t size) {
    static constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    std::random_device device;
    std::string out(size, ' ');
    for (char& c : out) c = kAlphabet[device() % (sizeof kAlphabet - 1)];
    return out;
  }
  static std::string github_token() {
    return "gh"
           "p_" +
           random_text(36);
  }

  std::filesystem::path dir_;
};

}  // namespace clawtrail
