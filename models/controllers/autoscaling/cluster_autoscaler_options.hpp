/// The flags of the Cluster Autoscaler that change a decision, with upstream's and AKS's defaults.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "models/spec/platform_spec.hpp"
#include "sim/base/quantity.hpp"
#include "sim/base/time.hpp"

namespace akstwin {

/// Defaults: upstream's flags (kubernetes/autoscaler cluster-autoscaler-1.30 main.go; facts/defaults.csv rows "cluster-autoscaler", read 2026-11).
struct ClusterAutoscalerOptions {
  std::vector<Expander> expanders{Expander::Random};   ///< a chain; ties end in a uniform draw
  /// Priority expander: each priority with regular expressions on group names.
  std::vector<std::pair<int, std::vector<std::string>>> priorities;
  bool balance_similar_node_groups = false;
  bool azure_comparator = true;                    ///< --cloud-provider=azure: pool labels do not count for similarity
  std::int64_t max_nodes_total = 0;                ///< 0: no limit
  std::int64_t max_cores_total = 320'000;          ///< --cores-total 0:320000
  Bytes max_memory_total{6'400'000LL << 30};       ///< --memory-total 0:6400000 GiB
  std::int64_t max_nodes_per_scale_up = 1'000;
  Duration new_pod_scale_up_delay{0};
  int expendable_pods_priority_cutoff = -10;
  bool enforce_node_group_min_size = false;

  bool scale_down_enabled = true;
  bool scale_down_unready_enabled = true;
  double utilization_threshold = 0.5;              ///< compared as upstream does, in float64
  double gpu_utilization_threshold = 0.5;
  Duration scale_down_unneeded_time{600'000'000};
  Duration scale_down_unready_time{1'200'000'000};
  Duration scale_down_delay_after_add{600'000'000};
  Duration scale_down_delay_after_delete{0};
  Duration scale_down_delay_after_failure{180'000'000};
  Duration unremovable_node_recheck_timeout{300'000'000};
  bool ignore_daemonsets_utilization = false;
  std::int64_t max_scale_down_parallelism = 10;
  std::int64_t max_drain_parallelism = 1;
  std::int64_t max_bulk_soft_taint_count = 10;
  bool skip_nodes_with_system_pods = true;
  /// --blocking-system-pod-distruption-timeout, since 1.33: from a kube-system pod's creation on it holds its node this long.
  Duration blocking_system_pod_timeout{INT64_MAX / 4};
  bool skip_nodes_with_local_storage = true;
  bool skip_nodes_with_custom_controller_pods = true;
  std::int64_t min_replica_count = 0;

  Duration max_node_provision_time{900'000'000};
  Duration max_node_startup_time{900'000'000};     ///< MaxNodeStartupTime, a constant in 1.30
  Duration initial_node_group_backoff{300'000'000};
  Duration max_node_group_backoff{1'800'000'000};
  Duration node_group_backoff_reset{10'800'000'000};
  double max_total_unready_percentage = 45;
  std::int64_t ok_total_unready_count = 3;
  Duration instance_cache_period{120'000'000};     ///< how often instance lists are read when a group is not scaling up
  Duration scan_interval{10'000'000};
  bool explain = false;                            ///< also give the scheduler's reason texts for groups that refuse a pod

  // Flags of the actuator, which drains and deletes beside the loop.
  Duration node_delete_delay_after_taint{5'000'000};
  Duration node_deletion_batcher_interval{0};
  Duration max_pod_eviction_time{120'000'000};
  Duration max_graceful_termination{600'000'000};
  bool daemonset_eviction_for_occupied_nodes = true;
  bool cordon_node_before_terminating = false;     ///< true since 1.34
};

/// What a cluster runs with: the profile, and upstream's defaults of that version for what a profile cannot say.
ClusterAutoscalerOptions autoscaler_options(const AutoScalerProfileSpec& profile, int kubernetes_minor);

}  // namespace akstwin
