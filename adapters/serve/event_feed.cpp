#include "adapters/serve/event_feed.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "models/observe/kinds.hpp"

namespace akstwin {
namespace {

constexpr Duration kTimeToLive{3'600'000'000};
// A region that fails makes tens of thousands of rows at once; the newest are what somebody reads.
constexpr std::size_t kKeptEvents = 10'000;

std::string api_version_of(std::string_view kind) {
  const auto kinds = resource_kinds();
  const auto found = std::ranges::find(kinds, kind, &ResourceKind::kind);
  return found == kinds.end() ? "v1" : found->api_version();
}

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

/// Words of kube-controller-manager 1.32 (pkg/controller/{deployment,replicaset,statefulset,daemon,job}), as a 1.32.13 told them.
void EventFeed::follow_owner(const TimelineEvent& row, bool tell) {
  const bool made = row.kind == code(EventKind::PodCreated);
  if (!made && row.kind != code(EventKind::PodDeleted)) return;
  const std::string_view subject = row.subject.text();
  if (subject.substr(0, subject.find('/')) != cluster_.text()) return;
  const ClusterState& state = projection_.source().state;
  const auto [entry, fresh] = owners_.try_emplace(row.object);
  if (fresh) entry->second = find_workload(state, Name(without_cluster(row.object.text())));
  const WorkloadId id = entry->second;
  if (!id || state.workloads[id].spec->file == kBarePod) return;
  const std::string owner = state.workloads[id].spec->name.str();
  const std::string_view why = row.detail.text();
  const bool wanted = made || why == "ScaledDown" || why == "RollingUpdate";   // by its own controller: others evict and delete, too
  Words words;
  std::tie(words.name_space, words.name) = split(subject);
  const WorkloadKind kind = state.workloads[id].spec->kind;
  if (kind == WorkloadKind::Deployment) return follow_replica_set(words, owner, made, wanted, row.at, tell);
  if (!tell || !wanted || (kind != WorkloadKind::StatefulSet && kind != WorkloadKind::DaemonSet && kind != WorkloadKind::Job)) return;
  const std::string pod = words.name;
  words.message = kind == WorkloadKind::StatefulSet ? (made ? "create Pod " : "delete Pod ") + pod + " in StatefulSet " + owner + " successful" : (made ? "Created pod: " : "Deleted pod: ") + pod;
  words.kind = kind_of(kind);
  words.component = kind == WorkloadKind::StatefulSet ? "statefulset-controller" : kind == WorkloadKind::DaemonSet ? "daemonset-controller" : "job-controller";
  words.reason = made ? "SuccessfulCreate" : "SuccessfulDelete";
  words.name = owner;
  add(words, row.at);
}

void EventFeed::follow_replica_set(const Words& pod, const std::string& deployment, bool made, bool wanted, SimTime at, bool tell) {
  const std::string set = pod.name.substr(0, pod.name.rfind('-'));
  Replicas& replicas = replicas_[pod.name_space + "/" + set];
  replicas.live += made ? 1 : -1;
  // A pod that replaces an evicted one is no scaling.
  const std::int64_t desired = made ? std::max(replicas.desired, replicas.live) : replicas.desired - (wanted ? 1 : 0);
  const std::int64_t before = std::exchange(replicas.desired, desired);
  if (!tell) return;
  if (scaling_ && (scaling_->at != at || scaling_->set != set || (scaling_->to > scaling_->from) != (desired > before))) tell_scaling();
  if (desired != before && !scaling_) scaling_ = Scaling{pod.name_space, deployment, set, before, desired, at};
  else if (desired != before) scaling_->to = desired;
  if (!wanted) return;
  add({"ReplicaSet", pod.name_space, set, made ? "SuccessfulCreate" : "SuccessfulDelete", (made ? "Created pod: " : "Deleted pod: ") + pod.name, "replicaset-controller", false}, at);
}

void EventFeed::tell_scaling() {
  if (!scaling_) return;
  const Scaling it = *std::exchange(scaling_, std::nullopt);
  add({"Deployment", it.name_space, it.deployment, "ScalingReplicaSet",
       std::string(it.to > it.from ? "Scaled up" : "Scaled down") + " replica set " + it.set + " from " + std::to_string(it.from) + " to " + std::to_string(it.to), "deployment-controller", false},
      it.at);
}

void EventFeed::add(const Words& words, SimTime at) {
  static const int kEvent = projection_.kind_number("Event");
  const EncodeSource& source = projection_.source();
  const std::string name_space = words.name_space.empty() ? "default" : words.name_space;
  const std::string name = words.name + "." + std::to_string(++number_), time = source.epoch.iso(at);
  Json about{{"kind", words.kind}, {"name", words.name}, {"apiVersion", api_version_of(words.kind)}};
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
  const std::size_t told_from = rows.size() - std::min(rows.size(), kKeptEvents);
  for (; read_ < rows.size(); ++read_) {
    follow_owner(rows[read_], read_ >= told_from);
    if (read_ < told_from) continue;
    Words words;
    if (describe(rows[read_], words)) add(words, rows[read_].at);
  }
  tell_scaling();
  while (!kept_.empty() && (kept_.size() > kKeptEvents || kept_.front().first + kTimeToLive < now)) {
    store_.erase(kEvent, kept_.front().second);
    kept_.pop_front();
  }
}

}  // namespace akstwin
