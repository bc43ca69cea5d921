#include "adapters/live/shadow.hpp"

#include <algorithm>

#include "models/fit/filters.hpp"
#include "models/fit/scores.hpp"
#include "models/kube/node_object.hpp"

namespace akstwin {
namespace {

// A real and a modelled scale-up that lie so close are one decision: a scan interval, and what informers and events lag.
constexpr Duration kSameDecision{120'000'000};
constexpr std::size_t kDisagreementsKept = 50;
// Until so long after the begin the model takes pods that were there before for new ones, whose CPU does not count yet: the initialisation
// period of 5 min (facts D1) and a window of metrics.
constexpr SimTime kSettled{330'000'000};

/// The modelled controllers look at times on a grid, which a simulated clock hits exactly and a real one never: the last such time.
SimTime on_grid(SimTime now, Duration period) { return now - now.since_start() % period; }

}  // namespace

void ShadowCloudApi::follow(const ClusterCache& cache, bool targets) {
  cache.cloud().pools.for_each([&](PoolId id, const Pool& row) {
    if (pools_.contains(id.row)) return;
    Pool copy = row;
    copy.instances.clear();
    pools_[id.row] = state_.pools.insert(std::move(copy));
  });
  std::map<std::string, InstanceId> gone = instances_;
  cache.state().nodes.for_each([&](NodeId id, const Node& node) {
    const std::string name = node.name.str();
    gone.erase(name);
    const PoolId pool = pools_.at(node.pool.row);
    const auto known = instances_.find(name);
    if (known != instances_.end()) {
      state_.instances[known->second].node = id;
      return;
    }
    Instance instance;
    instance.pool = pool;
    instance.zone = node.zone;
    instance.state = InstanceState::Running;
    instance.node_name = Name(cache.bare(node.name));
    instance.node = id;
    instance.requested = node.created;
    Pool& row = state_.pools[pool];
    instance.ordinal = row.next_ordinal++;
    row.instances.push_back(instances_[name] = state_.instances.insert(instance));
  });
  for (const auto& [name, id] : gone) {
    std::erase(state_.pools[state_.instances[id].pool].instances, id);
    state_.instances.erase(id);
    instances_.erase(name);
  }
  for (const auto& [row, id] : pools_) {
    if (!targets) break;
    const PoolId real = cache.cloud().pools.at(row);
    const std::int64_t nodes = static_cast<std::int64_t>(state_.pools[id].instances.size());
    state_.pools[id].target = std::max(nodes, real ? cache.cloud().pools[real].target : 0);
  }
}

Shadow::Shadow(KubeClusterApi& real, const ClusterSpec& cluster) : real_(real), spec_(cluster), cluster_(real), autoscaler_(HpaOptions{}) {
  cloud_.follow(real.cache(), true);
  std::vector<PoolTemplate> templates = pool_templates(cluster);
  const bool scales = std::ranges::any_of(cluster.pools, &NodePoolSpec::autoscaling);
  if (scales && !templates.empty())
    nodes_ = std::make_unique<ClusterAutoscalerController>(0, autoscaler_options(cluster.autoscaler, cluster.kubernetes_minor), fit_, std::move(templates), first_);
  const ClusterState& state = real.state();
  state.nodes.for_each([&](NodeId id, const Node&) { scheduler_.see_node(state, id); });
  state.pods.for_each([&](PodId id, const Pod& pod) {
    scheduler_.see_pod(state, id);
    if (bound_.size() <= id.row) bound_.resize(id.row + 1);
    bound_[id.row] = !pod.node.null();
  });
  cursor_.next = real.cache().changes().end();
}

void Shadow::disagree(std::string text) {
  if (disagreements_.size() < kDisagreementsKept) disagreements_.push_back(std::move(text));
}

/// The model's opinion of where the real scheduler put a pod, taken before the pod counts there.
void Shadow::judge_binding(PodId id) {
  const ClusterState& state = real_.state();
  const Pod& pod = state.pods[id];
  const Workload& owner = state.workloads[pod.owner];
  // DaemonSet pods are pinned; terminating nodes are no choice of a scheduler.
  if (owner.spec->kind == WorkloadKind::DaemonSet || pod.spec == nullptr) return;
  const NodeIndex node = scheduler_.index_of(pod.node);
  if (node == kNoNode) return;
  const PreparedPod prepared = prepare(pod_of(*owner.spec, *pod.spec), scheduler_.snapshot(), fit_);
  ++feasible_.compared;
  const NodeVerdict verdict = filter_node(prepared, scheduler_.snapshot(), node);
  if (!verdict.feasible()) {
    const auto reasons = reasons_of(verdict, scheduler_.snapshot(), node);
    return disagree(pod.name.str() + " runs on " + state.nodes[pod.node].name.str() + ", which the model refuses: " + (reasons.empty() ? "" : reasons.front()));
  }
  ++feasible_.agreed;
  std::vector<NodeIndex> feasible;
  find_feasible(prepared, scheduler_.snapshot(), 0, scheduler_.snapshot().node_count(), feasible);
  ++best_.compared;
  ScoreTable scores;
  if (feasible.size() > 1) score_nodes(prepared, scheduler_.snapshot(), feasible, scores);
  const std::vector<NodeIndex> best = feasible.size() > 1 ? best_nodes(scores) : feasible;
  if (std::ranges::find(best, node) != best.end()) ++best_.agreed;
  else disagree(pod.name.str() + " runs on " + state.nodes[pod.node].name.str() + "; the model would have taken " + state.nodes[scheduler_.node_at(best.front())].name.str());
}

void Shadow::read_changes(SimTime now) {
  const ChangeSpan span = real_.changes_since(cursor_);
  const ClusterState& state = real_.state();
  cursor_ = span.next;
  for (const Change& change : span.changes) {
    const bool of_pod = change.kind == ChangeKind::PodCreated || change.kind == ChangeKind::PodBound || change.kind == ChangeKind::PodUpdated || change.kind == ChangeKind::PodDeleting;
    if (change.kind == ChangeKind::NodeAdded || change.kind == ChangeKind::NodeUpdated) {
      const NodeId id{change.row, change.generation};
      if (state.nodes.contains(id)) scheduler_.see_node(state, id);
    } else if (change.kind == ChangeKind::NodeGone) {
      scheduler_.forget_node({change.row, change.generation});
    } else if (change.kind == ChangeKind::PodGone) {
      scheduler_.forget_pod({change.row, change.generation});
      if (change.row < bound_.size()) bound_[change.row] = false;
    } else if (of_pod) {
      const PodId id{change.row, change.generation};
      if (!state.pods.contains(id)) continue;
      if (bound_.size() <= id.row) bound_.resize(id.row + 1);
      const bool bound = !state.pods[id].node.null();
      if (bound && !bound_[id.row]) judge_binding(id);
      bound_[id.row] = bound;
      scheduler_.see_pod(state, id);
    } else if (change.kind == ChangeKind::PoolUpdated) {
      const PoolId pool = real_.cache().cloud().pools.at(change.row);
      // The model decides on what the real one saw: its next loop is brought forward to before this scale-up's effect.
      const Duration scan = spec_.autoscaler.scan_interval;
      if (nodes_ && next_nodes_ <= now + scan) judge_scale_ups(std::max(next_nodes_, on_grid(now, scan) + scan), false);
      if (pool) real_ups_.push_back({real_.cache().cloud().pools[pool].key.str(), real_.cache().cloud().pools[pool].target, now});
    }
  }
}

void Shadow::judge_autoscalers(SimTime now) {
  cluster_.asked.clear();
  ControllerContext context{now, cluster_, cloud_, notes_};
  next_autoscaler_ = std::min(autoscaler_.reconcile(context), now + kHpaSyncPeriod);
  if (now < kSettled) return;
  const ClusterState& state = real_.state();
  std::map<std::uint32_t, std::int64_t> wanted;    // by workload row
  for (const Action& action : cluster_.asked)
    if (const auto* scale = std::get_if<ScaleWorkload>(&action)) wanted[scale->workload.row] = scale->replicas;
  state.autoscalers.for_each([&](AutoscalerId id, const Autoscaler& autoscaler) {
    const auto real = real_.cache().autoscaler_status().find(id.row);
    if (!autoscaler.applied || real == real_.cache().autoscaler_status().end() || !state.workloads[autoscaler.target].applied) return;
    if (state.metrics[autoscaler.target.row].at == kNever) return;   // neither can know anything yet
    const auto asked = wanted.find(autoscaler.target.row);
    const std::int64_t model = asked != wanted.end() ? asked->second : state.workloads[autoscaler.target].replicas;
    ++replicas_.compared;
    if (model == real->second.desired) ++replicas_.agreed;
    else disagree(autoscaler.spec->name.str() + ": the real autoscaler wants " + std::to_string(real->second.desired) + " replicas, the model " + std::to_string(model));
  });
}

void Shadow::judge_scale_ups(SimTime now, bool targets) {
  // Not twice at one time, and never far ahead of the clock.
  next_nodes_ = now + spec_.autoscaler.scan_interval;
  cloud_.follow(real_.cache(), targets);
  cloud_.asked.clear();
  ControllerContext context{now, cluster_, cloud_, notes_};
  nodes_->reconcile(context);
  for (const CloudAction& action : cloud_.asked) {
    const auto* resize = std::get_if<ResizePool>(&action);
    if (resize == nullptr) continue;
    const std::string pool = cloud_.state().pools[resize->pool].key.str();
    // The real machines have not come yet, so the model asks for them in each of its loops: that is one decision.
    const bool again = std::ranges::any_of(model_ups_, [&](const ScaleUp& up) { return up.pool == pool && up.target == resize->target && now - up.at < kSameDecision * 5; });
    if (!again) model_ups_.push_back({pool, resize->target, now});
  }
}

void Shadow::step(SimTime now) {
  read_changes(now);
  const SimTime sync = on_grid(now, kHpaSyncPeriod), scan = on_grid(now, spec_.autoscaler.scan_interval);
  if (sync >= next_autoscaler_) judge_autoscalers(sync);
  if (nodes_ && scan >= next_nodes_) judge_scale_ups(scan, true);
}

ShadowScore Shadow::score() const {
  ShadowScore out;
  Agreement ups{"cluster-autoscaler", "real scale-ups that the model asked for, too, to the same size and within two minutes"};
  Agreement invented{"cluster-autoscaler", "modelled scale-ups that happened"};
  const auto counterpart = [](const std::vector<ScaleUp>& list, const ScaleUp& up) {
    return std::ranges::any_of(list, [&](const ScaleUp& other) {
      const Duration apart = other.at < up.at ? up.at - other.at : other.at - up.at;
      return other.pool == up.pool && other.target == up.target && apart <= kSameDecision;
    });
  };
  out.disagreements = disagreements_;
  for (const ScaleUp& up : real_ups_) {
    ++ups.compared;
    if (counterpart(model_ups_, up)) ++ups.agreed;
    else if (nodes_) out.disagreements.push_back("pool " + up.pool + " was scaled to " + std::to_string(up.target) + ", which the model did not ask for");
  }
  for (const ScaleUp& up : model_ups_) {
    ++invented.compared;
    if (counterpart(real_ups_, up)) ++invented.agreed;
  }
  out.agreements = {feasible_, best_, replicas_};
  if (nodes_) {
    out.agreements.push_back(ups);
    out.agreements.push_back(invented);
  }
  return out;
}

}  // namespace akstwin
