#include "scenarios/imports/azure_cluster.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <span>

#include "sim/base/text.hpp"

namespace akstwin {
namespace {

/// A property that means the same in a scenario, under the same or another name.
struct Same {
  std::string_view from, to;
};

constexpr Same kPoolFields[] = {
    {"mode", "mode"},           {"vmSize", "vmSize"},       {"enableAutoScaling", "enableAutoScaling"}, {"count", "count"},           {"minCount", "minCount"},
    {"maxCount", "maxCount"},   {"maxPods", "maxPods"},     {"nodeTaints", "nodeTaints"},               {"nodeLabels", "nodeLabels"}, {"scaleSetPriority", "scaleSetPriority"},
    {"spotMaxPrice", "spotMaxPrice"}, {"osDiskType", "osDiskType"}, {"osDiskSizeGB", "osDiskSizeGB"},   {"osDiskSizeGb", "osDiskSizeGB"}, {"podIPAllocationMode", "podIPAllocationMode"},
    {"podIpAllocationMode", "podIPAllocationMode"}, {"availabilityZones", "availabilityZones"},
    {"osType", "osType"},       {"scaleDownMode", "scaleDownMode"}, {"scaleSetEvictionPolicy", "scaleSetEvictionPolicy"},
};
// Read in another way, or without meaning for capacity, cost and recovery.
constexpr std::string_view kPoolSilent[] = {
    "id", "name", "type", "etag", "eTag", "properties", "resourceGroup", "provisioningState", "powerState", "orchestratorVersion", "currentOrchestratorVersion", "nodeImageVersion", "osSKU",
    "osSku", "upgradeSettings", "vnetSubnetID", "vnetSubnetId", "podSubnetID", "podSubnetId", "networkProfile", "securityProfile", "kubeletDiskType", "workloadRuntime", "enableFIPS", "enableFips",
    "enableEncryptionAtHost", "enableUltraSSD", "enableUltraSsd", "enableCustomCATrust", "enableCustomCaTrust", "tags", "status", "systemData", "enableNodePublicIP", "enableNodePublicIp"};
constexpr Same kNetworkFields[] = {{"podCidr", "podCidr"}, {"serviceCidr", "serviceCidr"}, {"networkDataplane", "networkDataplane"}};
constexpr std::string_view kNetworkSilent[] = {"networkPlugin", "networkPluginMode", "networkPolicy", "dnsServiceIP", "dnsServiceIp", "loadBalancerSku", "loadBalancerProfile", "outboundType", "podCidrs",
                                               "serviceCidrs", "ipFamilies", "kubeProxyConfig", "networkMode", "dockerBridgeCidr", "podLinkLocalAccess"};
constexpr std::string_view kAutoScalerFields[] = {
    "balance-similar-node-groups", "daemonset-eviction-for-empty-nodes", "daemonset-eviction-for-occupied-nodes", "expander", "ignore-daemonsets-utilization", "max-empty-bulk-delete",
    "max-graceful-termination-sec", "max-node-provision-time", "max-total-unready-percentage", "new-pod-scale-up-delay", "ok-total-unready-count", "scale-down-delay-after-add",
    "scale-down-delay-after-delete", "scale-down-delay-after-failure", "scale-down-unneeded-time", "scale-down-unready-time", "scale-down-utilization-threshold", "scan-interval",
    "skip-nodes-with-local-storage", "skip-nodes-with-system-pods"};
constexpr std::string_view kClusterSilent[] = {
    "id", "name", "type", "etag", "eTag", "properties", "resourceGroup", "location", "sku", "kind", "tags", "systemData", "provisioningState", "powerState", "kubernetesVersion",
    "currentKubernetesVersion", "agentPoolProfiles", "networkProfile", "autoScalerProfile", "addonProfiles", "workloadAutoScalerProfile", "serviceMeshProfile", "nodeProvisioningProfile", "identity",
    "identityProfile", "servicePrincipalProfile", "dnsPrefix", "fqdn", "fqdnSubdomain", "privateFqdn", "azurePortalFQDN", "azurePortalFqdn", "nodeResourceGroup", "nodeResourceGroupProfile", "enableRBAC",
    "enableRbac", "enablePodSecurityPolicy", "supportPlan", "maxAgentPools", "disableLocalAccounts", "resourceUID", "resourceUid", "extendedLocation", "controlPlanePluginProfiles", "oidcIssuerProfile",
    "linuxProfile", "windowsProfile", "aadProfile", "bootstrapProfile", "autoUpgradeProfile", "storageProfile", "securityProfile", "metricsProfile"};

const YamlNode& body_of(const YamlNode& object) {
  const YamlNode* properties = object.find("properties");
  return properties != nullptr && properties->is_map() ? *properties : object;
}

bool is_empty(const YamlNode& node) { return node.is_null() || ((node.is_map() || node.is_list()) && node.members.empty() && node.items.empty()) || (node.is_scalar() && node.text.empty()); }

void take_over(const YamlNode& from, std::span<const Same> fields, YamlNode& to) {
  for (const Same& field : fields)
    if (const YamlNode* value = from.find(field.from); value != nullptr && !is_empty(*value)) put(to, field.to, *value);
}

void note_ignored(const YamlNode& from, std::span<const Same> fields, std::span<const std::string_view> silent, const std::string& path, Fragment& out) {
  for (const YamlMember& member : from.members) {
    if (is_empty(member.value) || std::ranges::find(silent, member.key) != silent.end() || std::ranges::find(fields, member.key, &Same::from) != fields.end()) continue;
    if (member.value.text == "false") continue;       // switched off: nothing is left out
    leave_out(out.ignored, path + "." + member.key, member.value);
  }
}

/// "scanInterval" (az) and "scan-interval" (ARM) are one key.
std::string kebab(std::string_view key) {
  std::string out;
  for (const char c : key) {
    if (std::isupper(static_cast<unsigned char>(c)) != 0) out += '-';
    out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return out;
}

void read_autoscaler(const YamlNode& profile, YamlNode& cluster, Fragment& out) {
  YamlNode made = map_like(profile);
  for (const YamlMember& member : profile.members) {
    if (is_empty(member.value)) continue;
    const std::string key = kebab(member.key);
    if (std::ranges::find(kAutoScalerFields, key) != std::end(kAutoScalerFields)) put(made, key, member.value);
    else leave_out(out.ignored, "managedCluster.autoScalerProfile." + member.key, member.value);
  }
  if (!made.members.empty()) put(cluster, "autoScalerProfile", std::move(made));
}

void read_network_profile(const YamlNode& profile, bool pod_subnets, YamlNode& cluster, Fragment& out) {
  YamlNode made = map_like(profile);
  const std::string plugin = lower_case(profile.text_of("networkPlugin"));
  if (plugin == "azure" || plugin == "kubenet") put(made, "networkPlugin", text_like(*profile.find("networkPlugin"), plugin));
  if (plugin == "none") leave_out(out.notes, "networkPlugin none: a CNI of your own; addresses are simulated as in Azure CNI Overlay", *profile.find("networkPlugin"));
  if (plugin == "azure") {
    const bool overlay = lower_case(profile.text_of("networkPluginMode")) == "overlay";
    put(made, "networkPluginMode", text_like(profile, overlay ? "overlay" : pod_subnets ? "podSubnet" : "nodeSubnet"));
  }
  for (const Same& field : kNetworkFields) {
    const YamlNode* value = profile.find(field.from);
    if (value == nullptr || is_empty(*value)) continue;
    // IPv6 ranges of dual stack decide nothing here.
    if (field.from != "networkDataplane" && value->text.find(':') != std::string::npos) continue;
    put(made, field.to, text_like(*value, field.from == "networkDataplane" ? lower_case(value->text) : value->text, true));
  }
  note_ignored(profile, kNetworkFields, kNetworkSilent, "managedCluster.networkProfile", out);
  put(cluster, "networkProfile", std::move(made));
}

/// Add-ons by the key in addonProfiles, and their names in a scenario.
constexpr Same kAddons[] = {{"azurepolicy", "azure-policy"}, {"azurekeyvaultsecretsprovider", "key-vault-secrets-provider"}, {"omsagent", "monitoring"},
                            {"ingressapplicationgateway", "ingress-appgw"}, {"httpapplicationrouting", "http-application-routing"}};

void read_addons(const YamlNode& body, YamlNode& cluster) {
  YamlNode made = list_like(body);
  if (const YamlNode* profiles = body.find("addonProfiles")) {
    for (const YamlMember& member : profiles->members) {
      if (!true_below(member.value, "enabled")) continue;
      const auto known = std::ranges::find(kAddons, lower_case(member.key), &Same::from);
      made.items.push_back(text_like(member.value, known != std::end(kAddons) ? std::string(known->to) : member.key));
    }
  }
  if (true_below(body, "workloadAutoScalerProfile.keda.enabled")) made.items.push_back(text_like(body, "keda"));
  if (true_below(body, "workloadAutoScalerProfile.verticalPodAutoscaler.enabled")) made.items.push_back(text_like(body, "vpa"));
  if (!made.items.empty()) put(cluster, "addons", std::move(made));
}

/// "1.31.2" → "1.31": the minor version decides.
std::string minor_version(const std::string& text) {
  const std::size_t first = text.find('.');
  const std::size_t second = first == std::string::npos ? std::string::npos : text.find('.', first + 1);
  return text.substr(0, second);
}

}  // namespace

std::string region_name(std::string_view text) {
  std::string out = lower_case(text);
  std::erase(out, ' ');
  return out;
}

bool is_managed_cluster(const YamlNode& object) {
  if (!object.is_map()) return false;
  const std::string type = lower_case(object.text_of("type"));
  if (type.ends_with("/agentpools")) return false;
  return type.ends_with("/managedclusters") || body_of(object).find("agentPoolProfiles") != nullptr;
}

bool is_agent_pool(const YamlNode& object) {
  if (!object.is_map() || is_managed_cluster(object)) return false;
  const std::string type = lower_case(object.text_of("type"));
  return type.ends_with("/agentpools") || (body_of(object).find("vmSize") != nullptr && body_of(object).find("count") != nullptr);
}

bool is_virtual_network(const YamlNode& object) { return object.is_map() && find_below(body_of(object), "addressSpace.addressPrefixes") != nullptr; }

YamlNode pool_of(const YamlNode& object, Fragment& out) {
  const YamlNode& body = body_of(object);
  YamlNode pool = map_like(object);
  if (const YamlNode* name = object.find("name")) put(pool, "name", text_like(*name, last_segment(name->text), true));
  take_over(body, kPoolFields, pool);
  for (const char* key : {"vnetSubnetID", "vnetSubnetId"})
    if (const YamlNode* id = body.find(key); id != nullptr && !is_empty(*id)) put(pool, "vnetSubnet", text_like(*id, last_segment(id->text), true));
  for (const char* key : {"podSubnetID", "podSubnetId"})
    if (const YamlNode* id = body.find(key); id != nullptr && !is_empty(*id)) put(pool, "podSubnetID", text_like(*id, last_segment(id->text), true));
  if (const YamlNode* surge = find_below(body, "upgradeSettings.maxSurge"); surge != nullptr && !is_empty(*surge)) {
    YamlNode settings = map_like(*surge);
    put(settings, "maxSurge", *surge);
    put(pool, "upgradeSettings", std::move(settings));
  }
  if (lower_case(text_below(body, "powerState.code")) == "stopped") {
    put(pool, "count", text_like(body, "0"));
    take_out(pool, "enableAutoScaling");
    leave_out(out.notes, "a stopped pool begins with no nodes", object);
  }
  if (!true_below(pool, "enableAutoScaling"))
    for (const char* key : {"minCount", "maxCount"}) take_out(pool, key);
  if (pool.text_of("scaleSetPriority") != "Spot" || pool.text_of("spotMaxPrice").starts_with("-1")) take_out(pool, "spotMaxPrice");
  // What is the default anyway would only make a scenario longer.
  for (const auto& [key, usual] : {Same{"osType", "Linux"}, Same{"scaleDownMode", "Delete"}, Same{"scaleSetEvictionPolicy", "Delete"}, Same{"scaleSetPriority", "Regular"}})
    if (pool.text_of(key) == usual) take_out(pool, key);
  note_ignored(body, kPoolFields, kPoolSilent, "agentPool", out);
  ++out.counts["node pool"];
  return pool;
}

void read_managed_cluster(const YamlNode& object, Fragment& out) {
  const YamlNode& body = body_of(object);
  YamlNode cluster = map_like(object);
  if (const YamlNode* name = object.find("name")) put(cluster, "name", text_like(*name, last_segment(name->text), true));
  if (const YamlNode* location = object.find("location")) put(cluster, "location", text_like(*location, region_name(location->text), true));
  if (const YamlNode* tier = find_below(object, "sku.tier"); tier != nullptr && !is_empty(*tier)) {
    YamlNode sku = map_like(*tier);
    // "Paid" is the name that Standard had until API version 2023-02-01.
    put(sku, "tier", text_like(*tier, tier->text == "Paid" ? "Standard" : tier->text, true));
    put(cluster, "sku", std::move(sku));
  }
  for (const char* key : {"currentKubernetesVersion", "kubernetesVersion"}) {
    const YamlNode* version = body.find(key);
    if (version == nullptr || is_empty(*version) || cluster.find("kubernetesVersion") != nullptr) continue;
    put(cluster, "kubernetesVersion", text_like(*version, minor_version(version->text), true));
  }
  YamlNode pools = list_like(body);
  bool pod_subnets = false;
  if (const YamlNode* profiles = body.find("agentPoolProfiles")) {
    pools = list_like(*profiles);
    for (const YamlNode& profile : profiles->items) {
      pools.items.push_back(pool_of(profile, out));
      pod_subnets = pod_subnets || pools.items.back().find("podSubnetID") != nullptr;
    }
  }
  if (const YamlNode* profile = body.find("networkProfile"); profile != nullptr && !is_empty(*profile)) read_network_profile(*profile, pod_subnets, cluster, out);
  if (const YamlNode* profile = body.find("autoScalerProfile"); profile != nullptr && !is_empty(*profile)) read_autoscaler(*profile, cluster, out);
  put(cluster, "agentPoolProfiles", std::move(pools));
  if (const YamlNode* mode = find_below(body, "nodeProvisioningProfile.mode"); mode != nullptr && mode->text == "Auto") {
    YamlNode provisioning = map_like(*mode);
    put(provisioning, "mode", *mode);
    put(cluster, "nodeProvisioningProfile", std::move(provisioning));
  }
  if (const YamlNode* mode = find_below(body, "serviceMeshProfile.mode"); mode != nullptr && mode->text == "Istio") {
    YamlNode mesh = map_like(*mode);
    put(mesh, "mode", *mode);
    put(cluster, "serviceMesh", std::move(mesh));
  }
  read_addons(body, cluster);
  note_ignored(body, {}, kClusterSilent, "managedCluster", out);
  ++out.counts["cluster"];
  out.clusters.push_back(std::move(cluster));
}

void read_virtual_network(const YamlNode& object, Fragment& out) {
  const YamlNode& body = body_of(object);
  YamlNode network = map_like(object);
  if (const YamlNode* name = object.find("name")) put(network, "name", text_like(*name, last_segment(name->text), true));
  if (const YamlNode* location = object.find("location")) put(network, "location", text_like(*location, region_name(location->text), true));
  if (const YamlNode* space = find_below(body, "addressSpace.addressPrefixes")) put(network, "addressSpace", *space);
  YamlNode subnets = list_like(body);
  if (const YamlNode* list = body.find("subnets")) {
    for (const YamlNode& item : list->items) {
      const YamlNode& inner = body_of(item);
      YamlNode subnet = map_like(item);
      if (const YamlNode* name = item.find("name")) put(subnet, "name", text_like(*name, last_segment(name->text), true));
      const YamlNode* prefix = inner.find("addressPrefix");
      const YamlNode* prefixes = inner.find("addressPrefixes");
      if ((prefix == nullptr || is_empty(*prefix)) && prefixes != nullptr && !prefixes->items.empty()) prefix = &prefixes->items[0];
      if (prefix != nullptr) put(subnet, "prefix", *prefix);
      if (const YamlNode* endpoints = inner.find("privateEndpoints"); endpoints != nullptr && !endpoints->items.empty())
        put(subnet, "privateEndpoints", text_like(*endpoints, std::to_string(endpoints->items.size())));
      if (const YamlNode* delegations = inner.find("delegations"); delegations != nullptr && !delegations->items.empty())
        put(subnet, "delegation", text_like(*delegations, last_segment(text_below(body_of(delegations->items[0]), "serviceName")), true));
      subnets.items.push_back(std::move(subnet));
      ++out.counts["subnet"];
    }
  }
  put(network, "subnets", std::move(subnets));
  ++out.counts["virtual network"];
  out.networks.push_back(std::move(network));
}

}  // namespace akstwin
