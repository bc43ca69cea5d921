/// The storage classes that AKS puts into every cluster, and where a disk is made.
#pragma once
#include <span>
#include <vector>

#include "models/spec/platform_spec.hpp"

namespace akstwin {

/// AKS's own classes, the default one first. From Kubernetes 1.29 on, their disks are zone-redundant where the cluster spans zones.
std::vector<StorageClassSpec> builtin_storage_classes(const ClusterSpec& cluster);

/// Fills in PodSpec::disks of every pod template: its claims of classes whose volumes are attached. Claims of unknown classes are none.
void count_disks(const ClusterSpec& cluster, ManifestSet& manifests);

/// The zones of a cluster's nodes as label values, sorted by text; empty without zonal pools.
std::vector<Name> zones_of(const ClusterSpec& cluster);

/// Where the disk of an Immediate claim is made, before anybody knows which pod will use it: a hash of the claim's name spreads the claims
/// of a StatefulSet over the zones by ordinal. Source: kubernetes-csi/external-provisioner pkg/controller/topology.go, read 2026-11.
Name zone_of_immediate_claim(Name claim, std::span<const Name> zones);

}  // namespace akstwin
