/// Kubernetes objects, one reader a kind.
#pragma once
#include "scenarios/manifest_parts.hpp"

namespace akstwin {

/// What a reader needs besides the fields.
struct ManifestTarget {
  ManifestSet& set;
  std::string file;                         ///< relative to the scenario's folder
  Position at;                              ///< where the object begins
};

/// Reads what every object begins with: its name, its namespace where its spec has one, and where it is written.
template <class Spec>
Spec begin_object(Fields& f, const ManifestTarget& target) {
  ObjectMetadata metadata;
  read_metadata(f, metadata);
  ignore(f, {"apiVersion", "kind", "status"});
  Spec out;
  out.name = metadata.name;
  if constexpr (requires { out.name_space; }) out.name_space = metadata.name_space;
  if constexpr (requires { out.declared_at; }) out.declared_at = target.at;
  return out;
}

using ObjectReaderFunction = void (*)(Fields& fields, const ManifestTarget& target);

/// A workload with the name, namespace and place of its object.
WorkloadSpec begin_workload(Fields& f, WorkloadKind kind, const ManifestTarget& target);
/// `template` of a workload.
void read_template(Fields& f, WorkloadSpec& out);
void describe(Fields& f, PodFailureRule& out);
void describe(Fields& f, ScaledObjectSpec::Trigger& out);

void read_deployment(Fields& f, const ManifestTarget& target);
void read_stateful_set(Fields& f, const ManifestTarget& target);
void read_daemon_set(Fields& f, const ManifestTarget& target);
void read_job(Fields& f, const ManifestTarget& target);
void read_cron_job(Fields& f, const ManifestTarget& target);
void read_horizontal_pod_autoscaler(Fields& f, const ManifestTarget& target);
void read_vertical_pod_autoscaler(Fields& f, const ManifestTarget& target);
void read_pod_disruption_budget(Fields& f, const ManifestTarget& target);
void read_scaled_object(Fields& f, const ManifestTarget& target);
void read_scaled_job(Fields& f, const ManifestTarget& target);
void read_service(Fields& f, const ManifestTarget& target);
void read_namespace(Fields& f, const ManifestTarget& target);
void read_config_map(Fields& f, const ManifestTarget& target);
void read_priority_class(Fields& f, const ManifestTarget& target);
void read_storage_class(Fields& f, const ManifestTarget& target);
void read_volume_claim(Fields& f, const ManifestTarget& target);
void describe(Fields& f, VolumeClaimSpec& out);
/// spec.volumeClaimTemplates of a StatefulSet.
void read_claim_templates(Fields& f, WorkloadSpec& out);
void read_node_pool(Fields& f, const ManifestTarget& target);
void read_node_class(Fields& f, const ManifestTarget& target);
void describe(Fields& f, NodeClaimRequirement& out);
void describe(Fields& f, NodeDisruptionBudgetSpec& out);
void read_git_repository(Fields& f, const ManifestTarget& target);
void read_kustomization(Fields& f, const ManifestTarget& target);
void read_application(Fields& f, const ManifestTarget& target);

/// spec.behavior of an autoscaler, with the API server's defaults filled in (autoscaling/v2 defaults.go).
void read_behavior(Fields& f, std::optional<ScalingBehavior>& out);

}  // namespace akstwin
