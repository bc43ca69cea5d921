/// Vertical Pod Autoscaler objects, and what their recommendation means for a pod: the same for the updater and for admission.
#pragma once
#include <vector>

#include "models/spec/workload_spec.hpp"

namespace akstwin {

/// CPU and memory of a container.
struct ContainerAmounts {
  Millicores cpu;
  Bytes memory;
  bool operator==(const ContainerAmounts&) const = default;
};

/// One entry of a VerticalPodAutoscaler's status.recommendation.containerRecommendations.
struct ContainerRecommendation {
  Name container;
  bool controls_cpu = true, controls_memory = true;   ///< controlledResources: only these are recommended
  ContainerAmounts target, lower_bound, upper_bound;
  bool operator==(const ContainerRecommendation&) const = default;
};

/// Requests and limits that a container shall have; limits of 0 mean none.
struct ContainerResize {
  Name container;
  ContainerAmounts requests, limits;
  bool operator==(const ContainerResize&) const = default;
};

/// The policy of a container: its own, else the one named "*", else null.
const VpaContainerPolicySpec* policy_of(const VerticalPodAutoscalerSpec& spec, Name container);

/// The recommendation within each container's minAllowed and maxAllowed.
std::vector<ContainerRecommendation> within_policy(const VerticalPodAutoscalerSpec& spec, std::vector<ContainerRecommendation> recommendation);

/// The recommendation as it applies to one pod: containers that it has, within policy, and no more than the limit where only requests are
/// controlled. In the order of the recommendation.
std::vector<ContainerRecommendation> for_pod(const VerticalPodAutoscalerSpec& spec, const std::vector<ContainerRecommendation>& recommendation,
                                             const PodSpec& pod);

/// What the containers of a pod made from `original` shall request. Limits keep their proportion to the request unless the policy says
/// RequestsOnly; a container that is not recommended stays as it is and is left out.
std::vector<ContainerResize> resized(const VerticalPodAutoscalerSpec& spec, const std::vector<ContainerRecommendation>& recommendation,
                                     const PodSpec& original);

/// A copy of `original` with these requests and limits.
PodSpec with_resources(PodSpec original, const std::vector<ContainerResize>& containers);

}  // namespace akstwin
