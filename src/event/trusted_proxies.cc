// SPDX-License-Identifier: Apache-2.0
// IP addresses as 16 bytes (RFC 4291; v4 in its v4-mapped form), ranges in CIDR notation (RFC 4632).
#include <arpa/inet.h>

#include <array>
#include <charconv>
#include <cstring>
#include <optional>

#include "clawtrail/event/classifier.h"

namespace clawtrail {

namespace {

using Address = std::array<std::uint8_t, 16>;
constexpr std::size_t kAddressTextMax = 45;  // INET6_ADDRSTRLEN - 1
constexpr int kMappedBits = 96;

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// The address part of "1.2.3.4:80", "[::1]:80", "\"[::1]\"", "fe80::1%eth0".
std::string_view bare(std::string_view text) {
  text = trim(text);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  if (!text.empty() && text.front() == '[') {
    const std::size_t close = text.find(']');
    return close == std::string_view::npos ? std::string_view() : text.substr(1, close - 1);
  }
  const std::size_t colon = text.find(':');
  if (colon != std::string_view::npos && text.find(':', colon + 1) == std::string_view::npos) {
    text = text.substr(0, colon);
  }
  return text.substr(0, text.find('%'));
}

std::optional<Address> parse_address(std::string_view text) {
  if (text.empty() || text.size() > kAddressTextMax) return std::nullopt;
  char buffer[kAddressTextMax + 1];
  std::memcpy(buffer, text.data(), text.size());
  buffer[text.size()] = '\0';
  if (std::strlen(buffer) != text.size()) return std::nullopt;
  Address address{};
  if (text.find(':') != std::string_view::npos) {
    if (inet_pton(AF_INET6, buffer, address.data()) != 1) return std::nullopt;
    return address;
  }
  address[10] = address[11] = 0xFF;
  if (inet_pton(AF_INET, buffer, address.data() + 12) != 1) return std::nullopt;
  return address;
}

bool inside(const Address& address, const std::uint8_t* network, int bits) {
  const auto whole = static_cast<std::size_t>(bits / 8);
  if (std::memcmp(address.data(), network, whole) != 0) return false;
  const int rest = bits % 8;
  if (rest == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xFF << (8 - rest));
  return (address[whole] & mask) == (network[whole] & mask);
}

/// "::ffff:10.0.0.1" is written as "10.0.0.1".
std::string_view as_v4(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || text.find('.', colon) == std::string_view::npos) return text;
  return text.substr(colon + 1);
}

}  // namespace

Result<TrustedProxies> TrustedProxies::parse(const std::vector<std::string>& entries) {
  TrustedProxies proxies;
  for (const std::string& entry : entries) {
    const std::string_view text = trim(entry);
    const std::size_t slash = text.find('/');
    const auto address = parse_address(text.substr(0, slash));
    const Error bad{Code::kInvalid, "\"" + entry + "\" is no IP address or CIDR range"};
    if (!address) return bad;
    const bool v4 = text.substr(0, slash).find(':') == std::string_view::npos;
    int bits = v4 ? 32 : 128;
    if (slash != std::string_view::npos) {
      const std::string_view digits = text.substr(slash + 1);
      int given = -1;
      const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), given);
      if (end.ec != std::errc() || end.ptr != digits.data() + digits.size() || given < 0 || given > bits) {
        return bad;
      }
      bits = given;
    }
    Range range{};
    std::memcpy(range.address, address->data(), address->size());
    range.bits = v4 ? bits + kMappedBits : bits;
    proxies.ranges_.push_back(range);
  }
  return proxies;
}

bool TrustedProxies::trusts(std::string_view ip) const {
  if (ranges_.empty()) return false;
  const auto address = parse_address(bare(ip));
  if (!address) return false;
  for (const Range& range : ranges_) {
    if (inside(*address, range.address, range.bits)) return true;
  }
  return false;
}

std::string_view TrustedProxies::effective(std::string_view peer, std::string_view forwarded) const {
  const std::string_view ip = bare(peer);
  if (!parse_address(ip)) return {};
  if (!trusts(ip)) return as_v4(ip);
  while (!forwarded.empty()) {
    const std::size_t comma = forwarded.rfind(',');
    const std::string_view hop =
        bare(comma == std::string_view::npos ? forwarded : forwarded.substr(comma + 1));
    forwarded = comma == std::string_view::npos ? std::string_view() : forwarded.substr(0, comma);
    if (!parse_address(hop)) break;  // Whatever stands left of it was written by someone we cannot name.
    if (!trusts(hop)) return as_v4(hop);
  }
  return as_v4(ip);
}

}  // namespace clawtrail
