/// IPv4 prefixes.
#pragma once
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace akstwin {

/// Azure keeps five addresses of every subnet: network, gateway, two for DNS, broadcast.
/// Source: MicrosoftDocs/azure-aks-docs concepts-network-azure-cni-overlay.md, read 2026-08.
inline constexpr std::int64_t kAzureReservedAddresses = 5;

/// An IPv4 network: base address with host bits zero, prefix length 0…32.
struct Cidr {
  std::uint32_t base = 0;
  int prefix = 32;

  constexpr bool operator==(const Cidr&) const = default;
  constexpr std::int64_t size() const { return std::int64_t{1} << (32 - prefix); }
  constexpr std::uint64_t end() const { return std::uint64_t{base} + static_cast<std::uint64_t>(size()); }
  constexpr bool contains(const Cidr& other) const { return base <= other.base && other.end() <= end(); }
  constexpr bool overlaps(const Cidr& other) const { return base < other.end() && other.base < end(); }
  /// Addresses that Azure lets a subnet of this size hand out: size − 5, never below zero.
  constexpr std::int64_t usable() const { return size() > kAzureReservedAddresses ? size() - kAzureReservedAddresses : 0; }
};

/// Parses "10.40.0.0/22". Nothing when malformed or when host bits are set ("10.0.0.1/24").
std::optional<Cidr> parse_cidr(std::string_view text);
/// Like parse_cidr, but clears host bits: for the hint "did you mean 10.0.0.0/24".
std::optional<Cidr> parse_cidr_lenient(std::string_view text);
std::string to_string(const Cidr& cidr);
/// The largest prefix length (smallest subnet) whose usable() is at least `addresses`; nothing above a /8.
std::optional<int> smallest_prefix_for(std::int64_t addresses);

}  // namespace akstwin
