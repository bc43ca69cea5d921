#include "models/kube/storage_classes.hpp"

#include <algorithm>
#include <charconv>
#include <set>
#include <string>
#include <string_view>

namespace akstwin {
namespace {

// FNV-1 with 32 bits, as Go's hash/fnv New32: multiply, then exclusive or.
std::uint32_t fnv1(std::string_view text) {
  std::uint32_t state = 2166136261U;
  for (const char c : text) state = (state * 16777619U) ^ static_cast<unsigned char>(c);
  return state;
}

}  // namespace

std::vector<Name> zones_of(const ClusterSpec& cluster) {
  std::set<Name> zones;
  for (const NodePoolSpec& pool : cluster.pools)
    for (const int zone : pool.zones) zones.insert(Name(cluster.location.str() + "-" + std::to_string(zone)));
  return {zones.begin(), zones.end()};
}

std::vector<StorageClassSpec> builtin_storage_classes(const ClusterSpec& cluster) {
  // Source: learn.microsoft.com "Storage options for applications in AKS", storage classes [recall]: disks wait for the first consumer, file
  // shares are made at once; ZRS disks in multi-zone clusters since 1.29.
  const bool zone_redundant = cluster.kubernetes_minor >= 29 && zones_of(cluster).size() > 1;
  std::vector<StorageClassSpec> classes;
  for (const char* disk : {"default", "managed-csi", "managed", "managed-csi-premium", "managed-premium"})
    classes.push_back({Name(disk), true, !zone_redundant, std::string_view(disk) == "default"});
  for (const char* share : {"azurefile", "azurefile-csi", "azurefile-premium", "azurefile-csi-premium", "azureblob-nfs-premium", "azureblob-fuse-premium"})
    classes.push_back({Name(share), false, false, false});
  return classes;
}

Name zone_of_immediate_claim(Name claim, std::span<const Name> zones) {
  if (zones.empty()) return {};
  std::string_view hashed = claim.text();
  std::uint32_t ordinal = 0;
  if (const std::size_t dash = hashed.rfind('-'); dash != std::string_view::npos) {
    const std::string_view number = hashed.substr(dash + 1);
    std::uint32_t parsed = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), parsed);
    if (error == std::errc{} && end == number.data() + number.size()) {
      ordinal = parsed;
      hashed = hashed.substr(0, dash);
    }
    // Of "template-set" only the set, so that all disks of one pod are made in one zone.
    if (const std::size_t before = hashed.rfind('-'); before != std::string_view::npos) hashed = hashed.substr(before + 1);
  }
  return zones[(fnv1(hashed) + ordinal) % zones.size()];
}

}  // namespace akstwin
