#include <algorithm>

#include "models/controllers/autoscaling/vertical_pod_autoscaler_controller.hpp"
#include "models/controllers/autoscaling/vpa_updater_decisions.hpp"

namespace akstwin {
namespace {

/// What upstream's informer lists: bound pods that are neither finished nor being deleted.
bool is_listed(const Pod& pod) { return pod.node && pod.live(); }

/// spec.replicas of what owns the pods of one revision. While a rollout is under way each of its ReplicaSets has the pods that it has.
std::int64_t configured(const Workload& workload, std::int64_t listed, bool rolling) {
  switch (workload.spec->kind) {
    case WorkloadKind::DaemonSet: return workload.ready;   // status.numberReady
    case WorkloadKind::Job:
    case WorkloadKind::CronJob:
    case WorkloadKind::ScaledJob: return listed;
    case WorkloadKind::Deployment: return rolling ? listed : workload.replicas;
    case WorkloadKind::StatefulSet: break;
  }
  return workload.replicas;
}

Note note_of(const ClusterState& state, const VerticalAutoscaler& autoscaler, PodId pod, std::string_view what) {
  Millicores cpu;
  for (const ContainerRecommendation& entry : for_pod(*autoscaler.spec, autoscaler.recommendation, *state.pods[pod].spec)) cpu += entry.target.cpu;
  return {NoteKind::VpaUpdated, state.pods[pod].name, Name(autoscaler.spec->name_space.str() + "/" + autoscaler.spec->name.str()), Name(what), cpu.value};
}

}  // namespace

void VpaUpdaterController::collect(ControllerContext& context, const VerticalAutoscaler& autoscaler) {
  const ClusterState& state = context.cluster.state();
  groups_.clear();
  candidates_.clear();
  const Workload& workload = state.workloads[autoscaler.target];
  const bool deployment = workload.spec->kind == WorkloadKind::Deployment;
  std::vector<std::uint32_t> revisions;   // a Deployment's ReplicaSets; the others own all their pods themselves
  for (const PodId id : workload.pods)
    if (const Pod& pod = state.pods[id]; is_listed(pod) && std::ranges::find(revisions, deployment ? pod.revision : 0) == revisions.end())
      revisions.push_back(deployment ? pod.revision : 0);
  for (const std::uint32_t revision : revisions) {
    const auto belongs = [&](const Pod& pod) { return is_listed(pod) && (!deployment || pod.revision == revision); };
    std::int64_t listed = 0, running = 0;
    for (const PodId id : workload.pods) {
      if (!belongs(state.pods[id])) continue;
      ++listed;
      running += state.pods[id].phase == PodPhase::Pending ? 0 : 1;
    }
    const std::int64_t replicas = configured(workload, listed, revisions.size() > 1);
    if (listed < autoscaler.spec->min_replicas.value_or(options_.min_replicas) || replicas == 0) continue;
    groups_.emplace_back(replicas, running, options_.eviction_tolerance);
    for (const PodId id : workload.pods) {
      const Pod& pod = state.pods[id];
      if (!belongs(pod)) continue;
      const PodChange change = change_of(*pod.spec, for_pod(*autoscaler.spec, autoscaler.recommendation, *pod.spec));
      // No pod of the twin is killed for memory yet, so there is no quick OOM.
      const bool wanted = wants_update(change, pod.started, false, context.now, options_);
      if (wanted) candidates_.push_back({id, change, groups_.size() - 1});
      tell(context, {autoscaler, id, change}, wanted ? "Accepted" : "Kept",
           wanted ? "It shall be updated; others go first, or too many are away" : "Within its bounds, and younger than twelve hours or less than ten per cent off");
    }
  }
  std::ranges::stable_sort(candidates_, [](const Candidate& a, const Candidate& b) { return goes_before(a.change, b.change); });
}

void VpaUpdaterController::evict(ControllerContext& context, const VerticalAutoscaler& autoscaler, const Candidate& candidate) {
  const ClusterState& state = context.cluster.state();
  const bool pending = state.pods[candidate.pod].phase == PodPhase::Pending;
  DisruptionGroup& group = groups_[candidate.group];
  if (!pending && !group.may_disturb()) return;
  const Note evicted = note_of(state, autoscaler, candidate.pod, "EvictedByVPA");
  tell(context, {autoscaler, candidate.pod, candidate.change}, "Evicting", "Asks the eviction API to let it go, so that its successor gets the recommendation");
  if (context.cluster.submit(EvictPod{candidate.pod, Name("EvictedByVPA")}) == Verdict::Accepted) {
    if (!pending) group.disturbed();
    std::erase(refused_, candidate.pod);
    context.notes.note(evicted);
    return;
  }
  tell(context, {autoscaler, candidate.pod, candidate.change}, "EvictionRefused", "A disruption budget keeps it for now");
  if (std::ranges::find(refused_, candidate.pod) != refused_.end()) return;
  refused_.push_back(candidate.pod);
  context.notes.note(note_of(state, autoscaler, candidate.pod, "EvictionRefused"));
}

bool VpaUpdaterController::resize(ControllerContext& context, const VerticalAutoscaler& autoscaler, const Candidate& candidate) {
  const ClusterState& state = context.cluster.state();
  const Pod& pod = state.pods[candidate.pod];
  if (pod.phase == PodPhase::Pending) return true;   // not updated in place, and not evicted for it either
  const auto known = std::ranges::find(pending_, candidate.pod, &Pending::pod);
  DisruptionGroup& group = groups_[candidate.group];
  if (known != pending_.end() && known->infeasible) return false;
  if (known == pending_.end() && !group.may_disturb()) return true;
  tell(context, {autoscaler, candidate.pod, candidate.change}, "Resizing", "Asks its node for the recommended resources in place");
  const Verdict verdict = context.cluster.submit(ResizePod{candidate.pod, resized(*autoscaler.spec, autoscaler.recommendation, *pod.spec)});
  if (verdict == Verdict::Accepted) {
    if (known != pending_.end()) pending_.erase(known);
    group.disturbed();
    context.notes.note(note_of(state, autoscaler, candidate.pod, "ResizedInPlace"));
    return true;
  }
  if (known == pending_.end()) {
    pending_.push_back({candidate.pod, context.now, verdict == Verdict::Refused});
    group.disturbed();
    context.notes.note(note_of(state, autoscaler, candidate.pod, "ResizeDeferred"));
    return true;
  }
  known->infeasible = verdict == Verdict::Refused;
  return context.now - known->since <= options_.deferred_max;
}

void VpaUpdaterController::update(ControllerContext& context, const VerticalAutoscaler& autoscaler) {
  collect(context, autoscaler);
  const bool in_place = autoscaler.spec->mode == VpaUpdateMode::InPlaceOrRecreate && resizes_pods_;
  // Those that cannot be resized are evicted after all the others were.
  std::vector<Candidate> evicted;
  for (const Candidate& candidate : candidates_)
    if (!in_place || !resize(context, autoscaler, candidate)) evicted.push_back(candidate);
  for (const Candidate& candidate : evicted) evict(context, autoscaler, candidate);
}

SimTime VpaUpdaterController::reconcile(ControllerContext& context) {
  const ClusterState& state = context.cluster.state();
  if (state.vertical_autoscalers.empty()) return kNever;
  std::erase_if(pending_, [&](const Pending& p) { return !state.pods.contains(p.pod) || state.pods[p.pod].terminating(); });
  std::erase_if(refused_, [&](PodId pod) { return !state.pods.contains(pod) || state.pods[pod].terminating(); });
  for (const VerticalAutoscaler& autoscaler : state.vertical_autoscalers) {
    const VpaUpdateMode mode = autoscaler.spec->mode;
    if (!autoscaler.applied || autoscaler.recommendation.empty() || mode == VpaUpdateMode::Off || mode == VpaUpdateMode::Initial) continue;
    update(context, autoscaler);
  }
  return context.now + kVpaInterval;
}

}  // namespace akstwin
