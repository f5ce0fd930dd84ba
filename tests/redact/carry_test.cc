// SPDX-License-Identifier: Apache-2.0
// Secrets that are spread over lines. Every key is made at run time.
#include <gtest/gtest.h>

#include "clawtrail/base/encoding.h"
#include "redact/delta.h"
#include "redact/generate.h"
#include "redact/key_block.h"
#include "redact/redact_support.h"

namespace clawtrail {
namespace {

const std::string kDashes = "-----";

class CarryTest : public testing::Test {
 protected:
  static test::BoundRedactor& redactor() {
    static test::BoundRedactor redactor;
    return redactor;
  }
  std::string make(std::string_view pattern) { return redact::generate(pattern, seed_).value(); }
  std::string begin(const std::string& label = "RSA PRIVATE KEY") {
    return kDashes + "BEGIN " + label + kDashes;
  }
  std::string end(const std::string& label = "RSA PRIVATE KEY") { return kDashes + "END " + label + kDashes; }
  std::string body() { return make("[A-Za-z0-9+/]{64}"); }
  static std::string joined(const std::vector<std::string>& lines) {
    std::string out;
    for (const std::string& line : lines) out += line + "\n";
    return out;
  }
  static std::vector<std::string> filtered(const std::vector<std::string>& lines,
                                           std::size_t portion = 4096) {
    const std::string out = redactor().stream(joined(lines), portion);
    std::vector<std::string> split;
    for (std::size_t at = 0; at < out.size();) {
      const std::size_t to = out.find('\n', at);
      split.push_back(out.substr(at, to - at));
      at = to + 1;
    }
    return split;
  }
  redact::Seed seed_{11};
};

TEST_F(CarryTest, MasksAKeyOfManyTextLines) {
  const std::string after = body();
  const std::vector<std::string> lines{"before",
                                       begin(),
                                       "Proc-Type: 4,ENCRYPTED",
                                       "DEK-Info: AES-128-CBC,00FF",
                                       "",
                                       body(),
                                       body(),
                                       make("[A-Za-z0-9]{10}=="),
                                       end(),
                                       after,
                                       "bye"};
  const std::vector<std::string> want{"before", begin(),      "[REDACTED]", "[REDACTED]",
                                      "",       "[REDACTED]", "[REDACTED]", "[REDACTED]",
                                      end(),    after,        "bye"};
  EXPECT_EQ(filtered(lines), want);
  EXPECT_EQ(filtered(lines, 7), want);
  EXPECT_EQ(filtered(want), want) << "a second run changes nothing";
}

TEST_F(CarryTest, FollowsTheMemberThatBeganIt) {
  const std::string other = body();
  std::vector<std::string> lines, want;
  for (const std::string& part : {begin(), body(), body(), end(), std::string("done")}) {
    const auto line = [&](const std::string& text) {
      return R"({"0":"x","1":)" + json_string(text) + R"(,"id":")" + other + R"(","message":)" +
             json_string(text) + "}";
    };
    lines.push_back(line(part));
    want.push_back(line(part.starts_with("-") || part == "done" ? part : "[REDACTED]"));
  }
  EXPECT_EQ(filtered(lines), want);
}

TEST_F(CarryTest, SeesThroughEscapesInsideTheLines) {
  std::string escaped;
  for (const char c : body()) escaped += "\\u00" + hex({&c, 1});
  const std::vector<std::string> lines{R"({"m":")" + begin() + R"(\n)" + body() + R"(\n"})",
                                       R"({"m":")" + escaped + R"(\r\n)" + body() + "\"}",
                                       R"({"m":")" + body() + R"(\n)" + end() + R"(\nafter"})"};
  EXPECT_EQ(filtered(lines),
            (std::vector<std::string>{R"({"m":")" + begin() + R"([REDACTED]"})", R"({"m":"[REDACTED]"})",
                                      R"({"m":"[REDACTED]\n)" + end() + R"(\nafter"})"}));
}

TEST_F(CarryTest, SkipsThePrefixThatEveryLineHas) {
  const std::string prefix = "2026-11-21T04:00:00Z INFO app: ";
  const std::vector<std::string> out =
      filtered({prefix + begin(), prefix + body(), body(), prefix + end(), prefix + "up"});
  EXPECT_EQ(out, (std::vector<std::string>{prefix + begin(), prefix + "[REDACTED]", "[REDACTED]",
                                           prefix + end(), prefix + "up"}));
}

TEST_F(CarryTest, StopsAtWhatCannotBeAKey) {
  const std::string later = body();
  EXPECT_EQ(filtered({begin(), body(), "an ordinary line", later})[3], later);
  EXPECT_EQ(filtered({"expected " + begin() + " at the start", later})[1], later);
  EXPECT_EQ(filtered({kDashes + "BEGIN CERTIFICATE" + kDashes, later})[1], later);
  EXPECT_EQ(filtered({begin(), body(), end(), later})[3], later);
  EXPECT_EQ(filtered({begin(), "OK", "gateway restarted"})[1], "OK") << "a short word is no line of a key";
}

TEST_F(CarryTest, StopsAfterSixtyFourLines) {
  std::vector<std::string> lines{begin()};
  for (int i = 0; i < 70; ++i) lines.push_back(body());
  const std::vector<std::string> out = filtered(lines);
  EXPECT_EQ(out[limits::kKeyBlockRecordsMax], "[REDACTED]");
  EXPECT_EQ(out[limits::kKeyBlockRecordsMax + 1], lines[limits::kKeyBlockRecordsMax + 1]);
}

TEST_F(CarryTest, CountsTheLinesOfPutty) {
  const std::string later = body();
  const std::vector<std::string> out =
      filtered({"PuTTY-User-Key-File-3: ssh-ed25519", "Encryption: none", "Public-Lines: 1", body(),
                std::string("Private-Lines:") + " 2", body(), make("[A-Za-z0-9]{30}"), later});
  EXPECT_EQ(out[5], "[REDACTED]");
  EXPECT_EQ(out[6], "[REDACTED]");
  EXPECT_EQ(out[7], later);
}

TEST_F(CarryTest, MasksOpenPgpToItsChecksum) {
  const std::vector<std::string> out = filtered({begin("PGP PRIVATE KEY BLOCK"), "Comment: mine", "", body(),
                                                 "=" + make("[A-Za-z0-9]{4}"), end("PGP PRIVATE KEY BLOCK")});
  EXPECT_EQ(out[1], "[REDACTED]");
  EXPECT_EQ(out[3], "[REDACTED]");
  EXPECT_EQ(out[4], "[REDACTED]");
}

// An answer streamed in pieces of any size: no record holds half a key, also where it repeats the text so
// far.
TEST_F(CarryTest, JoinsTheDeltasOfOneConversation) {
  const std::string key = make("sk-ant-api03-[A-Za-z0-9_-]{93}AA");
  const std::string text = "your key is " + key + " and \"more\" follows";
  for (const std::size_t piece : {1U, 4U, 25U, 60U}) {
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size(); at += piece) {
      lines.push_back(R"({"event":"agent","payload":{"runId":"k1","data":{"text":)" +
                      json_string(text.substr(0, at + piece)) + R"(,"delta":)" +
                      json_string(text.substr(at, piece)) + R"(},"role":"assistant"}})");
      lines.push_back(R"({"event":"chat","payload":{"runId":"k2","deltaText":"s)" + std::to_string(at) +
                      R"("}})");
    }
    const std::vector<std::string> out = filtered(lines, 1 << 20);
    ASSERT_EQ(out.size(), lines.size());
    std::string left;
    for (std::size_t i = 0; i < out.size(); ++i) {
      EXPECT_NE(out[i].find(i % 2 == 0 ? "\"assistant\"" : "\"s"), std::string::npos) << out[i];
      for (std::size_t at = 0; at + 5 <= key.size(); ++at) {
        EXPECT_EQ(out[i].find(key.substr(at, 5)), std::string::npos) << out[i];
      }
    }
    EXPECT_NE(out[out.size() - 2].find("follows\""), std::string::npos);
  }
}

