// The game day's actions on one cluster's objects: the same requests that `akstwin drive` sends to a real API server.
#include <algorithm>
#include <vector>

#include "models/gameday/script.hpp"

namespace akstwin {
namespace {

constexpr const char* kRestartedAt = "kubectl.kubernetes.io/restartedAt";   // what `kubectl rollout restart` writes into the template

/// "cluster/namespace/name" → "cluster" and "namespace/name".
std::pair<Name, std::string_view> split_target(Name target) {
  const std::string_view text = target.text();
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return {target, {}};
  return {Name(text.substr(0, slash)), text.substr(slash + 1)};
}

}  // namespace

/// Oldest pods first, as `drive` takes them. A budget that holds one back is noted; nothing is repeated.
void Script::take_pods(const ActionSpec& action, ClusterApi& api, WorkloadId workload) {
  std::vector<PodId> taken;
  for (const PodId id : api.state().workloads[workload].pods)
    if (static_cast<std::int64_t>(taken.size()) < action.count && api.state().pods[id].live()) taken.push_back(id);
  for (const PodId id : taken) {
    if (action.kind == ActionKind::DeletePods) {
      api.submit(DeletePod{id, Name("Deleted")});
      continue;
    }
    const Pod pod = api.state().pods[id];
    const Verdict verdict = api.submit(EvictPod{id, Name("Evicted")});
    const bool held_back = verdict == Verdict::TooManyRequests || verdict == Verdict::InternalError;
    if (held_back) ports_.notes.note({NoteKind::EvictionBlocked, pod.name, pod.node ? api.state().nodes[pod.node].name : Name(), Name("game day"), 0});
  }
}

/// Another template of the same pods: a rollout.
void Script::restart(ClusterApi& api, WorkloadId workload) {
  const Workload& row = api.state().workloads[workload];
  WorkloadSpec spec = *row.spec;
  spec.pod = *row.pod_template;
  spec.replicas = row.replicas;
  spec.pod.annotations.set(Name(kRestartedAt), Name(std::to_string(++restarts_)));
  api.submit(ApplyWorkload{.spec = &spec});
}

void Script::cordon(const ActionSpec& action, ClusterApi& api) {
  const PoolId pool = pool_of(action.target);
  const bool on = action.kind == ActionKind::CordonPool;
  std::vector<NodeId> nodes;
  api.state().nodes.for_each([&](NodeId id, const Node& node) {
    const bool wanted = !on || static_cast<std::int64_t>(nodes.size()) < action.count;
    if (wanted && node.pool == pool && node.unschedulable != on) nodes.push_back(id);
  });
  for (const NodeId id : nodes) api.submit(CordonNode{id, on});
}

/// What the reconcile annotation and a sync bring about: the newest revision is fetched, and then applied.
void Script::fetch_source_of(ClusterApi& cluster, std::string_view key) {
  const ClusterState& state = cluster.state();
  state.kustomizations.for_each([&](KustomizationId, const Kustomization& row) {
    if (row.suspended || row.spec->name_space.str() + "/" + row.spec->name.str() != key) return;
    for (std::uint32_t i = 0; i < state.git_sources.size(); ++i)
      if (state.git_sources[i].spec->name == row.spec->source && !state.git_sources[i].suspended) cluster.submit(FetchSource{i});
  });
}

Verdict Script::change_cluster(const ActionSpec& action) {
  const auto [name, key] = split_target(action.target);
  ClusterApi& api = *ports_.clusters[cluster_index(name)];
  if (!api.state().reachable) return Verdict::Refused;
  switch (action.kind) {
    case ActionKind::CordonPool:
    case ActionKind::UncordonPool: cordon(action, api); return Verdict::Accepted;
    case ActionKind::FluxReconcile:
    case ActionKind::ArgoSync:
    case ActionKind::ArgoRefresh: fetch_source_of(api, key); return Verdict::Accepted;
    default: break;
  }
  const WorkloadId workload = find_workload(api.state(), Name(key));
  if (!workload || !api.state().workloads[workload].applied) return Verdict::NotFound;
  if (action.kind == ActionKind::ScaleWorkload) return api.submit(ScaleWorkload{workload, action.count, {}, {}});
  if (action.kind == ActionKind::RestartWorkload) restart(api, workload);
  else take_pods(action, api, workload);
  return Verdict::Accepted;
}

}  // namespace akstwin
