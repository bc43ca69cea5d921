/// What a service mesh adds to a cluster's workloads before the run: proxies beside pods, or per node.
#pragma once
#include "models/spec/platform_spec.hpp"

namespace akstwin {

/// Sidecar: a proxy container in every pod of a meshed namespace. Ambient: a ztunnel DaemonSet and waypoints where asked for.
/// Sources of the requests: ServiceMeshSpec. kube-system and the excluded namespaces stay outside.
void add_mesh(const ServiceMeshSpec& mesh, ManifestSet& manifests);

}  // namespace akstwin
