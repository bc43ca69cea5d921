#include "models/gameday/script.hpp"

#include <algorithm>

#include "models/api/state_measure.hpp"

namespace akstwin {
namespace {

// How often a condition is looked at while it is awaited: dashboards and alerts refresh no faster.
constexpr Duration kConditionPoll{5'000'000};
// After a 429 a client waits for the bucket's next token (facts A7: one a minute).
constexpr Duration kThrottleRetry{60'000'000};
// Draws of edge propagation lie behind those of steps and their actions.
constexpr std::uint64_t kEdgeDraws = 1'000'000'000;

constexpr bool is_operation(ActionKind kind) {
  return kind == ActionKind::CreateCluster || kind == ActionKind::AddPool || kind == ActionKind::UpdateCluster;
}

}  // namespace

std::string_view to_string(ActionKind kind) {
  switch (kind) {
    case ActionKind::RegionLoss: return "regionLoss";
    case ActionKind::ZoneLoss: return "zoneLoss";
    case ActionKind::EvictSpot: return "spot.evict";
    case ActionKind::FrontDoorFailover: return "frontDoor.failover";
    case ActionKind::FluxResume: return "flux.resume";
    case ActionKind::FluxSuspend: return "flux.suspend";
    case ActionKind::FluxPrune: return "flux.prune";
    case ActionKind::SqlFailover: return "sql.failover";
    case ActionKind::ScalePool: return "pool.scale";
    case ActionKind::StopPool: return "pool.stop";
    case ActionKind::StartPool: return "pool.start";
    case ActionKind::Wait: return "wait";
    case ActionKind::RollBack: return "deployment.rollback";
    case ActionKind::ControlPlaneLoss: return "controlPlaneLoss";
    case ActionKind::AllocationFailure: return "allocationFailure";
    case ActionKind::CreateCluster: return "cluster.create";
    case ActionKind::AddPool: return "pool.add";
    case ActionKind::UpdateCluster: return "cluster.update";
    case ActionKind::UpgradeCluster: return "cluster.upgrade";
    case ActionKind::UpgradeControlPlane: return "controlPlane.upgrade";
    case ActionKind::UpgradePool: return "pool.upgrade";
    case ActionKind::UpgradeNodeImage: return "nodeImage.upgrade";
    case ActionKind::AbortUpgrade: return "upgrade.abort";
    case ActionKind::StopCluster: return "cluster.stop";
    case ActionKind::StartCluster: return "cluster.start";
    case ActionKind::BreakNodes: return "node.break";
    case ActionKind::ScaleWorkload: return "workload.scale";
    case ActionKind::RestartWorkload: return "workload.restart";
    case ActionKind::EvictPods: return "pods.evict";
    case ActionKind::DeletePods: return "pods.delete";
    case ActionKind::CordonPool: return "pool.cordon";
    case ActionKind::UncordonPool: return "pool.uncordon";
    case ActionKind::FluxReconcile: return "flux.reconcile";
    case ActionKind::ArgoSync: return "argo.sync";
    case ActionKind::ArgoRefresh: return "argo.refresh";
  }
  return "";
}

Script::Script(const Scenario& scenario, ScriptPorts ports) : scenario_(scenario), ports_(ports) {
  for (const StepSpec& step : scenario.steps) {
    Run run;
    run.spec = &step;
    runs_.push_back(run);
  }
}

bool Script::condition_holds(const StepSpec& step) const {
  if (step.condition) {
    // A condition that names no cluster is of any one of them.
    const auto holds = [&](const ClusterApi* cluster) { return step.condition->holds(measure(step.condition->metric, cluster->state())); };
    return step.condition->cluster.empty() ? std::ranges::any_of(ports_.clusters, holds) : holds(ports_.clusters[cluster_index(step.condition->cluster)]);
  }
  const CloudState& cloud = ports_.cloud.state();
  if (step.when == Name("regionLost")) return outage_began_ != kNever;
  if (step.when == Name("edgeUnhealthy"))
    return outage_began_ != kNever && std::ranges::find(cloud.origin_healthy, false) != cloud.origin_healthy.end();
  return false;
}

std::uint32_t Script::cluster_index(Name name) const {
  for (std::uint32_t i = 0; i < scenario_.clusters.size(); ++i)
    if (scenario_.clusters[i].name == name) return i;
  AKSTWIN_CHECK(false, "the reader refuses actions on unknown clusters");
  return 0;
}

void Script::phase(std::string_view name, SimTime now) {
  if (outage_began_ == kNever) return;
  ports_.notes.note({NoteKind::RecoveryPhase, outage_, Name(name), {}, (now - outage_began_).us});
}

void Script::fail_over_data(const ActionSpec& action) {
  const std::vector<Name>& current = ports_.cloud.state().data_region;
  for (std::uint32_t i = 0; i < scenario_.data.size(); ++i) {
    const DataStoreSpec& store = scenario_.data[i];
    const bool meant = action.target.empty() ? !store.multi_region_writes : store.name == action.target;
    const auto other = std::ranges::find_if(store.regions, [&](Name region) { return region != current[i]; });
    if (meant && other != store.regions.end()) ports_.cloud.submit(FailOverData{i, *other, Duration{0}});
  }
}

void Script::roll_back(Name target) {
  const std::string_view text = target.text();
  const std::size_t slash = text.find('/');
  ClusterApi& cluster = *ports_.clusters[cluster_index(Name(text.substr(0, slash)))];
  const WorkloadId workload = find_workload(cluster.state(), Name(text.substr(slash + 1)));
  if (workload) cluster.submit(RollBack{workload});
}

PoolId Script::pool_of(Name key) const {
  PoolId found;
  ports_.cloud.state().pools.for_each([&](PoolId id, const Pool& pool) {
    if (pool.key == key) found = id;
  });
  return found;
}

Verdict Script::start_operation(const ActionSpec& action) {
  if (action.kind == ActionKind::AddPool) {
    const PoolId pool = pool_of(action.target);
    return ports_.cloud.submit(StartAksOperation{AksOperation::AddPool, ports_.cloud.state().pools[pool].cluster, pool});
  }
  const bool creates = action.kind == ActionKind::CreateCluster;
  return ports_.cloud.submit(StartAksOperation{creates ? AksOperation::CreateCluster : AksOperation::UpdateCluster, cluster_index(action.target), {}});
}

/// `az` waits until the operation has ended.
bool Script::operation_runs(const ActionSpec& action) const {
  const PoolId pool = action.kind == ActionKind::AddPool ? pool_of(action.target) : PoolId{};
  const std::uint32_t cluster = pool.null() ? cluster_index(action.target) : ports_.cloud.state().pools[pool].cluster;
  return std::ranges::any_of(ports_.cloud.state().operations,
                             [&](const RunningOperation& running) { return running.cluster == cluster && running.pool == pool; });
}

Verdict Script::perform(const ActionSpec& action, SimTime now) {
  switch (action.kind) {
    case ActionKind::RegionLoss:
      outage_began_ = now;
      outage_ = action.target;
      ports_.outages.lose_region(action.target, action.duration);
      break;
    case ActionKind::ZoneLoss:
      if (action.share < PartsPerMillion{1'000'000}) ports_.outages.lose_part_of_zone(action.target, action.zone, action.share.value, action.duration);
      else ports_.outages.lose_zone(action.target, action.zone, action.duration);
      break;
    case ActionKind::ControlPlaneLoss: ports_.outages.lose_control_plane(action.target, action.duration); break;
    case ActionKind::AllocationFailure:
      ports_.outages.refuse_allocations(action.target, action.zone, action.vm_size, action.share.value, action.duration);
      break;
    case ActionKind::EvictSpot: return ports_.cloud.submit(EvictSpotInstances{pool_of(action.target), action.zone, action.count});
    case ActionKind::FrontDoorFailover:
      // The change reaches the edge locations after its propagation.
      return ports_.cloud.submit(RouteEdge{cluster_index(action.target), ports_.durations.draw(scenario_.edge.propagation, kEdgeDraws + edge_changes_++)});
    case ActionKind::FluxResume:
      ports_.clusters[cluster_index(action.target)]->submit(SuspendGitOps{false});
      phase("GitOps resumed", now);
      break;
    case ActionKind::FluxSuspend: return ports_.clusters[cluster_index(action.target)]->submit(SuspendGitOps{true});
    case ActionKind::FluxPrune: return ports_.clusters[cluster_index(action.target)]->submit(RemoveWorkloads{});
    case ActionKind::SqlFailover: fail_over_data(action); break;
    case ActionKind::ScalePool: return ports_.cloud.submit(ResizePool{pool_of(action.target), action.count, Name("GameDay")});
    case ActionKind::StopPool: return ports_.cloud.submit(StopPool{pool_of(action.target)});
    case ActionKind::StartPool: return ports_.cloud.submit(StartPool{pool_of(action.target)});
    case ActionKind::CreateCluster:
    case ActionKind::AddPool:
    case ActionKind::UpdateCluster: return start_operation(action);
    case ActionKind::UpgradeCluster:
    case ActionKind::UpgradeControlPlane:
    case ActionKind::UpgradePool:
    case ActionKind::UpgradeNodeImage:
    case ActionKind::AbortUpgrade:
    case ActionKind::StopCluster:
    case ActionKind::StartCluster:
    case ActionKind::BreakNodes: return maintain(action);
    case ActionKind::ScaleWorkload:
    case ActionKind::RestartWorkload:
    case ActionKind::EvictPods:
    case ActionKind::DeletePods:
    case ActionKind::CordonPool:
    case ActionKind::UncordonPool:
    case ActionKind::FluxReconcile:
    case ActionKind::ArgoSync:
    case ActionKind::ArgoRefresh: return change_cluster(action);
    case ActionKind::Wait: break;
    case ActionKind::RollBack: roll_back(action.target); break;
  }
  return Verdict::Accepted;
}

SimTime Script::advance(Run& run, std::size_t index, SimTime now) {
  const StepSpec& step = *run.spec;
  if (run.stage == Stage::Waiting) {
    if (step.at && now < *step.at) return *step.at;
    // A state that anything may bring about counts from the step before on, as when the steps are done to a real cluster.
    if (step.condition && index > 0 && runs_[index - 1].stage != Stage::Done) return kNever;
    if (!step.at && !condition_holds(step)) return outage_began_ == kNever && !step.condition ? kNever : now + kConditionPoll;
    run.triggered = now;
    run.due = step.at ? now : now + ports_.durations.draw(step.after, index * 1000);
    run.stage = Stage::Delayed;
  }
  if (run.due > now) return run.due;
  if (run.stage == Stage::Delayed) {
    run.stage = Stage::Acting;
    if (!step.at) phase(step.name.empty() ? std::string_view("decided") : std::string_view(step.name), now);
  }
  while (run.action < step.actions.size()) {
    const ActionSpec& action = step.actions[run.action];
    if (!run.started) {
      run.started = true;
      run.action_began = now;
      Duration takes = action.kind == ActionKind::Wait ? action.duration : Duration{0};
      if (action.takes.p50 > Duration{1}) takes += ports_.durations.draw(action.takes, index * 1000 + run.action + 1);
      run.due = now + takes;
      ports_.notes.note({NoteKind::ActionStarted, Name(to_string(action.kind)), action.target, {}, 0});
    }
    if (run.due > now) return run.due;
    if (!run.submitted) {
      const Verdict verdict = perform(action, now);
      const bool throttled = verdict == Verdict::TooManyRequests;
      if (throttled || (is_operation(action.kind) && verdict == Verdict::Conflict)) return run.due = now + (throttled ? kThrottleRetry : kConditionPoll);
      run.submitted = is_operation(action.kind) && verdict == Verdict::Accepted;
    }
    if (run.submitted && operation_runs(action)) return run.due = now + kConditionPoll;
    ports_.notes.note({NoteKind::ActionDone, Name(to_string(action.kind)), action.target, {}, (now - run.action_began).us});
    run.started = run.submitted = false;
    ++run.action;
  }
  run.stage = Stage::Done;
  return kNever;
}

SimTime Script::step(SimTime now) {
  SimTime next = kNever;
  // Steps that are due act first, so that a condition which they cause is seen in the same pass.
  for (std::size_t i = 0; i < runs_.size(); ++i)
    if (runs_[i].spec->at && runs_[i].stage != Stage::Done) next = std::min(next, advance(runs_[i], i, now));
  for (std::size_t i = 0; i < runs_.size(); ++i)
    if (!runs_[i].spec->at && runs_[i].stage != Stage::Done) next = std::min(next, advance(runs_[i], i, now));
  return next;
}

}  // namespace akstwin
