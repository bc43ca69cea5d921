#include <algorithm>

#include "models/spec/taint_text.hpp"
#include "scenarios/draft.hpp"

namespace akstwin {
namespace {

constexpr std::string_view kAutoscalerSource = "AKS cluster-autoscaler.md (2026-08), facts/defaults.csv";

void read_zones(Fields& f, std::vector<int>& out) {
  std::vector<std::int64_t> zones;
  f.values("availabilityZones", zones, "Zones of the pool, [\"1\", \"2\", \"3\"]; without it the pool is regional.");
  for (const std::int64_t zone : zones) out.push_back(static_cast<int>(std::clamp<std::int64_t>(zone, -1, 99)));
  std::ranges::sort(out);
}

void read_taints(Fields& f, std::vector<Taint>& out) {
  f.custom("nodeTaints", {"list of taints", "a taint such as sku=gpu:NoSchedule", "string", ""}, "Taints of every node: key=value:Effect.", [&](const YamlNode& node) {
    if (!node.is_list()) return f.wrong_kind(node, "nodeTaints", "a list of taints such as [\"sku=gpu:NoSchedule\"]");
    for (const YamlNode& item : node.items) {
      if (const auto taint = item.is_scalar() ? parse_taint(item.text) : std::nullopt) {
        out.push_back(*taint);
      } else {
        f.error("S045", item, "'" + item.text + "' is not a taint", "write key=value:Effect with NoSchedule, PreferNoSchedule or NoExecute");
      }
    }
  });
}

void read_labels(Fields& f, Labels& out) {
  f.entries("nodeLabels", "mapping of labels", "Labels of every node.", [&](const YamlNode&, const YamlMember& member, const std::string&) {
    if (!member.value.is_scalar()) return f.wrong_kind(member.value, "nodeLabels", "a mapping of key: value");
    out.set(Name(member.key), Name(member.value.text));
  });
}

void read_spot_price(Fields& f, std::optional<Money>& out) {
  f.custom("spotMaxPrice", {"money or -1", "-1 or an hourly price such as 0.05 USD", "string number", ""}, "Highest hourly price paid; -1: up to the on-demand price, never evicted for price.",
           [&](const YamlNode& node) {
             if (node.is_scalar() && node.text == "-1") return;
             if (node.is_scalar()) out = parse_money(node.text);
             if (node.is_scalar() && !out) out = parse_dollars(node.text);
             if (!out) f.error("S013", node, f.field_name("spotMaxPrice") + " is not a price", "write -1, or an hourly price such as 0.05 USD");
           });
}

}  // namespace

void describe(Fields& f, NodeTimesSpec& out) {
  f.spread("boot", out.boot, "From the request for an instance until its node is Ready.").source("facts A5: prior, median 150 s and p95 300 s; AKS states two to five minutes");
  f.spread("remove", out.remove, "From the request to delete an instance until it is gone.").source("facts A5: one to three minutes");
  f.spread("start", out.start, "From the request to start a deallocated instance until its node is Ready.").source("assumption: no disk is made and images are in place");
}

void describe(Fields& f, NodePoolSpec& out) {
  out.declared_at = f.at();
  bool managed_disk = false;
  f.required("name", out.name, "Name of the pool.");
  f.choice("mode", out.mode, {{"User", PoolMode::User}, {"System", PoolMode::System}}, "System pools run AKS's own pods.").source("ARM agentPoolProfiles");
  f.required("vmSize", out.vm_size, "VM size, such as Standard_D4ds_v5.");
  read_zones(f, out.zones);
  f.optional("enableAutoScaling", out.autoscaling, "The cluster autoscaler sets the number of nodes.").source("ARM agentPoolProfiles");
  f.optional("count", out.count, "Nodes at the start; with autoscaling brought into minCount…maxCount.").between(0, 1'000).source("AKS limit: 1,000 nodes a pool (facts A7)");
  f.optional("minCount", out.min_count, "Fewest nodes; needs enableAutoScaling.").between(0, 1'000);
  f.optional("maxCount", out.max_count, "Most nodes; needs enableAutoScaling.").between(0, 1'000);
  f.optional("maxPods", out.max_pods, "Pods a node; 0: the network mode's default (overlay and podSubnet 250, kubenet 110, nodeSubnet 30).").source("facts A3: concepts-network-ip-address-planning.md");
  read_taints(f, out.taints);
  read_labels(f, out.labels);
  f.choice("scaleSetPriority", out.spot, {{"Regular", false}, {"Spot", true}}, "Spot instances are cheaper and can be taken back.");
  read_spot_price(f, out.spot_max_price);
  f.optional("vnetSubnet", out.subnet, "Subnet of the nodes by name; default: the first subnet without delegation.");
  f.optional("podSubnetID", out.pod_subnet, "Subnet of the pods by name, with networkPluginMode podSubnet.").source("ARM agentPoolProfiles; concepts-network-azure-cni-pod-subnet.md (facts B)");
  f.choice("podIPAllocationMode", out.pod_ips, {{"DynamicIndividual", PodIpAllocation::DynamicIndividual}, {"StaticBlock", PodIpAllocation::StaticBlock}},
           "DynamicIndividual: a node takes batches of 16 addresses of podSubnetID as pods come. StaticBlock: it holds /28 blocks for maxPods + 1 addresses all its life.")
      .source("ARM agentPoolProfiles; facts B");
  f.choice("osDiskType", managed_disk, {{"Ephemeral", false}, {"Managed", true}}, "Where the OS disk lives; Ephemeral where the size supports it.").source("facts A1: concepts-storage.md");
  out.ephemeral_os_disk = !managed_disk;
  f.optional("osDiskSizeGB", out.os_disk_gib, "Size of the OS disk in GiB; 0: AKS's default for the size.").between(0, 4'096);
  f.group("upgradeSettings", "How the pool is upgraded.", [&](Fields& g) { describe_upgrade_settings(g, out); });
  f.choice("upgradeStrategy", out.upgrade.strategy, {{"Rolling", UpgradeStrategy::Rolling}, {"BlueGreen", UpgradeStrategy::BlueGreen}},
           "BlueGreen (preview): a second set of nodes takes over, the first is kept until the last soak is over.");
  f.group("upgradeSettingsBlueGreen", "How a blue-green upgrade goes.", [&](Fields& g) { describe_blue_green(g, out.upgrade.blue_green, out.upgrade.drain_timeout); });
  f.choice("osType", out.os, {{"Linux", OsType::Linux}, {"Windows", OsType::Windows}}, "Operating system of the nodes. Windows: user pools only, longer boots, 2 GB more reserved.").source("ARM agentPoolProfiles");
  if (out.os == OsType::Windows) out.times.boot = kWindowsBoot;
  f.object("nodeTimes", out.times, "How long nodes take to come and go. Not an ARM field: measured on your platform.");
  f.optional("osSKU", out.os_sku, "Ubuntu, AzureLinux, Windows2022 and so on: a label of the nodes.");
  f.choice("type", out.single_machines, {{"VirtualMachineScaleSets", false}, {"VirtualMachines", true}}, "VirtualMachines: machines without a scale set (flexible orchestration); their names end in vms and a number.").source("ARM agentPoolProfiles");
  f.choice("scaleDownMode", out.scale_down, {{"Delete", Removal::Delete}, {"Deallocate", Removal::Deallocate}}, "Deallocate: machines that are scaled in are switched off; their disks are billed, and the next ones start faster.").source("AKS scale-down-mode.md");
  f.choice("scaleSetEvictionPolicy", out.eviction, {{"Delete", Removal::Delete}, {"Deallocate", Removal::Deallocate}}, "What becomes of an evicted spot machine. Deallocate: it keeps its disks and its quota until it is started again.").source("AKS spot-node-pool.md (facts G)");
  f.optional("provisioningFailureRate", out.provisioning_failure_rate, "Share of new machines that end in ProvisioningState Failed. Not an ARM field.").between(PartsPerMillion{0}, PartsPerMillion{1'000'000});
  f.optional("existsAtStart", out.exists_at_start, "false: the pool is made during the run, by pool.add or cluster.create. Not an ARM field.");
  f.without_effect("tags", "Azure tags.");
  f.not_simulated("enableNodePublicIP", "A public address for each node.");
}

void describe(Fields& f, NetworkProfileSpec& out) {
  bool kubenet = false;
  f.choice("networkPlugin", kubenet, {{"azure", false}, {"kubenet", true}}, "The CNI. kubenet: a /24 of podCidr and a route a node, at most 400 nodes.").source("AKS configure-kubenet.md (facts B)");
  f.choice("networkPluginMode", out.mode, {{"overlay", NetworkPluginMode::Overlay}, {"nodeSubnet", NetworkPluginMode::NodeSubnet}, {"podSubnet", NetworkPluginMode::PodSubnet}},
           "Of networkPlugin azure. overlay: pods take addresses of podCidr, a /24 a node. nodeSubnet: every node takes maxPods + 1 addresses of its subnet. podSubnet: pods take addresses of the pool's podSubnetID. ARM knows overlay only and leaves the others out.")
      .source("AKS concepts-network-azure-cni-overlay.md (2026-08)");
  if (kubenet) out.mode = NetworkPluginMode::Kubenet;
  f.choice("networkDataplane", out.cilium, {{"azure", false}, {"cilium", true}}, "What moves packets and enforces network policy; decides nothing in the twin.");
  f.optional("podCidr", out.pod_cidr, "Pod addresses with overlay and kubenet; /16 ends at 256 nodes.").source("AKS default (azure-cni-overlay.md)");
  f.optional("serviceCidr", out.service_cidr, "Cluster addresses of Services.").source("AKS default");
  describe_addresses(f, out);
  f.without_effect("dnsServiceIP", "Address of the cluster's DNS.");
  f.without_effect("loadBalancerSku", "standard.");
  f.without_effect("outboundType", "Stated at the virtual network: network.outbound.type.");
}

void read_expanders(Fields& f, const YamlNode& node, std::vector<Expander>& out) {
  if (const auto chain = Notation<std::vector<Expander>>::parse(node.text); chain && node.is_scalar()) {
    out = *chain;
    return;
  }
  f.mark_broken("expander");
  const std::vector<std::string> words{"random", "most-pods", "least-waste", "priority", "least-nodes"};
  const std::string near = closest(node.text, words);
  f.error("S015", node, f.field_name("expander") + " is '" + node.text + "'; it is one of random, most-pods, least-waste, priority, least-nodes, or several of them, each once, separated by commas",
          near.empty() ? "choose one of these" : "did you mean '" + near + "'?");
}

void describe(Fields& f, AutoScalerProfileSpec& out) {
  const auto time = [&](std::string_view key, Duration& value, std::string_view help) { f.optional(key, value, help).at_most(Duration{86'400'000'000}).source(kAutoscalerSource); };
  f.optional("scan-interval", out.scan_interval, "Pause between two looks at the cluster.").between(Duration{1'000'000}, Duration{3'600'000'000}).source(kAutoscalerSource);
  time("scale-down-delay-after-add", out.scale_down_delay_after_add, "No scale-down for this long after a scale-up.");
  time("scale-down-delay-after-delete", out.scale_down_delay_after_delete, "No scale-down for this long after a deletion; AKS: the scan interval.");
  time("scale-down-delay-after-failure", out.scale_down_delay_after_failure, "No scale-down for this long after a failed one.");
  time("scale-down-unneeded-time", out.scale_down_unneeded_time, "How long a node must be unneeded before it goes.");
  time("scale-down-unready-time", out.scale_down_unready_time, "How long an unready node must be unneeded before it goes.");
  f.optional<Threshold01>("scale-down-utilization-threshold", out.scale_down_utilization_threshold_ppm, "A node below this share of requests may go.").source(kAutoscalerSource);
  std::int64_t grace = out.max_graceful_termination.seconds();
  f.optional("max-graceful-termination-sec", grace, "Longest wait for a pod to end, in seconds.").between(0, 86'400).source(kAutoscalerSource);
  out.max_graceful_termination = Duration{1'000'000} * std::clamp<std::int64_t>(grace, 0, 86'400);
  f.optional("balance-similar-node-groups", out.balance_similar_node_groups, "Spread a scale-up over pools that are alike.").source(kAutoscalerSource);
  FieldDoc* expander = f.custom("expander", Notation<std::vector<Expander>>::words(), "Which pool grows when several could; a chain such as priority,least-waste narrows down step by step. 'priority' reads the ConfigMap kube-system/cluster-autoscaler-priority-expander.",
                                [&](const YamlNode& node) { read_expanders(f, node, out.expanders); });
  if (expander != nullptr) {
    expander->default_text = Notation<std::vector<Expander>>::print(out.expanders);
    expander->source = kAutoscalerSource;
  }
  f.optional("skip-nodes-with-local-storage", out.skip_nodes_with_local_storage, "Keep nodes whose pods use local storage.").source(kAutoscalerSource);
  f.optional("skip-nodes-with-system-pods", out.skip_nodes_with_system_pods, "Keep nodes with kube-system pods that no DaemonSet owns.").source(kAutoscalerSource);
  f.optional("max-empty-bulk-delete", out.max_empty_bulk_delete, "Empty nodes deleted at once.").between(1, 1'000).source(kAutoscalerSource);
  time("new-pod-scale-up-delay", out.new_pod_scale_up_delay, "Pending pods younger than this are left alone.");
  f.optional("max-total-unready-percentage", out.max_total_unready_percentage, "Above this share of unready nodes the autoscaler stops.").between(0, 100).source(kAutoscalerSource);
  f.optional("ok-total-unready-count", out.ok_total_unready_count, "Unready nodes that are always allowed.").between(0, 1'000).source(kAutoscalerSource);
  time("max-node-provision-time", out.max_node_provision_time, "A node that is not Ready after this is given up.");
  f.optional("ignore-daemonsets-utilization", out.ignore_daemonsets_utilization, "Leave DaemonSet pods out of a node's use.").source(kAutoscalerSource);
  f.without_effect("daemonset-eviction-for-empty-nodes", "DaemonSet pods on empty nodes.");
  f.optional("daemonset-eviction-for-occupied-nodes", out.daemonset_eviction_for_occupied_nodes, "Ask the DaemonSet pods of a drained node to leave, too.").source(kAutoscalerSource);
}

void describe_resources(Fields& f, Resources& out) {
  f.optional("cpu", out.cpu, "CPU.").at_least(Millicores{0});
  f.optional("memory", out.memory, "Memory.").at_least(Bytes{0});
  f.optional("gpu", out.gpu, "GPU devices (nvidia.com/gpu).").between(0, 64);
}

void describe(Fields& f, ServiceMeshSpec& out) {
  bool enabled = true;
  f.choice("mode", enabled, {{"Istio", true}, {"Disabled", false}}, "The mesh add-on.");
  MeshDataPlane plane = f.documenting() ? MeshDataPlane::Sidecar : out.data_plane == MeshDataPlane::None ? MeshDataPlane::Sidecar : out.data_plane;
  f.choice("dataPlane", plane, {{"sidecar", MeshDataPlane::Sidecar}, {"ambient", MeshDataPlane::Ambient}, {"cilium", MeshDataPlane::Cilium}, {"none", MeshDataPlane::None}},
           "Where the mesh runs: a sidecar in every pod, ztunnel on every node and waypoints, Cilium's data plane, or nowhere.")
      .source("AKS Istio add-on: sidecars");
  out.data_plane = enabled ? plane : MeshDataPlane::None;
  f.group("sidecar", "Requests of one sidecar.", [&](Fields& g) { describe_resources(g, out.sidecar_request); });
  f.group("ztunnel", "Requests of ztunnel, one a node.", [&](Fields& g) { describe_resources(g, out.ztunnel_request); });
  f.group("waypoint", "Waypoint proxies, which ambient needs for rules on HTTP: requests of one replica, and where they stand.", [&](Fields& g) {
    describe_resources(g, out.waypoint_request);
    g.optional("replicas", out.waypoint_replicas, "Replicas a namespace.").between(0, 100);
    g.values("namespaces", out.waypoint_namespaces, "Namespaces with a waypoint.");
  });
  f.values("excludeNamespaces", out.excluded_namespaces, "Namespaces outside the mesh; kube-system always is.");
}

void describe(Fields& f, StandbySpec& out) {
  f.choice("pattern", out.pattern,
           {{"none", StandbyPattern::None}, {"active-active", StandbyPattern::Hot}, {"hot", StandbyPattern::Hot}, {"warm", StandbyPattern::Warm}, {"cold", StandbyPattern::Cold}},
           "hot or active-active: serves like the primary. warm: nodes at their minimum. cold: user pools at zero until needed.");
  bool minimum = true;
  f.choice("nodes", minimum, {{"minimum", true}, {"full", false}}, "Nodes that run while the primary serves; follows from the pattern.");
  f.choice("gitops", out.gitops_suspended, {{"running", false}, {"suspended", true}}, "Whether Flux applies the workloads before a failover.");
  f.optional("primary", out.primary, "The cluster it stands by for; default: the one named by `like`.");
}

void describe(Fields& f, TemplateChangeSpec& out) {
  out.declared_at = f.at();
  f.required("at", out.at, "When the NodePool's template changes.");
  f.required("nodePool", out.node_pool, "The NodePool.");
}

void describe(Fields& f, NodeProvisioningSpec& out) {
  out.declared_at = f.at();
  f.choice("mode", out.automatic, {{"Manual", false}, {"Auto", true}}, "Auto: Karpenter, run by AKS, makes and removes single machines as NodePool manifests say. Not together with enableAutoScaling of node pools.")
      .source("ARM nodeProvisioningProfile");
  f.choice("defaultNodePools", out.default_pools, {{"Auto", true}, {"None", false}}, "Auto: AKS makes the NodePools default (D family, amd64, on-demand) and system-surge, unless manifests do.")
      .source("AKS node-auto-provisioning-node-pools.md; karpenter-provider-azure@352646f5 examples/v1");
  f.optional("spotToSpotConsolidation", out.spot_to_spot, "Feature gate: a spot machine may be replaced by a cheaper spot machine.").source("karpenter-provider-azure@352646f5 charts/karpenter/values.yaml");
  f.optional("maxNodes", out.max_nodes, "Machines that a NodePool may have at once, its own limits apart: the subscription's quota. Not an ARM field.").between(1, 1'000);
  f.object("nodeTimes", out.times, "How long machines take to come and go. Not an ARM field: measured on your platform.");
  f.optional("nodeImages", out.node_image_interval, "A new node image this often: machines of an older one have drifted. 0: none. Not an ARM field.");
  f.list("templateChanges", out.template_changes, "Changes of NodePool templates during the run: machines made before have drifted. Not an ARM field.");
}

void describe(Fields& f, ClusterSpec& out) {
  out.declared_at = f.at();
  f.required("name", out.name, "Name of the cluster.");
  f.without_effect("from", "File, or list of files, that describe the cluster: az aks show or az aks nodepool list -o json, a compiled ARM template, a Terraform plan. The fields given here win.");
  f.without_effect("like", "Another cluster whose fields are copied; the fields given here win. Pools are merged by name.");
  f.required("location", out.location, "Azure region, such as eastus2.");
  f.group("sku", "Control plane.", [&](Fields& g) {
    g.choice("tier", out.tier, {{"Standard", ControlPlaneTier::Standard}, {"Free", ControlPlaneTier::Free}, {"Premium", ControlPlaneTier::Premium}}, "Price and service level of the control plane.").source("facts A7: free-standard-pricing-tiers.md");
    g.without_effect("name", "Base or Automatic.");
  });
  f.optional<MinorVersion>("kubernetesVersion", out.kubernetes_minor, "Kubernetes version; the minor version decides reservations and defaults.").between(21, 60);
  f.object("networkProfile", out.network, "Pod networking.");
  f.optional("virtualNetwork", out.virtual_network, "Virtual network by name; default: the only one in the cluster's location.");
  f.group("autoScalerProfile", "Cluster autoscaler settings, for the whole cluster.", [&](Fields& g) {
    bool upstream = false;
    g.choice("defaults", upstream, {{"AKS", false}, {"upstream", true}}, "Whose defaults hold for what is not stated: AKS's, or those of a Cluster Autoscaler of one's own in the cluster's version.").source(kAutoscalerSource);
    if (upstream) out.autoscaler = upstream_autoscaler_profile(out.kubernetes_minor);
    describe(g, out.autoscaler);
  });
  f.list("agentPoolProfiles", out.pools, "Node pools.", true);
  for (NodePoolSpec& pool : out.pools)
    if (!pool.max_surge_stated) pool.max_surge = default_max_surge(out.kubernetes_minor);
  f.object("nodeProvisioningProfile", out.provisioning, "Node auto-provisioning.");
  f.object("serviceMesh", out.mesh, "Service mesh.");
  f.values("addons", out.addons, "Add-ons whose pods take room: azure-policy, key-vault-secrets-provider, monitoring, keda and others.");
  f.object("standby", out.standby, "This cluster stands by for another one.");
  f.optional("existsAtStart", out.exists_at_start, "false: the cluster is made during the run, by cluster.create. Not an ARM field.");
  f.optional("metricsResolution", out.metric_resolution, "How often metrics-server measures; autoscalers see nothing newer.").between(Duration{1'000'000}, Duration{3'600'000'000}).source("AKS: 60 s (Azure/AKS#1595), facts D2");
  describe_maintenance(f, out.maintenance);
  f.group("apiServerAccessProfile", "How the API server is reached.", [&](Fields& g) { describe_api_server_access(g, out); });
  f.without_effect("tags", "Azure tags.");
}

}  // namespace akstwin
