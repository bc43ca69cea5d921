/// The simulated API server of one cluster: owns its state, carries out actions, and tells watchers what changed.
#pragma once
#include <deque>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include "models/api/plant.hpp"
#include "models/api/ports.hpp"
#include "models/kube/config_history.hpp"
#include "models/kube/kubelet.hpp"
#include "models/observe/cluster_recorder.hpp"
#include "sim/kernel.hpp"

namespace akstwin {

/// Everything an API server needs from its surroundings; all outlive it.
struct ApiServerParts {
  const ClusterSpec& spec;
  const ManifestSet& manifests;
  const CloudState& cloud;
  Kernel& kernel;
  Timeline& timeline;
  ImageSource& images;
  ConfigHistory& repository;
  const RngRoot& rng;
  std::uint32_t region = 0;            ///< topology region of the cluster
};

class ApiServer final : public ClusterApi, public NodeRegistrar, public TriggerSink {
 public:
  explicit ApiServer(const ApiServerParts& parts);
  ApiServer(const ApiServer&) = delete;
  ApiServer& operator=(const ApiServer&) = delete;

  // ClusterApi
  const ClusterState& state() const override { return state_; }
  ChangeSpan changes_since(ChangeCursor cursor) const override { return log_.since(cursor); }
  Verdict submit(const Action& action) override;

  // NodeRegistrar
  NodeId node_joined(InstanceId instance, const Instance& row, const NodePoolSpec& pool, SiteId nic) override;
  void node_preempted(NodeId node, Duration notice) override;
  void node_unreachable(NodeId node, bool unreachable) override;
  void node_gone(NodeId node, Name reason) override;
  void region_changed(bool up) override;

  // TriggerSink
  void set_trigger(ScaledObjectId object, std::uint32_t trigger, std::int64_t value_milli) override;

  /// Called for every change, so that watching controllers can be woken.
  void on_change(std::function<void(ChangeKind)> listener) { listener_ = std::move(listener); }
  Kubelet& kubelet() { return *kubelet_; }

  /// Objects that no GitOps controller owns (or all, without GitOps) exist from the start.
  void apply_initial();
  /// metrics-server: new samples for all workloads, indexed by row.
  void metrics_sampled(const UsageTruth& usage);
  /// The config repository has a new head.
  void repository_moved(std::uint64_t head);
  /// Evictions that a workload would still allow: the smallest budget that selects it; INT64_MAX without one.
  std::int64_t disruptions_allowed(WorkloadId workload) const;

  // Kubelet's reports
  void pod_started(PodId id, Duration pull);
  void pod_ready(PodId id, bool ready);
  void pod_gone(PodId id);

 private:
  struct Submit;
  void load(const ManifestSet& manifests);
  void load_autoscalers(const ManifestSet& manifests);
  void load_gitops(const ManifestSet& manifests);
  void load_volumes(const ManifestSet& manifests);
  VolumeClaimId add_claim(Name key, const VolumeClaimSpec& spec);
  void attach_claims(Pod& pod, const Workload& workload);
  void provision_volumes(const Pod& pod);
  Verdict nominate(const NominateNode& action);
  void changed(ChangeKind kind, std::uint32_t row, std::uint32_t generation, std::uint32_t owner = 0);
  void pod_changed(ChangeKind kind, PodId id);
  Verdict create_pod(const CreatePod& action);
  Verdict delete_pod(PodId id, Name reason, Duration grace);
  Verdict evict_pod(PodId id, Name reason);
  Verdict bind_pod(PodId id, NodeId node);
  Verdict scale(const ScaleWorkload& action);
  void apply_kustomization(KustomizationId id, std::uint64_t revision);
  void apply_workload(WorkloadId id, std::uint32_t release, SimTime merged);
  void remove_workloads();
  void set_node_ready(NodeId id, bool ready);
  void lose_pod(PodId id, Name reason);
  const NodePoolSpec& pool_of(const Node& node) const { return *cloud_.pools[node.pool].spec; }

  const ClusterSpec& spec_;
  const CloudState& cloud_;
  Kernel& kernel_;
  Timeline& timeline_;
  ImageSource& images_;
  ConfigHistory& repository_;
  std::uint32_t region_;
  ClusterState state_;
  ChangeLog log_;
  ClusterRecorder recorder_;
  std::unique_ptr<Kubelet> kubelet_;
  std::function<void(ChangeKind)> listener_;
  std::vector<std::int64_t> pods_created_;          // by workload row: numbers pods
  std::vector<StorageClassSpec> storage_classes_;   // of the manifests and AKS's own; fixed after load
  std::unordered_map<Name, VolumeClaimId> claims_;  // by "namespace/name": looked up, never iterated
  std::vector<SiteId> nic_;                         // by node row
  RngStream boot_draws_;
  std::uint64_t region_returns_ = 0;
};

}  // namespace akstwin
