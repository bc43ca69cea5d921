// What the scheduler tells about the pods that somebody asks for: every node and what refused it, or every score.
#include <algorithm>

#include "models/controllers/scheduling/scheduler.hpp"

namespace akstwin {
namespace {

constexpr std::size_t kRowsAtMost = 40;            // of a table for people; the counts are exact

Decision begin(const ControllerContext& context, Name pod, std::string outcome, std::string message) {
  Decision decision;
  decision.at = context.now;
  decision.kind = SubjectKind::Pod;
  decision.subject = pod;
  decision.decider = "kube-scheduler";
  decision.outcome = std::move(outcome);
  decision.message = std::move(message);
  return decision;
}

std::string in_one_line(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

}  // namespace

bool Scheduler::asked(const ControllerContext& context, PodId id) const {
  return context.decisions != nullptr && context.decisions->wants(SubjectKind::Pod, context.cluster.state().pods[id].name);
}

void Scheduler::tell_placed(ControllerContext& context, PodId id, const QueuedPod& queued, NodeIndex node, std::size_t looked_at) const {
  const Pod& pod = context.cluster.state().pods[id];
  const std::string chosen = snapshot().node(node).name.str();
  Decision decision = begin(context, pod.name, "Scheduled", "Successfully assigned " + pod.name.str() + " to " + chosen);
  decision.facts = {{"attempt", std::to_string(queued.attempts)},
                    {"waited", to_string(context.now - pod.created)},
                    {"nodes looked at", std::to_string(looked_at) + " of " + std::to_string(snapshot().node_count())},
                    {"feasible nodes", std::to_string(feasible_.size())}};
  if (!pod.nominated.null()) decision.facts.emplace_back("nominated node", chosen);
  if (feasible_.size() == 1) {
    decision.facts.emplace_back("score", "none: the only feasible node is taken unscored");
  } else {
    decision.facts.emplace_back("best score", std::to_string(scores_.best) + (tied_ > 1 ? ", drawn among " + std::to_string(tied_) + " nodes" : ""));
    DecisionTable table{"scores", {"node", "total"}, {}};
    for (std::size_t plugin = 0; plugin < kScorePlugins; ++plugin)
      if (scores_.ran[plugin]) table.columns.emplace_back(to_string(static_cast<ScorePlugin>(plugin)));
    std::vector<std::size_t> order(scores_.nodes.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
      if (scores_.total[a] != scores_.total[b]) return scores_.total[a] > scores_.total[b];
      return (scores_.nodes[a] == node) > (scores_.nodes[b] == node);
    });
    for (std::size_t i = 0; i < order.size() && i < kRowsAtMost; ++i) {
      std::vector<std::string> row{snapshot().node(scores_.nodes[order[i]]).name.str(), std::to_string(scores_.total[order[i]])};
      for (std::size_t plugin = 0; plugin < kScorePlugins; ++plugin)
        if (scores_.ran[plugin]) row.push_back(std::to_string(scores_.weighted[plugin][order[i]]));
      table.rows.push_back(std::move(row));
    }
    decision.tables.push_back(std::move(table));
  }
  context.decisions->record(std::move(decision));
}

void Scheduler::tell_failed(ControllerContext& context, PodId id, const QueuedPod& queued, const std::string& message) const {
  const ClusterState& state = context.cluster.state();
  const Pod& pod = state.pods[id];
  Decision decision = begin(context, pod.name, pod.nominated.null() ? "Unschedulable" : "Preempting", message);
  QueuedPod waiting = queued;
  waiting.timestamp = context.now;
  const Resources request = pod.spec->effective_request();
  decision.facts = {{"attempt", std::to_string(queued.attempts)},
                    {"waited", to_string(context.now - pod.created)},
                    {"priority", std::to_string(pod.spec->priority)},
                    {"requests", "cpu " + to_string(request.cpu) + ", memory " + to_string(request.memory)}};
  if (queued.rejected_by != 0) decision.facts.emplace_back("refused by", plugin_names(queued.rejected_by));
  decision.facts.emplace_back("back-off", to_string(queue_.backoff_until(waiting) - context.now));
  decision.facts.emplace_back("next attempt", queued.rejected_by == 0 ? "after the back-off"
                                              : "when a change could help one of these plugins, at the latest " +
                                                    to_string(queue_.leftover_at(waiting).since_start()) + " after the start");
  if (state.nodes.contains(pod.nominated)) decision.facts.emplace_back("nominated node", state.nodes[pod.nominated].name.str());
  DecisionTable table{"nodes", {"node", "refused by", "reason", "free cpu", "free memory"}, {}};
  for (std::size_t i = 0; i < verdicts_.size() && i < kRowsAtMost; ++i) {
    const NodeIndex node = snapshot().order()[i];
    const Resources free = snapshot().free(node);
    const FilterPlugin plugin = verdicts_[i].plugin == FilterPlugin::PreFilterNodeList ? FilterPlugin::NodeAffinity : verdicts_[i].plugin;
    table.rows.push_back({snapshot().node(node).name.str(), std::string(to_string(plugin)), in_one_line(reasons_of(verdicts_[i], snapshot(), node)),
                          to_string(free.cpu), to_string(free.memory)});
  }
  if (verdicts_.size() > kRowsAtMost) decision.facts.emplace_back("nodes shown", std::to_string(kRowsAtMost) + " of " + std::to_string(verdicts_.size()));
  decision.tables.push_back(std::move(table));
  context.decisions->record(std::move(decision));
}

void Scheduler::tell_gated(ControllerContext& context, PodId id) const {
  const Pod& pod = context.cluster.state().pods[id];
  Decision decision = begin(context, pod.name, "SchedulingGated", "Scheduling is blocked due to non-empty scheduling gates");
  for (const Name gate : pod.spec->scheduling_gates) decision.facts.emplace_back("gate", gate.str());
  context.decisions->record(std::move(decision));
}

void Scheduler::tell_victim(ControllerContext& context, PodId victim, PodId preemptor, NodeId node) const {
  if (!asked(context, victim)) return;
  const ClusterState& state = context.cluster.state();
  const Pod &lost = state.pods[victim], &gain = state.pods[preemptor];
  Decision decision = begin(context, lost.name, "Preempted", "Preempted by pod " + gain.name.str() + " on node " + state.nodes[node].name.str());
  decision.facts = {{"priority", std::to_string(lost.spec->priority)},
                    {"priority of the preemptor", std::to_string(gain.spec->priority)},
                    {"grace period", to_string(lost.spec->termination_grace)}};
  context.decisions->record(std::move(decision));
}

}  // namespace akstwin
