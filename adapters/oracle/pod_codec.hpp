/// Reads pods, nodes and selectors of recorded cases: requests in the recorder's own fields, the rest verbatim Kubernetes API JSON.
#pragma once
#include <nlohmann/json.hpp>

#include "models/fit/snapshot.hpp"
#include "models/spec/pod_spec.hpp"

namespace akstwin {

Labels labels_from_json(const nlohmann::json& object);
/// A metav1.LabelSelector: {"matchLabels": …, "matchExpressions": …}.
LabelSelector selector_from_json(const nlohmann::json& object);
/// A selector given as a plain map of labels.
LabelSelector selector_from_labels(const Labels& labels);
/// {"cpu_milli": …, "memory_bytes": …, "ephemeral_bytes": …, "nvidia.com/gpu": …}, all optional.
Resources resources_from_json(const nlohmann::json& object);
Taint taint_from_json(const nlohmann::json& object);
Toleration toleration_from_json(const nlohmann::json& object);
Affinity affinity_from_json(const nlohmann::json& object);
TopologySpreadConstraint spread_from_json(const nlohmann::json& object);
/// A pod of the scheduler suites.
PodSpec pod_from_json(const nlohmann::json& object);
/// A node of the scheduler suites.
NodeInput node_from_json(const nlohmann::json& object);

}  // namespace akstwin
