/// Where a DaemonSet's pod belongs.
#pragma once
#include "models/fit/snapshot.hpp"

namespace akstwin {

/// Whether a DaemonSet with this template wants a pod on the node: its node selector and affinity match and it tolerates the node's
/// NoSchedule and NoExecute taints. Resources do not matter: the DaemonSet controller creates the pod and the pod may stay pending.
/// Source: kubernetes v1.32 pkg/controller/daemon/daemon_controller.go NodeShouldRunDaemonPod.
bool daemon_wants(const PodSpec& spec, const NodeInput& node);

}  // namespace akstwin
