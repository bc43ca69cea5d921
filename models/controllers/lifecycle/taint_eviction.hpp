/// The taint eviction controller as a pure machine: NoExecute taints of nodes in, pods to delete out.
#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "models/spec/pod_spec.hpp"
#include "sim/base/time.hpp"

namespace akstwin {

/// How long a pod stays on a node with these NoExecute taints: zero when one is not tolerated, kForever when all are without limit.
/// Of several matching tolerations of one taint the first counts. Source: kubernetes v1.32 pkg/apis/core/v1/helper GetMatchingTolerations.
Duration toleration_time(std::span<const Toleration> tolerations, std::span<const Taint> taints);
inline constexpr Duration kForever{INT64_MAX / 8};

/// Pods under NoExecute taints and when they go. Pods are numbers, unique while they live.
/// Source: kubernetes v1.32 pkg/controller/tainteviction.
class TaintEviction {
 public:
  struct PodOnNode {
    std::uint64_t pod = 0;
    std::span<const Toleration> tolerations;
  };
  /// The NoExecute taints of a node are now these; pods that go at once are appended to `doomed`.
  void node_changed(SimTime now, std::span<const Taint> taints, std::span<const PodOnNode> pods, std::vector<std::uint64_t>& doomed);
  /// A pod is on a node that bears these NoExecute taints.
  void pod_placed(SimTime now, std::span<const Taint> taints, const PodOnNode& pod, std::vector<std::uint64_t>& doomed);
  void pod_gone(std::uint64_t pod) { timers_.erase(pod); }
  /// Appends the pods whose time is over, in order of time and number.
  void fire(SimTime now, std::vector<std::uint64_t>& doomed);
  SimTime next() const;

 private:
  struct Timer {
    SimTime began, due;
  };
  std::map<std::uint64_t, Timer> timers_;
};

}  // namespace akstwin
