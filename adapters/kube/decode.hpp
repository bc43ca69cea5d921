/// Kubernetes JSON → the specs and rows of ClusterState. The manifest readers of scenarios/ do the reading: an object of a cluster and a
/// manifest of a repository mean the same.
#pragma once
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "adapters/http/json_field.hpp"
#include "models/api/cluster_state.hpp"
#include "models/spec/workload_spec.hpp"

namespace akstwin {

/// Text at a path of keys ("status", "phase"), or empty.
std::string text_in(const nlohmann::json& object, std::initializer_list<const char*> path);
/// A whole number at a path of keys, or `otherwise`.
std::int64_t number_in(const nlohmann::json& object, std::initializer_list<const char*> path, std::int64_t otherwise);
/// A time at a path of keys, in microseconds since 1970; nothing when absent or no time.
std::optional<std::int64_t> time_in(const nlohmann::json& object, std::initializer_list<const char*> path);
/// The condition of that type in status.conditions, or null.
const nlohmann::json* condition(const nlohmann::json& object, std::string_view type);
Labels labels_in(const nlohmann::json& object, std::initializer_list<const char*> path);

/// What the spec of each kind says; nothing for an object that no API server would have admitted.
std::optional<WorkloadSpec> decode_workload(const nlohmann::json& object);
std::optional<HorizontalPodAutoscalerSpec> decode_autoscaler(const nlohmann::json& object);
std::optional<PodDisruptionBudgetSpec> decode_budget(const nlohmann::json& object);
std::optional<GitRepositorySpec> decode_git_repository(const nlohmann::json& object);
std::optional<KustomizationSpec> decode_kustomization(const nlohmann::json& object);
std::optional<ServiceSpec> decode_service(const nlohmann::json& object);
/// The template that a running pod was made of, with what admission added.
PodSpec decode_pod_spec(const nlohmann::json& pod);

/// Who made a pod: a workload ("namespace/name") and the revision of its template.
struct PodOwner {
  WorkloadKind kind = WorkloadKind::Deployment;
  std::string key, template_hash;
  bool known = false;                    ///< false: a bare pod, or a controller that the twin does not know
};
PodOwner owner_of(const nlohmann::json& pod);

/// Fills what status and spec of a pod say beside template, owner, node and name. `epoch_us` is the time that SimTime 0 stands for.
void decode_pod_status(const nlohmann::json& pod, std::int64_t epoch_us, Pod& out);
/// Labels, taints, allocatable, conditions of a node; name and pool are the caller's.
void decode_node(const nlohmann::json& node, std::int64_t epoch_us, Node& out);
/// The AKS pool of a node ("user"), or empty.
std::string pool_of(const nlohmann::json& node);
/// What the labels of a node say of its pool.
NodePoolSpec pool_spec_of(const nlohmann::json& node);

}  // namespace akstwin
