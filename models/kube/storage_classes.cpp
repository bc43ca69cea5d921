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
    classes.push_back({Name(share), false, false, false, false});
  return classes;
}

void count_disks(const ClusterSpec& cluster, ManifestSet& manifests) {
  std::vector<StorageClassSpec> classes = manifests.storage_classes;
  for (StorageClassSpec& builtin : builtin_storage_classes(cluster)) {
    builtin.is_default = builtin.is_default && std::ranges::none_of(classes, &StorageClassSpec::is_default);
    if (std::ranges::find(classes, builtin.name, &StorageClassSpec::name) == classes.end()) classes.push_back(builtin);
  }
  const auto attached = [&](const VolumeClaimSpec& claim) {
    const auto known = std::ranges::find_if(classes, [&](const StorageClassSpec& c) { return claim.storage_class.empty() ? c.is_default : c.name == claim.storage_class; });
    return known != classes.end() && known->attached;
  };
  for (WorkloadSpec& workload : manifests.workloads) {
    PodSpec& pod = workload.pod;
    pod.disks = 0;
    for (const Name volume : pod.volume_claims) {
      const auto made = std::ranges::find(workload.volume_claim_templates, volume, &VolumeClaimSpec::name);
      const auto stated = std::ranges::find_if(manifests.volume_claims, [&](const VolumeClaimSpec& claim) {
        return claim.name == volume && claim.name_space == workload.name_space;
      });
      if (made != workload.volume_claim_templates.end()) pod.disks += attached(*made) ? 1 : 0;
      else if (stated != manifests.volume_claims.end()) pod.disks += attached(*stated) ? 1 : 0;
    }
  }
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
