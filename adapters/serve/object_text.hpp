/// Objects that clients send: checked, completed with defaults, and turned into what the simulation understands.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "adapters/serve/resources.hpp"
#include "models/spec/workload_spec.hpp"

namespace akstwin {

using Json = nlohmann::json;
using FieldProblems = std::vector<std::pair<std::string, std::string>>;   ///< {field, what is wrong}

/// Parses JSON, or YAML when `yaml`; nothing when it is malformed, or nested deeper than any Kubernetes object.
std::optional<Json> parse_object_text(std::string_view text, bool yaml);

/// Defaults of the API (apps/v1, batch/v1, core/v1 defaults.go) that clients look at.
void add_defaults(const ResourceKind& kind, Json& object);

/// The PriorityClass that a pod, or the pods of a workload, name; empty: none.
std::string priority_class_of(const Json& object);

/// The object as the scenario's reader understands it, or what is wrong with it. Priorities are those of `known`; of an unknown class they are 0.
struct ReadObject {
  ManifestSet manifests;
  FieldProblems problems;
};
ReadObject read_object(const Json& object, const std::vector<PriorityClassSpec>& known);

}  // namespace akstwin
