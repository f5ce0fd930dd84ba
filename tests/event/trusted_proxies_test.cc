// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "clawtrail/event/classifier.h"

namespace clawtrail {
namespace {

TrustedProxies proxies(const std::vector<std::string>& entries) {
  auto parsed = TrustedProxies::parse(entries);
  EXPECT_TRUE(parsed.ok());
  return *parsed;
}

TEST(TrustedProxies, KnowsAddressesAndRangesOfBothFamilies) {
  const TrustedProxies some =
      proxies({"127.0.0.1", "10.1.0.0/20", "2001:db8::/33", "::1", " 192.0.2.128/25"});
  for (const char* ip : {"127.0.0.1", "10.1.15.255", "2001:db8:7fff::1", "::1", "192.0.2.200",
                         "::ffff:10.1.0.1", "::ffff:a01:1", "127.0.0.1:443", "[::1]:443", "\"[::1]\""}) {
    EXPECT_TRUE(some.trusts(ip)) << ip;
  }
  for (const char* ip :
       {"127.0.0.2", "10.1.16.0", "2001:db8:8000::1", "::2", "192.0.2.127", "", "localhost", "10.1.0.1.5",
        "10.1.0", "a very long text that is not an address at all, by any measure"}) {
    EXPECT_FALSE(some.trusts(ip)) << ip;
  }
  EXPECT_TRUE(proxies({"0.0.0.0/0"}).trusts("8.8.8.8"));
  EXPECT_FALSE(proxies({"0.0.0.0/0"}).trusts("2001:db8::1"));
}

TEST(TrustedProxies, RefusesWhatIsNoAddress) {
  for (const char* entry :
       {"", "localhost", "10.0.0.0/33", "::1/129", "10.0.0.0/", "10.0.0.0/x", "10.0.0.0/8x", "10/8"}) {
    const auto parsed = TrustedProxies::parse({"127.0.0.1", entry});
    ASSERT_FALSE(parsed.ok()) << entry;
    EXPECT_NE(parsed.error().message.find("\"" + std::string(entry) + "\""), std::string::npos);
  }
}

TEST(TrustedProxies, BelievesTheRightMostHopThatIsNotAProxy) {
  const TrustedProxies some = proxies({"127.0.0.1", "10.0.0.0/8"});
  struct Case {
    const char *peer, *forwarded, *expected;
  };
  const Case cases[] = {{"198.51.100.1", "203.0.113.7", "198.51.100.1"},
                        {"127.0.0.1", "203.0.113.7", "203.0.113.7"},
                        {"127.0.0.1", "1.1.1.1,203.0.113.7 , 10.0.0.1", "203.0.113.7"},
                        {"127.0.0.1", "", "127.0.0.1"},
                        {"127.0.0.1", "10.0.0.1, 10.0.0.2", "127.0.0.1"},
                        {"127.0.0.1", "203.0.113.7, unknown", "127.0.0.1"},
                        {"127.0.0.1:5000", "[2001:db8::5]:443", "2001:db8::5"},
                        {"::ffff:127.0.0.1", "203.0.113.7:1234", "203.0.113.7"},
                        {"::ffff:198.51.100.1", "203.0.113.7", "198.51.100.1"},
                        {"fe80::1%eth0", "", "fe80::1"},
                        {"", "203.0.113.7", ""},
                        {"?", "203.0.113.7", ""}};
  for (const Case& c : cases)
    EXPECT_EQ(some.effective(c.peer, c.forwarded), c.expected) << c.peer << " " << c.forwarded;
  EXPECT_EQ(proxies({}).effective("127.0.0.1", "203.0.113.7"), "127.0.0.1");
}

}  // namespace
}  // namespace clawtrail
