#include "models/observe/headroom.hpp"

#include <algorithm>
#include <vector>

namespace akstwin {
namespace {

bool open_to_all(const Node& node) {
  return node.ready && !node.unschedulable &&
         std::ranges::none_of(node.taints, [](const Taint& taint) { return taint.effect != TaintEffect::PreferNoSchedule; });
}

std::int64_t median(std::vector<std::int64_t>& values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

}  // namespace

Headroom headroom(const ClusterState& state) {
  std::vector<std::int64_t> cpu, memory;
  state.workloads.for_each([&](WorkloadId, const Workload& workload) {
    if (workload.spec->kind == WorkloadKind::DaemonSet || workload.pods.empty()) return;
    const Resources request = workload.pod_template->effective_request();
    cpu.insert(cpu.end(), workload.pods.size(), request.cpu.value);
    memory.insert(memory.end(), workload.pods.size(), request.memory.value);
  });
  Headroom result;
  result.shape.cpu = {median(cpu)};
  result.shape.memory = {median(memory)};
  if (result.shape.cpu.value <= 0) return result;
  state.nodes.for_each([&](NodeId, const Node& node) {
    if (!open_to_all(node)) return;
    Resources free = node.allocatable;
    for (const PodId pod : node.pods) free = free - state.pods[pod].spec->effective_request();
    std::int64_t fit = std::min(free.cpu.value / result.shape.cpu.value, node.pod_capacity - static_cast<std::int64_t>(node.pods.size()));
    if (result.shape.memory.value > 0) fit = std::min(fit, free.memory.value / result.shape.memory.value);
    fit = std::max<std::int64_t>(fit, 0);
    result.pods += fit;
    result.fragmented += Millicores{std::max<std::int64_t>(0, free.cpu.value - fit * result.shape.cpu.value)};
  });
  return result;
}

}  // namespace akstwin
