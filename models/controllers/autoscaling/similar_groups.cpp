#include "models/controllers/autoscaling/similar_groups.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace akstwin {
namespace {

// Ratios: config.NodeGroupDifferenceRatios defaults of 1.30: capacity memory 1.5 %, allocatable 5 %, free 5 %.
constexpr double kCapacityMemoryRatio = 0.015, kAllocatableRatio = 0.05, kFreeRatio = 0.05;

constexpr std::array<std::string_view, 7> kIgnored{"kubernetes.io/hostname",
                                                   "failure-domain.beta.kubernetes.io/zone",
                                                   "failure-domain.beta.kubernetes.io/region",
                                                   "topology.kubernetes.io/zone",
                                                   "topology.kubernetes.io/region",
                                                   "beta.kubernetes.io/fluentd-ds-ready",
                                                   "kops.k8s.io/instancegroup"};
constexpr std::array<std::string_view, 9> kIgnoredOnAzure{"agentpool",
                                                          "kubernetes.azure.com/agentpool",
                                                          "topology.disk.csi.azure.com/zone",
                                                          "aksEngineVersion",
                                                          "creationSource",
                                                          "poolName",
                                                          "resourceNameSuffix",
                                                          "kubernetes.azure.com/node-image-version",
                                                          "kubernetes.azure.com/consolidated-additional-properties"};

bool ignored(Name key, bool azure) {
  const std::string_view text = key.text();
  return std::ranges::find(kIgnored, text) != kIgnored.end() ||
         (azure && std::ranges::find(kIgnoredOnAzure, text) != kIgnoredOnAzure.end());
}

bool labels_match(const Labels& a, const Labels& b, bool azure) {
  const auto covered = [azure](const Labels& from, const Labels& by) {
    return std::ranges::all_of(from.pairs, [&](const auto& pair) {
      if (ignored(pair.first, azure)) return true;
      const Name* const other = by.find(pair.first);
      return other && *other == pair.second;
    });
  };
  return covered(a, b) && covered(b, a);
}

bool within(std::int64_t a, std::int64_t b, double ratio) {
  // Upstream compares thousandths of the unit in float64.
  const double larger = static_cast<double>(std::max(a, b)) * 1000, smaller = static_cast<double>(std::min(a, b)) * 1000;
  return larger - smaller <= larger * ratio;
}

bool same_pool(const Labels& a, const Labels& b) {
  for (const std::string_view key : {"kubernetes.azure.com/agentpool", "agentpool"}) {
    const Name* const first = a.find(Name(key));
    const Name* const second = b.find(Name(key));
    if (first && second && !first->empty() && *first == *second) return true;
  }
  return false;
}

}  // namespace

bool similar_templates(const NodeTemplate& a, const NodeTemplate& b, bool azure) {
  if (azure && same_pool(a.node.labels, b.node.labels)) return true;
  if (a.capacity.cpu != b.capacity.cpu || a.capacity.gpu != b.capacity.gpu || a.capacity.ephemeral_storage != b.capacity.ephemeral_storage ||
      a.node.pod_capacity != b.node.pod_capacity)
    return false;
  if (!within(a.capacity.memory.value, b.capacity.memory.value, kCapacityMemoryRatio)) return false;
  const Resources &have_a = a.node.allocatable, &have_b = b.node.allocatable;
  if (!within(have_a.cpu.value, have_b.cpu.value, kAllocatableRatio) || !within(have_a.memory.value, have_b.memory.value, kAllocatableRatio) ||
      !within(have_a.gpu, have_b.gpu, kAllocatableRatio) ||
      !within(have_a.ephemeral_storage.value, have_b.ephemeral_storage.value, kAllocatableRatio))
    return false;
  const Resources free_a = have_a - a.pods_request, free_b = have_b - b.pods_request;
  if (!within(free_a.cpu.value, free_b.cpu.value, kFreeRatio) || !within(free_a.memory.value, free_b.memory.value, kFreeRatio) ||
      !within(free_a.ephemeral_storage.value, free_b.ephemeral_storage.value, kFreeRatio))
    return false;
  return labels_match(a.node.labels, b.node.labels, azure);
}

std::vector<ScaleUpAction> balance_scale_up(std::vector<BalancedGroup> groups, std::int64_t nodes) {
  std::erase_if(groups, [](const BalancedGroup& group) { return group.target == group.max; });
  std::vector<ScaleUpAction> plan;
  std::vector<std::int64_t> max;
  std::ranges::stable_sort(groups, {}, &BalancedGroup::target);
  std::int64_t capacity = 0;
  for (const BalancedGroup& group : groups) {
    capacity += std::max<std::int64_t>(group.max - group.target, 0);
    plan.push_back({group.group, group.target, group.target});
    max.push_back(group.max);
  }
  nodes = std::min(nodes, capacity);
  std::size_t first = 0, current = 0;
  while (nodes > 0) {
    std::int64_t size = plan[current].to;
    if (size < max[current]) {
      size = ++plan[current].to;
      --nodes;
    } else {
      // A full group moves before the ones still in play; upstream then compares through the slot, which now holds the other group.
      std::swap(plan[first], plan[current]);
      std::swap(max[first], max[current]);
      size = plan[current].to;
      ++first;
    }
    current = current + 1 < plan.size() && size > plan[current + 1].to ? current + 1 : first;
  }
  std::erase_if(plan, [](const ScaleUpAction& action) { return action.from == action.to; });
  return plan;
}

}  // namespace akstwin
