/// Pods that schedule alike: the same controller, labels and spec.
/// Source: kubernetes/autoscaler cluster-autoscaler-1.30 core/scaleup/equivalence/groups.go, simulator/scheduling/similar_pods.go.
#pragma once
#include <vector>

#include "models/controllers/autoscaling/cluster_autoscaler_types.hpp"

namespace akstwin {

/// True when a predicate cannot tell the pods apart.
bool schedules_alike(const PodSpec& a, const PodSpec& b);

/// Indexes of equivalent pods, groups in order of their first pod. At most ten shapes a controller; pods of further shapes stay alone.
std::vector<std::vector<std::uint32_t>> equivalence_groups(std::span<const AutoscaledPod> pods);

/// Shapes that failed to find a node in one pass, so that pods of the same controller and shape need not ask again.
class UnschedulableShapes {
 public:
  bool contains(const AutoscaledPod& pod) const;
  void add(const AutoscaledPod& pod);
  void clear() { shapes_.clear(); }

 private:
  struct Shape {
    std::uint64_t owner;
    const PodSpec* spec;
  };
  std::vector<Shape> shapes_;
};

}  // namespace akstwin
