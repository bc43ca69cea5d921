/// What placement decisions need to know beside nodes and pods: namespaces, Services, owners.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "models/spec/workload_spec.hpp"

namespace akstwin {

/// A Service's spec.selector; Services without a selector are left out by the caller (they match nothing).
struct ServiceSelector {
  Name name_space;
  Labels selector;
};

/// The cluster-wide facts that filters and scores read.
struct FitContext {
  std::vector<std::pair<Name, Labels>> namespaces;   ///< labels of each namespace, for namespaceSelector; order is free
  std::vector<ServiceSelector> services;             ///< for the default spread constraints; order is free
  std::uint64_t generation = 0;                      ///< the caller raises it with every change, so that caches notice

  /// The labels of a namespace, or null when it is not known.
  const Labels* namespace_labels(Name name) const {
    for (const auto& entry : namespaces)
      if (entry.first == name) return &entry.second;
    return nullptr;
  }
};

/// A pod that asks for a node. The spec outlives every use; the owner selector is that of its ReplicaSet or StatefulSet.
struct PendingPod {
  const PodSpec* spec = nullptr;
  const LabelSelector* owner_selector = nullptr;     ///< null: not owned by a ReplicaSet or StatefulSet
  std::span<const Name> volume_zones{};              ///< zones of the disks that it mounts: its node must be in each of them
  Name template_hash{};                              ///< pod-template-hash of its ReplicaSet, which that selects by, too; empty: in owner_selector, or none
};

/// A pod of a workload: a Deployment's ReplicaSet selects by the Deployment's selector and by the pod's pod-template-hash.
PendingPod pod_of(const WorkloadSpec& owner, const PodSpec& spec, std::span<const Name> volume_zones = {});

/// Selector of the default spread constraints: the Services that select the pod, and its owner; absent when neither restricts anything.
/// Source: kubernetes v1.32 pkg/scheduler/framework/plugins/helper/spread.go DefaultSelector, read 2026-11.
std::optional<LabelSelector> default_spread_selector(const PendingPod& pod, const FitContext& context);

}  // namespace akstwin
