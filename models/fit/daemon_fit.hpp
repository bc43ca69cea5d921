/// Where a DaemonSet's pod belongs.
#pragma once
#include <span>

#include "models/fit/snapshot.hpp"

namespace akstwin {

/// Whether a DaemonSet with this template wants a pod on the node: its node selector and affinity match and it tolerates the node's
/// NoSchedule and NoExecute taints. Resources do not matter: the DaemonSet controller creates the pod and the pod may stay pending.
/// Source: kubernetes v1.32 pkg/controller/daemon/daemon_controller.go NodeShouldRunDaemonPod.
bool daemon_wants(const PodSpec& spec, const NodeInput& node);

/// The part of daemon_wants that asks for taints alone.
bool daemon_tolerates(const PodSpec& spec, std::span<const Taint> taints);

}  // namespace akstwin
