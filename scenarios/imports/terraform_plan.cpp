#include "scenarios/imports/terraform_plan.hpp"

#include <algorithm>
#include <optional>
#include <span>

#include "scenarios/imports/azure_cluster.hpp"

namespace akstwin {
namespace {

struct Renamed {
  std::string_view terraform, arm;
};

// azurerm provider 4 (and the names of 3 where they differ) → ARM.
constexpr Renamed kPool[] = {{"vm_size", "vmSize"},       {"node_count", "count"},           {"auto_scaling_enabled", "enableAutoScaling"}, {"enable_auto_scaling", "enableAutoScaling"},
                             {"min_count", "minCount"},   {"max_count", "maxCount"},         {"max_pods", "maxPods"},                       {"zones", "availabilityZones"},
                             {"node_labels", "nodeLabels"}, {"node_taints", "nodeTaints"},   {"mode", "mode"},                              {"priority", "scaleSetPriority"},
                             {"spot_max_price", "spotMaxPrice"}, {"os_disk_type", "osDiskType"}, {"os_disk_size_gb", "osDiskSizeGB"},       {"os_type", "osType"}};
constexpr Renamed kNetwork[] = {{"network_plugin", "networkPlugin"}, {"network_plugin_mode", "networkPluginMode"}, {"network_data_plane", "networkDataplane"},
                                {"ebpf_data_plane", "networkDataplane"}, {"pod_cidr", "podCidr"}, {"service_cidr", "serviceCidr"}};
constexpr Renamed kAutoScaler[] = {{"balance_similar_node_groups", "balance-similar-node-groups"}, {"expander", "expander"}, {"ignore_daemonsets_utilization_enabled", "ignore-daemonsets-utilization"},
                                   {"daemonset_eviction_for_occupied_nodes_enabled", "daemonset-eviction-for-occupied-nodes"}, {"max_graceful_termination_sec", "max-graceful-termination-sec"},
                                   {"max_node_provisioning_time", "max-node-provision-time"}, {"max_unready_nodes", "ok-total-unready-count"}, {"max_unready_percentage", "max-total-unready-percentage"},
                                   {"new_pod_scale_up_delay", "new-pod-scale-up-delay"}, {"scale_down_delay_after_add", "scale-down-delay-after-add"},
                                   {"scale_down_delay_after_delete", "scale-down-delay-after-delete"}, {"scale_down_delay_after_failure", "scale-down-delay-after-failure"},
                                   {"scale_down_unneeded", "scale-down-unneeded-time"}, {"scale_down_unready", "scale-down-unready-time"},
                                   {"scale_down_utilization_threshold", "scale-down-utilization-threshold"}, {"scan_interval", "scan-interval"}, {"empty_bulk_delete_max", "max-empty-bulk-delete"},
                                   {"skip_nodes_with_local_storage", "skip-nodes-with-local-storage"}, {"skip_nodes_with_system_pods", "skip-nodes-with-system-pods"}};

/// A planned resource and where it is written.
struct Resource {
  std::string address, type;
  const YamlNode* values;
};

// NOLINTNEXTLINE(misc-no-recursion): the parser bounds the depth of what it reads.
void collect(const YamlNode& module, std::vector<Resource>& out) {
  if (const YamlNode* resources = module.find("resources"))
    for (const YamlNode& resource : resources->items)
      if (const YamlNode* values = resource.find("values"); values != nullptr && resource.text_of("mode") != "data")
        out.push_back({std::string(resource.text_of("address")), std::string(resource.text_of("type")), values});
  if (const YamlNode* children = module.find("child_modules"))
    for (const YamlNode& child : children->items) collect(child, out);
}

/// Blocks are lists of one in Terraform's JSON.
const YamlNode* block(const YamlNode& values, std::string_view key) {
  const YamlNode* list = values.find(key);
  if (list == nullptr) return nullptr;
  if (list->is_map()) return list;
  return list->items.empty() || !list->items[0].is_map() ? nullptr : &list->items[0];
}

void take_over(const YamlNode& from, std::span<const Renamed> fields, YamlNode& to) {
  for (const Renamed& field : fields)
    if (const YamlNode* value = from.find(field.terraform); value != nullptr && !value->is_null() && !(value->is_scalar() && value->text.empty())) put(to, field.arm, *value);
}

std::string without_index(std::string address) {
  while (address.ends_with(']')) address.erase(address.rfind('['));
  return address;
}

class PlanReader {
 public:
  PlanReader(const YamlNode& document, Fragment& out) : document_(document), out_(out) {}

