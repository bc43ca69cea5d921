/// Pods with disks as the autoscaler's what-if sees them: the zone of a disk is one more thing that a node must have.
#pragma once
#include <deque>

#include "models/api/cluster_state.hpp"

namespace akstwin {

/// The spec of a pod, with the zone of its disks as a node selector where it has any. One copy a spec and zone, kept for the run.
class ZonedSpecs {
 public:
  const PodSpec* of(const ClusterState& state, const Pod& pod) {
    for (const VolumeClaimId claim : pod.volumes)
      if (const Name zone = state.volume_claims[claim].zone; !zone.empty()) return in_zone(pod.spec, zone);
    return pod.spec;
  }

 private:
  struct Entry {
    const PodSpec* from;
    Name zone;
    PodSpec spec;
  };
  const PodSpec* in_zone(const PodSpec* from, Name zone) {
    for (const Entry& entry : entries_)
      if (entry.from == from && entry.zone == zone) return &entry.spec;
    Entry& entry = entries_.emplace_back(Entry{from, zone, *from});
    entry.spec.node_selector.set(Name("topology.kubernetes.io/zone"), zone);
    return &entry.spec;
  }

  std::deque<Entry> entries_;
};

}  // namespace akstwin
