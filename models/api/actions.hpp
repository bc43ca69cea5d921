/// Everything a controller can ask of a cluster or of the cloud: closed variants, so that they can be logged, replayed and compared.
#pragma once
#include <cstdint>
#include <variant>

#include "models/api/cloud_state.hpp"
#include "models/api/cluster_state.hpp"

namespace akstwin {

struct CreatePod { WorkloadId workload; std::int64_t ordinal = 0; NodeId pinned; JobId job = {}; };   ///< pinned: a DaemonSet's node
struct DeletePod { PodId pod; Name reason; };
struct EvictPod { PodId pod; Name reason; };           ///< honours disruption budgets (policy/v1 Eviction)
struct BindPod { PodId pod; NodeId node; };
struct NominateNode { PodId pod; NodeId node; std::int64_t victims = 0; };   ///< status.nominatedNodeName; a null node clears it
struct MarkUnschedulable { PodId pod; Name reason; };
struct ScaleWorkload { WorkloadId workload; std::int64_t replicas = 0; Name by, reason; };
struct CordonNode { NodeId node; bool on = true; };
struct TaintNode { NodeId node; Taint taint; bool on = true; };
struct MarkNodeUnknown { NodeId node; };               ///< condition Ready=Unknown: nothing was heard of it
struct MarkPodUnready { PodId pod; };                  ///< condition Ready=False, written by the control plane
struct CreateJob { WorkloadId workload; SimTime scheduled; };
struct FinishJob { JobId job; bool complete = true; Name reason; };
struct DeleteJob { JobId job; };                       ///< with its pods
struct SetRolloutState { WorkloadId workload; bool stalled = false, complete = false; };   ///< a Deployment's Progressing condition
struct RollBack { WorkloadId workload; };              ///< to the newest template that was rolled out completely
struct ApplyKustomization { KustomizationId kustomization; std::uint64_t revision = 0; };
struct SetKustomizationReady { KustomizationId kustomization; bool ready = true; };
struct FetchSource { std::uint32_t source = 0; };
struct SuspendGitOps { bool suspended = true; };
struct RemoveWorkloads {};                             ///< prune everything that GitOps applied
/// Status of the VerticalPodAutoscaler at this index of ClusterState::vertical_autoscalers.
struct RecommendResources { std::uint32_t autoscaler = 0; std::vector<ContainerRecommendation> containers; };
/// The resize subresource of a running pod. Conflict: no room on its node now (Deferred); Refused: the node is too small (Infeasible).
struct ResizePod { PodId pod; std::vector<ContainerResize> containers; };
struct DeleteNode { NodeId node; };                    ///< the Node object, when its machine is gone
// Objects that a client writes while the cluster runs. The API server keeps copies; the pointers need to live for the call only.
/// Creates the workload, or updates the one of this kind and name: another pod template is a new revision.
struct ApplyWorkload {
  const WorkloadSpec* spec = nullptr;
  bool new_revision = false;             ///< the template differs in what the simulation does not look at: its pods are replaced all the same
};
struct DeleteWorkload { WorkloadId workload; };        ///< with its pods and Jobs
struct ApplyAutoscaler { const HorizontalPodAutoscalerSpec* spec = nullptr; };
struct DeleteAutoscaler { AutoscalerId autoscaler; };
struct ApplyBudget { const PodDisruptionBudgetSpec* spec = nullptr; };
struct DeleteBudget { std::uint32_t budget = 0; };     ///< index into ClusterState::disruption_budgets
struct LabelNode { NodeId node; const Labels* labels = nullptr; };   ///< all labels that the node has from now on
struct SuspendKustomization { KustomizationId kustomization; bool suspended = true; };
/// The annotation cluster-autoscaler.kubernetes.io/scale-down-disabled, which AKS sets while it upgrades a node (node-auto-repair.md).
struct ProtectNode { NodeId node; bool on = true; };
struct SuspendSource { std::uint32_t source = 0; bool suspended = true; };

using Action = std::variant<CreatePod, DeletePod, EvictPod, BindPod, MarkUnschedulable, ScaleWorkload, CordonNode, TaintNode, ApplyKustomization,
                            SetKustomizationReady, FetchSource, SuspendGitOps, RemoveWorkloads, DeleteNode, NominateNode,
                            MarkNodeUnknown, MarkPodUnready, CreateJob, FinishJob, DeleteJob, SetRolloutState, RollBack, RecommendResources,
                            ResizePod, ApplyWorkload, DeleteWorkload, ApplyAutoscaler, DeleteAutoscaler, ApplyBudget, DeleteBudget, LabelNode,
                            SuspendKustomization, SuspendSource, ProtectNode>;

struct ResizePool { PoolId pool; std::int64_t target = 0; Name reason; };
struct DeleteInstances { PoolId pool; std::vector<NodeId> nodes; Name reason; };   ///< target goes down with them
struct StopPool { PoolId pool; };
struct StartPool { PoolId pool; };
struct EvictSpotInstances { PoolId pool; int zone = 0; std::int64_t count = 0; };
struct CreateMachine { PoolId pool; MachineSpec machine; };        ///< refused: Pool::last_failure_code says why
struct DeleteMachine { PoolId pool; Name machine, reason; };       ///< by name; one that is still being created, too
struct RouteEdge { std::uint32_t cluster = 0; Duration takes; };   ///< Front Door origin change; done after `takes` (propagation)
/// Begins a long-running operation; Conflict while another one runs there, TooManyRequests when ARM throttles.
struct StartAksOperation { AksOperation operation = AksOperation::UpdateCluster; std::uint32_t cluster = 0; PoolId pool = {}; };
struct FailOverData { std::uint32_t store = 0; Name region; Duration takes; };
struct SurgePool { PoolId pool; std::int64_t count = 0; };   ///< machines for an upgrade, beyond the pool's maximum if need be
struct ReimageNode { PoolId pool; NodeId node; Name reason; };   ///< its disk is written anew; the node leaves and joins again by its name
/// Repairs: the machine starts anew where it is, or with `elsewhere` on another host.
struct RestartNode { PoolId pool; NodeId node; bool elsewhere = false; Name reason; };
struct StopCluster { std::uint32_t cluster = 0; };     ///< the control plane and every machine
struct StartCluster { std::uint32_t cluster = 0; };

using CloudAction = std::variant<ResizePool, DeleteInstances, StopPool, StartPool, EvictSpotInstances, RouteEdge, FailOverData,
                                 CreateMachine, DeleteMachine, StartAksOperation,
                                 SurgePool, ReimageNode, RestartNode, StopCluster, StartCluster>;

/// The answer of a request that the API server can give at once. Long-running outcomes appear as changes.
enum class Verdict : std::uint8_t { Accepted, Conflict, NotFound, TooManyRequests, Refused, InternalError };

}  // namespace akstwin
