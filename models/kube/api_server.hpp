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
  void node_leaving(NodeId node, Duration grace, Name reason) override;
  void node_unreachable(NodeId node, bool unreachable) override;
  void node_gone(NodeId node, Name reason) override;
  void region_changed(bool up) override;
  void control_plane_changed(bool up) override;
  void node_notified(NodeId node) override;
  void node_speed_changed(NodeId node, std::int64_t speed_ppm) override;

  // TriggerSink
  void set_trigger(ScaledObjectId object, std::uint32_t trigger, std::int64_t value_milli) override;

  /// Called for every change, so that watching controllers can be woken.
  void on_change(std::function<void(ChangeKind)> listener) { listener_ = std::move(listener); }
  Kubelet& kubelet() { return *kubelet_; }
  /// Nodes and pods take addresses there. Call before the first node joins, and only where pods may find none.
  void use(PodNetwork& network);

  /// Objects that no GitOps controller owns (or all, without GitOps) exist from the start.
  void apply_initial();
  /// metrics-server: new samples for all workloads, indexed by row.
  void metrics_sampled(const UsageTruth& usage);
  /// The config repository has a new head.
  void repository_moved(std::uint64_t head);

  // Kubelet's reports
  void pod_started(PodId id, Duration pull);
  void pod_ready(PodId id, bool ready);
  void pod_gone(PodId id);
  /// A pod of a Job has ended by itself.
  void pod_finished(PodId id, bool success);
  /// A container of a Job's pod failed and starts anew in place.
  void pod_restarting(PodId id);

 private:
  struct Submit;
  /// A pod template with other resources, made when the first pod needed it.
  struct SpecVariant {
    const PodSpec* original = nullptr;
    std::vector<ContainerResize> containers;
    PodSpec spec;
  };
  void load(const ManifestSet& manifests);
  void load_autoscalers(const ManifestSet& manifests);
  void load_gitops(const ManifestSet& manifests);
  void load_vertical_autoscalers(const ManifestSet& manifests);
  void apply_vertical_autoscalers(WorkloadId target, bool applied);
  Verdict recommend(const RecommendResources& action);
  Verdict resize_pod(const ResizePod& action);
  const PodSpec* variant(const PodSpec* original, const std::vector<ContainerResize>& containers);
  const PodSpec* admitted(WorkloadId workload);
  const PodSpec* of_revision(WorkloadId workload);
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
  void set_ready_condition(Pod& pod, bool ready);
  Verdict mark_node_unknown(NodeId id);
  void node_back(NodeId id, Duration pod_delay);
  void on_region_boot(Subject subject);
  /// Changes of a Job's counters.
  struct JobCount { std::int64_t active = 0, pending = 0, terminating = 0; };
  void count_job_pod(JobId id, JobCount change);
  void job_pod_deleting(Pod& pod, Name reason);
  void job_pod_gone(const Pod& pod);
  void job_changed(JobId id);
  Verdict create_job(const CreateJob& action);
  Verdict finish_job(const FinishJob& action);
  Verdict delete_job(JobId id);
  Verdict set_rollout_state(const SetRolloutState& action);
  Verdict roll_back(WorkloadId id);
  Verdict apply(const ApplyWorkload& action);
  Verdict apply(const ApplyAutoscaler& action);
  Verdict apply(const ApplyBudget& action);
  Verdict apply(const LabelNode& action);
  Verdict apply(const SuspendKustomization& action);
  Verdict apply(const SuspendSource& action);
  Verdict remove(const DeleteWorkload& action);
  Verdict remove(const DeleteAutoscaler& action);
  Verdict remove(const DeleteBudget& action);
  void lose_pod(PodId id, Name reason);
  void say_what_is_cut(const Node& node, Duration notice);
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
  PodNetwork* pod_network_ = nullptr;
  std::function<void(ChangeKind)> listener_;
  std::vector<std::int64_t> pods_created_;          // by workload row: numbers pods
  std::vector<StorageClassSpec> storage_classes_;   // of the manifests and AKS's own; fixed after load
  std::unordered_map<Name, VolumeClaimId> claims_;  // by "namespace/name": looked up, never iterated
  std::deque<SpecVariant> variants_;                // pods point into it
  struct Revision { const PodSpec* original = nullptr; std::uint32_t number = 0; const PodSpec* spec = nullptr; };
  std::vector<Revision> newest_revisions_;          // by workload row: what new pods of a Deployment are made from
  std::deque<PodSpec> revision_specs_;              // pods point into it
  std::deque<WorkloadSpec> written_workloads_;      // by clients while the cluster runs; pods and workloads point into these three
  std::deque<HorizontalPodAutoscalerSpec> written_autoscalers_;
  std::deque<PodDisruptionBudgetSpec> written_budgets_;
  std::vector<SiteId> nic_;                         // by node row
  RngStream boot_draws_;
  std::uint64_t region_returns_ = 0;
  HandlerId region_boot_;
  std::vector<bool> cut_short_;                     // by workload row: said already that a notice was shorter than its pods' grace
  std::vector<std::int64_t> jobs_created_;          // by workload row: numbers Jobs
  std::vector<std::uint32_t> complete_before_;      // by workload row: the complete revision before Workload::good_revision; 0: none
};

}  // namespace akstwin
