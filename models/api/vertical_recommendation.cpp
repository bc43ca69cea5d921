#include "models/api/vertical_recommendation.hpp"

#include <algorithm>

#include "sim/base/int128.hpp"

// Semantics: kubernetes/autoscaler vertical-pod-autoscaler 1.3.1, pkg/utils/vpa (capping.go, limit_and_request_scaling.go) and
// pkg/admission-controller/resource/pod. LimitRange objects are not modelled.

namespace akstwin {
namespace {

std::int64_t within(std::int64_t value, std::int64_t min, std::int64_t max) {
  if (min > 0) value = std::max(value, min);
  return max > 0 ? std::min(value, max) : value;
}

ContainerAmounts within(const ContainerAmounts& value, const VpaContainerPolicySpec* policy) {
  if (policy == nullptr) return value;
  return {{within(value.cpu.value, policy->min_allowed.cpu.value, policy->max_allowed.cpu.value)},
          {within(value.memory.value, policy->min_allowed.memory.value, policy->max_allowed.memory.value)}};
}

ContainerAmounts up_to_limit(ContainerAmounts value, const Resources& limits) {
  if (limits.cpu.value > 0) value.cpu = std::min(value.cpu, limits.cpu);
  if (limits.memory.value > 0) value.memory = std::min(value.memory, limits.memory);
  return value;
}

template <class Change>
void change_all(ContainerRecommendation& of, Change&& change) {
  for (ContainerAmounts* amounts : {&of.target, &of.lower_bound, &of.upper_bound}) *amounts = change(*amounts);
}

const ContainerSpec* find_container(const PodSpec& pod, Name name) {
  const auto found = std::ranges::find(pod.containers, name, &ContainerSpec::name);
  return found == pod.containers.end() ? nullptr : &*found;
}

/// A limit that keeps its proportion to the request. Without a limit none is set; without a request (or one equal to the limit) the limit
/// becomes the new request.
std::int64_t proportional(std::int64_t limit, std::int64_t request, std::int64_t new_request) {
  if (limit == 0) return 0;
  if (request == 0 || request == limit) return new_request;
  return static_cast<std::int64_t>(static_cast<Int128>(limit) * new_request / request);
}

}  // namespace

const VpaContainerPolicySpec* policy_of(const VerticalPodAutoscalerSpec& spec, Name container) {
  const VpaContainerPolicySpec* for_all = nullptr;
  for (const VpaContainerPolicySpec& policy : spec.policies) {
    if (policy.container == container) return &policy;
    if (policy.container == Name("*")) for_all = &policy;
  }
  return for_all;
}

std::vector<ContainerRecommendation> within_policy(const VerticalPodAutoscalerSpec& spec, std::vector<ContainerRecommendation> recommendation) {
  for (ContainerRecommendation& entry : recommendation)
    change_all(entry, [policy = policy_of(spec, entry.container)](const ContainerAmounts& amounts) { return within(amounts, policy); });
  return recommendation;
}

std::vector<ContainerRecommendation> for_pod(const VerticalPodAutoscalerSpec& spec, const std::vector<ContainerRecommendation>& recommendation,
                                             const PodSpec& pod) {
  std::vector<ContainerRecommendation> applied;
  for (ContainerRecommendation entry : recommendation) {
    const ContainerSpec* const container = find_container(pod, entry.container);
    if (container == nullptr) continue;
    const VpaContainerPolicySpec* const policy = policy_of(spec, entry.container);
    change_all(entry, [&](const ContainerAmounts& amounts) {
      const ContainerAmounts allowed = within(amounts, policy);
      return policy != nullptr && policy->requests_only ? up_to_limit(allowed, container->limits) : allowed;
    });
    applied.push_back(entry);
  }
  return applied;
}

std::vector<ContainerResize> resized(const VerticalPodAutoscalerSpec& spec, const std::vector<ContainerRecommendation>& recommendation,
                                     const PodSpec& original) {
  std::vector<ContainerResize> containers;
  for (const ContainerRecommendation& entry : for_pod(spec, recommendation, original)) {
    const ContainerSpec& container = *find_container(original, entry.container);
    const VpaContainerPolicySpec* const policy = policy_of(spec, entry.container);
    const bool limits_too = policy == nullptr || !policy->requests_only;
    ContainerResize resize{entry.container, {container.requests.cpu, container.requests.memory}, {container.limits.cpu, container.limits.memory}};
    if (entry.controls_cpu) {
      resize.requests.cpu = entry.target.cpu;
      if (limits_too) resize.limits.cpu.value = proportional(container.limits.cpu.value, container.requests.cpu.value, entry.target.cpu.value);
    }
    if (entry.controls_memory) {
      resize.requests.memory = entry.target.memory;
      if (limits_too)
        resize.limits.memory.value = proportional(container.limits.memory.value, container.requests.memory.value, entry.target.memory.value);
    }
    containers.push_back(resize);
  }
  return containers;
}

PodSpec with_resources(PodSpec original, const std::vector<ContainerResize>& containers) {
  for (const ContainerResize& resize : containers)
    for (ContainerSpec& container : original.containers) {
      if (container.name != resize.container) continue;
      container.requests.cpu = resize.requests.cpu;
      container.requests.memory = resize.requests.memory;
      container.limits.cpu = resize.limits.cpu;
      container.limits.memory = resize.limits.memory;
      container.states_cpu_request = container.states_cpu_request || resize.requests.cpu > Millicores{0};
      container.states_memory_request = container.states_memory_request || resize.requests.memory > Bytes{0};
    }
  return original;
}

}  // namespace akstwin
