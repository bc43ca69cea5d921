#include "models/gameday/script.hpp"

#include <algorithm>

namespace akstwin {
namespace {

// How often a condition is looked at while it is awaited: dashboards and alerts refresh no faster.
constexpr Duration kConditionPoll{5'000'000};
// Draws of edge propagation lie behind those of steps and their actions.
constexpr std::uint64_t kEdgeDraws = 1'000'000'000;

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

void Script::perform(const ActionSpec& action, SimTime now, Duration takes) {
  const auto pool_of = [&]() -> PoolId {
    PoolId found;
    ports_.cloud.state().pools.for_each([&](PoolId id, const Pool& pool) {
      if (pool.key == action.target) found = id;
    });
    return found;
  };
  switch (action.kind) {
    case ActionKind::RegionLoss:
      outage_began_ = now;
      outage_ = action.target;
      ports_.outages.lose_region(action.target, action.duration);
      break;
    case ActionKind::ZoneLoss: ports_.outages.lose_zone(action.target, action.zone, action.duration); break;
    case ActionKind::EvictSpot: ports_.cloud.submit(EvictSpotInstances{pool_of(), action.zone, action.count}); break;
    case ActionKind::FrontDoorFailover:
      // The change reaches the edge locations after its propagation.
      ports_.cloud.submit(RouteEdge{cluster_index(action.target), ports_.durations.draw(scenario_.edge.propagation, kEdgeDraws + edge_changes_++)});
      break;
    case ActionKind::FluxResume:
      ports_.clusters[cluster_index(action.target)]->submit(SuspendGitOps{false});
      phase("GitOps resumed", now);
      break;
    case ActionKind::FluxSuspend: ports_.clusters[cluster_index(action.target)]->submit(SuspendGitOps{true}); break;
    case ActionKind::FluxPrune: ports_.clusters[cluster_index(action.target)]->submit(RemoveWorkloads{}); break;
    case ActionKind::SqlFailover: fail_over_data(action); break;
    case ActionKind::ScalePool: ports_.cloud.submit(ResizePool{pool_of(), action.count, Name("GameDay")}); break;
    case ActionKind::StopPool: ports_.cloud.submit(StopPool{pool_of()}); break;
    case ActionKind::StartPool: ports_.cloud.submit(StartPool{pool_of()}); break;
    case ActionKind::Wait: break;
    case ActionKind::RollBack: roll_back(action.target); break;
  }
  ports_.notes.note({NoteKind::ActionDone, Name(to_string(action.kind)), action.target, {}, takes.us});
}

SimTime Script::advance(Run& run, std::size_t index, SimTime now) {
  const StepSpec& step = *run.spec;
  if (run.stage == Stage::Waiting) {
    if (step.at && now < *step.at) return *step.at;
    if (!step.at && !condition_holds(step)) return outage_began_ == kNever ? kNever : now + kConditionPoll;
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
    perform(action, now, now - run.action_began);
    run.started = false;
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
