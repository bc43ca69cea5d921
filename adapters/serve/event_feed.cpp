#include "adapters/serve/event_feed.hpp"

#include <algorithm>

#include "models/observe/kinds.hpp"

namespace akstwin {
namespace {

constexpr Duration kTimeToLive{3'600'000'000};
// A region that fails makes tens of thousands of rows at once; the newest are what somebody reads.
constexpr std::size_t kKeptEvents = 10'000;

/// "namespace/name" of a Timeline name, in two parts; nodes have no namespace.
std::pair<std::string, std::string> split(std::string_view name) {
  const std::string_view rest = without_cluster(name);
  const std::size_t slash = rest.find('/');
  if (slash == std::string_view::npos) return {"", std::string(rest)};
  return {std::string(rest.substr(0, slash)), std::string(rest.substr(slash + 1))};
}

}  // namespace

EventFeed::EventFeed(Name cluster, const Timeline& timeline, const Projection& projection, ObjectStore& store)
    : cluster_(cluster), timeline_(timeline), projection_(projection), store_(store) {}

/// A pod that no controller owns is "web-r1-00000" on the Timeline, and "web" for clients.
std::string EventFeed::shown_name(const std::string& name_space, const std::string& name) const {
  constexpr std::string_view kSuffix = "-r1-00000";
  if (!name.ends_with(kSuffix)) return name;
  std::string bare = name.substr(0, name.size() - kSuffix.size());
  return projection_.pod(name_space + "/" + bare) ? bare : name;
}

/// Whether single machines make up the pool: those Karpenter provisions and takes away, not the Cluster Autoscaler.
bool EventFeed::is_of_machines(std::string_view pool) const {
  const Pool* found = find_pool(pool);
  return found != nullptr && found->of_machines;
}

const Pool* EventFeed::find_pool(std::string_view key) const {
  const Pool* out = nullptr;
  projection_.source().cloud.pools.for_each([&](PoolId, const Pool& pool) {
    if (pool.key.text() == key) out = &pool;
  });
  return out;
}

/// The pool's size before that moment.
std::int64_t EventFeed::size_before(Name pool, SimTime at) const {
  for (const Series* series : timeline_.of_kind(code(GaugeKind::NodesTarget))) {
    if (series->key.b != pool) continue;
    const auto after = std::ranges::lower_bound(series->samples, at, {}, &Sample::at);
    return after == series->samples.begin() ? 0 : std::prev(after)->value;
  }
  return 0;
}

/// As cluster-autoscaler 1.32 tells it of its status ConfigMap (core/scaleup/orchestrator/executor.go; the words recalled, 2026-11). It also tells each pod that it helped
/// (TriggeredScaleUp); which pods those are is not on the Timeline.
bool EventFeed::describe_scale_up(const TimelineEvent& row, Words& words) const {
  const Pool* pool = find_pool(row.subject.text());
  if (pool == nullptr || pool->of_machines) return false;
  words = {"ConfigMap", "kube-system", "cluster-autoscaler-status", "ScaledUpGroup",
           "Scale-up: group aks-" + std::string(own_name(row.subject.text())) + "-vmss size set to " + std::to_string(row.value) + " instead of " + std::to_string(size_before(row.subject, row.at)) +
               " (max: " + std::to_string(pool->max) + ")",
           "cluster-autoscaler", false};
  return true;
}

bool EventFeed::describe(const TimelineEvent& row, Words& words) const {
  const std::string_view subject = row.subject.text();
  if (subject.substr(0, subject.find('/')) != cluster_.text()) return false;
  std::tie(words.name_space, words.name) = split(subject);
  words.name = shown_name(words.name_space, words.name);
  const std::string object(own_name(row.object.text())), detail = row.detail.str();
  const auto say = [&](std::string_view kind, std::string_view component, std::string_view reason, std::string message, bool warning = false) {
    words = {std::string(kind), words.name_space, words.name, std::string(reason), std::move(message), std::string(component), warning};
    return true;
  };
  switch (static_cast<EventKind>(row.kind)) {
    case EventKind::PodScheduled: return say("Pod", "default-scheduler", "Scheduled", "Successfully assigned " + words.name_space + "/" + words.name + " to " + object);
    case EventKind::PodUnschedulable: return say("Pod", "default-scheduler", "FailedScheduling", detail.empty() ? "0 nodes are available." : detail, true);
    case EventKind::PodStarted: return say("Pod", "kubelet", "Started", "Started container; the image took " + to_string(Duration{row.value}) + " to pull");
    case EventKind::PodDeleted: return say("Pod", "kubelet", "Killing", "Stopping container (" + detail + ")");
    case EventKind::PodNominated: return say("Pod", "default-scheduler", "Nominated", "Nominated to " + object);
    case EventKind::NodeReady: return say("Node", "node-controller", "RegisteredNode", "Node " + words.name + " event: Registered Node " + words.name + " in Controller");
    case EventKind::NodeDeleting: return say("Node", "node-controller", "DeletingNode", "Node " + words.name + " leaves: " + detail);
    case EventKind::ScaleUpDecided: return describe_scale_up(row, words);
    case EventKind::ScaleDownDecided:
      words.name_space.clear();
      words.name = object;
      return !is_of_machines(subject) && say("Node", "cluster-autoscaler", "ScaleDown", "marked the node as toBeDeleted/unschedulable");
    case EventKind::SpotNotice: return say("Node", "kubelet", "PreemptScheduled", "Spot reclaim in " + to_string(Duration{row.value}), true);
    case EventKind::HpaRescaled: return say("HorizontalPodAutoscaler", "horizontal-pod-autoscaler", "SuccessfulRescale", "New size: " + std::to_string(row.value) + "; reason: " + detail);
    case EventKind::JobCompleted: return say("Job", "job-controller", "Completed", "Job completed");
    case EventKind::JobFailed: return say("Job", "job-controller", detail, "Job has failed", true);
    case EventKind::RolloutStalled: return say("Deployment", "deployment-controller", "ProgressDeadlineExceeded", "The rollout makes no progress", true);
    case EventKind::FluxReconciled: return say("Kustomization", "kustomize-controller", "ReconciliationSucceeded", "Reconciliation finished in " + to_string(Duration{row.value}) + ": " + detail);
    default: return false;
  }
}

void EventFeed::add(const Words& words, SimTime at) {
  static const int kEvent = projection_.kind_number("Event");
  const EncodeSource& source = projection_.source();
  const std::string name_space = words.name_space.empty() ? "default" : words.name_space;
  const std::string name = words.name + "." + std::to_string(++number_), time = source.epoch.iso(at);
  Json about{{"kind", words.kind}, {"name", words.name}, {"apiVersion", words.kind == "HorizontalPodAutoscaler" ? "autoscaling/v2" : "v1"}};
  if (!words.name_space.empty()) about["namespace"] = words.name_space;
  if (words.kind == "Pod") {
    const Json pod = store_.get(projection_.kind_number("Pod"), words.name_space + "/" + words.name);
    if (!pod.is_null()) about["uid"] = pod["metadata"]["uid"];
  } else if (words.kind == "Node") {
    about["uid"] = words.name;   // as kubelets name their node in events
  } else {
    about["uid"] = uid_text(words.kind + "/" + words.name_space + "/" + words.name);
  }
  store_.put(kEvent, {{"apiVersion", "v1"}, {"kind", "Event"},
                      {"metadata", {{"name", name}, {"namespace", name_space}, {"uid", uid_text("Event/" + name)}, {"creationTimestamp", time}}},
                      {"involvedObject", std::move(about)}, {"reason", words.reason}, {"message", words.message}, {"type", words.warning ? "Warning" : "Normal"},
                      {"count", 1}, {"firstTimestamp", time}, {"lastTimestamp", time}, {"eventTime", nullptr}, {"reportingComponent", words.component},
                      {"reportingInstance", ""}, {"source", {{"component", words.component}}}});
  kept_.emplace_back(at, name_space + "/" + name);
}

void EventFeed::sync(SimTime now) {
  static const int kEvent = projection_.kind_number("Event");
  const auto rows = timeline_.events();
  if (rows.size() - read_ > kKeptEvents) read_ = rows.size() - kKeptEvents;
  for (; read_ < rows.size(); ++read_) {
    Words words;
    if (describe(rows[read_], words)) add(words, rows[read_].at);
  }
  while (!kept_.empty() && (kept_.size() > kKeptEvents || kept_.front().first + kTimeToLive < now)) {
    store_.erase(kEvent, kept_.front().second);
    kept_.pop_front();
  }
}

}  // namespace akstwin
