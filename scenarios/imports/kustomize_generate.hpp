/// configMapGenerator and secretGenerator.
#pragma once
#include "scenarios/imports/kustomize_transform.hpp"
#include "scenarios/object_reader.hpp"

namespace akstwin {

/// Adds the ConfigMaps and Secrets that the kustomization generates. Secrets come without data and without a hash in their name, because
/// no secret is read.
void generate_objects(const std::string& folder, const YamlNode& kustomization, ReadContext& context, std::vector<KustomizedObject>& objects);

}  // namespace akstwin
