#include "models/controllers/autoscaling/pod_equivalence.hpp"

#include <algorithm>

namespace akstwin {
namespace {

constexpr std::size_t kShapesPerController = 10;

bool stands_alone(const AutoscaledPod& pod) { return pod.owner == 0 || pod.owner_kind == PodOwnerKind::DaemonSet; }

}  // namespace

bool schedules_alike(const PodSpec& a, const PodSpec& b) { return &a == &b || a == b; }

std::vector<std::vector<std::uint32_t>> equivalence_groups(std::span<const AutoscaledPod> pods) {
  struct Shape {
    std::uint64_t owner;
    const PodSpec* spec;
    std::size_t group;
  };
  std::vector<Shape> shapes;
  std::vector<std::vector<std::uint32_t>> groups;
  for (std::uint32_t i = 0; i < pods.size(); ++i) {
    const AutoscaledPod& pod = pods[i];
    if (!stands_alone(pod)) {
      const auto alike = std::ranges::find_if(
          shapes, [&](const Shape& shape) { return shape.owner == pod.owner && schedules_alike(*shape.spec, *pod.spec); });
      if (alike != shapes.end()) {
        groups[alike->group].push_back(i);
        continue;
      }
      const auto known = std::ranges::count(shapes, pod.owner, &Shape::owner);
      if (static_cast<std::size_t>(known) < kShapesPerController) shapes.push_back({pod.owner, pod.spec, groups.size()});
    }
    groups.push_back({i});
  }
  return groups;
}

bool UnschedulableShapes::contains(const AutoscaledPod& pod) const {
  return pod.owner != 0 && std::ranges::any_of(shapes_, [&](const Shape& shape) {
           return shape.owner == pod.owner && schedules_alike(*shape.spec, *pod.spec);
         });
}

void UnschedulableShapes::add(const AutoscaledPod& pod) {
  if (stands_alone(pod)) return;
  const auto known = std::ranges::count(shapes_, pod.owner, &Shape::owner);
  if (static_cast<std::size_t>(known) < kShapesPerController) shapes_.push_back({pod.owner, pod.spec});
}

}  // namespace akstwin
