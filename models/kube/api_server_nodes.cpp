// The API server's dealings with machines: nodes join, are preempted, vanish, and a whole region goes and comes back.
#include "models/catalog/allocatable.hpp"
#include "models/catalog/vm_limits.hpp"
#include "models/catalog/vm_sizes.hpp"
#include "models/kube/api_server.hpp"
#include "models/kube/node_object.hpp"

namespace akstwin {
namespace {

// Source: AKS node-resource-reservations.md (facts A2): Windows nodes keep 2 GB more for the system, which the formula does not show.
constexpr Bytes kWindowsReserved{2LL << 30};

}  // namespace

void ApiServer::use(PodNetwork& network) {
  pod_network_ = &network;
  kubelet_->use(network);
}

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
  node.allocatable = allocatable(*size, static_cast<int>(node.pod_capacity), spec_.kubernetes_minor, pool.os_disk_gib);
  if (pool.os == OsType::Windows) node.allocatable.memory = node.allocatable.memory - kWindowsReserved;
  node.disk_limit = max_data_disks(*size).value_or(-1);
  node.ready = state_.reachable;
  node.created = kernel_.now();
  node.lease_from = kernel_.now();
  node.ready_transition = kernel_.now();
  const NodeId id = state_.nodes.insert(std::move(node));
  if (nic_.size() <= id.row) nic_.resize(id.row + 1);
  nic_[id.row] = nic;
  if (pod_network_ != nullptr) pod_network_->node_joined(id, row.pool);
  recorder_.node_added(id, kernel_.now());
  changed(ChangeKind::NodeAdded, id.row, id.generation);
  return id;
}

void ApiServer::node_preempted(NodeId id, Duration notice) {
  if (state_.nodes.contains(id)) say_what_is_cut(state_.nodes[id], notice);
  node_leaving(id, notice, Name("SpotPreempted"));
}

/// A finding a workload: its pods were promised more time to end than a notice gives.
void ApiServer::say_what_is_cut(const Node& node, Duration notice) {
  for (const PodId id : node.pods) {
    const Pod& pod = state_.pods[id];
    if (pod.spec->termination_grace <= notice || pod.terminating()) continue;
    if (cut_short_.size() <= pod.owner.row) cut_short_.resize(pod.owner.row + 1);
    if (cut_short_[pod.owner.row]) continue;
    cut_short_[pod.owner.row] = true;
    const Name workload(spec_.name.str() + "/" + state_.workloads[pod.owner].key.str());
    const Name text("its pods ask for " + to_string(pod.spec->termination_grace) + " to end, and the notice of an eviction leaves " + to_string(notice));
    timeline_.event({kernel_.now(), code(EventKind::Finding), workload, {}, text, notice.us});
  }
}

void ApiServer::node_leaving(NodeId id, Duration grace, Name reason) {
  if (!state_.nodes.contains(id)) return;
  Node& node = state_.nodes[id];
  node.unschedulable = true;
  const std::vector<PodId> pods = node.pods;
  // The notice is all the time there is: longer grace periods are cut short.
  for (const PodId pod : pods) delete_pod(pod, reason, grace);
  changed(ChangeKind::NodeUpdated, id.row, id.generation);
}

void ApiServer::node_unreachable(NodeId id, bool unreachable) {
  if (!state_.nodes.contains(id)) return;
  Node& node = state_.nodes[id];
  if (!unreachable) return node_back(id, Duration{1'000'000});
  // The control plane does not know yet: the lease is no longer renewed, and what the API says of the pods is what was last heard.
  node.silent_since = kernel_.now();
  for (const PodId pod_id : node.pods) {
    kubelet_->abandon(pod_id);
    Pod& pod = state_.pods[pod_id];
    if (!pod.silent && pod.ready) ++state_.workloads[pod.owner].silent;
    pod.silent = true;
  }
  changed(ChangeKind::NodeUpdated, id.row, id.generation);
}

