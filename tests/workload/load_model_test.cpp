#include "tests/workload/load_platform.hpp"

#include <catch2/catch.hpp>

namespace akstwin::testing {

TEST_CASE("Edge traffic fans out over the calls and becomes CPU on the pods that serve it") {
  // api: 120 rps on 4 pods, 30 each, 10 ms CPU: 300m on top of 50m idle. pricing: 120·1.5 = 180 rps on 3 pods: 600m.
  Scenario scenario = a_load({a_deployment("orders", "api", 4), a_deployment("orders", "pricing", 3)},
                             {a_service("orders/pricing"), an_edge_service("orders/api", 120'000)});
  scenario.services[1].calls.push_back({Name("orders/pricing"), {1'500'000}});
  for (ServiceLoadSpec& service : scenario.services) service.timeout = 30_s;   // long enough that nothing is lost
  scenario.services[1].cpu_idle = {50};
  LoadWorld world(scenario);
  world.load->start();
  REQUIRE(world.used("orders/api").cpu == Millicores{350});
  REQUIRE(world.used("orders/pricing").cpu == Millicores{600});
  REQUIRE(world.usage[0].cpu_used_milli == 4 * 350 + 3 * 600);
  world.run_for(1_h);
  REQUIRE(world.gauge(GaugeKind::RequestRate, "aks-prod/orders/pricing") == 180'000);
  REQUIRE(world.gauge(GaugeKind::RequestsTotal, "aks-prod/orders/api") == 120 * 3'600);
  REQUIRE(world.gauge(GaugeKind::ErrorsTotal, "aks-prod/orders/api") == 0);
  REQUIRE(world.gauge(GaugeKind::EdgeRequestsTotal, "aks-prod") == 120 * 3'600);
  REQUIRE(world.gauge(GaugeKind::EdgeBytesTotal, "aks-prod") == std::int64_t{120} * 3'600 * 8'192);
}

TEST_CASE("CPU stops at the limit and what does not fit is lost") {
  // 2 pods do 100 rps each: of 400 rps half are answered. With a timeout of 1 s: Barrer at ρ = 2 is 0.5 to ten digits.
  LoadWorld world(a_load({a_deployment("orders", "api", 2)}, {an_edge_service("orders/api", 400'000)}));
  world.load->start();
  world.run_for(1_h);
  REQUIRE(world.used("orders/api").cpu == Millicores{1'000});
  REQUIRE(world.gauge(GaugeKind::EdgeErrorsTotal, "aks-prod") == 200 * 3'600);
  REQUIRE(world.gauge(GaugeKind::LatencyP95, "aks-prod/orders/api") == 1'000'000);
  REQUIRE_FALSE(world.load->serving(0));
}

TEST_CASE("A callee without pods fails its callers, in the share of requests that call it") {
  Scenario scenario = a_load({a_deployment("orders", "api", 10), a_deployment("orders", "pricing", 0)},
                             {an_edge_service("orders/api", 100'000), a_service("orders/pricing")});
  scenario.services[0].calls.push_back({Name("orders/pricing"), {1'000'000}});
  LoadWorld world(scenario);
  world.load->start();
  world.run_for(1_h);
  REQUIRE(world.gauge(GaugeKind::EdgeErrorsTotal, "aks-prod") == 100 * 3'600);
  REQUIRE(world.gauge(GaugeKind::ErrorsTotal, "aks-prod/orders/pricing") == 100 * 3'600);
}

TEST_CASE("Latency includes the callees' answers") {
  // api idle-like: 1 rps on 10 pods; pricing 2 calls of about 10 ms each: p95 = 29.68 + 2 · 10 = 49.7 ms.
  Scenario scenario = a_load({a_deployment("orders", "api", 10), a_deployment("orders", "pricing", 10)},
                             {an_edge_service("orders/api", 1'000), a_service("orders/pricing")});
  scenario.services[0].calls.push_back({Name("orders/pricing"), {2'000'000}});
  LoadWorld world(scenario);
  world.load->start();
  world.run_for(1_h);
  REQUIRE(static_cast<double>(world.gauge(GaugeKind::LatencyP95, "aks-prod/orders/api")) == Approx(49'700).epsilon(0.01));
}

TEST_CASE("Services that call each other in a circle are evaluated once each") {
  std::vector<ServiceLoadSpec> services{an_edge_service("a/a", 10'000), a_service("a/b"), a_service("a/c")};
  services[0].calls.push_back({Name("a/b"), {1'000'000}});
  services[1].calls.push_back({Name("a/c"), {1'000'000}});
  services[2].calls.push_back({Name("a/b"), {1'000'000}});
  const CallGraph graph = call_graph(services);
  REQUIRE(graph.order == std::vector<std::uint32_t>{0, 1, 2});
  REQUIRE(graph.calls[1].size() == 1);
  REQUIRE(graph.calls[2].empty());   // The call back to b is dropped.
}

TEST_CASE("Concurrency that is not stated is what uses up the pod's CPU") {
  ServiceLoadSpec spec = a_service("a/a");
  spec.concurrency = 0;
  spec.service_time = 12_ms;
  spec.cpu_per_request_us = 3'200;
  REQUIRE(concurrency_of(spec, 1'000, 250) == 3);   // 1 core · 12 ms ÷ 3.2 ms = 3.75
  REQUIRE(concurrency_of(spec, 0, 500) == 1);       // by its request: 1.9
  spec.cpu_per_request_us = 0;
  REQUIRE(concurrency_of(spec, 1'500, 0) == 2);
  spec.concurrency = 20;
  REQUIRE(concurrency_of(spec, 1'000, 250) == 20);
}

TEST_CASE("A workload without a load uses a share of its requests") {
  LoadWorld world(a_load({a_deployment("kube-system", "coredns", 2, 100)}, {}));
  world.load->start();
  REQUIRE(world.used("kube-system/coredns").cpu == Millicores{20});
  REQUIRE(world.used("kube-system/coredns").memory == Bytes{256LL << 20});
  REQUIRE(world.edge.answers.empty());   // Nothing behind the edge: nothing to tell it.
}

TEST_CASE("When traffic moves, the counters of both clusters are exact at that instant") {
  LoadWorld world(a_load({a_deployment("orders", "api", 4)}, {an_edge_service("orders/api", 100'000)}, 2));
  world.load->start();
  world.set_ready(false, 0);
  world.run_for(10_min + 7_s);           // Between two ticks.
  world.cloud.active_origin = 1;
  world.load->traffic_moved(0, 1);
  const Series* before = world.timeline.find(key(GaugeKind::EdgeRequestsTotal, Name("aks-prod")));
  REQUIRE(before->samples.back().at == SimTime{} + 10_min + 7_s);
  REQUIRE(before->current() == 100 * 607);
  world.run_for(53_s);
  world.load->record_counters();
  REQUIRE(world.gauge(GaugeKind::EdgeRequestsTotal, "aks-prod") == 100 * 607);
  REQUIRE(world.gauge(GaugeKind::EdgeRequestsTotal, "aks-standby") == 100 * 53);
  REQUIRE(world.gauge(GaugeKind::EdgeErrorsTotal, "aks-standby") == 0);
  // Pods were ready in the first minute only: 100 · (607 − 60) requests failed.
  REQUIRE(world.gauge(GaugeKind::EdgeErrorsTotal, "aks-prod") == 100 * 547);
  REQUIRE(world.edge.answers == std::vector<bool>{false, true});
}

TEST_CASE("Pods that are still coming up at t = 0 count as serving, those that fail later do not") {
  LoadWorld world(a_load({a_deployment("orders", "api", 4)}, {an_edge_service("orders/api", 100'000)}));
  world.set_ready(false, 0);
  world.load->start();
  REQUIRE(world.edge.answers == std::vector<bool>{true});
  world.run_for(2_min);
  world.set_ready(true, 0);
  world.run_for(2_min);
  world.set_ready(false, 0);
  world.run_for(2_min);                  // ticks at 5:00 and 6:00 see nobody; 4:00 to 5:00 counts as the tick at 4:00 found it
  world.load->record_counters();
  REQUIRE(world.gauge(GaugeKind::EdgeErrorsTotal, "aks-prod") == 100 * 60);
}

TEST_CASE("A standby whose workloads are not applied does not answer the edge, not even at t = 0") {
  LoadWorld world(a_load({a_deployment("orders", "api", 4)}, {an_edge_service("orders/api", 100'000)}, 2));
  world.set_ready(false, 1);
  world.workload("orders/api", 1).applied = false;
  world.load->start();
  REQUIRE(world.edge.answers == std::vector<bool>{true, false});
}

TEST_CASE("Serving means applied, ready in the stated share, and answering") {
  Scenario scenario = a_load({a_deployment("orders", "api", 4)}, {an_edge_service("orders/api", 100'000)});
  scenario.recovery.ready_share = {750'000};
  LoadWorld world(scenario);
  world.load->start();
  REQUIRE(world.load->serving(0));
  world.workload("orders/api").ready = 3;
  REQUIRE(world.load->serving(0));
  world.workload("orders/api").ready = 2;
  REQUIRE_FALSE(world.load->serving(0));
  world.workload("orders/api").ready = 4;
  world.workload("orders/api").applied = false;
  REQUIRE_FALSE(world.load->serving(0));
}

TEST_CASE("Monitoring ingests by pods, nodes and requests") {
  // 100 rps for a day are 8,640 thousand requests of 1,000 B; one node of 86,400 B a day and 100 series every 30 s.
  Scenario scenario = a_load({a_deployment("orders", "api", 4)}, {an_edge_service("orders/api", 100'000)});
  scenario.monitoring.present = true;
  scenario.monitoring.log_per_thousand_requests = {1'000};
  scenario.monitoring.log_per_node_day = {86'400};
  scenario.monitoring.series_per_node = 100;
  LoadWorld world(scenario);
  world.states[0].nodes.insert({});
  world.load->start();
  world.run_for(1_d);
  REQUIRE(world.gauge(GaugeKind::LogBytesTotal, "aks-prod") == 8'640 * 1'000 + 86'400);
  REQUIRE(world.gauge(GaugeKind::MetricSamplesTotal, "aks-prod") == 100 * 2'880);
}

TEST_CASE("A queue grows by what its consumers cannot do and tells the scaler its length") {
  // 50 a second come; 2 pods with 4 at once of 200 ms do 40 a second: 10 · 60 = 600 more each minute.
  Scenario scenario = a_load({a_deployment("orders", "worker", 2)}, {});
  QueueSpec queue;
  queue.name = Name("orders-in");
  queue.workload = Name("orders/worker");
  queue.arrivals.peak_milli_rps = 50'000;
  queue.work_per_message = 200_ms;
  queue.concurrency = 4;
  scenario.queues.push_back(queue);
  ScaledObjectSpec spec;
  spec.triggers.resize(2);
  spec.triggers[0].type = Name("cpu");
  spec.triggers[1].type = Name("azure-servicebus");
  spec.triggers[1].name = Name("orders-in");
  LoadWorld world(scenario);
  world.states[0].scaled_objects.insert({&spec, find_workload(world.states[0], Name("orders/worker")), true, {}});
  world.load->start();
  world.run_for(1_min);
  REQUIRE(world.triggers[0].values == std::vector<std::pair<std::uint32_t, std::int64_t>>{{1, 600'000}});
  world.run_for(14_min);
  REQUIRE(world.gauge(GaugeKind::QueueLength, "orders-in") == 9'000);
  world.workload("orders/worker").ready = 10;   // 200 a second: 150 · 60 fewer a minute
  world.run_for(15_min);
  REQUIRE(world.gauge(GaugeKind::QueueLength, "orders-in") == 0);
}

}  // namespace akstwin::testing
