// What the scheduler does with the recorded cluster, and what the autoscaler sees of it.
#include <algorithm>

#include "adapters/oracle/ca_environment.hpp"

namespace akstwin::oracle {

/// Pods without a node in order of creation, which is the order of the pod list.
std::vector<std::size_t> CaEnvironment::pending_in_order() const {
  std::vector<std::size_t> pending;
  for (const auto& of_app : app_pods_)
    for (const std::size_t pod : of_app)
      if (pods[pod].node == kNowhere) pending.push_back(pod);
  std::ranges::sort(pending);
  return pending;
}

void CaEnvironment::build_views() {
  if (viewed_version_ == version_) return;
  viewed_version_ = version_;
  node_views_.assign(registered.size(), {});
  nodes_view_.clear();
  pending_view_.clear();
  instances_view_.assign(groups.size(), {});
  groups_view_.clear();
  for (std::size_t i = 0; i < registered.size(); ++i) {
    const CaNode& node = nodes[registered[i]];
    for (const std::size_t pod : node.pods) {
      node_views_[i].push_back(pods[pod].view);
      if (pods[pod].app != kNowhere) node_views_[i].back().owner_replicas = replicas_[pods[pod].app];
    }
    nodes_view_.push_back({.id = node.id, .object = &node.object, .revision = node.revision, .group = node.group, .ready = node.ready,
                           .scale_down_disabled = node.disabled, .candidate_taint = node.soft_taint, .deletion = node.deletion,
                           .created = node.created, .ready_since = node.ready_since, .deletion_taint = node.hard_taint, .pods = node_views_[i]});
  }
  for (const std::size_t pod : pending_in_order()) pending_view_.push_back(pods[pod].view);
  for (const CaNode& node : nodes)
    if (!node.gone) instances_view_[node.group].push_back({node.id, node.state, node.failed});
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const CaGroup& group = setup.groups[i];
    groups_view_.push_back({.id = group.id, .min = group.min, .max = group.max, .target = groups[i].target, .template_node = &group.template_node,
                            .capacity = group.capacity, .template_pods = group.template_pods, .instances = instances_view_[i],
                            .refuses_increase = groups[i].fail_mode == "increase_error"});
  }
}

const ClusterAutoscalerInput& CaEnvironment::input(SimTime now) {
  build_views();
  for (std::size_t i = 0; i < registered.size(); ++i) nodes_view_[i].taint_fails = now < nodes[registered[i]].taint_fails_until;
  budgets_view_.clear();
  for (const CaBudget& budget : setup.budgets)
    budgets_view_.push_back({.name_space = budget.name_space, .name = {}, .selector = budget.selector,
                             .disruptions_allowed = disruptions_allowed(budget, now), .disrupted_pods = {}});
  input_ = {.groups = groups_view_, .nodes = nodes_view_, .pending = pending_view_, .budgets = budgets_view_, .context = &setup.context};
  return input_;
}

void CaEnvironment::schedule(SimTime now) {
  if (scheduled_version_ == version_) return;
  build_views();
  std::vector<std::size_t> pending = pending_in_order();
  std::ranges::stable_sort(pending, std::greater{}, [&](std::size_t pod) { return pods[pod].view.spec->priority; });
  if (!pending.empty()) {
    scheduler_.sync(nodes_view_, std::vector<bool>(nodes_view_.size(), false), INT32_MIN);
    scheduler_.set_context(setup.context);
    std::vector<std::size_t> order;                // positions; nodes about to go come last
    for (const bool soft : {false, true})
      for (std::size_t i = 0; i < registered.size(); ++i) {
        const CaNode& node = nodes[registered[i]];
        if (node.ready && !node.object.unschedulable && node.soft_taint == soft) order.push_back(i);
      }
    std::vector<std::size_t> failed;               // workloads that found no place in this pass
    std::vector<std::pair<std::size_t, std::size_t>> bindings;
    for (const std::size_t pod : pending) {
      if (std::ranges::find(failed, pods[pod].app) != failed.end()) continue;
      const auto place = std::ranges::find_if(order, [&](std::size_t i) { return scheduler_.fits_on(*pods[pod].view.spec, scheduler_.index_of(i)); });
      if (place == order.end()) {
        failed.push_back(pods[pod].app);
        continue;
      }
      scheduler_.add_pod(scheduler_.index_of(*place), placed(pods[pod].view));
      bindings.emplace_back(pod, registered[*place]);
    }
    scheduler_.revert(0);
    for (const auto& [pod, node] : bindings) bind(pod, node, now);
  }
  scheduled_version_ = version_;
}

}  // namespace akstwin::oracle
