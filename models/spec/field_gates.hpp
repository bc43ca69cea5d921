/// Fields that the API server of a version drops, because their feature gate is not on by default in it yet. AKS turns no gate on.
/// Source: kubernetes pkg/features/kube_features.go (versioned gates of 1.31 to 1.35, read 2026-11).
#pragma once
#include <string>
#include <vector>

#include "models/spec/workload_spec.hpp"
#include "sim/base/diagnostic.hpp"

namespace akstwin {

/// A field that was dropped: of which object, and the first minor version that keeps it.
struct DroppedField {
  std::string object, field;
  Position at;
  int since = 0;
};

/// Drops from the manifests what 1.`kubernetes_minor` would not keep, and says what it was.
std::vector<DroppedField> drop_newer_fields(ManifestSet& manifests, int kubernetes_minor);

}  // namespace akstwin
