/// What a genuine server accepts with a warning.
#pragma once
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "adapters/serve/resources.hpp"

namespace akstwin {

/// Deprecated node labels, definitions that hide others: the texts of Warning headers. Source: kubernetes 1.32 pkg/api/pod/warnings.go.
std::vector<std::string> pod_warnings(const ResourceKind& kind, const nlohmann::json& object);

}  // namespace akstwin
