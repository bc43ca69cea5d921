/// Which objects a patch is for.
#pragma once
#include "scenarios/imports/kustomize_transform.hpp"

namespace akstwin {

/// Same group, kind, namespace and name.
bool same_identity(const YamlNode& a, const YamlNode& b);
/// Whether `target` ({group, version, kind, name, namespace, labelSelector, annotationSelector}) selects the object. Names are whole-match
/// regular expressions and may be any that the object had.
bool selects(const YamlNode& target, const KustomizedObject& object);
/// Whether a patch without target means the object: same kind and a name that it has or had.
bool is_meant(const YamlNode& patch, const KustomizedObject& object);

}  // namespace akstwin
