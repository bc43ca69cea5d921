// The API server's dealings with machines: nodes join, are preempted, vanish, and a whole region goes and comes back.
#include "models/catalog/allocatable.hpp"
#include "models/catalog/vm_sizes.hpp"
#include "models/kube/api_server.hpp"
#include "models/kube/node_object.hpp"

namespace akstwin {
NodeId ApiServer::node_joined(InstanceId, const Instance& row, const NodePoolSpec& pool, SiteId nic) {
  const VmSize* size = find_vm_size(pool.vm_size.text());
  AKSTWIN_CHECK(size != nullptr, "the reader refuses unknown VM sizes");
  Node node;
  node.name = Name(spec_.name.str() + "/" + row.node_name.str());
  node.pool = row.pool;
  node.zone = row.zone;
  node.labels = node_labels(row, pool, spec_);
  node.taints = row.machine != nullptr ? pool.taints : node_taints(pool);   // AKS taints the spot instances of scale sets only
  node.pod_capacity = max_pods(pool, spec_.network.mode);
  node.allocatable = allocatable(*size, static_cast<int>(node.pod_capacity), spec_.kubernetes_minor);
  node.ready = state_.reachable;
  node.created = kernel_.now();
  node.ready_transition = kernel_.now();
  const NodeId id = state_.nodes.insert(std::move(node));
  if (nic_.size() <= id.row) nic_.resize(id.row + 1);
  nic_[id.row] = nic;
  recorder_.node_added(id, kernel_.now());
  changed(ChangeKind::NodeAdded, id.row, id.generation);
  return id;
}

void ApiServer::node_preempted(NodeId id, Duration notice) {
  if (!state_.nodes.contains(id)) return;
  Node& node = state_.nodes[id];
  node.unschedulable = true;
  const std::vector<PodId> pods = node.pods;
  // The notice is all the time there is: longer grace periods are cut short.
  for (const PodId pod : pods) delete_pod(pod, Name("SpotPreempted"), notice);
  changed(ChangeKind::NodeUpdated, id.row, id.generation);
}

void ApiServer::node_unreachable(NodeId id, bool unreachable) {
  if (!state_.nodes.contains(id)) return;
  set_node_ready(id, !unreachable);
  const std::vector<PodId> pods = state_.nodes[id].pods;
  for (const PodId pod : pods) {
    if (unreachable) {
      kubelet_->abandon(pod);
      pod_ready(pod, false);
    } else if (state_.pods[pod].terminating()) {
      pod_gone(pod);   // its deletion was asked for while nobody could carry it out
    } else {
      kubelet_->restart(pod, Duration{1'000'000});
    }
  }
}

void ApiServer::node_gone(NodeId id, Name reason) {
  if (!state_.nodes.contains(id)) return;
  const std::vector<PodId> pods = state_.nodes[id].pods;
  for (const PodId pod : pods) lose_pod(pod, reason);
  recorder_.node_gone(id, kernel_.now());
  images_.forget(state_.nodes[id].name);
  state_.nodes.erase(id);
  changed(ChangeKind::NodeGone, id.row, id.generation);
}

void ApiServer::set_node_ready(NodeId id, bool ready) {
  Node& node = state_.nodes[id];
  if (node.ready == ready) return;
  node.ready = ready;
  node.ready_transition = kernel_.now();
  recorder_.node_ready_changed(id, kernel_.now());
  changed(ChangeKind::NodeUpdated, id.row, id.generation);
}

void ApiServer::region_changed(bool up) {
  state_.reachable = up;
  for (std::uint32_t row = 0; row < state_.nodes.size(); ++row)
    if (const NodeId id = state_.nodes.at(row)) set_node_ready(id, up);
  for (std::uint32_t row = 0; row < state_.pods.size(); ++row) {
    const PodId id = state_.pods.at(row);
    if (!id || !state_.pods[id].node) continue;
    if (!up) {
      kubelet_->abandon(id);
      pod_ready(id, false);
      continue;
    }
    if (state_.pods[id].terminating()) {
      pod_gone(id);
      continue;
    }
    // Machines come back after a boot each, and their pods start anew.
    const Node& node = state_.nodes[state_.pods[id].node];
    const double u = boot_draws_.uniform(region_returns_ * 1'000'000 + state_.pods[id].node.row);
    kubelet_->restart(id, pool_of(node).times.boot.quantile(u));
  }
  if (up) ++region_returns_;
}

}  // namespace akstwin
