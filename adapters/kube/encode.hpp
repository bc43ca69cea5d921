/// ClusterState as the Kubernetes objects that a real API server would show: the served twin answers with them, exports print them.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "models/api/cloud_state.hpp"
#include "models/api/cluster_state.hpp"

namespace akstwin {

using Json = nlohmann::json;

/// What the encoder reads; all outlive it.
struct EncodeSource {
  const ClusterState& state;
  const CloudState& cloud;
  const ManifestSet& manifests;
  Epoch epoch;
  std::uint32_t cluster = 0;             ///< index into Scenario::clusters
};

/// "orders/api-r1-00042" of "aks-prod/orders/api-r1-00042": names in the tables begin with the cluster's.
std::string_view without_cluster(std::string_view name);
/// The part after the last slash.
std::string_view own_name(std::string_view name);
/// A UID that depends only on what the object is.
std::string uid_text(std::string_view what);

// Each gives a complete object with apiVersion and kind, without resourceVersion.
Json encode_pod(const EncodeSource& source, PodId id);
Json encode_node(const EncodeSource& source, NodeId id);
/// Deployment, StatefulSet, DaemonSet, CronJob, ScaledJob's stand-in, or the Job of a Job manifest, with its status.
Json encode_workload(const EncodeSource& source, WorkloadId id);
/// The ReplicaSet of a Deployment at a revision; `newest`: it is the one that the Deployment wants.
Json encode_replica_set(const EncodeSource& source, WorkloadId id, std::uint32_t revision);
Json encode_job(const EncodeSource& source, JobId id);
Json encode_autoscaler(const EncodeSource& source, AutoscalerId id);
Json encode_scaled_object(const EncodeSource& source, ScaledObjectId id);
Json encode_vertical_autoscaler(const EncodeSource& source, const VerticalAutoscaler& autoscaler);
Json encode_budget(const EncodeSource& source, const AppliedBudget& budget);
Json encode_git_repository(const EncodeSource& source, const GitSource& repository);
Json encode_kustomization(const EncodeSource& source, KustomizationId id);
Json encode_volume_claim(const EncodeSource& source, VolumeClaimId id);
Json encode_service(const EncodeSource& source, const ServiceSpec& service);
Json encode_namespace(const EncodeSource& source, Name name, const Labels& labels);
Json encode_priority_class(const EncodeSource& source, const PriorityClassSpec& spec);
Json encode_storage_class(const EncodeSource& source, const StorageClassSpec& spec);
/// coordination.k8s.io/v1 Lease of a node.
Json encode_lease(const EncodeSource& source, NodeId id, SimTime now);

// The live parts alone, for objects whose other parts a client has written.
Json workload_status(const EncodeSource& source, WorkloadId id);
Json autoscaler_status(const EncodeSource& source, AutoscalerId id);
Json budget_status_object(const EncodeSource& source, const AppliedBudget& budget);
Json pod_template_object(const PodSpec& spec);
Json selector_object(const LabelSelector& selector);
Json labels_object(const Labels& labels);

/// Name of the ReplicaSet of a revision: pods are named after it.
std::string replica_set_name(const Workload& workload, std::uint32_t revision);
/// Plural name and API version of a workload's kind: {"Deployment", "apps/v1"}.
std::string_view kind_of(WorkloadKind kind);
std::string_view api_version_of(WorkloadKind kind);

/// The whole cluster as one `kind: List`, in the order in which objects could be created.
Json encode_cluster(const EncodeSource& source, SimTime now);

}  // namespace akstwin
