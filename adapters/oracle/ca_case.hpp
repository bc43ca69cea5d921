/// The input of the recorded Cluster Autoscaler cases: options, groups, DaemonSets, workloads, budgets.
#pragma once
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "adapters/oracle/hpa_json.hpp"
#include "models/controllers/autoscaling/cluster_autoscaler_options.hpp"
#include "models/controllers/autoscaling/cluster_autoscaler_types.hpp"

namespace akstwin::oracle {

/// A workload: one controller and its pods.
struct CaApp {
  std::string name;
  PodSpec spec;
  std::uint64_t owner = 0;
  PodOwnerKind kind = PodOwnerKind::ReplicaSet;
  SimTime created;
  Duration shutdown;
  std::int64_t pending = 0;
  std::vector<std::pair<std::string, std::int64_t>> placed;   ///< by node name
};

struct CaGroup {
  Name id;
  std::int64_t min = 0, max = 0, target = 0;
  NodeInput template_node;
  Resources capacity;
  std::vector<AutoscaledPod> template_pods;
  Duration register_delay, ready_delay, delete_delay;
};

struct CaBudget {
  Name name_space;
  LabelSelector selector;
  std::string app;
  std::optional<std::int64_t> min_available, max_unavailable;
};

/// Everything that does not change while a case runs. Owns the specs that pods point to, therefore neither copied nor moved.
struct CaCase {
  explicit CaCase(const Json& recorded);
  CaCase(const CaCase&) = delete;
  CaCase& operator=(const CaCase&) = delete;

  /// What the Node object of a new instance looks like.
  NodeInput node_object(std::uint32_t group, const std::string& name) const;
  /// Indexes of the DaemonSets that run on a node.
  std::vector<std::size_t> daemonsets_on(const NodeInput& node) const;
  AutoscaledPod daemon_pod(std::size_t daemonset, std::uint64_t uid) const;
  AutoscaledPod app_pod(const CaApp& app, std::uint64_t uid, std::int64_t number) const;
  std::uint32_t group_of(const std::string& id) const;

  ClusterAutoscalerOptions options;
  FitContext context;
  std::vector<CaGroup> groups;
  std::deque<PodSpec> daemonsets;
  std::deque<CaApp> apps;
  std::vector<CaBudget> budgets;
};

}  // namespace akstwin::oracle
