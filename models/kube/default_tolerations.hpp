/// What admission and the DaemonSet controller add to the tolerations of pods.
#pragma once
#include "models/spec/workload_spec.hpp"

namespace akstwin {

/// Pods stay 300 s on a node that is not ready or unreachable, unless they say otherwise (DefaultTolerationSeconds admission plugin,
/// --default-not-ready-toleration-seconds and --default-unreachable-toleration-seconds); DaemonSet pods stay for ever
/// (pkg/controller/daemon/util AddOrUpdateDaemonPodTolerations). Source: kubernetes v1.32; facts section E.
void add_default_tolerations(ManifestSet& manifests);

}  // namespace akstwin
