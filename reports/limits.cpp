/// Azure's limits: how close the run came to each, and when.
#include "models/catalog/limits.hpp"

#include <algorithm>

#include "models/catalog/machine_sizes.hpp"
#include "models/catalog/outbound_ports.hpp"
#include "models/spec/network_lookup.hpp"
#include "reports/analysis.hpp"
#include "reports/control_plane_load.hpp"
#include "reports/reading.hpp"
#include "reports/subnet_pools.hpp"
#include "reports/subnet_sizing.hpp"
#include "reports/text.hpp"

namespace akstwin {
namespace {

class Limits {
 public:
  explicit Limits(const Timeline& timeline) : timeline_(timeline) {}

  void add(std::string_view id, const std::string& subject, const std::vector<Sample>& samples, std::int64_t at_maximum = 0) { add(id, subject, azure_limit(id).value, samples, at_maximum); }
  void add(std::string_view id, const std::string& subject, std::int64_t value, const std::vector<Sample>& samples, std::int64_t at_maximum = 0) {
    const AzureLimit& limit = azure_limit(id);
    LimitUse use{std::string(limit.id), std::string(limit.what), subject, value, 0, {}, at_maximum, {}, {}, std::string(limit.source)};
    const Extreme peak = maximum(samples, {}, timeline_.end());
    use.peak = peak.value;
    use.peak_at = peak.at;
    const auto first = [&](std::int64_t level) -> std::optional<SimTime> {
      const auto found = std::ranges::find_if(samples, [&](const Sample& s) { return s.value >= level; });
      return found == samples.end() ? std::nullopt : std::optional(found->at);
    };
    use.warned_at = first(std::max<std::int64_t>((value * 4 + 4) / 5, 1));   // 80 %, as for quotas
    use.reached_at = first(std::max<std::int64_t>(value, 1));
    if (use.peak > 0 || use.at_maximum > 0) out_.push_back(std::move(use));
  }
  /// What does not change during a run.
  void constant(std::string_view id, const std::string& subject, std::int64_t count) { add(id, subject, {{SimTime{}, count}}); }
  std::vector<LimitUse> take() { return std::move(out_); }

