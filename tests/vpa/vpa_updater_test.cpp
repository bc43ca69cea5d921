#include <catch2/catch.hpp>

#include "models/controllers/autoscaling/vpa_updater.hpp"

using namespace akstwin;
using namespace akstwin::literals;

namespace {

const VpaUpdaterOptions kUpdaterOptions;

PodSpec pod_of(ContainerAmounts requests, ContainerAmounts limits = {}) {
  PodSpec pod;
  ContainerSpec container;
  container.name = Name("app");
  container.requests = {requests.cpu, requests.memory, {}, 0};
  container.limits = {limits.cpu, limits.memory, {}, 0};
  container.states_cpu_request = container.states_memory_request = true;
  pod.containers = {container};
  return pod;
}

ContainerRecommendation recommended(ContainerAmounts target, ContainerAmounts lower, ContainerAmounts upper) {
  return {Name("app"), true, true, target, lower, upper};
}

VerticalPodAutoscalerSpec with_policy(VpaContainerPolicySpec policy) {
  VerticalPodAutoscalerSpec spec;
  if (policy.container.empty()) policy.container = Name("*");
  spec.policies = {policy};
  return spec;
}

SimTime time_at(Duration since_start) { return SimTime{} + since_start; }

}  // namespace

TEST_CASE("The difference of a pod is the sum of its relative differences in CPU and memory") {
  const ContainerRecommendation entry = recommended({500_mcpu, 1536_Mi}, {400_mcpu, 1_Gi}, {1000_mcpu, 2_Gi});
  const PodChange change = change_of(pod_of({1000_mcpu, 1_Gi}), std::span(&entry, 1));
  CHECK(change.difference_ppb == 1'000'000'000);   // |1000 − 500| / 1000 + |1024 − 1536| / 1024 = 0.5 + 0.5
  CHECK(change.grows);                             // in memory
  CHECK_FALSE(change.outside);                     // both requests lie on a bound, none beyond
  CHECK(change_of(pod_of({1001_mcpu, 1_Gi}), std::span(&entry, 1)).outside);
  CHECK(change_of(pod_of({500_mcpu, 1023_Mi}), std::span(&entry, 1)).outside);
}

TEST_CASE("A resource that is not controlled makes no difference, and a request that is not stated is outside") {
  ContainerRecommendation entry = recommended({500_mcpu, 2_Gi}, {400_mcpu, 1536_Mi}, {1000_mcpu, 3_Gi});
  entry.controls_memory = false;
  PodSpec pod = pod_of({500_mcpu, 1_Gi});
  CHECK(change_of(pod, std::span(&entry, 1)).difference_ppb == 0);
  CHECK_FALSE(change_of(pod, std::span(&entry, 1)).outside);
  pod.containers[0].requests.cpu = 0_mcpu;
  pod.containers[0].states_cpu_request = false;
  CHECK(change_of(pod, std::span(&entry, 1)).outside);
  CHECK(change_of(pod, std::span(&entry, 1)).grows);
}

TEST_CASE("Within the bounds a pod is updated only after twelve hours and for ten per cent") {
  const SimTime started = time_at(1_h);
  const PodChange small{false, false, 99'999'999}, ten{false, false, 100'000'000}, none{}, outside{true, true, 5};
  CHECK_FALSE(wants_update(ten, started, false, time_at(13_h) - 1_us, kUpdaterOptions));
  CHECK(wants_update(ten, started, false, time_at(13_h), kUpdaterOptions));
  CHECK_FALSE(wants_update(small, started, false, time_at(99_h), kUpdaterOptions));
  CHECK(wants_update(outside, started, false, time_at(1_h), kUpdaterOptions));
  CHECK_FALSE(wants_update(ten, kNever, false, time_at(99_h), kUpdaterOptions));
  // Killed for memory soon after its start: at once, if anything would change.
  CHECK(wants_update(small, started, true, time_at(1_h), kUpdaterOptions));
  CHECK_FALSE(wants_update(none, started, true, time_at(1_h), kUpdaterOptions));
}

TEST_CASE("Pods that grow go first, then those that are furthest off") {
  const PodChange grows{true, true, 10}, grows_more{true, true, 20}, shrinks{true, false, 900};
  CHECK(goes_before(grows, shrinks));
  CHECK(goes_before(grows_more, grows));
  CHECK_FALSE(goes_before(shrinks, grows));
  CHECK_FALSE(goes_before(grows, grows));
}

TEST_CASE("Half of the replicas may be away, of a single one all") {
  const auto disturbed = [](std::int64_t configured, std::int64_t running) {
    DisruptionGroup group(configured, running, kUpdaterOptions.eviction_tolerance);
    std::int64_t count = 0;
    for (; group.may_disturb(); ++count) group.disturbed();
    return count;
  };
  CHECK(disturbed(10, 10) == 5);   // alive stays at 10 − ⌊10 × 0.5⌋ = 5 or more
  CHECK(disturbed(5, 5) == 2);     // ⌊5 × 0.5⌋ = 2
  CHECK(disturbed(2, 2) == 1);
  CHECK(disturbed(1, 1) == 1);     // ⌊1 × 0.5⌋ = 0, but nothing else is away
  CHECK(disturbed(3, 2) == 0);     // one is away already
}

TEST_CASE("Limits keep their proportion to the request, unless only requests are controlled") {
  const std::vector<ContainerRecommendation> entry{recommended({250_mcpu, 1_Gi}, {}, {})};
  const PodSpec pod = pod_of({100_mcpu, 512_Mi}, {300_mcpu, 768_Mi});
  const std::vector<ContainerResize> both = resized(VerticalPodAutoscalerSpec{}, entry, pod);
  REQUIRE(both.size() == 1);
  CHECK(both[0].requests == ContainerAmounts{250_mcpu, 1_Gi});
  CHECK(both[0].limits == ContainerAmounts{750_mcpu, 1536_Mi});   // × 3 and × 1.5
  VpaContainerPolicySpec requests_only;
  requests_only.requests_only = true;
  const std::vector<ContainerResize> only = resized(with_policy(requests_only), entry, pod);
  CHECK(only[0].requests == ContainerAmounts{250_mcpu, 768_Mi});   // no more than the limit
  CHECK(only[0].limits == ContainerAmounts{300_mcpu, 768_Mi});
  // A limit that equals the request stays equal; without a limit none is set.
  CHECK(resized({}, entry, pod_of({100_mcpu, 512_Mi}, {100_mcpu, 0_B}))[0].limits == ContainerAmounts{250_mcpu, 0_B});
}

TEST_CASE("A policy bounds target and bounds, its own container's before the one for all") {
  VpaContainerPolicySpec all, own;
  all.container = Name("*");
  all.min_allowed.cpu = 900_mcpu;
  own.container = Name("app");
  own.min_allowed = {200_mcpu, {}, {}, 0};
  own.max_allowed = {400_mcpu, 1_Gi, {}, 0};
  VerticalPodAutoscalerSpec spec;
  spec.policies = {all, own};
  const auto bounded = within_policy(spec, {recommended({300_mcpu, 2_Gi}, {100_mcpu, 512_Mi}, {500_mcpu, 4_Gi})});
  CHECK(bounded[0].target == ContainerAmounts{300_mcpu, 1_Gi});
  CHECK(bounded[0].lower_bound == ContainerAmounts{200_mcpu, 512_Mi});
  CHECK(bounded[0].upper_bound == ContainerAmounts{400_mcpu, 1_Gi});
  CHECK(policy_of(spec, Name("sidecar"))->container == Name("*"));
}

TEST_CASE("Admission leaves a resource that is not controlled as the template has it") {
  ContainerRecommendation entry = recommended({250_mcpu, 1_Gi}, {}, {});
  entry.controls_cpu = false;
  const PodSpec pod = pod_of({100_mcpu, 512_Mi}, {300_mcpu, 0_B});
  const PodSpec admitted = with_resources(pod, resized({}, {entry}, pod));
  CHECK(admitted.containers[0].requests.cpu == 100_mcpu);
  CHECK(admitted.containers[0].limits.cpu == 300_mcpu);
  CHECK(admitted.containers[0].requests.memory == 1_Gi);
}
