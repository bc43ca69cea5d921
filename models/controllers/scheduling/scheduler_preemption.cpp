// PostFilter: who would have to go so that a pod fits. Source: kubernetes v1.32 framework/preemption/preemption.go, read 2026-11.
#include <algorithm>

#include "models/api/disruption.hpp"
#include "models/api/node_input.hpp"
#include "models/controllers/scheduling/scheduler.hpp"

namespace akstwin {
namespace {

PodId pod_of(const ClusterState& state, NodeId node, std::uint64_t tag) {
  for (const PodId id : state.nodes[node].pods)
    if (uid_of(id) == tag) return id;
  return {};
}

std::string numbered(std::size_t count, std::string_view reason) { return std::to_string(count) + " " + std::string(reason); }

}  // namespace

bool Scheduler::anybody_less_important(int priority) const {
  const PodTemplates& templates = snapshot().templates();
  for (TemplateIndex i = 0; i < templates.slots(); ++i)
    if (templates[i].pods > 0 && templates[i].spec->priority < priority) return true;
  return false;
}

std::string Scheduler::no_victims() const {
  const auto helpful = static_cast<std::size_t>(std::ranges::count(verdicts_, FitCode::Unschedulable, &NodeVerdict::code));
  std::vector<std::string> parts;
  if (helpful > 0) parts.push_back(numbered(helpful, "No preemption victims found for incoming pod"));
  if (helpful < verdicts_.size()) parts.push_back(numbered(verdicts_.size() - helpful, "Preemption is not helpful for scheduling"));
  std::ranges::sort(parts);   // as text, as upstream does
  std::string message = "0/" + std::to_string(verdicts_.size()) + " nodes are available";
  for (std::size_t i = 0; i < parts.size(); ++i) message += (i == 0 ? ": " : ", ") + parts[i];
  return message + ".";
}

std::string Scheduler::preempt(ControllerContext& context, const Pod& pod, PodId id) {
  if (!pod.spec->preempts) return "not eligible due to preemptionPolicy=Never.";
  if (!may_preempt(*pod.spec, snapshot(), cache_.index_of(pod.nominated))) return "not eligible due to a terminating pod on the nominated node.";
  std::vector<PreemptionCandidate> candidates;
  if (anybody_less_important(pod.spec->priority)) {
    const auto helpful = static_cast<std::uint64_t>(std::ranges::count(verdicts_, FitCode::Unschedulable, &NodeVerdict::code));
    PreemptionLimits limits;
    if (helpful > 0) limits.start = preemption_.below(helpful, preemptions_++);
    candidates = preemption_candidates(prepared_, snapshot(), verdicts_, budgets_.read(context.cluster.state()), limits);
  }
  if (!candidates.empty()) return evict(context, id, candidates);
  if (!pod.nominated.null()) {
    context.cluster.submit(NominateNode{id, {}, 0});
    cache_.see_pod(context.cluster.state(), id);
  }
  return no_victims();
}

// The victims go with their grace period; the pod keeps their node in mind and is tried again when they are gone.
std::string Scheduler::evict(ControllerContext& context, PodId id, std::span<const PreemptionCandidate> candidates) {
  const ClusterState& state = context.cluster.state();
  const std::vector<std::size_t> equal = select_candidates(candidates, snapshot());
  const PreemptionCandidate& chosen = candidates[equal.size() == 1 ? equal.front() : equal[preemption_.below(equal.size(), preemptions_++)]];
  const NodeId node = cache_.node_at(chosen.node);
  const int priority = state.pods[id].spec->priority;
  for (const std::uint64_t tag : chosen.victims) {
    const PodId victim = pod_of(state, node, tag);
    if (victim.null()) continue;
    tell_victim(context, victim, id, node);
    context.cluster.submit(DeletePod{victim, Name("Preempted")});
    if (state.pods.contains(victim)) cache_.see_pod(state, victim);
  }
  // Less important pods that hoped for the same node start over.
  const std::vector<NominatedPod> nominated(cache_.nominated().begin(), cache_.nominated().end());
  for (const NominatedPod& other : nominated) {
    if (other.pod == id || other.node != node || other.spec->priority >= priority) continue;
    context.cluster.submit(NominateNode{other.pod, {}, 0});
    cache_.see_pod(state, other.pod);
  }
  context.cluster.submit(NominateNode{id, node, static_cast<std::int64_t>(chosen.victims.size())});
  cache_.see_pod(state, id);
  return {};
}

}  // namespace akstwin
