#include "models/catalog/machine_sizes.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "models/catalog/price_book.hpp"

namespace akstwin {
namespace {

using Operator = SelectorRequirement::Operator;

// Every label here is one that karpenter core or its Azure provider registers (labels.go of both, read at the commits named above).
constexpr auto kWellKnown = std::to_array<std::string_view>({
    "karpenter.sh/nodepool", "karpenter.sh/capacity-type", "topology.kubernetes.io/zone", "topology.kubernetes.io/region",
    "node.kubernetes.io/instance-type", "kubernetes.io/arch", "kubernetes.io/os", "kubernetes.io/hostname", "node.kubernetes.io/windows-build",
    "karpenter.azure.com/sku-name", "karpenter.azure.com/sku-family", "karpenter.azure.com/sku-series", "karpenter.azure.com/sku-version",
    "karpenter.azure.com/sku-cpu", "karpenter.azure.com/sku-memory", "karpenter.azure.com/sku-networking-accelerated",
    "karpenter.azure.com/sku-storage-premium-capable", "karpenter.azure.com/sku-storage-ephemeralos-maxsize", "karpenter.azure.com/sku-gpu-name",
    "karpenter.azure.com/sku-gpu-manufacturer", "karpenter.azure.com/sku-gpu-count", "karpenter.azure.com/placement-scope",
    "kubernetes.azure.com/sku-cpu", "kubernetes.azure.com/sku-memory", "kubernetes.azure.com/cluster", "kubernetes.azure.com/mode",
    "kubernetes.azure.com/scalesetpriority", "kubernetes.azure.com/priority", "kubernetes.azure.com/os-sku", "kubernetes.azure.com/fips_enabled"});

// Keys whose value is fixed by something else than the size: left open when sizes are compared with requirements.
bool decided_elsewhere(Name key) {
  constexpr auto kElsewhere = std::to_array<std::string_view>({
      "karpenter.sh/nodepool", "karpenter.sh/capacity-type", "topology.kubernetes.io/zone", "topology.kubernetes.io/region", "kubernetes.io/hostname",
      "karpenter.azure.com/placement-scope", "kubernetes.azure.com/cluster", "kubernetes.azure.com/mode", "kubernetes.azure.com/scalesetpriority",
      "kubernetes.azure.com/priority", "kubernetes.azure.com/os-sku", "kubernetes.azure.com/fips_enabled", "node.kubernetes.io/windows-build",
      "karpenter.azure.com/sku-networking-accelerated"});
  return std::ranges::find(kElsewhere, key.text()) != kElsewhere.end();
}

std::optional<std::int64_t> integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool value_admitted(const KarpenterNodePoolSpec& pool, std::string_view key, Name value) {
  return std::ranges::all_of(pool.requirements, [&](const NodeClaimRequirement& r) { return r.rule.key.text() != key || admits(r.rule, &value); });
}

bool states(const KarpenterNodePoolSpec& pool, std::string_view key) {
  return std::ranges::any_of(pool.requirements, [&](const NodeClaimRequirement& r) { return r.rule.key.text() == key; });
}

NodeClaimRequirement one_of(std::string_view key, std::initializer_list<std::string_view> values) {
  NodeClaimRequirement requirement{{Name(key), Operator::In, {}}, {}};
  for (const std::string_view value : values) requirement.rule.values.emplace_back(value);
  return requirement;
}

}  // namespace

SizeNameParts parts_of(const VmSize& size) {
  SizeNameParts parts;
  std::string_view text = size.name.text();
  if (text.starts_with("Standard_")) text.remove_prefix(9);
  const auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto digit = [](char c) { return (c >= '0' && c <= '9') || c == '-'; };
  const auto run = [&](auto accepts) {
    std::size_t length = 0;
    while (length < text.size() && accepts(text[length])) ++length;
    const std::string taken(text.substr(0, length));
    text.remove_prefix(length);
    return taken;
  };
  const std::string letters = run(upper);
  parts.family = letters.substr(0, 1);
  run(digit);
  parts.features = run(lower);
  if (letters.ends_with('S') && letters.size() > 1 && letters.front() == 'D') parts.features += 's';   // DS2_v2: premium storage, older grammar
  while (text.starts_with('_')) {
    text.remove_prefix(1);
    const std::string word(text.substr(0, text.find('_')));
    text.remove_prefix(word.size());
    const auto version = word.starts_with('v') ? integer(std::string_view(word).substr(1)) : std::nullopt;
    if (version) parts.version = static_cast<int>(*version);
    else parts.accelerator = word;
  }
  const bool old = letters.size() > 1 && letters.front() == 'D';
  parts.series = letters + (old ? std::string() : parts.features) + (parts.accelerator.empty() ? "" : "_" + parts.accelerator);
  if (size.name.text().find("_v") != std::string_view::npos) parts.series += "_v" + std::to_string(parts.version);
  return parts;
}

Labels size_labels(const VmSize& size) {
  const SizeNameParts parts = parts_of(size);
  Labels labels;
  const auto set = [&](std::string_view key, const std::string& value) { labels.set(Name(key), Name(value)); };
  const std::string memory = std::to_string(size.memory.value >> 20);   // MiB
  set("node.kubernetes.io/instance-type", size.name.str());
  set("kubernetes.io/arch", parts.arm() ? "arm64" : "amd64");
  set("kubernetes.io/os", "linux");
  set("karpenter.azure.com/sku-name", size.name.str());
  set("karpenter.azure.com/sku-family", parts.family);
  set("karpenter.azure.com/sku-series", parts.series);
  set("karpenter.azure.com/sku-version", std::to_string(parts.version));
  for (const std::string_view domain : {"karpenter.azure.com", "kubernetes.azure.com"}) {
    set(std::string(domain) + "/sku-cpu", std::to_string(size.vcpus));
    set(std::string(domain) + "/sku-memory", memory);
  }
  set("karpenter.azure.com/sku-storage-premium-capable", parts.premium_storage() ? "true" : "false");
  if (size.ephemeral_os_disk) set("karpenter.azure.com/sku-storage-ephemeralos-maxsize", std::to_string(size.temp_disk.value / 1'000'000'000));
  set("karpenter.azure.com/sku-gpu-count", std::to_string(size.gpus));
  if (size.gpus > 0) {
    set("karpenter.azure.com/sku-gpu-manufacturer", "nvidia");
    if (!parts.accelerator.empty()) set("karpenter.azure.com/sku-gpu-name", parts.accelerator);
  }
  return labels;
}

std::span<const std::string_view> well_known_labels() { return kWellKnown; }
bool is_well_known_label(Name key) { return std::ranges::find(kWellKnown, key.text()) != kWellKnown.end(); }

bool admits(const SelectorRequirement& rule, const Name* value) {
  const bool listed = value != nullptr && std::ranges::find(rule.values, *value) != rule.values.end();
  switch (rule.op) {
    case Operator::In: return listed;
    case Operator::NotIn: return !listed;
    case Operator::Exists: return value != nullptr;
    case Operator::DoesNotExist: return value == nullptr;
    default: break;
  }
  const auto number = value != nullptr ? integer(value->text()) : std::nullopt;
  const auto bound = rule.values.empty() ? std::nullopt : integer(rule.values.front().text());
  if (!number || !bound) return false;
  return rule.op == Operator::Gt ? *number > *bound : *number < *bound;
}

bool size_admitted(const VmSize& size, std::span<const NodeClaimRequirement> requirements) {
  const Labels labels = size_labels(size);
  return std::ranges::all_of(requirements, [&](const NodeClaimRequirement& r) {
    const bool open = decided_elsewhere(r.rule.key) || !is_well_known_label(r.rule.key);
    return open || admits(r.rule, labels.find(r.rule.key));
  });
}

std::vector<const VmSize*> sizes_admitted(const KarpenterNodePoolSpec& pool, Name location) {
  std::vector<const VmSize*> admitted;
  for (const VmSize& size : vm_sizes())
    if (vm_price(location.text(), size.name.text()) && size_admitted(size, pool.requirements)) admitted.push_back(&size);
  return admitted;
}

Name zone_label(Name location, int zone) { return zone == 0 ? Name("0") : Name(location.str() + "-" + std::to_string(zone)); }

std::vector<int> zones_admitted(const KarpenterNodePoolSpec& pool, Name location) {
  const Region* region = find_region(location.text());
  const int zones = region == nullptr ? 0 : region->zones;
  std::vector<int> admitted;
  // A regional machine is a choice of its own (placement-scope), and the only one where the region has no zones.
  const bool zonal = value_admitted(pool, "karpenter.azure.com/placement-scope", Name("zonal"));
  const bool wants_regional = states(pool, "karpenter.azure.com/placement-scope") && !zonal;
  for (int zone = 1; zone <= zones && zonal; ++zone)
    if (value_admitted(pool, "topology.kubernetes.io/zone", zone_label(location, zone))) admitted.push_back(zone);
  if (admitted.empty() && (zones == 0 || wants_regional) && value_admitted(pool, "topology.kubernetes.io/zone", Name("0"))) admitted.push_back(0);
  return admitted;
}

bool spot_admitted(const KarpenterNodePoolSpec& pool) {
  // Without a requirement on the capacity type a NodeClaim is offered both, cheapest first.
  return value_admitted(pool, "karpenter.sh/capacity-type", Name("spot")) && value_admitted(pool, "kubernetes.azure.com/scalesetpriority", Name("spot"));
}

bool on_demand_admitted(const KarpenterNodePoolSpec& pool) {
  return value_admitted(pool, "karpenter.sh/capacity-type", Name("on-demand")) &&
         value_admitted(pool, "kubernetes.azure.com/scalesetpriority", Name("regular"));
}

bool spot_capable(const VmSize& size) { return !(size.burstable() && parts_of(size).version == 1); }

std::int64_t most_machines(const ClusterSpec& cluster, const KarpenterNodePoolSpec& pool) {
  std::int64_t most = std::max<std::int64_t>(1, cluster.provisioning.max_nodes);
  if (pool.limits.nodes > 0) most = std::min(most, pool.limits.nodes);
  // The smallest size of the catalogue has 2 vCPUs.
  if (pool.limits.resources.cpu > Millicores{0}) most = std::min(most, std::max<std::int64_t>(1, pool.limits.resources.cpu.value / 2'000));
  return most;
}

NodePoolSpec machine_pool(const ClusterSpec& cluster, const KarpenterNodePoolSpec& pool) {
  NodePoolSpec out;
  out.name = pool.name;
  out.zones = zones_admitted(pool, cluster.location);
  if (out.zones == std::vector<int>{0}) out.zones.clear();
  out.autoscaling = true;
  out.count = 0;
  out.max_count = most_machines(cluster, pool);
  out.max_surge = {0, false};
  out.os_disk_gib = AksNodeClassSpec{}.os_disk_gib;
  out.times = cluster.provisioning.times;
  out.declared_at = pool.declared_at;
  if (!cluster.pools.empty()) out.subnet = cluster.pools.front().subnet;
  for (const AksNodeClassSpec& node_class : cluster.provisioning.node_classes) {
    if (node_class.name != pool.node_class) continue;
    out.max_pods = node_class.max_pods;
    out.os_disk_gib = node_class.os_disk_gib;
    if (!node_class.subnet.empty()) out.subnet = node_class.subnet;
  }
  return out;
}

std::vector<NodePoolSpec> all_pools(const ClusterSpec& cluster) {
  std::vector<NodePoolSpec> pools = cluster.pools;
  if (!cluster.provisioning.automatic) return pools;
  for (const KarpenterNodePoolSpec& pool : cluster.provisioning.node_pools) pools.push_back(machine_pool(cluster, pool));
  return pools;
}

std::optional<Money> machine_price(const CostSpec& cost, Name location, const VmSize& size, bool spot) {
  const std::string name = "vm:" + location.str() + "/" + size.name.str();
  const auto stated = [&](const std::string& meter_name) -> std::optional<Money> {
    for (const auto& [known, price] : cost.price_overrides)
      if (known == meter_name) return price;
    return std::nullopt;
  };
  const auto known = vm_price(location.text(), size.name.text());
  const std::optional<Money> list = stated(name) ? stated(name) : known ? std::optional(known->on_demand_hour) : std::nullopt;
  if (!spot || !list) return list;
  if (const auto own = stated(name + "/spot")) return own;
  if (known && known->spot_hour) return known->spot_hour;
  constexpr std::int64_t kMillion = 1'000'000;
  return scale(*list, kMillion - cost.spot_discount.value, kMillion);
}

std::vector<KarpenterNodePoolSpec> default_node_pools() {
  KarpenterNodePoolSpec general;
  general.name = Name("default");
  general.node_class = Name("default");
  general.requirements = {one_of("kubernetes.io/arch", {"amd64"}), one_of("kubernetes.io/os", {"linux"}),
                          one_of("karpenter.sh/capacity-type", {"on-demand"}), one_of("karpenter.azure.com/sku-family", {"D"})};
  general.expire_after.reset();
  KarpenterNodePoolSpec system = general;
  system.name = Name("system-surge");
  system.taints = {{Name("CriticalAddonsOnly"), Name("true"), TaintEffect::NoSchedule}};
  system.labels.set(Name("kubernetes.azure.com/mode"), Name("system"));
  return {general, system};
}

}  // namespace akstwin
