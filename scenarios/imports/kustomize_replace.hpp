/// `replacements` of a kustomization: a value of one object written into fields of others.
#pragma once
#include <string>

#include "scenarios/imports/kustomize_transform.hpp"

namespace akstwin {

/// Runs one entry, {source, targets}; what is wrong with it, or empty.
std::string apply_replacement(const YamlNode& replacement, std::vector<KustomizedObject>& objects);

}  // namespace akstwin