/// The kubelet answers again: it posts Ready, ends what was to end meanwhile, and starts the other pods anew.
void ApiServer::node_back(NodeId id, Duration pod_delay) {
  Node& node = state_.nodes[id];
  node.silent_since = kNever;
  node.lease_from = kernel_.now();
  set_node_ready(id, true);
  const std::vector<PodId> pods = state_.nodes[id].pods;
  for (const PodId pod_id : pods) {
    Pod& pod = state_.pods[pod_id];
    pod_ready(pod_id, false);
    pod.silent = false;
    if (pod.terminating()) pod_gone(pod_id);
    else if (pod.started == kNever) kubelet_->start(pod_id, nic_[id.row]);
    else kubelet_->restart(pod_id, pod_delay);
  }
}

void ApiServer::node_gone(NodeId id, Name reason) {
  if (!state_.nodes.contains(id)) return;
  const std::vector<PodId> pods = state_.nodes[id].pods;
  for (const PodId pod : pods) lose_pod(pod, reason);
  if (pod_network_ != nullptr) pod_network_->node_gone(id);
  recorder_.node_gone(id, kernel_.now());
  images_.forget(state_.nodes[id].name);
  state_.nodes.erase(id);
  changed(ChangeKind::NodeGone, id.row, id.generation);
}

void ApiServer::set_node_ready(NodeId id, bool ready) {
  Node& node = state_.nodes[id];
  node.unknown = node.unknown && !ready;
  if (node.ready == ready) return;
  node.ready = ready;
  node.ready_transition = kernel_.now();
  recorder_.node_ready_changed(id, kernel_.now());
  changed(ChangeKind::NodeUpdated, id.row, id.generation);
}

Verdict ApiServer::mark_node_unknown(NodeId id) {
  if (!state_.nodes.contains(id)) return Verdict::NotFound;
  state_.nodes[id].unknown = true;
  if (state_.nodes[id].ready) set_node_ready(id, false);
  else changed(ChangeKind::NodeUpdated, id.row, id.generation);
  return Verdict::Accepted;
}

void ApiServer::region_changed(bool up) {
  state_.reachable = up;
  for (std::uint32_t row = 0; row < state_.nodes.size(); ++row) {
    const NodeId id = state_.nodes.at(row);
    if (!id) continue;
    if (up) {
      // Machines come back after a boot each, and their pods start anew.
      const double u = boot_draws_.uniform(region_returns_ * 1'000'000 + row);
      kernel_.after(pool_of(state_.nodes[id]).times.boot.quantile(u), region_boot_, {row, id.generation});
      continue;
    }
    // The control plane is lost as well: nobody marks anything, so the rows say at once what is true.
    node_unreachable(id, true);
    mark_node_unknown(id);
    const std::vector<PodId> pods = state_.nodes[id].pods;
    for (const PodId pod : pods) pod_ready(pod, false);
  }
  if (up) ++region_returns_;
}

/// Kubelets keep their pods running; machines that came meanwhile register now.
void ApiServer::control_plane_changed(bool up) {
  state_.reachable = up;
  if (!up) return;
  for (std::uint32_t row = 0; row < state_.nodes.size(); ++row) {
    const NodeId id = state_.nodes.at(row);
    if (!id.null() && !state_.nodes[id].ready && state_.nodes[id].silent_since == kNever && !state_.nodes[id].unknown) set_node_ready(id, true);
  }
  // Controllers list everything anew when they reach the API server again: what they were refused meanwhile is due now.
  state_.workloads.for_each([&](WorkloadId id, const Workload&) { changed(ChangeKind::WorkloadUpdated, id.row, id.generation); });
}

void ApiServer::node_notified(NodeId id) {
  if (state_.nodes.contains(id)) changed(ChangeKind::NodeUpdated, id.row, id.generation);
}

void ApiServer::node_speed_changed(NodeId id, std::int64_t speed_ppm) {
  if (state_.nodes.contains(id)) state_.nodes[id].cpu_speed_ppm = speed_ppm;
}

void ApiServer::on_region_boot(Subject subject) {
  const NodeId id{subject.row, subject.epoch};
  if (state_.reachable && state_.nodes.contains(id) && state_.nodes[id].silent_since != kNever) node_back(id, Duration{1'000'000});
}

}  // namespace akstwin
