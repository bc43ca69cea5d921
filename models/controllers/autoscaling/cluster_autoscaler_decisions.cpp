#include "models/controllers/autoscaling/cluster_autoscaler_decisions.hpp"

#include <algorithm>
#include <map>

namespace akstwin {
namespace {

std::string percent(std::int64_t used, std::int64_t of) { return of <= 0 ? "-" : std::to_string(used * 100 / of) + " %"; }
std::string number(std::int64_t value) { return std::to_string(value); }
std::string counted(std::int64_t count, std::string_view what) { return number(count) + " " + std::string(what) + (count == 1 ? "" : "s"); }
/// Loops in which nothing could change are left out, so that times are given as such and not counted from the last loop.
std::string moment(SimTime at) { return to_string(at.since_start()) + " after the start"; }
std::string size_of(const AutoscaledGroup& group) { return counted(group.target, "node") + ", " + number(group.min) + " to " + number(group.max); }

Decision begin(const AutoscalerView& view, SubjectKind kind, Name subject) {
  Decision decision;
  decision.at = view.now;
  decision.kind = kind;
  decision.subject = subject;
  decision.decider = "cluster-autoscaler";
  return decision;
}

/// What is known of one node: why it stays, or since when it could go.
struct NodeStanding {
  std::string outcome, message;
  std::optional<SimTime> since, recheck;
  UnremovableNode verdict;
};

std::string blocked_by(const UnremovableNode& verdict) {
  return "pod " + verdict.pod.str() + " must not be moved: " + std::string(to_string(verdict.blocked));
}

std::string sentence(const UnremovableNode& verdict, const ClusterAutoscalerOptions& options) {
  switch (verdict.reason) {
    case UnremovableReason::NotUnderutilized:
      return "its pods request at least " + std::to_string(static_cast<int>(options.utilization_threshold * 100)) + " % of its CPU or memory";
    case UnremovableReason::NoPlaceToMovePods: return "its pods would find no place on the other nodes";
    case UnremovableReason::BlockedByPod: return blocked_by(verdict);
    case UnremovableReason::NodeGroupMinSizeReached: return "its pool is at its minimum size";
    case UnremovableReason::NotUnneededLongEnough: return "it is unneeded, but not for long enough";
    case UnremovableReason::NotUnreadyLongEnough: return "it is not ready, but not for long enough";
    case UnremovableReason::CurrentlyBeingDeleted: return "it is being deleted";
    case UnremovableReason::ScaleDownDisabledAnnotation: return "its annotation disables scale-down";
    case UnremovableReason::NotAutoscaled: return "its pool is not autoscaled";
    case UnremovableReason::RecentlyUnremovable: return "its removal was tried a moment ago and failed";
    default: return std::string(to_string(verdict.reason));
  }
}

std::string unneeded_until(const AutoscaledNode& node, SimTime since, const ClusterAutoscalerOptions& options) {
  const Duration wait = node.ready ? options.scale_down_unneeded_time : options.scale_down_unready_time;
  return "it is unneeded since " + moment(since) + " and may go from " + moment(since + wait) + " on";
}

NodeStanding standing_of(const AutoscalerView& view, const AutoscaledNode& node) {
  const ClusterAutoscalerOptions& options = view.core.options();
  NodeStanding standing;
  standing.verdict.node = node.id;
  const auto say = [&](UnremovableReason reason) {
    standing.verdict.reason = reason;
    standing.outcome = to_string(reason);
  };
  for (const UnremovableNode& verdict : view.output.unremovable)   // a later entry replaces an earlier one
    if (verdict.node == node.id) standing.verdict = verdict;
  standing.since = view.core.unneeded_since(node.id);
  if (const auto remembered = view.core.recently_unremovable(node.id); remembered && standing.verdict.reason == UnremovableReason::RecentlyUnremovable) {
    standing.verdict = remembered->verdict;
    standing.recheck = remembered->until;
  }
  if (std::ranges::find(view.output.deletions, node.id, &ClusterAutoscalerOutput::Deletion::node) != view.output.deletions.end()) {
    standing.outcome = "Deleting";
    standing.message = "it is unneeded and goes now";
    return standing;
  }
  if (node.deletion != NodeDeletionKind::None || node.deletion_taint) {
    say(UnremovableReason::CurrentlyBeingDeleted);
  } else if (node.group >= view.input.groups.size()) {
    say(UnremovableReason::NotAutoscaled);
  } else if (standing.verdict.reason != UnremovableReason::None) {
    say(standing.verdict.reason);
  } else if (standing.since) {
    standing.outcome = "Unneeded";
    standing.message = unneeded_until(node, *standing.since, options);
    return standing;
  } else if (view.input.groups[node.group].target <= view.input.groups[node.group].min) {
    say(UnremovableReason::NodeGroupMinSizeReached);
  } else {
    standing.outcome = "NotEvaluated";
    standing.message = "this loop did not look at it";
    return standing;
  }
  const UnremovableReason reason = standing.verdict.reason;
  const bool only_too_early = reason == UnremovableReason::NotUnneededLongEnough || reason == UnremovableReason::NotUnreadyLongEnough;
  standing.message = only_too_early && standing.since ? unneeded_until(node, *standing.since, options) : sentence(standing.verdict, options);
  return standing;
}

Resources requested(const AutoscaledNode& node) {
  Resources sum;
  for (const AutoscaledPod& pod : node.pods) sum = sum + pod.spec->effective_request();
  return sum;
}

void add_rest(const AutoscalerView& view, Decision& decision) {
  decision.facts.emplace_back("scale-down result", to_string(view.output.scale_down_result));
  if (const auto rest = view.core.scale_down_rest(view.now))
    decision.facts.emplace_back("scale-down rests", "after " + std::string(rest->after) + ", until " + moment(rest->until));
}

void tell_node(Decisions& decisions, const AutoscalerView& view, const AutoscaledNode& node) {
  Decision decision = begin(view, SubjectKind::Node, node.object->name);
  const NodeStanding standing = standing_of(view, node);
  decision.outcome = standing.outcome;
  const bool goes = standing.outcome == "Deleting" || standing.outcome == "CurrentlyBeingDeleted";
  decision.message = std::string(goes ? "The node goes: " : "The node stays: ") + standing.message;
  const Resources used = requested(node), &all = node.object->allocatable;
  decision.facts.emplace_back("requested", "cpu " + percent(used.cpu.value, all.cpu.value) + ", memory " + percent(used.memory.value, all.memory.value));
  decision.facts.emplace_back("pods", number(static_cast<std::int64_t>(node.pods.size())));
  if (standing.since) decision.facts.emplace_back("unneeded since", moment(*standing.since));
  if (standing.verdict.reason == UnremovableReason::BlockedByPod) {
    decision.facts.emplace_back("blocking pod", standing.verdict.pod.str());
    decision.facts.emplace_back("blocking reason", to_string(standing.verdict.blocked));
  }
  if (standing.recheck) decision.facts.emplace_back("looked at again", moment(*standing.recheck));
  if (node.group < view.input.groups.size()) {
    const AutoscaledGroup& group = view.input.groups[node.group];
    decision.facts.emplace_back("pool", group.id.str() + ": " + size_of(group));
  }
  add_rest(view, decision);
  decisions.record(std::move(decision));
}

std::string skipped_text(const AutoscalerView& view, std::uint32_t group) {
  for (const auto& [skipped, reason] : view.output.skipped)
    if (skipped == group) return std::string(to_string(reason));
  return "";
}

void tell_pool(Decisions& decisions, const AutoscalerView& view, std::uint32_t index) {
  const AutoscaledGroup& group = view.input.groups[index];
  Decision decision = begin(view, SubjectKind::Pool, group.id);
  const auto growth = std::ranges::find(view.output.scale_ups, index, &ScaleUpAction::group);
  const std::string skipped = skipped_text(view, index);
  if (growth != view.output.scale_ups.end()) {
    decision.outcome = "ScaledUp";
    decision.message = "The pool grows from " + number(growth->from) + " to " + counted(growth->to, "node");
  } else if (!skipped.empty()) {
    decision.outcome = skipped;
    decision.message = "Pods wait, but the pool was not considered for growing: " + skipped;
  } else {
    decision.outcome = to_string(view.output.scale_up_result);
    decision.message = view.output.helped.empty() ? "No pod waits for a new node" : counted(static_cast<std::int64_t>(view.output.helped.size()), "pod") + " without a node";
  }
  decision.facts = {{"size", size_of(group)},
                    {"coming", number(view.core.upcoming(index))},
                    {"scale-up result", std::string(to_string(view.output.scale_up_result))}};
  if (const auto until = view.core.backoff_until(index, view.now)) decision.facts.emplace_back("backs off until", moment(*until));
  add_rest(view, decision);
  DecisionTable table{"nodes", {"node", "verdict", "why", "cpu requested", "memory requested", "unneeded since"}, {}};
  std::int64_t going = 0;
  for (const AutoscaledNode& node : view.input.nodes) {
    if (node.group != index) continue;
    const NodeStanding standing = standing_of(view, node);
    going += standing.outcome == "Deleting" ? 1 : 0;
    const Resources used = requested(node), &all = node.object->allocatable;
    table.rows.push_back({node.object->name.str(), standing.outcome, standing.message, percent(used.cpu.value, all.cpu.value),
                          percent(used.memory.value, all.memory.value), standing.since ? moment(*standing.since) : "-"});
  }
  if (going > 0) {
    decision.outcome = "ScaledDown";
    decision.message = counted(going, "node") + " of the pool " + (going == 1 ? "goes" : "go");
  }
  decision.tables.push_back(std::move(table));
  decisions.record(std::move(decision));
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

/// Group by group: how many nodes it would take, or what refuses the pod there.
DecisionTable groups_for(const AutoscalerView& view, std::uint32_t pod) {
  DecisionTable table{"pools", {"pool", "size", "answer"}, {}};
  for (std::uint32_t g = 0; g < view.input.groups.size(); ++g) {
    const AutoscaledGroup& group = view.input.groups[g];
    std::string answer = skipped_text(view, g);
    for (const ExpansionOption& option : view.output.options)
      if (option.group == g && std::ranges::find(option.pods, pod) != option.pods.end()) answer = "would help, with " + counted(option.nodes, "node");
    for (const UnhelpedPods& unhelped : view.output.remain_unschedulable) {
      if (std::ranges::find(unhelped.pods, pod) == unhelped.pods.end()) continue;
      for (const GroupRejection& rejection : unhelped.rejected)
        if (rejection.group == g) answer = std::string(to_string(rejection.verdict.plugin)) + ": " + joined(rejection.reasons);
    }
    if (answer.empty()) answer = "not asked";
    table.rows.push_back({group.id.str(), number(group.target) + " of " + number(group.max), answer});
  }
  return table;
}

/// "2 Insufficient cpu, 1 max node group size reached": upstream's way of summing up.
std::string counted_answers(const DecisionTable& groups) {
  std::map<std::string, int> counts;
  for (const auto& row : groups.rows) ++counts[row.back().substr(row.back().find(": ") == std::string::npos ? 0 : row.back().find(": ") + 2)];
  std::vector<std::string> parts;
  for (const auto& [answer, count] : counts) parts.push_back(std::to_string(count) + " " + answer);
  return joined(parts);
}

void tell_pod(Decisions& decisions, const AutoscalerView& view, std::uint32_t index) {
  const AutoscaledPod& pod = view.input.pending[index];
  const ClusterAutoscalerOutput& out = view.output;
  Decision decision = begin(view, SubjectKind::Pod, pod.name);
  decision.facts.emplace_back("scale-up result", to_string(out.scale_up_result));
  const auto helped = std::ranges::find(out.helped, pod.uid, &AutoscaledPod::uid);
  const auto position = static_cast<std::uint32_t>(helped - out.helped.begin());
  if (std::ranges::find(out.fits_existing, index) != out.fits_existing.end()) {
    decision.outcome = pod.spec->priority < view.core.options().expendable_pods_priority_cutoff ? "Expendable" : "FitsExisting";
    decision.message = decision.outcome == "Expendable" ? "Its priority is too low to ask for a node (expendable-pods-priority-cutoff)"
                                                        : "It fits a node that is there or coming: no new one is needed";
  } else if (helped == out.helped.end()) {
    decision.outcome = "NotConsidered";
    decision.message = "The loop did not ask for a node for it: it is too young, or a DaemonSet's";
  } else if (!out.scale_ups.empty()) {
    const bool chosen = out.chosen && std::ranges::find(out.options[*out.chosen].pods, position) != out.options[*out.chosen].pods.end();
    decision.outcome = chosen ? "TriggeredScaleUp" : "AwaitsScaleUp";
    decision.message = chosen ? "A pool grows for it" : "Another scale-up goes first";
  } else {
    decision.outcome = "NotTriggerScaleUp";
    decision.message = "pod didn't trigger scale-up: " + counted_answers(groups_for(view, position));
  }
  for (const ScaleUpAction& action : out.scale_ups)
    decision.facts.emplace_back("pool grows", view.input.groups[action.group].id.str() + " from " + number(action.from) + " to " + number(action.to));
  if (helped != out.helped.end()) decision.tables.push_back(groups_for(view, position));
  decisions.record(std::move(decision));
}

}  // namespace

void tell(Decisions& decisions, const AutoscalerView& view) {
  for (std::uint32_t i = 0; i < view.input.pending.size(); ++i)
    if (decisions.wants(SubjectKind::Pod, view.input.pending[i].name)) tell_pod(decisions, view, i);
  for (std::uint32_t i = 0; i < view.input.groups.size(); ++i)
    if (decisions.wants(SubjectKind::Pool, view.input.groups[i].id)) tell_pool(decisions, view, i);
  for (const AutoscaledNode& node : view.input.nodes)
    if (decisions.wants(SubjectKind::Node, node.object->name)) tell_node(decisions, view, node);
}

}  // namespace akstwin
