/// What `kustomize build` would print for a folder, so that manifests need not be rendered before the twin reads them.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "scenarios/object_reader.hpp"

namespace akstwin {

/// The kustomization file of a folder (a reference as SourceFiles takes it), or nothing.
std::optional<std::string> kustomization_file(const std::string& folder, const SourceFiles& files);

/// The objects that the kustomization of `folder` makes: resources, components, generators, patches, names, namespace, labels, images,
/// replicas. Nothing is fetched from the network and no secret is read; what is left out is said in warnings, what is wrong in errors.
std::vector<YamlNode> build_kustomization(const std::string& folder, const YamlNode& at, ReadContext& context);

}  // namespace akstwin
