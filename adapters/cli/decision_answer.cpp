#include "adapters/cli/decision_answer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "models/observe/kinds.hpp"
#include "sim/step_function.hpp"

namespace akstwin {
namespace {

constexpr std::size_t kHistory = 12;

bool is_kind(const TimelineEvent& event, std::initializer_list<EventKind> kinds) {
  return std::ranges::any_of(kinds, [&](EventKind kind) { return event.kind == code(kind); });
}

bool concerns(SubjectKind kind, Name subject, const TimelineEvent& event) {
  using enum EventKind;
  switch (kind) {
    case SubjectKind::Pod:
      return event.subject == subject && is_kind(event, {PodCreated, PodScheduled, PodUnschedulable, PodNominated, PodStarted, PodReady, PodDeleted, VpaUpdated});
    case SubjectKind::Node:
      return (event.subject == subject && is_kind(event, {NodeRequested, NodeReady, NodeDeleting, NodeGone, SpotNotice})) ||
             (event.object == subject && is_kind(event, {ScaleDownDecided, PodNominated}));
    case SubjectKind::Pool: return event.subject == subject && is_kind(event, {ScaleUpDecided, ScaleDownDecided, PoolRefused});
    case SubjectKind::Autoscaler: break;
  }
  if (!is_kind(event, {HpaRescaled})) return false;
  // Subject "cluster/namespace/workload", object the autoscaler's own name.
  const std::string_view name = subject.text(), workload = event.subject.text();
  const auto slash = workload.rfind('/');
  return name.starts_with(workload.substr(0, slash + 1)) && name.substr(slash + 1) == event.object.text();
}

std::string pod_status(const std::vector<TimelineEvent>& history, SimTime at) {
  std::string status = "unknown";
  SimTime created;
  for (const TimelineEvent& event : history) {
    const std::string since = to_string(at - event.at);
    switch (static_cast<EventKind>(event.kind)) {
      case EventKind::PodCreated:
        created = event.at;
        status = "pending for " + since;
        break;
      case EventKind::PodScheduled: status = "starting on " + event.object.str() + " for " + since; break;
      case EventKind::PodReady: status = fmt::format("running for {}, after {} from its creation", since, to_string(event.at - created)); break;
      case EventKind::PodDeleted: status = fmt::format("deleted {} ago: {}", since, event.detail.text()); break;
      default: break;
    }
  }
  return status;
}

std::string pool_status(Name pool, SimTime at, const Scenario& scenario, const Timeline& timeline) {
  for (const ClusterSpec& cluster : scenario.clusters)
    for (const NodePoolSpec& spec : cluster.pools) {
      if (pool.text() != cluster.name.str() + "/" + spec.name.str()) continue;
      const Series* ready = timeline.find(key(GaugeKind::NodesReady, cluster.name, pool));
      const Series* target = timeline.find(key(GaugeKind::NodesTarget, cluster.name, pool));
      const auto value = [&](const Series* series) { return series == nullptr ? 0 : value_at(series->samples, at); };
      const std::string bounds = spec.autoscaling ? fmt::format("autoscaled from {} to {}", spec.min_count, spec.max_count)
                                                  : std::string("a fixed size: autoscaling is off, nobody decides about it");
      return fmt::format("{} {} ready, {} asked for; {}", value(ready), value(ready) == 1 ? "node" : "nodes", value(target), bounds);
    }
  return "unknown";
}

std::string node_status(const std::vector<TimelineEvent>& history, SimTime at) {
  std::string status = "there from the start";
  for (const TimelineEvent& event : history) {
    const std::string since = to_string(at - event.at);
    switch (static_cast<EventKind>(event.kind)) {
      case EventKind::NodeRequested: status = "requested " + since + " ago"; break;
      case EventKind::NodeReady: status = "ready for " + since; break;
      case EventKind::NodeDeleting: status = fmt::format("being deleted for {}: {}", since, event.detail.text()); break;
      case EventKind::NodeGone: status = "gone for " + since; break;
      default: break;
    }
  }
  return status;
}

}  // namespace

std::string_view word_of(SubjectKind kind) {
  switch (kind) {
    case SubjectKind::Pod: return "pod";
    case SubjectKind::Node: return "node";
    case SubjectKind::Pool: return "pool";
    case SubjectKind::Autoscaler: break;
  }
  return "hpa";
}

bool DecisionLog::wants(SubjectKind kind, Name subject) const { return kind == kind_ && std::ranges::find(subjects_, subject) != subjects_.end(); }

void DecisionLog::record(Decision decision) {
  const auto known = std::ranges::find_if(kept_, [&](const Kept& kept) {
    return kept.decision.subject == decision.subject && kept.decision.decider == decision.decider;
  });
  if (known == kept_.end()) {
    kept_.push_back({std::move(decision), 1});
    return;
  }
  known->decision = std::move(decision);
  ++known->count;
}

std::vector<Decision> DecisionLog::latest(Name subject) const {
  std::vector<Decision> found;
  for (const Kept& kept : kept_)
    if (kept.decision.subject == subject) found.push_back(kept.decision);
  std::ranges::stable_sort(found, [](const Decision& a, const Decision& b) { return a.at > b.at; });
  return found;
}

std::size_t DecisionLog::count(Name subject, std::string_view decider) const {
  for (const Kept& kept : kept_)
    if (kept.decision.subject == subject && kept.decision.decider == decider) return kept.count;
  return 0;
}

std::vector<std::string> known_subjects(SubjectKind kind, const Scenario& scenario, const Timeline& timeline) {
  std::set<std::string> names;
  if (kind == SubjectKind::Pool) {
    for (const ClusterSpec& cluster : scenario.clusters)
      for (const NodePoolSpec& pool : cluster.pools) names.insert(cluster.name.str() + "/" + pool.name.str());
  } else if (kind == SubjectKind::Autoscaler) {
    for (const ClusterWorkloads& workloads : scenario.workloads) {
      const std::string prefix = workloads.cluster.str() + "/";
      for (const auto& hpa : workloads.manifests.autoscalers) names.insert(prefix + hpa.name_space.str() + "/" + hpa.name.str());
      for (const auto& object : workloads.manifests.scaled_objects) names.insert(prefix + object.name_space.str() + "/keda-hpa-" + object.name.str());
    }
  }
  for (const TimelineEvent& event : timeline.events()) {
    if (kind == SubjectKind::Pod && is_kind(event, {EventKind::PodCreated})) names.insert(event.subject.str());
    if (kind == SubjectKind::Node && is_kind(event, {EventKind::NodeRequested, EventKind::NodeReady})) names.insert(event.subject.str());
    if (kind == SubjectKind::Node && is_kind(event, {EventKind::PodScheduled})) names.insert(event.object.str());
  }
  return {names.begin(), names.end()};
}

DecisionAnswer answer_for(SubjectKind kind, Name subject, SimTime at, const Scenario& scenario, const Timeline& timeline, const DecisionLog& log) {
  DecisionAnswer answer;
  answer.kind = kind;
  answer.subject = subject;
  answer.at = at;
  for (const TimelineEvent& event : timeline.events())
    if (event.at <= at && concerns(kind, subject, event)) answer.history.push_back(event);
  if (kind == SubjectKind::Pod) answer.status = pod_status(answer.history, at);
  if (kind == SubjectKind::Node) answer.status = node_status(answer.history, at);
  if (kind == SubjectKind::Pool) answer.status = pool_status(subject, at, scenario, timeline);
  if (answer.history.size() > kHistory) answer.history.erase(answer.history.begin(), answer.history.end() - static_cast<std::ptrdiff_t>(kHistory));
  answer.decisions = log.latest(subject);
  for (const Decision& decision : answer.decisions) answer.repeated.push_back(log.count(subject, decision.decider));
  return answer;
}

}  // namespace akstwin
