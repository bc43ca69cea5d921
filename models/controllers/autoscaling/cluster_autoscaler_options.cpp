#include "models/controllers/autoscaling/cluster_autoscaler_options.hpp"

namespace akstwin {

ClusterAutoscalerOptions autoscaler_options(const AutoScalerProfileSpec& profile, int kubernetes_minor) {
  ClusterAutoscalerOptions options;
  options.expanders = profile.expanders;
  options.balance_similar_node_groups = profile.balance_similar_node_groups;
  options.new_pod_scale_up_delay = profile.new_pod_scale_up_delay;
  // AKS documents that the minimum count is enforced (facts/defaults.csv, enforce-node-group-min-size).
  options.enforce_node_group_min_size = true;
  options.utilization_threshold = static_cast<double>(profile.scale_down_utilization_threshold_ppm) / 1e6;
  options.scale_down_unneeded_time = profile.scale_down_unneeded_time;
  options.scale_down_unready_time = profile.scale_down_unready_time;
  options.scale_down_delay_after_add = profile.scale_down_delay_after_add;
  options.scale_down_delay_after_delete = profile.scale_down_delay_after_delete;
  options.scale_down_delay_after_failure = profile.scale_down_delay_after_failure;
  options.ignore_daemonsets_utilization = profile.ignore_daemonsets_utilization;
  // --max-empty-bulk-delete only sets the parallelism (main.go of 1.30).
  options.max_scale_down_parallelism = profile.max_empty_bulk_delete;
  options.skip_nodes_with_system_pods = profile.skip_nodes_with_system_pods;
  options.skip_nodes_with_local_storage = profile.skip_nodes_with_local_storage;
  options.max_node_provision_time = profile.max_node_provision_time;
  options.max_total_unready_percentage = static_cast<double>(profile.max_total_unready_percentage);
  options.ok_total_unready_count = profile.ok_total_unready_count;
  options.max_graceful_termination = profile.max_graceful_termination;
  options.scan_interval = profile.scan_interval;
  options.daemonset_eviction_for_occupied_nodes = profile.daemonset_eviction_for_occupied_nodes;
  // The autoscaler's minor version follows the cluster's (facts C, [recall]). 1.33: kube-system pods hold a node for an hour only;
  // 1.34: a node is cordoned before it goes.
  if (kubernetes_minor >= 33) options.blocking_system_pod_timeout = Duration{3'600'000'000};
  options.cordon_node_before_terminating = kubernetes_minor >= 34;
  return options;
}

}  // namespace akstwin
