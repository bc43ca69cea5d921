/// The part of Placement that takes over the cluster: nodes, machines under way, daemons, limits.
#include <algorithm>

#include "models/api/node_input.hpp"
#include "models/controllers/provisioning/placement.hpp"

namespace akstwin {
namespace {

// Tags of pods that only exist here: above every uid.
constexpr std::uint64_t kPlannedPod = 1ULL << 63;

bool settling_at(const NodeClaim& claim, const KarpenterNodePoolSpec& pool, SimTime now) {
  if (!pool.consolidate_after || pool.consolidate_after->us == 0 || claim.phase != ClaimPhase::Initialized) return false;
  return now - (claim.last_pod_event != kNever ? claim.last_pod_event : claim.initialized) < *pool.consolidate_after;
}

}  // namespace

void Placement::rebuild(const ClusterState& state, std::span<const NodeClaim> claims, const UnavailableOfferings& unavailable, SimTime now) {
  unavailable_ = &unavailable;
  now_ = now;
  snapshot_ = Snapshot{};
  existing_.clear();
  prepared_.clear();
  count_daemons(state);
  state.nodes.for_each([&](NodeId id, const Node&) { add_existing(state, id, claims); });
  for (std::size_t i = 0; i < claims.size(); ++i)
    if (!claims[i].node && !claims[i].going()) add_coming(claims[i], i);
  // Initialised nodes first, so that a disruption relies on them before it relies on others.
  std::ranges::sort(existing_, [](const ExistingNode& a, const ExistingNode& b) {
    return a.initialized != b.initialized ? a.initialized : a.name < b.name;
  });
  count_limits(claims);
  add_domains();
}

/// Karpenter spreads over the domains that its NodePools could open, not only over those that have a node: each zone of a NodePool is there
/// as a node that takes nothing. For hostnames that makes the least count zero, because a new machine can always be made (topologygroup.go).
void Placement::add_domains() {
  for (std::uint32_t p = 0; p < pools_.size(); ++p) {
    std::vector<int> zones;
    for (std::uint32_t choice = 0; choice < pools_[p].choices().size(); ++choice) {
      const int zone = pools_[p].choices()[choice].zone;
      if (std::ranges::find(zones, zone) != zones.end()) continue;
      zones.push_back(zone);
      snapshot_.add_node(pools_[p].imagined(choice, Name("domain-" + std::to_string(p) + "-" + std::to_string(zone))));
    }
  }
}

void Placement::add_existing(const ClusterState& state, NodeId id, std::span<const NodeClaim> claims) {
  const Node& node = state.nodes[id];
  const auto claim = std::ranges::find(claims, id, &NodeClaim::node);
  if (claim != claims.end() && claim->going()) return;
  ExistingNode entry{.node = id, .name = node.name};
  NodeInput input = node_input(node);
  if (claim != claims.end()) {
    const KarpenterNodePoolSpec& pool = pools_[claim->pool].spec();
    entry.claim = static_cast<std::int32_t>(claim - claims.begin());
    entry.initialized = claim->phase == ClaimPhase::Initialized;
    entry.settling = settling_at(*claim, pool, now_);
    if (!entry.initialized)   // what keeps pods away now is expected to go
      std::erase_if(input.taints, [&](const Taint& taint) {
        return taint.key.text() == "node.kubernetes.io/not-ready" || std::ranges::find(pool.startup_taints, taint) != pool.startup_taints.end();
      });
  }
  entry.index = snapshot_.add_node(input);
  for (const PodId pod_id : node.pods) {
    const Pod& pod = state.pods[pod_id];
    if (pod.phase == PodPhase::Succeeded || pod.phase == PodPhase::Failed) continue;
    snapshot_.add_pod(entry.index, {.spec = pod.spec, .name = pod.name, .tag = uid_of(pod_id), .start_us = pod.bound.us, .terminating = pod.terminating()});
  }
  if (!entry.initialized)   // its DaemonSet pods are on their way
    for (std::size_t i = 0; i < daemons_.size(); ++i) {
      const PodSpec* spec = daemons_[i].spec;
      const bool there = std::ranges::any_of(node.pods, [&](PodId pod) { return state.pods[pod].spec == spec; });
      if (!there && pools_[claim->pool].accepted(*spec)[claim->choice] && tolerates_all(*spec, pools_[claim->pool].spec().taints))
        snapshot_.add_pod(entry.index, {.spec = spec, .name = {}, .tag = kPlannedPod | i});
    }
  existing_.push_back(std::move(entry));
}

void Placement::add_coming(const NodeClaim& claim, std::size_t position) {
  NodePoolModel& pool = pools_[claim.pool];
  const std::uint32_t choice = claim.phase == ClaimPhase::Pending ? claim.choices.front() : claim.choice;
  ExistingNode entry{.node = {}, .claim = static_cast<std::int32_t>(position), .initialized = false, .name = claim.node_name};
  entry.index = snapshot_.add_node(pool.imagined(choice, claim.machine));
  for (std::size_t i = 0; i < daemons_.size(); ++i)
    if (pool.accepted(*daemons_[i].spec)[choice] && tolerates_all(*daemons_[i].spec, pool.spec().taints))
      snapshot_.add_pod(entry.index, {.spec = daemons_[i].spec, .name = {}, .tag = kPlannedPod | i});
  existing_.push_back(std::move(entry));
}

void Placement::count_daemons(const ClusterState& state) {
  std::vector<Daemon> daemons;
  state.workloads.for_each([&](WorkloadId, const Workload& workload) {
    if (workload.spec->kind == WorkloadKind::DaemonSet && workload.applied)
      daemons.push_back({workload.pod_template, workload.pod_template->effective_request()});
  });
  const bool same = std::ranges::equal(daemons, daemons_, [](const Daemon& a, const Daemon& b) { return a.spec == b.spec; });
  if (same && daemon_requests_.size() == pools_.size()) return;
  daemons_ = std::move(daemons);
  daemon_requests_.assign(pools_.size(), {});
  daemon_counts_.assign(pools_.size(), {});
  for (std::size_t p = 0; p < pools_.size(); ++p) {
    daemon_requests_[p].resize(pools_[p].choices().size());
    daemon_counts_[p].resize(pools_[p].choices().size());
    for (const Daemon& daemon : daemons_) {
      if (!tolerates_all(*daemon.spec, pools_[p].spec().taints)) continue;
      const std::vector<bool>& accepted = pools_[p].accepted(*daemon.spec);
      for (std::size_t choice = 0; choice < accepted.size(); ++choice) {
        if (!accepted[choice]) continue;
        daemon_requests_[p][choice] = daemon_requests_[p][choice] + daemon.request;
        ++daemon_counts_[p][choice];
      }
    }
  }
}

void Placement::count_limits(std::span<const NodeClaim> claims) {
  left_.clear();
  pool_order_.clear();
  for (std::uint32_t p = 0; p < pools_.size(); ++p) {
    const NodePoolLimits& limits = pools_[p].spec().limits;
    left_.push_back({limits.resources, limits.nodes});
    pool_order_.push_back(p);
  }
  for (const NodeClaim& claim : claims) {
    const NodePoolModel& pool = pools_[claim.pool];
    std::uint32_t choice = claim.choice;
    if (claim.phase == ClaimPhase::Pending)   // it may still become any of them
      choice = *std::ranges::max_element(claim.choices, {}, [&](std::uint32_t c) { return pool.estimate_of(c).capacity.cpu; });
    left_[claim.pool].resources = left_[claim.pool].resources - pool.estimate_of(choice).capacity;
    --left_[claim.pool].nodes;
  }
  std::ranges::stable_sort(pool_order_, [&](std::uint32_t a, std::uint32_t b) {
    const KarpenterNodePoolSpec &x = pools_[a].spec(), &y = pools_[b].spec();
    return x.weight != y.weight ? x.weight > y.weight : x.name < y.name;
  });
}

}  // namespace akstwin
