/// Recorded decisions of Kubernetes 1.32's horizontal pod autoscaler, replayed against ours.
#pragma once
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace akstwin::oracle {

/// Replays one case of hpa_replicas.jsonl; empty when equal, otherwise the difference in words.
std::string check_hpa_replicas(const nlohmann::json& recorded);

/// Replays one trace of hpa_behavior.jsonl, every step with its conditions; empty when equal.
std::string check_hpa_behavior(const nlohmann::json& recorded);

}  // namespace akstwin::oracle
