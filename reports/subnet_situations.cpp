/// What the run did not see but could have: other moments for an upgrade, a lost zone, a failover; other CNI modes; ARM's own check.
#include <algorithm>
#include <map>

#include "models/catalog/machine_sizes.hpp"
#include "reports/reading.hpp"
#include "reports/subnet_pools.hpp"
#include "reports/subnet_sizing.hpp"

namespace akstwin {
namespace {

std::int64_t peak_of(const Timeline& timeline, Name cluster, Name pool) {
  return maximum(samples_of(of_pool(timeline, GaugeKind::NodesAllocated, cluster, pool)), {}, timeline.end()).value;
}

/// maxSurge of so many nodes, as Azure rounds it.
std::int64_t surge_of(const NodePoolSpec& pool, std::int64_t nodes) { return pool.spot ? 0 : std::min(nodes, pool.max_surge.scaled(nodes, true)); }

/// Nodes that the pool gets when a zone is lost at its peak: the lost ones keep their addresses until they are deleted, and the
/// autoscaler replaces them in the remaining zones as far as its maximum allows.
std::int64_t after_zone_loss(const NodePoolSpec& pool, std::int64_t peak) {
  const auto zones = static_cast<std::int64_t>(pool.zones.size());
  if (!pool.autoscaling || zones < 2) return peak;
  return std::max(peak, std::min(pool.max_count, peak + (peak + zones - 1) / zones));
}

/// Nodes that the pool of a standby cluster gets when its primary's load comes on top of its own; its own peak for all others.
std::int64_t after_failover(const Scenario& scenario, const Timeline& timeline, const PoolIn& in, std::int64_t peak) {
  const ClusterSpec* primary = in.cluster->standby.pattern == StandbyPattern::None ? nullptr : scenario.cluster(in.cluster->standby.primary);
  if (primary == nullptr) return peak;
  const std::int64_t theirs = peak_of(timeline, primary->name, in.pool.name);
  const std::int64_t wanted = in.cluster->standby.pattern == StandbyPattern::Hot ? peak + theirs : std::max(peak, theirs);
  return in.pool.autoscaling ? std::max(peak, std::min(in.pool.max_count, wanted)) : std::max(peak, in.pool.count);
}

/// Sum over the pools of their nodes times what each takes, at the moment at which it is largest.
std::int64_t largest_sum(const Timeline& timeline, const std::vector<PoolIn>& pools, const std::function<std::int64_t(const PoolIn&)>& per_node) {
  std::vector<std::vector<Sample>> parts;
  for (const PoolIn& in : pools) {
    const auto samples = samples_of(of_pool(timeline, GaugeKind::NodesAllocated, in.cluster->name, in.pool.name));
    std::vector<Sample>& part = parts.emplace_back(samples.begin(), samples.end());
    for (Sample& sample : part) sample.value *= per_node(in);
  }
  const std::vector<std::span<const Sample>> views(parts.begin(), parts.end());
  return maximum(sum_of(views), {}, timeline.end()).value;
}

/// Pods of a node on average when the cluster has most of them: what a dynamic pod subnet would hold addresses for. Without those of
/// kube-system, which mostly live in their node's own network.
std::int64_t pods_a_node(const Timeline& timeline, const ClusterSpec& cluster) {
  const auto most = [&](GaugeKind kind, bool own) {
    return maximum(sum_series(select(timeline, kind, [&](const SeriesKey& k) { return k.a == cluster.name && !(own && last_part(k.b.text()) == "kube-system"); })), {}, timeline.end()).value;
  };
  const std::int64_t nodes = std::max<std::int64_t>(most(GaugeKind::NodesAllocated, false), 1);
  return (most(GaugeKind::PodsRunning, true) + nodes - 1) / nodes;
}

}  // namespace

std::vector<SubnetSituation> situations_of(const Scenario& scenario, const Timeline& timeline, const std::vector<PoolIn>& pools,
                                           const std::vector<PoolIn>& pod_pools, std::int64_t others, const SubnetAnswer& answer) {
  std::vector<SubnetSituation> out;
  const bool blocks = in_blocks(pod_pools);
  const int length = std::stoi(answer.prefix.substr(answer.prefix.find('/') + 1));
  const auto add = [&](std::string what, const NodeCount& nodes) {
    SubnetSituation situation{std::move(what), 0, others, false};
    for (const std::vector<PoolIn>* list : {&pools, &pod_pools})
      for (const PoolIn& in : *list) situation.nodes += nodes(in);
    situation.addresses += need_of(pools, std::nullopt, nodes).nodes + need_of(pod_pools, std::nullopt, nodes).pods;
    situation.fits = situation.addresses <= room_of(length, blocks);
    out.push_back(std::move(situation));
  };
  const auto peak = [&](const PoolIn& in) { return peak_of(timeline, in.cluster->name, in.pool.name); };
  add("nodes at their peak", peak);
  add("upgrade at the peak", [&](const PoolIn& in) { return peak(in) + surge_of(in.pool, peak(in)); });
  add("a zone lost at the peak", [&](const PoolIn& in) { return after_zone_loss(in.pool, peak(in)); });
  const auto takes_over = [](const PoolIn& in) { return in.cluster->standby.pattern != StandbyPattern::None; };
  if (std::ranges::any_of(pools, takes_over) || std::ranges::any_of(pod_pools, takes_over))
    add("failover at the peak", [&](const PoolIn& in) { return after_failover(scenario, timeline, in, peak(in)); });
  add("autoscaler maximum", [](const PoolIn& in) { return largest_count(in.pool); });
  add("upgrade at the autoscaler maximum", most_nodes);
  return out;
}

std::vector<SubnetDemand> demands_of(const Timeline& timeline, const std::vector<PoolIn>& pools, std::int64_t others, const SubnetAnswer& answer) {
  std::vector<SubnetDemand> out;
  std::map<std::string, std::int64_t> pods;
  for (const PoolIn& in : pools) pods.try_emplace(in.cluster->name.str(), 0);
  for (const PoolIn& in : pools) pods[in.cluster->name.str()] = pods_a_node(timeline, *in.cluster);
  for (const AddressMode mode : {AddressMode::Overlay, AddressMode::NodeSubnet, AddressMode::PodSubnetDynamic, AddressMode::PodSubnetStatic, AddressMode::Kubenet}) {
    const bool chosen = std::ranges::all_of(pools, [&](const PoolIn& p) { return address_mode(p.cluster->network, p.pool) == mode; });
    const auto one = [&](const PoolIn& in) { return PoolIn{in.cluster, in.pool}; };
    const auto of_nodes = [&](const PoolIn& in) { return need_of({one(in)}, mode, [](const PoolIn&) { return std::int64_t{1}; }).nodes; };
    SubnetDemand nodes{std::string(to_string(mode)), chosen, false, largest_sum(timeline, pools, of_nodes) + others};
    // What was refused was wanted: the subnet as it is does not suffice.
    if (chosen && answer.exhausted_at) nodes.addresses = std::max(nodes.addresses, answer.usable + 1);
    out.push_back(nodes);
    if (mode != AddressMode::PodSubnetDynamic && mode != AddressMode::PodSubnetStatic) continue;
    const bool blocks = mode == AddressMode::PodSubnetStatic;
    const auto of_pods = [&](const PoolIn& in) {
      const std::int64_t most = in.pool.max_pods > 0 ? in.pool.max_pods : default_max_pods(mode);
      return blocks ? 16 * static_blocks(most) : dynamic_batch_need(std::min(most, pods[in.cluster->name.str()]));
    };
    out.push_back({std::string(to_string(mode)) + ": a second subnet for pods", chosen, blocks, largest_sum(timeline, pools, of_pods)});
  }
  return out;
}

std::vector<SubnetRisk> subnet_risks_of(const std::vector<SubnetsAnswer>& replications) {
  std::vector<SubnetRisk> out;
  if (replications.empty()) return out;
  const SubnetsAnswer& first = replications.front();
  for (std::size_t s = 0; s < first.subnets.size(); ++s)
    for (std::size_t d = 0; d < first.subnets[s].demands.size(); ++d) {
      std::vector<std::int64_t> demands;
      for (const SubnetsAnswer& answer : replications)
        if (s < answer.subnets.size() && d < answer.subnets[s].demands.size()) demands.push_back(answer.subnets[s].demands[d].addresses);
      std::ranges::sort(demands);
      const SubnetDemand& demand = first.subnets[s].demands[d];
      const int enough = prefix_for(demands.back(), demand.blocks);
      for (const int prefix : {enough, enough + 1}) {
        if (enough == 0 || prefix > (demand.blocks ? 26 : 29)) continue;   // Azure has no smaller subnets
        SubnetRisk risk{first.subnets[s].subnet, demand.mode, demand.chosen, prefix, room_of(prefix, demand.blocks), demands[(demands.size() - 1) / 2], demands.back(), 0, demands.size(), {}};
        for (const std::int64_t need : demands) risk.exhausted += need > risk.usable ? 1 : 0;
        risk.probability = wilson_interval(risk.exhausted, risk.replications);
        out.push_back(std::move(risk));
      }
    }
  return out;
}

}  // namespace akstwin
