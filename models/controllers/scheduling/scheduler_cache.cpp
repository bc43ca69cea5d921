#include "models/controllers/scheduling/scheduler_cache.hpp"

#include <algorithm>

#include "models/api/node_input.hpp"

namespace akstwin {

NodeIndex SchedulerCache::index_of(NodeId id) const {
  if (id.null() || id.row >= index_of_.size()) return kNoNode;
  const NodeIndex index = index_of_[id.row];
  return index != kNoNode && node_of_[index] == id ? index : kNoNode;
}

void SchedulerCache::see_node(const ClusterState& state, NodeId id) {
  if (index_of_.size() <= id.row) index_of_.resize(id.row + 1, kNoNode);
  NodeIndex& index = index_of_[id.row];
  if (index != kNoNode && node_of_[index] != id) {
    snapshot_.remove_node(index);
    index = kNoNode;
  }
  if (!state.nodes.contains(id)) return;
  if (index != kNoNode) {
    snapshot_.update_node(index, node_input(state.nodes[id]));
    return;
  }
  index = snapshot_.add_node(node_input(state.nodes[id]));
  if (node_of_.size() <= index) node_of_.resize(index + 1);
  node_of_[index] = id;
}

void SchedulerCache::forget_node(NodeId id) {
  const NodeIndex index = index_of(id);
  if (index == kNoNode) return;
  snapshot_.remove_node(index);
  index_of_[id.row] = kNoNode;
}

const PodSpec* SchedulerCache::bound_spec(PodId id) const {
  return id.row < placed_.size() && placed_[id.row].pod == id ? placed_[id.row].spec : nullptr;
}

void SchedulerCache::forget_pod(PodId id) {
  std::erase_if(nominated_, [&](const NominatedPod& nominated) { return nominated.pod == id; });
  if (bound_spec(id) == nullptr) return;
  snapshot_.remove_pod(placed_[id.row].node, uid_of(id));
  placed_[id.row] = {};
}

void SchedulerCache::see_pod(const ClusterState& state, PodId id) {
  const Pod& pod = state.pods[id];
  std::erase_if(nominated_, [&](const NominatedPod& nominated) { return nominated.pod == id; });
  if (!pod.node) {
    if (!pod.nominated.null()) nominated_.push_back({id, pod.nominated, pod.spec});
    return;
  }
  const NodeIndex node = index_of(pod.node);
  if (node == kNoNode) return;
  if (const PodSpec* const known = bound_spec(id); known != nullptr && known != pod.spec) {   // resized in place
    snapshot_.remove_pod(placed_[id.row].node, uid_of(id));
    placed_[id.row] = {};
  }
  if (bound_spec(id) != nullptr) {
    if (pod.terminating()) snapshot_.set_terminating(placed_[id.row].node, uid_of(id));
    return;
  }
  if (placed_.size() <= id.row) placed_.resize(id.row + 1);
  placed_[id.row] = {id, node, pod.spec};
  // A DaemonSet's pods are bound by their controller here; evicted, they would be back before anybody else.
  const bool pinned = state.workloads[pod.owner].spec->kind == WorkloadKind::DaemonSet;
  snapshot_.add_pod(node, {pod.spec, pod.name, uid_of(id), pod.bound.us, pod.terminating(), pinned});
}

void SchedulerCache::assume_nominated(PodId pod, int priority) {
  for (const NominatedPod& other : nominated_) {
    const NodeIndex node = index_of(other.node);
    if (other.pod == pod || other.spec->priority < priority || node == kNoNode) continue;
    snapshot_.add_pod(node, {other.spec, {}, uid_of(other.pod), 0, false, true});
    assumed_.push_back({node, uid_of(other.pod)});
  }
}

void SchedulerCache::forget_assumed() {
  for (const Assumed& assumed : assumed_) snapshot_.remove_pod(assumed.node, assumed.tag);
  assumed_.clear();
}

}  // namespace akstwin