 private:
  const Timeline& timeline_;
  std::vector<LimitUse> out_;
};

std::vector<Sample> scaled(std::vector<Sample> samples, std::int64_t factor) {
  for (Sample& sample : samples) sample.value *= factor;
  return samples;
}

void cluster_limits(const Scenario& scenario, const Timeline& timeline, const ClusterSpec& cluster, Limits& out) {
  const std::string name = cluster.name.str();
  const auto sum = [&](GaugeKind kind) { return sum_series(select(timeline, kind, [&](const SeriesKey& k) { return k.a == cluster.name; })); };
  const NetworkProfileSpec& network = cluster.network;
  std::int64_t most = 0;
  for (const NodePoolSpec& pool : all_pools(cluster)) {
    most += largest_count(pool) + largest_surge(pool);
    const Series* series = of_pool(timeline, GaugeKind::NodesAllocated, cluster.name, pool.name);
    out.add("pool-nodes", name + "/" + pool.name.str(), series == nullptr ? std::vector<Sample>{} : series->samples, largest_count(pool) + largest_surge(pool));
  }
  const auto nodes = sum(GaugeKind::NodesAllocated);
  const auto pods = sum(GaugeKind::PodsRunning);
  out.add("cluster-nodes", name, nodes, most);
  if (cluster.tier == ControlPlaneTier::Free) out.add("free-tier-nodes", name, nodes, most);
  out.constant("cluster-pools", name, static_cast<std::int64_t>(cluster.pools.size()));
  if (network.azure_network_policy) out.add("network-policy-nodes", name, nodes, most);
  if (network.mode == NetworkPluginMode::Overlay) out.add("overlay-pods", name, pods);
  const bool dynamic = std::ranges::any_of(cluster.pools, [&](const NodePoolSpec& pool) { return address_mode(network, pool) == AddressMode::PodSubnetDynamic; });
  if (dynamic) out.add("pod-subnet-pods", name, pods);
  if (network.mode == NetworkPluginMode::Kubenet) {
    const std::int64_t routes = network.dual_stack ? 2 : 1;
    out.add("kubenet-routes", name, scaled(sum(GaugeKind::PodCidrBlocksUsed), routes), most * routes);
  }
  out.constant("load-balancer-services", name, network.load_balancer_services);
  if (network.load_balancer_services > 0) out.add("load-balancer-backends", name, scaled(nodes, network.ports_per_service), most * network.ports_per_service);
  const bool stopped = std::ranges::any_of(scenario.steps, [&](const StepSpec& step) {
    return std::ranges::any_of(step.actions, [&](const ActionSpec& action) { return action.kind == ActionKind::StopCluster && action.target == cluster.name; });
  });
  if (stopped) out.add("stop-nodes", name, nodes);
}

void control_plane_limits(const Timeline& timeline, const ClusterSpec& cluster, Limits& out) {
  const std::string name = cluster.name.str();
  const bool free = cluster.tier == ControlPlaneTier::Free;
  const ControlPlaneLoad load = control_plane_load(timeline, cluster.name);
  out.add("api-server-reads", name, free ? 100 : azure_limit("api-server-reads").value, load.reads);
  out.add("api-server-writes", name, free ? 50 : azure_limit("api-server-writes").value, load.writes);
  out.add("etcd-megabytes", name, load.etcd);
  const auto writes = [&](const char* id, const char* bucket) {
    if (const Series* series = timeline.find(key(GaugeKind::ArmWritesTaken, cluster.name, Name(bucket)))) out.add(id, name, series->samples);
  };
  writes("agent-pool-puts", "agent pools");
  writes("cluster-puts", "cluster");
  for (const NodePoolSpec& pool : all_pools(cluster))
    if (const Series* fullest = of_pool(timeline, GaugeKind::PodsOnFullestNode, cluster.name, pool.name))
      out.add("node-pods", name + "/" + pool.name.str(), max_pods(pool, cluster.network.mode), fullest->samples);
}

/// Public addresses that the connections of all clusters behind a NAT gateway need to one destination.
std::vector<Sample> gateway_addresses(const Scenario& scenario, const Timeline& timeline, const VirtualNetworkSpec& network) {
  auto samples = sum_series(select(timeline, GaugeKind::RequestRate, [&](const SeriesKey& k) {
    return std::ranges::any_of(scenario.clusters, [&](const ClusterSpec& cluster) {
      return first_part(k.a.text()) == cluster.name.text() && virtual_network_of(scenario, cluster) == &network;
    });
  }));
  for (Sample& sample : samples) sample.value = (port_use(network, 1, sample.value).used + kNatGatewayPorts - 1) / kNatGatewayPorts;
  return samples;
}

void network_limits(const Scenario& scenario, const Timeline& timeline, const VirtualNetworkSpec& network, Limits& out) {
  const std::string prefix = network.name.str() + "/";
  out.add("network-pod-addresses", network.name.str(),
          sum_series(select(timeline, GaugeKind::SubnetUsed, [&](const SeriesKey& k) { return k.b.text() == "pods" && k.a.text().starts_with(prefix); })));
  if (network.outbound == OutboundType::NatGateway) out.add("nat-gateway-addresses", network.name.str(), gateway_addresses(scenario, timeline, network), network.public_ips);
  if (network.outbound != OutboundType::LoadBalancer || network.allocated_ports == 0) return;
  for (const ClusterSpec& cluster : scenario.clusters) {
    if (virtual_network_of(scenario, cluster) != &network) continue;
    const auto nodes = sum_series(select(timeline, GaugeKind::NodesAllocated, [&](const SeriesKey& k) { return k.a == cluster.name; }));
    out.add("load-balancer-ports", cluster.name.str(), kLoadBalancerPorts * network.public_ips, scaled(nodes, network.allocated_ports));
  }
}

}  // namespace

std::vector<LimitUse> analyse_limits(const Scenario& scenario, const Timeline& timeline) {
  Limits limits(timeline);
  limits.constant("subscription-clusters", "subscription", static_cast<std::int64_t>(scenario.clusters.size()));
  for (const ClusterSpec& cluster : scenario.clusters) {
    cluster_limits(scenario, timeline, cluster, limits);
    control_plane_limits(timeline, cluster, limits);
  }
  for (const VirtualNetworkSpec& network : scenario.networks) network_limits(scenario, timeline, network, limits);
  return limits.take();
}

void limit_findings(const Answers& answers, const Epoch& start, std::vector<std::string>& findings) {
  for (const LimitUse& use : answers.limits) {
    const bool may = use.at_maximum > use.limit;
    if (!use.warned_at && !may) continue;
    if (use.id == "node-pods" && !use.reached_at) continue;   // a node that is nearly full is what it is for
    std::string text = use.subject + ": " + grouped(use.peak) + " of " + grouped(use.limit) + " " + use.what + " at peak";
    if (use.reached_at) text += ", the limit reached on " + day_and_clock(*use.reached_at, start);
    else if (use.warned_at) text += ", 80 % reached on " + day_and_clock(*use.warned_at, start);
    if (may) text += "; it may have " + grouped(use.at_maximum) + " at its maximum with surge";
    findings.push_back(std::move(text));
  }
  for (const OutboundAnswer& outbound : answers.outbound)
    if (outbound.allocation_failed_at || outbound.exhausted_at) findings.push_back(outbound.cluster + " outbound: " + outbound.verdict);
  for (const AdmissionAnswer& admission : answers.subnets.admissions)
    if (admission.operation == "create" && !admission.admitted)
      findings.push_back(admission.where + ": Azure would refuse to " + admission.operation + ", " + admission.code + ": " + grouped(admission.need) + " of " + grouped(admission.has));
}

// ARM's theoretical refusals of the run, apart from machines that Azure could not give (PoolRefused).
void refusal_findings(const Timeline& timeline, const Epoch& start, std::vector<std::string>& findings) {
  struct Refusal {
    const TimelineEvent* first;
    std::int64_t times = 0, most = 0;
  };
  std::vector<Refusal> refusals;
  for (const TimelineEvent& event : timeline.events()) {
    if (event.kind != code(EventKind::ArmRefused)) continue;
    auto known = std::ranges::find_if(refusals, [&](const Refusal& r) { return r.first->subject == event.subject && r.first->object == event.object && r.first->detail == event.detail; });
    if (known == refusals.end()) known = refusals.insert(refusals.end(), {&event});
    ++known->times;
    known->most = std::max(known->most, event.value);
  }
  for (const Refusal& refusal : refusals) {
    const bool blocks = refusal.first->detail == Name("InsufficientPodCidr");
    findings.push_back(refusal.first->subject.str() + ": Azure refused " + refusal.first->object.str() + ", " + refusal.first->detail.str() + ": " + grouped(refusal.most) +
                       (blocks ? " /24 blocks" : " addresses") + " are missing for the most nodes and surge of all pools there (" + day_and_clock(refusal.first->at, start) +
                       (refusal.times > 1 ? ", " + counted(refusal.times, "time") + ")" : ")"));
  }
}

}  // namespace akstwin
