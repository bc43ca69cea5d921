/// The four kinds of patch that a Kubernetes API takes, and what they have in common: lists whose items have names.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "sim/base/result.hpp"

namespace akstwin {

using Json = nlohmann::json;

/// The keys by which items of a list field are told apart, or none when the list is replaced as a whole. Source: the patchMergeKey and
/// x-kubernetes-list-map-keys markers of k8s.io/api 1.32. `sample` is an item: ports of containers and of Services differ.
std::vector<std::string> list_keys(std::string_view field, const Json& sample);
/// Whether a list field is a set of texts that patches add to (finalizers).
bool is_set_list(std::string_view field);

/// application/strategic-merge-patch+json. An error is what kube-apiserver says.
Result<Json> strategic_merge(Json object, const Json& patch);
/// application/json-patch+json; an error when a test fails or a path is not there.
Result<Json> json_patch(const Json& object, const Json& patch);

}  // namespace akstwin
