#include "models/controllers/workloads/workload_controller.hpp"

#include <algorithm>
#include <utility>

namespace akstwin {

ChangeMask WorkloadController::interests() const {
  using enum ChangeKind;
  return mask(PodUpdated) | mask(PodDeleting) | mask(PodGone) | mask(NodeAdded) | mask(NodeUpdated) | mask(NodeGone) | mask(WorkloadUpdated);
}

void WorkloadController::mark(std::uint32_t row) {
  if (is_dirty_.size() <= row) is_dirty_.resize(row + 1);
  if (is_dirty_[row] != 0) return;
  is_dirty_[row] = 1;
  dirty_.push_back(row);
}

void WorkloadController::collect(const ClusterState& state, const ClusterApi& api) {
  const ChangeSpan span = api.changes_since(cursor_);
  cursor_ = span.next;
  if (!listed_ || span.expired) {
    listed_ = true;
    for (std::uint32_t row = 0; row < state.workloads.size(); ++row) mark(row);
    return;
  }
  bool nodes_changed = false;
  for (const Change& change : span.changes) {
    switch (change.kind) {
      case ChangeKind::PodUpdated:
      case ChangeKind::PodDeleting:
      case ChangeKind::PodGone: mark(change.owner_row); break;
      case ChangeKind::WorkloadUpdated: mark(change.row); break;
      case ChangeKind::NodeAdded:
      case ChangeKind::NodeGone: nodes_changed = true; break;
      default: break;
    }
  }
  if (!nodes_changed) return;
  state.workloads.for_each([&](WorkloadId id, const Workload& workload) {
    if (workload.spec->kind == WorkloadKind::DaemonSet) mark(id.row);
  });
}

SimTime WorkloadController::reconcile(ControllerContext& context) {
  const ClusterState& state = context.cluster.state();
  collect(state, context.cluster);
  std::ranges::sort(dirty_);
  const std::vector<std::uint32_t> rows = std::exchange(dirty_, {});
  SimTime next = kNever;
  for (const std::uint32_t row : rows) {
    is_dirty_[row] = 0;
    const WorkloadId id = state.workloads.at(row);
    if (!id) continue;
    SimTime again = kNever;
    switch (state.workloads[id].spec->kind) {
      case WorkloadKind::Deployment: again = sync_deployment(context, id); break;
      case WorkloadKind::StatefulSet: again = sync_stateful_set(context, id); break;
      case WorkloadKind::DaemonSet: again = sync_daemon_set(context, id); break;
      case WorkloadKind::Job:
      case WorkloadKind::CronJob: break;   // the scenario reader warns that these are not simulated
    }
    if (again != kNever) {
      mark(row);
      next = std::min(next, again);
    }
  }
  return next;
}

}  // namespace akstwin