  void read() {
    for (const char* key : {"planned_values", "values"})
      if (const YamlNode* root = find_below(document_, std::string(key) + ".root_module")) collect(*root, resources_);
    for (const Resource& resource : resources_) {
      if (resource.type == "azurerm_kubernetes_cluster") cluster(resource);
      else if (resource.type == "azurerm_virtual_network") network(resource);
      else if (resource.type != "azurerm_kubernetes_cluster_node_pool" && resource.type != "azurerm_subnet") leave_out(out_.ignored, "resource " + resource.type, *resource.values);
    }
    for (const Resource& resource : resources_) {
      if (resource.type == "azurerm_kubernetes_cluster_node_pool") extra_pool(resource);
      if (resource.type == "azurerm_subnet") subnet(resource);
    }
  }

 private:
  /// The planned resource that an argument of another one refers to: "azurerm_subnet.nodes" in vnet_subnet_id.
  const Resource* referred(const Resource& resource, std::string_view type, const std::string& argument) const {
    const YamlNode* module = find_below(document_, "configuration.root_module");
    std::string address = without_index(resource.address), prefix;
    while (module != nullptr && address.starts_with("module.")) {
      const std::size_t dot = address.find('.', 7);
      const std::string name = without_index(address.substr(7, dot - 7));
      const YamlNode* calls = module->find("module_calls");
      const YamlNode* call = calls != nullptr ? calls->find(name) : nullptr;
      module = call != nullptr ? call->find("module") : nullptr;
      prefix += address.substr(0, dot + 1);
      address.erase(0, dot + 1);
    }
    const YamlNode* configured = module != nullptr ? module->find("resources") : nullptr;
    if (configured == nullptr) return nullptr;
    for (const YamlNode& entry : configured->items) {
      if (entry.text_of("address") != address) continue;
      const YamlNode* expressions = entry.find("expressions");
      const YamlNode* expression = expressions != nullptr ? argument_below(*expressions, argument) : nullptr;
      const YamlNode* references = expression != nullptr ? expression->find("references") : nullptr;
      if (references == nullptr) return nullptr;
      for (const YamlNode& reference : references->items)
        for (const Resource& other : resources_)
          if (other.type == type && (reference.text == without_index(other.address).substr(std::min(prefix.size(), other.address.size())) ||
                                     reference.text.starts_with(without_index(other.address).substr(std::min(prefix.size(), other.address.size())) + ".")))
            return &other;
    }
    return nullptr;
  }
  static const YamlNode* argument_below(const YamlNode& expressions, const std::string& argument) {
    const std::size_t dot = argument.find('.');
    if (dot == std::string::npos) return expressions.find(argument);
    const YamlNode* inner = block(expressions, argument.substr(0, dot));
    return inner != nullptr ? inner->find(argument.substr(dot + 1)) : nullptr;
  }
  void subnet_id(const Resource& resource, const YamlNode& values, const char* key, const std::string& argument, const char* arm, YamlNode& pool) const {
    const YamlNode* id = values.find(key);
    if (id != nullptr && id->is_scalar() && !id->text.empty()) return put(pool, arm, *id);
    if (const Resource* subnet = referred(resource, "azurerm_subnet", argument)) put(pool, arm, text_like(values, text_below(*subnet->values, "name"), true));
  }
  YamlNode pool(const Resource& resource, const YamlNode& values, const std::string& prefix) {
    YamlNode made = map_like(values);
    if (const YamlNode* name = values.find("name")) put(made, "name", *name);
    take_over(values, kPool, made);
    if (true_below(values, "only_critical_addons_enabled")) {
      YamlNode taints = list_like(values);
      taints.items.push_back(text_like(values, "CriticalAddonsOnly=true:NoSchedule", true));
      put(made, "nodeTaints", std::move(taints));
    }
    if (made.find("count") == nullptr) put(made, "count", text_like(values, made.find("minCount") != nullptr ? made.find("minCount")->text : "1"));
    subnet_id(resource, values, "vnet_subnet_id", prefix + "vnet_subnet_id", "vnetSubnetID", made);
    subnet_id(resource, values, "pod_subnet_id", prefix + "pod_subnet_id", "podSubnetID", made);
    if (const YamlNode* settings = block(values, "upgrade_settings")) {
      YamlNode upgrade = map_like(*settings);
      if (const YamlNode* surge = settings->find("max_surge"); surge != nullptr && !surge->is_null()) put(upgrade, "maxSurge", *surge);
      put(made, "upgradeSettings", std::move(upgrade));
    }
    return made;
  }
  void cluster(const Resource& resource) {
    const YamlNode& values = *resource.values;
    YamlNode made = map_like(values);
    for (const char* key : {"name", "location"})
      if (const YamlNode* value = values.find(key)) put(made, key, *value);
    if (const YamlNode* version = values.find("kubernetes_version"); version != nullptr && !version->is_null()) put(made, "kubernetesVersion", *version);
    if (const YamlNode* tier = values.find("sku_tier"); tier != nullptr && !tier->is_null()) {
      YamlNode sku = map_like(*tier);
      put(sku, "tier", *tier);
      put(made, "sku", std::move(sku));
    }
    YamlNode pools = list_like(values);
    if (const YamlNode* first = block(values, "default_node_pool")) {
      pools.items.push_back(pool(resource, *first, "default_node_pool."));
      put(pools.items.back(), "mode", text_like(*first, "System", true));
    }
    put(made, "agentPoolProfiles", std::move(pools));
    const auto renamed_block = [&](std::string_view key, std::span<const Renamed> fields, std::string_view arm) {
      const YamlNode* inner = block(values, key);
      if (inner == nullptr) return;
      YamlNode out = map_like(*inner);
      take_over(*inner, fields, out);
      put(made, arm, std::move(out));
    };
    renamed_block("network_profile", kNetwork, "networkProfile");
    renamed_block("auto_scaler_profile", kAutoScaler, "autoScalerProfile");
    read_extras(values, made);
    owners_.emplace_back(resource.address, out_.clusters.size());
    read_managed_cluster(made, out_);
  }
  static void read_extras(const YamlNode& values, YamlNode& made) {
    YamlNode addons = map_like(values), on = map_like(values);
    put(on, "enabled", text_like(values, "true"));
    if (true_below(values, "azure_policy_enabled")) put(addons, "azurepolicy", on);
    if (block(values, "key_vault_secrets_provider") != nullptr) put(addons, "azureKeyvaultSecretsProvider", on);
    if (block(values, "oms_agent") != nullptr) put(addons, "omsagent", on);
    if (!addons.members.empty()) put(made, "addonProfiles", std::move(addons));
    const YamlNode* scaling = block(values, "workload_autoscaler_profile");
    if (scaling != nullptr && true_below(*scaling, "keda_enabled")) put(*make_below(made, "workloadAutoScalerProfile.keda"), "enabled", text_like(*scaling, "true"));
    if (const YamlNode* mesh = block(values, "service_mesh_profile")) put(*make_below(made, "serviceMeshProfile"), "mode", text_like(*mesh, "Istio", true));
  }
  void extra_pool(const Resource& resource) {
    YamlNode made = pool_of(pool(resource, *resource.values, ""), out_);
    const Resource* owner = referred(resource, "azurerm_kubernetes_cluster", "kubernetes_cluster_id");
    const auto known = std::ranges::find_if(owners_, [&](const auto& entry) { return owner != nullptr && entry.first == owner->address; });
    if (known != owners_.end()) out_.clusters[known->second].find("agentPoolProfiles")->items.push_back(std::move(made));
    else if (out_.clusters.size() == 1) out_.clusters[0].find("agentPoolProfiles")->items.push_back(std::move(made));
    else out_.pools.push_back(std::move(made));
  }
  void network(const Resource& resource) {
    const YamlNode& values = *resource.values;
    YamlNode made = map_like(values);
    for (const char* key : {"name", "location"})
      if (const YamlNode* value = values.find(key)) put(made, key, *value);
    if (const YamlNode* space = values.find("address_space")) put(*make_below(made, "addressSpace"), "addressPrefixes", *space);
    read_virtual_network(made, out_);
  }
  void subnet(const Resource& resource) {
    const YamlNode& values = *resource.values;
    const auto owner = std::ranges::find_if(out_.networks, [&](const YamlNode& network) { return network.text_of("name") == values.text_of("virtual_network_name"); });
    const Resource* by_reference = owner == out_.networks.end() ? referred(resource, "azurerm_virtual_network", "virtual_network_name") : nullptr;
    for (YamlNode& network : out_.networks) {
      const bool mine = owner != out_.networks.end() ? &network == &*owner : by_reference != nullptr && network.text_of("name") == by_reference->values->text_of("name");
      if (!mine) continue;
      YamlNode made = map_like(values);
      if (const YamlNode* name = values.find("name")) put(made, "name", *name);
      if (const YamlNode* prefixes = values.find("address_prefixes"); prefixes != nullptr && !prefixes->items.empty()) put(made, "prefix", prefixes->items[0]);
      make_below(network, "subnets")->items.push_back(std::move(made));
      ++out_.counts["subnet"];
      return;
    }
    leave_out(out_.notes, "a subnet of a network that the plan does not make is left out", values);
  }

  const YamlNode& document_;
  Fragment& out_;
  std::vector<Resource> resources_;
  std::vector<std::pair<std::string, std::size_t>> owners_;   // cluster address → index in out_.clusters
};

}  // namespace

bool is_terraform_plan(const YamlNode& document) {
  return document.find("format_version") != nullptr && (find_below(document, "planned_values.root_module") != nullptr || find_below(document, "values.root_module") != nullptr);
}

void read_terraform_plan(const YamlNode& document, Fragment& out) { PlanReader(document, out).read(); }

}  // namespace akstwin
