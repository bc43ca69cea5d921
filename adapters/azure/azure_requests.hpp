/// Each change that akstwin can ask of Azure, as the one request that makes it (facts section J; api-versions as read there). Pure.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "adapters/azure/arm_client.hpp"

namespace akstwin {

/// What of Azure stands behind a cluster of the scenario.
struct AzureCluster {
  std::string resource_id;               ///< /subscriptions/…/resourceGroups/…/providers/Microsoft.ContainerService/managedClusters/aks-prod
  std::string origin_id;                 ///< /subscriptions/…/providers/Microsoft.Cdn/profiles/…/originGroups/…/origins/…; empty: behind no Front Door
  std::string node_resource_group = {};  ///< where its scale sets lie; empty: MC_GROUP_CLUSTER_LOCATION, as AKS calls it
};

std::string pools_path(const AzureCluster& cluster);
std::string pool_path(const AzureCluster& cluster, const std::string& pool);
std::string cluster_path(const AzureCluster& cluster);
std::string origin_path(const AzureCluster& cluster);

/// AKS has no verb for scaling: the whole pool is put back with another count. `pool_object` is what a GET returned.
ArmRequest scale_pool_request(const AzureCluster& cluster, const std::string& pool, const nlohmann::json& pool_object, std::int64_t count);
ArmRequest pool_power_request(const AzureCluster& cluster, const std::string& pool, const nlohmann::json& pool_object, bool running);
ArmRequest cluster_power_request(const AzureCluster& cluster, bool running);
ArmRequest upgrade_node_image_request(const AzureCluster& cluster, const std::string& pool);
/// Spot only; the eviction follows within 30 minutes. `scale_set_id` and `instance` come from a node's providerID.
ArmRequest simulate_eviction_request(const std::string& scale_set_id, const std::string& instance);
ArmRequest origin_request(const AzureCluster& cluster, bool enabled);

/// "azure:///subscriptions/…/virtualMachineScaleSets/aks-user-vmss/virtualMachines/3" in its two parts; empty when it is none.
struct ScaleSetInstance { std::string scale_set_id, instance; };
ScaleSetInstance instance_of(const std::string& provider_id);

}  // namespace akstwin