TEST_F(CarryTest, KeepsConversationsApart) {
  const std::string head = "ghp_" + make("[A-Za-z0-9]{20}"), tail = make("[A-Za-z0-9]{16}");
  const auto line = [](const std::string& run, const std::string& text) {
    return R"({"runId":")" + run + R"(","deltaText":")" + text + "\"}";
  };
  EXPECT_EQ(
      filtered({line("a", "x " + head), line("b", "hello"), line("a", tail + " y")}),
      (std::vector<std::string>{line("a", "x [REDACTED]"), line("b", "hello"), line("a", "[REDACTED] y")}));
  const std::vector<std::string> apart{line("a", "x " + head), line("b", tail + " y")};
  EXPECT_EQ(filtered(apart)[1], apart[1]);
}

TEST(DeltaTailTest, KeepsTheEndAndTheLastUsedConversations) {
  CarryState state;
  redact::extend(redact::tail_of(state, 1), "abc");
  redact::extend(redact::tail_of(state, 1), "def");
  DeltaTail tail = redact::tail_of(state, 1);
  EXPECT_EQ(std::string_view(tail.bytes.data(), tail.size), "abcdef");
  redact::extend(tail, std::string(limits::kDeltaTailBytes - 2, 'x'));
  EXPECT_EQ(std::string_view(tail.bytes.data(), 3), "efx");
  EXPECT_EQ(tail.size, limits::kDeltaTailBytes);
  redact::extend(tail, std::string(limits::kDeltaTailBytes, 'y') + "z");
  EXPECT_TRUE(std::string_view(tail.bytes.data(), tail.size).ends_with("yz"));
  for (std::uint64_t id = 2; id < 2 + limits::kDeltaConversationsMax; ++id) redact::tail_of(state, id);
  EXPECT_EQ(state.tails.size(), limits::kDeltaConversationsMax);
  EXPECT_EQ(redact::tail_of(state, 1).size, 0) << "the longest silent one has gone";
}

}  // namespace
}  // namespace clawtrail
