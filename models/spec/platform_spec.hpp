/// The platform under study: virtual networks, clusters and node pools, in ARM's own words.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/spec/maintenance_spec.hpp"
#include "models/spec/pod_spec.hpp"
#include "models/spec/provisioning_spec.hpp"
#include "models/spec/workload_spec.hpp"
#include "sim/base/cidr.hpp"
#include "sim/base/diagnostic.hpp"
#include "sim/base/money.hpp"
#include "sim/distributions.hpp"

namespace akstwin {

struct SubnetSpec {
  Name name;
  Cidr prefix;
  std::int64_t private_endpoints = 0;               ///< one address each
  Name delegation;                                  ///< "applicationGatewayForContainers", "apiServer", or empty
  Position declared_at;
};

enum class OutboundType : std::uint8_t { LoadBalancer, NatGateway, AzureFirewall };

struct VirtualNetworkSpec {
  Name name, location;
  std::vector<Cidr> address_space;
  std::vector<SubnetSpec> subnets;
  OutboundType outbound = OutboundType::LoadBalancer;
  std::int64_t public_ips = 1;
  std::int64_t allocated_ports = 0;                 ///< 0: by pool size
  std::int64_t connections_per_thousand_requests = 0;   ///< outbound connections that a thousand requests open; 0: nothing goes out
  Duration connection_duration{1'000'000};          ///< how long one of them lasts
  std::int64_t outbound_destinations = 1;           ///< the connections go to so many addresses and ports, evenly
  /// Of the requests whose connection finds no port, those that fail; the others do without. Azure: flows fail until ports are free
  /// (load-balancer-outbound-connections.md, 2026-08), and a connection that fails is an error of the request unless the program says otherwise.
  PartsPerMillion failed_without_port{1'000'000};
  std::vector<Name> peered_with;                    ///< other networks of the scenario
  std::vector<Cidr> connected_ranges;               ///< what else is routed to: on premises, networks that the scenario leaves out
  Position declared_at;
};

/// From `at` on the pod CIDR is `pod_cidr`, which contains what it was before (azure-cni-overlay-pod-expand.md, facts B).
struct PodCidrExpansionSpec {
  SimTime at;
  Cidr pod_cidr;
  Position declared_at;
};

/// How pods get addresses. Overlay: a /24 of the pod CIDR a node. NodeSubnet: max_pods + 1 VNet addresses a node. PodSubnet: from the
/// subnet that the pool names. Kubenet: a /24 of the pod CIDR and a route a node.
enum class NetworkPluginMode : std::uint8_t { Overlay, NodeSubnet, PodSubnet, Kubenet };

/// podIPAllocationMode of a pool in PodSubnet mode: addresses as pods come (in batches), or /28 blocks for the node's life.
enum class PodIpAllocation : std::uint8_t { DynamicIndividual, StaticBlock };

struct NetworkProfileSpec {
  NetworkPluginMode mode = NetworkPluginMode::Overlay;
  bool cilium = false;                              ///< networkDataplane: cilium
  Cidr pod_cidr{(10U << 24) | (244U << 16), 16};    ///< AKS default 10.244.0.0/16 (azure-cni-overlay.md:45)
  Cidr service_cidr{10U << 24, 16};                 ///< AKS default 10.0.0.0/16
  bool dual_stack = false;                          ///< ipFamilies: [IPv4, IPv6]
  bool azure_network_policy = false;                ///< networkPolicy: azure, the network policy manager
  std::int64_t internal_load_balancers = 1;         ///< frontends, an address each of the first pool's subnet
  std::int64_t load_balancer_services = 1;          ///< Services of type LoadBalancer, of `ports_per_service` ports
  std::int64_t ports_per_service = 2;
  std::vector<PodCidrExpansionSpec> pod_cidr_expansions;   ///< in order of time
};

enum class Expander : std::uint8_t { Random, MostPods, LeastWaste, Priority, LeastNodes };

/// AKS autoScalerProfile; defaults are AKS's (facts/defaults.csv, cluster-autoscaler.md). Upstream's: upstream_autoscaler_profile().
struct AutoScalerProfileSpec {
  Duration scan_interval{10'000'000};
  Duration scale_down_delay_after_add{600'000'000};
  Duration scale_down_delay_after_delete{10'000'000};
  Duration scale_down_delay_after_failure{180'000'000};
  Duration scale_down_unneeded_time{600'000'000};
  Duration scale_down_unready_time{1'200'000'000};
  std::int64_t scale_down_utilization_threshold_ppm = 500'000;
  Duration max_graceful_termination{600'000'000};
  bool balance_similar_node_groups = false;
  std::vector<Expander> expanders{Expander::Random};   ///< a chain: each narrows down what the one before left
  bool skip_nodes_with_local_storage = false;
  bool skip_nodes_with_system_pods = true;
  std::int64_t max_empty_bulk_delete = 10;
  Duration new_pod_scale_up_delay{0};
  std::int64_t max_total_unready_percentage = 45;
  std::int64_t ok_total_unready_count = 3;
  Duration max_node_provision_time{900'000'000};
  bool ignore_daemonsets_utilization = false;
  bool daemonset_eviction_for_occupied_nodes = true;
};

/// The flags that a Cluster Autoscaler of one's own has when nobody sets them, by its minor version (facts C: least-waste since 1.33).
AutoScalerProfileSpec upstream_autoscaler_profile(int kubernetes_minor);

enum class OsType : std::uint8_t { Linux, Windows };

/// What becomes of an instance that is scaled in or evicted: it is deleted, or it is switched off and keeps its disks.
enum class Removal : std::uint8_t { Delete, Deallocate };

/// Seconds from "instance requested" to "node Ready", and from "delete requested" to "instance gone".
struct NodeTimesSpec {
  LogNormal boot{{150'000'000}, {300'000'000}};     ///< facts A5: prior median 150 s, p95 300 s [recall]; doc says 2–5 minutes
  LogNormal remove{{90'000'000}, {180'000'000}};    ///< facts A5: node delete 1–3 min [recall]
  LogNormal start{{90'000'000}, {180'000'000}};     ///< a deallocated instance until Ready: no disk to make, images in place [recall]
};

/// Windows nodes: from `az aks nodepool add` of one node, 9 recordings of 2024 (docs/models/operation-times.md) less the 8 s of the call itself.
inline constexpr LogNormal kWindowsBoot{{315'000'000}, {485'000'000}};

enum class PoolMode : std::uint8_t { System, User };

struct NodePoolSpec {
  Name name;
  PoolMode mode = PoolMode::User;
  Name vm_size;                                     ///< "Standard_D4ds_v5"; known to the catalogue
  std::vector<int> zones;                           ///< 1…3; empty: regional (zone "0")
  bool autoscaling = false;
  std::int64_t count = 1;                           ///< initial count; with autoscaling clamped into min…max
  std::int64_t min_count = 0, max_count = 0;
  std::int64_t max_pods = 0;                        ///< 0: the network mode's default, max_pods(pool, mode)
  std::vector<Taint> taints;
  Labels labels;
  bool spot = false;
  std::optional<Money> spot_max_price;              ///< absent: −1, never evicted for price
  Name subnet;                                      ///< vnetSubnet; empty: the first subnet of the cluster's VNet
  Name pod_subnet;                                  ///< podSubnetID; needed in PodSubnet mode
  PodIpAllocation pod_ips = PodIpAllocation::DynamicIndividual;   ///< podIPAllocationMode
  bool ephemeral_os_disk = true;                    ///< AKS default where the size supports it (facts A1)
  std::int64_t os_disk_gib = 0;                     ///< 0: AKS's default for the size
  IntOrPercent max_surge{10, true};                 ///< upgradeSettings.maxSurge; unless stated: default_max_surge() of the cluster's version
  bool max_surge_stated = false;
  UpgradeSettingsSpec upgrade;                      ///< the rest of upgradeSettings
  NodeTimesSpec times;
  OsType os = OsType::Linux;
  Name os_sku;                                      ///< "AzureLinux", "Windows2022", …; empty: AKS's default
  Removal scale_down = Removal::Delete;             ///< scaleDownMode
  Removal eviction = Removal::Delete;               ///< scaleSetEvictionPolicy; AKS's default (facts G)
  bool single_machines = false;                     ///< type: VirtualMachines, machines without a scale set (flexible orchestration)
  PartsPerMillion provisioning_failure_rate{0};     ///< instances that end in ProvisioningState Failed instead of joining
  bool exists_at_start = true;                      ///< false: made by pool.add or cluster.create during the run
  Position declared_at;
};

/// maxSurge of a pool that states none: 10 % from Kubernetes 1.28 on, one machine before (AKS CHANGELOG and performance-scale-large page, facts A6).
constexpr IntOrPercent default_max_surge(int kubernetes_minor) { return kubernetes_minor >= 28 ? IntOrPercent{10, true} : IntOrPercent{1, false}; }

/// Machines that an upgrade of a pool of `nodes` adds: maxSurge rounded up, as many as there are at most; all of them again with blue-green;
/// none in Spot pools (facts A6).
inline std::int64_t upgrade_surge(const NodePoolSpec& pool, std::int64_t nodes) {
  if (pool.spot) return 0;
  if (pool.upgrade.strategy == UpgradeStrategy::BlueGreen) return nodes;
  const std::int64_t surge = pool.max_surge.scaled(nodes, true);
  return surge < nodes ? surge : nodes;
}

/// maxPods of a pool: as stated, or the mode's default — Overlay 250, Pod Subnet 250, kubenet 110, Node Subnet 30 (AKS
/// concepts-network-ip-address-planning.md, facts A3; for Pod Subnet another page says 110, the larger is taken).
inline std::int64_t max_pods(const NodePoolSpec& pool, NetworkPluginMode mode) {
  if (pool.max_pods > 0) return pool.max_pods;
  if (mode == NetworkPluginMode::Kubenet) return 110;
  return mode == NetworkPluginMode::NodeSubnet ? 30 : 250;
}

enum class MeshDataPlane : std::uint8_t { None, Ambient, Sidecar, Cilium };

/// What the mesh costs in requests. Sources: facts A4 (Istio add-on sidecar default requests, ztunnel [recall]).
struct ServiceMeshSpec {
  MeshDataPlane data_plane = MeshDataPlane::None;
  Resources sidecar_request{{100}, {128LL << 20}, {}, 0};    ///< per meshed pod: 100m / 128Mi (AKS Istio add-on)
  Resources ztunnel_request{{200}, {512LL << 20}, {}, 0};    ///< per node, ambient: 200m / 512Mi [recall]
  Resources waypoint_request{{100}, {128LL << 20}, {}, 0};   ///< per waypoint replica [recall]
  std::int64_t waypoint_replicas = 2;
  std::vector<Name> waypoint_namespaces;            ///< namespaces that need L7 policy
  std::vector<Name> excluded_namespaces;            ///< namespaces outside the mesh; kube-system always is
};

enum class StandbyPattern : std::uint8_t { None, Hot, Warm, Cold };

struct StandbySpec {
  StandbyPattern pattern = StandbyPattern::None;
  bool gitops_suspended = false;                    ///< Flux paused until resumed: workloads are not applied
  Name primary;                                     ///< the cluster it stands by for (`like`, unless stated)
};

enum class ControlPlaneTier : std::uint8_t { Free, Standard, Premium };

/// nodeProvisioningProfile: node auto-provisioning, which is Karpenter run by AKS.
struct NodeProvisioningSpec {
  bool automatic = false;                           ///< mode: Auto
  bool default_pools = true;                        ///< defaultNodePools: Auto, that is the pools "default" and "system-surge"
  bool spot_to_spot = false;                        ///< feature gate SpotToSpotConsolidation, off by default (charts/karpenter/values.yaml@352646f5)
  std::int64_t max_nodes = 100;                     ///< machines a NodePool may have at once, its limits apart: the subscription's quota
  /// A single machine comes faster than an instance of a scale set: 340 pods ran 83 s after a burst, batching and image pull included
  /// (facts A5, one benchmark); removal as for scale sets [recall].
  NodeTimesSpec times{{{60'000'000}, {120'000'000}}, {{90'000'000}, {180'000'000}}};
  Duration node_image_interval{0};                  ///< a new node image this often, from which on older nodes have drifted; 0: none
  std::vector<TemplateChangeSpec> template_changes;
  std::vector<KarpenterNodePoolSpec> node_pools;    ///< as the manifests say, and the default ones
  std::vector<AksNodeClassSpec> node_classes;
  Position declared_at;
};

struct ClusterSpec {
  Name name, location;
  ControlPlaneTier tier = ControlPlaneTier::Standard;
  int kubernetes_minor = 31;                        ///< "1.31" → 31
  NetworkProfileSpec network;
  Name virtual_network;                             ///< empty: the only VNet in the cluster's location, or none
  bool private_cluster = false;                     ///< enablePrivateCluster: a private endpoint in the first pool's subnet
  Name api_server_subnet;                           ///< enableVnetIntegration: the delegated subnet of the API server; empty: none
  AutoScalerProfileSpec autoscaler;
  std::vector<NodePoolSpec> pools;
  ServiceMeshSpec mesh;
  std::vector<Name> addons;                         ///< "azure-policy", "key-vault-secrets-provider", "monitoring", "keda", …
  StandbySpec standby;
  bool exists_at_start = true;                      ///< false: made by cluster.create during the run
  Duration metric_resolution{60'000'000};           ///< metrics-server: AKS 60 s (Azure/AKS#1595; facts D2)
  NodeProvisioningSpec provisioning;
  MaintenanceSpec maintenance;
  Position declared_at;
};

}  // namespace akstwin
