/// Azure Resource Manager's theoretical check of addresses, beside what the run met.
#include <algorithm>

#include "models/catalog/machine_sizes.hpp"
#include "reports/reading.hpp"
#include "reports/subnet_pools.hpp"
#include "reports/subnet_sizing.hpp"

namespace akstwin {
namespace {

std::int64_t at_start(const PoolIn& in) {
  return in.pool.autoscaling ? std::clamp(in.pool.count, in.pool.min_count, std::max(in.pool.min_count, in.pool.max_count)) : in.pool.count;
}
std::int64_t at_most(const PoolIn& in) { return largest_count(in.pool); }

/// The refusals that the run met with the code for pools of the list.
void note_runtime(const Timeline& timeline, const std::vector<PoolIn>& pools, std::string_view code_wanted, AdmissionAnswer& out) {
  for (const TimelineEvent& event : timeline.events()) {
    if (event.kind != code(EventKind::PoolRefused) || event.detail.text() != code_wanted) continue;
    const bool here = std::ranges::any_of(pools, [&](const PoolIn& in) { return event.subject.str() == in.cluster->name.str() + "/" + in.pool.name.str(); });
    if (!here) continue;
    if (!out.refused_at) out.refused_at = event.at;
    ++out.refusals;
  }
}

struct Operation {
  const char* name;
  NodeCount nodes;
};

std::vector<Operation> operations() { return {{"create", at_start}, {"scale to the maximum", at_most}, {"upgrade at the maximum", most_nodes}}; }

void admit(AdmissionAnswer answer, const char* refusal, std::vector<AdmissionAnswer>& out) {
  answer.admitted = Admission{answer.need, answer.has}.admitted();
  if (!answer.admitted) answer.code = refusal;
  out.push_back(std::move(answer));
}

void admit_subnet(const Timeline& timeline, const std::string& where, const SubnetSpec& subnet, const std::vector<PoolIn>& pools, const std::vector<PoolIn>& pod_pools,
                  std::vector<AdmissionAnswer>& out) {
  std::vector<PoolIn> here = pools;
  here.insert(here.end(), pod_pools.begin(), pod_pools.end());
  AdmissionAnswer runtime;
  note_runtime(timeline, here, "SubnetIsFull", runtime);
  for (const Operation& operation : operations()) {
    AdmissionAnswer answer = runtime;
    answer.where = where;
    answer.operation = operation.name;
    // A dynamic pod subnet is checked for a batch a node only: how many pods there will be is not known (facts B).
    answer.need = need_of(pools, std::nullopt, operation.nodes).nodes;
    for (const PoolIn& in : pod_pools) {
      const std::int64_t pods = max_pods(in.pool, in.cluster->network.mode);
      answer.need += operation.nodes(in) * (in.pool.pod_ips == PodIpAllocation::StaticBlock ? 16 * static_blocks(pods) : kBatchBounds.batch);
    }
    answer.has = room_of(subnet.prefix.prefix, in_blocks(pod_pools)) - subnet.private_endpoints;
    admit(std::move(answer), "InsufficientSubnetSize", out);
  }
}

void admit_pod_cidr(const Timeline& timeline, const ClusterSpec& cluster, std::vector<AdmissionAnswer>& out) {
  std::vector<PoolIn> pools;
  for (const NodePoolSpec& pool : all_pools(cluster)) pools.push_back({&cluster, pool});
  AdmissionAnswer runtime;
  note_runtime(timeline, pools, "PodCidrExhausted", runtime);
  for (const Operation& operation : operations()) {
    AdmissionAnswer answer = runtime;
    answer.where = cluster.name.str() + " pod CIDR";
    answer.operation = operation.name;
    // Blocks of a /24, whatever maxPods is (Azure/AKS#4467).
    for (const PoolIn& in : pools) answer.need += operation.nodes(in);
    answer.has = overlay_node_limit(cluster.network.pod_cidr.prefix);
    admit(std::move(answer), "InsufficientPodCidr", out);
  }
}

}  // namespace

std::vector<AdmissionAnswer> admissions_of(const Scenario& scenario, const Timeline& timeline) {
  std::vector<AdmissionAnswer> out;
  for (const VirtualNetworkSpec& network : scenario.networks)
    for (std::size_t i = 0; i < network.subnets.size(); ++i) {
      const auto pools = pools_in(scenario, network, i), pod_pools = pod_pools_in(scenario, network, i);
      if (!pools.empty() || !pod_pools.empty()) admit_subnet(timeline, network.name.str() + "/" + network.subnets[i].name.str(), network.subnets[i], pools, pod_pools, out);
    }
  for (const ClusterSpec& cluster : scenario.clusters)
    if (cluster.network.mode == NetworkPluginMode::Overlay || cluster.network.mode == NetworkPluginMode::Kubenet) admit_pod_cidr(timeline, cluster, out);
  return out;
}

}  // namespace akstwin
