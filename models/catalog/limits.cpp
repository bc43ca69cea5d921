#include "models/catalog/limits.hpp"

#include <algorithm>

#include "models/catalog/cni_addresses.hpp"
#include "models/catalog/outbound_ports.hpp"
#include "sim/base/check.hpp"

namespace akstwin {
namespace {

// facts A7 and B, collected 2026-11-21; pages of MicrosoftDocs/azure-aks-docs of 2026-08 and azure-docs.
constexpr std::string_view kLimits = "AKS limits: quotas-skus-regions.md, container-service-limits.md (2026-08)";
constexpr std::string_view kLarge = "AKS: best-practices-performance-scale-large.md (2026-08)";

constexpr AzureLimit kTable[] = {
    {"cluster-nodes", "nodes of a cluster", kClusterNodes, kLimits, true},
    {"free-tier-nodes", "nodes of a cluster in the Free tier", 1'000, "AKS: free-standard-pricing-tiers.md (2026-08); below 10 are advised", true},
    {"pool-nodes", "nodes of a pool, surge included", 1'000, kLimits, true},
    {"cluster-pools", "node pools of a cluster", 100, kLimits, true},
    {"overlay-pods", "pods of a cluster with Overlay", 200'000, kLarge, true},
    {"pod-subnet-pods", "pods of a cluster with a dynamic pod subnet", 50'000, kLarge, true},
    {"network-policy-nodes", "nodes of a cluster with the Azure network policy manager", 250, kLarge, true},
    {"network-pod-addresses", "pod addresses in one virtual network", kVirtualNetworkPodAddresses, "AKS: concepts-network-azure-cni-pod-subnet.md (2026-08)", true},
    {"kubenet-routes", "routes in the table of a kubenet cluster", kKubenetNodes, "AKS: configure-kubenet.md (2026-08)", true},
    {"load-balancer-services", "Services of type LoadBalancer of a cluster", 300, kLimits, true},
    {"load-balancer-backends", "backend entries of a load balancer frontend: nodes × ports of a Service", 10'000, kLarge, true},
    {"load-balancer-ports", "outbound ports of a public address of a load balancer", kLoadBalancerPorts, "Azure: load-balancer-outbound-connections.md (2026-08)", true},
    {"nat-gateway-ports", "connections of a public address of a NAT gateway to one destination", kNatGatewayPorts, "AKS: nat-gateway.md (2026-08)", true},
    {"nat-gateway-addresses", "public addresses that a NAT gateway needs for its connections", kNatGatewayAddresses, "AKS: nat-gateway.md (2026-08)", true},
    {"stop-nodes", "nodes of a cluster that can be stopped", 100, "AKS: start-stop-cluster.md (2026-08)", true},
    {"node-pods", "pods of a node (maxPods of its pool, 250 at most)", kMostPodAddresses, "AKS: concepts-network-ip-address-planning.md (2026-08)", true},
    {"api-server-addresses", "addresses that an API server keeps in its subnet, at least", kApiServerAddresses, "AKS: api-server-vnet-integration.md (2026-08)", false},
    {"gateway-addresses", "free addresses for Application Gateway for Containers, at least", kGatewayAddresses, "Azure: for-containers quickstart (2026-11)", false},
    {"subscription-clusters", "clusters of a subscription", 5'000, kLimits, true},
    {"agent-pool-puts", "changes of agent pools at once, refilled by one a minute", 20, kLimits, true},
    {"cluster-puts", "changes of a cluster at once, refilled by one a minute", 20, kLimits, true},
    {"api-server-reads", "reading requests in flight at an API server, estimated (Free tier 100)", 400, kLarge, true},
    {"api-server-writes", "changing requests in flight at an API server, estimated (Free tier 50)", 200, kLarge, true},
    {"etcd-megabytes", "megabytes of etcd, estimated", 8 * 1'024, kLarge, true},
};

}  // namespace

std::span<const AzureLimit> azure_limits() { return kTable; }

const AzureLimit& azure_limit(std::string_view id) {
  const auto found = std::ranges::find(kTable, id, &AzureLimit::id);
  AKSTWIN_CHECK(found != std::end(kTable), "a limit is asked for by its id");
  return *found;
}

}  // namespace akstwin
