/// What informers saw of one cluster as the rows that controllers and reports know, with its log of changes and its Timeline.
#pragma once
#include <deque>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "adapters/kube/informer.hpp"
#include "models/api/changes.hpp"
#include "models/api/cloud_state.hpp"
#include "models/api/cluster_state.hpp"
#include "models/observe/cluster_recorder.hpp"

namespace akstwin {

/// What an autoscaler's own controller last said of it: what the shadow compares with.
struct AutoscalerStatus {
  std::int64_t current = 0, desired = 0;
};

/// The cache of one cluster. Not thread-safe; events come from informers in any order of kinds.
class ClusterCache {
 public:
  /// `spec` names the cluster and outlives the cache; pools that it states keep their specs. `epoch_us`: what SimTime 0 stands for.
  ClusterCache(const ClusterSpec& spec, std::int64_t epoch_us, Timeline& timeline);
  ClusterCache(const ClusterCache&) = delete;
  ~ClusterCache();

  void node_event(const ObjectEvent& event, SimTime now);
  void pod_event(const ObjectEvent& event, SimTime now);
  void workload_event(WorkloadKind kind, const ObjectEvent& event, SimTime now);
  void autoscaler_event(const ObjectEvent& event, SimTime now);
  void budget_event(const ObjectEvent& event, SimTime now);
  void namespace_event(const ObjectEvent& event, SimTime now);
  void kustomization_event(const ObjectEvent& event, SimTime now);
  void git_repository_event(const ObjectEvent& event, SimTime now);
  /// Core events: why pods wait, what pulls took, what autoscalers decided.
  void kubernetes_event(const ObjectEvent& event, SimTime now);
  /// A PodMetricsList of metrics.k8s.io.
  void pod_metrics(const nlohmann::json& list, SimTime now);
  /// From now on what appears has just been made; before, it was found.
  void begin_live() { live_ = true; }
  bool live() const { return live_; }

  const ClusterState& state() const { return state_; }
  const CloudState& cloud() const { return cloud_; }
  CloudState& cloud() { return cloud_; }
  const ChangeLog& changes() const { return changes_; }
  Timeline& timeline() { return timeline_; }
  /// What a namespace is labelled with; null when it is unknown.
  const Labels* namespace_labels(std::string_view name) const;
  /// status.disruptionsAllowed of a budget "namespace/name", or −1.
  std::int64_t disruptions_allowed(const std::string& key) const;
  const std::map<std::uint32_t, AutoscalerStatus>& autoscaler_status() const { return autoscaler_status_; }
  /// The key of a pod or node in requests: its Name without the cluster's.
  std::string_view bare(Name name) const { return name.text().substr(prefix_.size()); }
  PodId find_pod(std::string_view key) const;
  NodeId find_node(std::string_view name) const;
  std::int64_t epoch_us() const { return epoch_us_; }
  std::string cluster_name() const { return spec_.name.str(); }
  /// spec.providerID of a node, "azure:///subscriptions/…"; empty when it is unknown.
  std::string provider_id(std::string_view node) const;

 private:
  struct Template { const PodSpec* spec = nullptr; std::uint32_t revision = 0; };

  void log(ChangeKind kind, std::uint32_t row, std::uint32_t generation, std::uint32_t owner = 0) { changes_.append({kind, row, generation, owner}); }
  Name full(std::string_view key) const { return Name(prefix_ + std::string(key)); }
  PoolId pool_for(const nlohmann::json* node);
  NodeId node_for(const std::string& name, SimTime now);
  void node_gone(const std::string& name, SimTime now);
  void count_node(const Node& node, std::int64_t sign, SimTime now);
  WorkloadId workload_for(WorkloadKind kind, const std::string& key);
  void refresh_budgets();
  void add_pod(const std::string& key, const nlohmann::json& object, SimTime now);
  void update_pod(PodId id, const nlohmann::json& object, SimTime now);
  void remove_pod(const std::string& key, SimTime now);
  void place(PodId id, const std::string& node, SimTime now);
  void tell(PodId id, const Pod& before, const nlohmann::json& object, SimTime now);
  void count(const Pod& pod, std::int64_t sign);
  const Template& template_for(const nlohmann::json& pod, const std::string& owner, const std::string& hash, WorkloadId workload);
  void image_pulled(const nlohmann::json& event, SimTime now);
  void rescaled(const nlohmann::json& event, SimTime now);
  void scaled_up(const nlohmann::json& event, SimTime now);

  const ClusterSpec& spec_;
  std::int64_t epoch_us_;
  std::string prefix_;                   // "aks-prod/"
  ClusterState state_;
  CloudState cloud_;
  ChangeLog changes_;
  Timeline& timeline_;
  std::unique_ptr<ClusterRecorder> recorder_;
  bool live_ = false;
  std::deque<PodSpec> pod_specs_;        // rows point into these for the life of the cache
  std::deque<WorkloadSpec> workload_specs_;
  std::deque<NodePoolSpec> pool_specs_;
  std::deque<HorizontalPodAutoscalerSpec> autoscaler_specs_;
  std::deque<PodDisruptionBudgetSpec> budget_specs_;
  std::deque<KustomizationSpec> kustomization_specs_;
  std::deque<GitRepositorySpec> git_specs_;
  std::map<std::string, PodId, std::less<>> pods_;
  std::map<std::string, NodeId, std::less<>> nodes_;
  std::map<std::string, std::string, std::less<>> provider_ids_;   // by node
  std::map<std::string, WorkloadId, std::less<>> workloads_;       // "Deployment/namespace/name"
  std::map<std::string, PoolId, std::less<>> pools_;
  std::map<std::string, AutoscalerId, std::less<>> autoscalers_;
  std::map<std::string, KustomizationId, std::less<>> kustomizations_;
  std::map<std::string, std::size_t, std::less<>> budgets_, git_sources_;
  std::map<std::string, std::int64_t, std::less<>> allowed_;
  std::map<std::string, Labels, std::less<>> namespaces_;
  std::map<std::string, Template, std::less<>> templates_;         // by owner and hash
  std::map<std::string, std::uint32_t, std::less<>> revisions_;    // by owner: the newest
  std::map<std::uint32_t, AutoscalerStatus> autoscaler_status_;    // by row
  std::map<std::string, SimTime, std::less<>> scale_up_at_;        // by pool: when the autoscaler last asked for nodes
};

}  // namespace akstwin
