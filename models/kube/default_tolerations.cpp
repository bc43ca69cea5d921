#include "models/kube/default_tolerations.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace akstwin {
namespace {

constexpr std::int64_t kDefaultSeconds = 300;
constexpr std::array<std::string_view, 2> kKeys{"node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"};

/// The plugin leaves a pod alone that names the key, or every key, with effect NoExecute or any.
bool decided(const PodSpec& pod, Name key) {
  return std::ranges::any_of(pod.tolerations, [&](const Toleration& toleration) {
    return (toleration.key == key || toleration.key.empty()) && toleration.effect.value_or(TaintEffect::NoExecute) == TaintEffect::NoExecute;
  });
}

}  // namespace

void add_default_tolerations(ManifestSet& manifests) {
  for (WorkloadSpec& workload : manifests.workloads) {
    const bool daemon = workload.kind == WorkloadKind::DaemonSet;
    for (const std::string_view text : kKeys) {
      Toleration toleration;
      toleration.key = Name(text);
      toleration.exists = true;
      toleration.effect = TaintEffect::NoExecute;
      if (!daemon) toleration.seconds = kDefaultSeconds;
      if (daemon || !decided(workload.pod, toleration.key)) workload.pod.tolerations.push_back(toleration);
    }
  }
}

}  // namespace akstwin
