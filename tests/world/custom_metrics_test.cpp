// Autoscalers on what a monitoring system would say: requests a second of a workload, and queues by name.
#include <catch2/catch.hpp>

#include "tests/world/platform.hpp"

namespace akstwin::test {
namespace {

/// 100 requests/s of 5 ms to "api", four nodes, one autoscaler on one metric; the replicas that serve after half an hour.
std::int64_t replicas_with(const MetricSpec& metric, const std::vector<QueueSpec>& queues = {}) {
  Scenario scenario = platform({pool("user", 4)}, {deployment("api", 2, 100_mcpu)}, 40_min);
  scenario.services = {load("api", 100'000, 5'000)};
  scenario.queues = queues;
  HorizontalPodAutoscalerSpec spec = autoscaler("api", 2, 30, 50);
  spec.metrics = {metric};
  scenario.workloads[0].manifests.autoscalers = {spec};
  return gauge(run(scenario), GaugeKind::ReplicasReady, at(30_min), "prod/orders/api");
}

MetricSpec metric(MetricSource source, const char* name, MetricTarget target, std::int64_t value_milli) {
  MetricSpec spec;
  spec.source = source;
  spec.name = Name(name);
  spec.target = target;
  spec.value = value_milli;
  return spec;
}

}  // namespace

TEST_CASE("A metric of pods is their share of the requests: 100 a second at 10 a pod are ten pods") {
  CHECK(replicas_with(metric(MetricSource::Pods, "http_requests_per_second", MetricTarget::AverageValue, 10'000)) == 10);
}

TEST_CASE("A metric of an object is all of its requests: 100 a second at 20 a pod are five pods") {
  CHECK(replicas_with(metric(MetricSource::Object, "requests-per-second", MetricTarget::AverageValue, 20'000)) == 5);
}

TEST_CASE("An external metric is the length of the queue of its name; without one nothing scales") {
  // 10 messages/s arrive and nobody drains them: after 30 min there are some 18,000; at most 30 replicas.
  QueueSpec queue;
  queue.name = Name("backlog");
  queue.arrivals.peak_milli_rps = queue.arrivals.trough_milli_rps = 10'000;
  const MetricSpec backlog = metric(MetricSource::External, "backlog", MetricTarget::AverageValue, 100'000);
  CHECK(replicas_with(backlog, {queue}) == 30);
  CHECK(replicas_with(backlog) == 2);
}

TEST_CASE("KEDA's prometheus trigger reads the request rate of its target: 100 a second at 25 a pod are four pods") {
  Scenario scenario = platform({pool("user", 4)}, {deployment("api", 1, 100_mcpu)}, 40_min);
  scenario.services = {load("api", 100'000, 5'000)};
  ScaledObjectSpec object;
  object.name_space = Name("orders");
  object.name = object.target = Name("api");
  object.min_replicas = 1;
  object.max_replicas = 20;
  ScaledObjectSpec::Trigger trigger;
  trigger.type = Name("prometheus");
  trigger.target_milli = 25'000;
  object.triggers = {trigger};
  scenario.workloads[0].manifests.scaled_objects = {object};
  CHECK(gauge(run(scenario), GaugeKind::ReplicasReady, at(30_min), "prod/orders/api") == 4);
}

TEST_CASE("An HPA scales down although all its pods were pending at first") {
  // 45 requests/s × 20 ms = 0.9 cores; 50 % of 900m is 450m a pod: two pods.
  Scenario scenario = platform({pool("system", 1), autoscaled("user", 0, 6)}, {deployment("api", 7, 900_mcpu)}, 1_h);
  scenario.clusters[0].pools[0].vm_size = Name("Standard_D2s_v5");
  scenario.services = {load("api", 45'000, 20'000)};
  scenario.workloads[0].manifests.autoscalers = {autoscaler("api", 2, 12, 50)};
  scenario.workloads[0].manifests.workloads[0].pod.node_selector.set(Name("agentpool"), Name("user"));
  CHECK(gauge(run(scenario), GaugeKind::ReplicasReady, at(50_min), "prod/orders/api") == 2);
}

TEST_CASE("KEDA's cron trigger holds its replicas inside the window, and lets go after it") {
  Scenario scenario = platform({pool("user", 4)}, {deployment("api", 1, 100_mcpu)}, 3_h);
  scenario.start.unix_seconds = 1'772'409'600;   // Monday 2026-03-02T00:00:00Z
  ScaledObjectSpec object;
  object.name_space = Name("orders");
  object.name = object.target = Name("api");
  object.min_replicas = 1;
  object.max_replicas = 20;
  ScaledObjectSpec::Trigger trigger;
  trigger.type = Name("cron");
  trigger.cron_start = "30 0 * * *";
  trigger.cron_end = "30 1 * * *";
  trigger.cron_timezone = "Etc/UTC";
  trigger.cron_replicas = 6;
  object.triggers = {trigger};
  scenario.workloads[0].manifests.scaled_objects = {object};
  const Timeline timeline = run(scenario);
  CHECK(gauge(timeline, GaugeKind::ReplicasReady, at(20_min), "prod/orders/api") == 1);
  CHECK(gauge(timeline, GaugeKind::ReplicasReady, at(60_min), "prod/orders/api") == 6);
  CHECK(gauge(timeline, GaugeKind::ReplicasReady, at(150_min), "prod/orders/api") == 1);
}

}  // namespace akstwin::test
