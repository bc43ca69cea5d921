// The search for the load that a platform carries, against platforms whose limit is known.
#include <catch2/catch.hpp>

#include "reports/load_headroom.hpp"

using namespace akstwin;

namespace {

/// Searches a platform that gives way above `limit`; returns the loads tried, in that order.
std::vector<std::int64_t> search_all(LoadSearch& search, std::int64_t limit) {
  std::vector<std::int64_t> tried;
  while (const auto permille = search.next()) {
    REQUIRE(tried.size() < 40);
    tried.push_back(*permille);
    LoadLevel level;
    level.permille = *permille;
    level.holds = *permille <= limit;
    search.add(std::move(level));
  }
  return tried;
}

Answers answers_of(std::int64_t requests, std::int64_t errors, std::int64_t pending_seconds) {
  Answers answers;
  ServiceCapacity api;
  api.workload = "prod/shop/api";
  api.requests = requests;
  api.errors = errors;
  api.replicas_max = 8;
  answers.capacity.services = {api};
  for (int i = 0; i < 100; ++i) answers.capacity.pending.add(pending_seconds * 1'000);
  return answers;
}

TEST_CASE("What Azure refuses is named before what pods and requests suffer from it: quota, subnet, limit, ports") {
  Answers answers = answers_of(1'000, 500, 5);
  answers.capacity.quotas.push_back({"westeurope", "standardDDSv5Family", 40, 40, {}, {}, 3, 7, SimTime{}});
  answers.capacity.causes.push_back({"node pool", "QuotaExceeded", 3, {}, {}});
  SubnetAnswer& subnet = answers.subnets.subnets.emplace_back();
  subnet.subnet = "vnet/nodes";
  subnet.prefix = "10.1.0.0/24";
  subnet.peak = 249;
  subnet.usable = 251;
  subnet.exhausted_at = SimTime{};
  LimitUse& limit = answers.limits.emplace_back();
  limit.what = "nodes of a pool, surge included";
  limit.subject = "aks/user";
  limit.limit = 1'000;
  limit.reached_at = SimTime{};
  OutboundAnswer& outbound = answers.outbound.emplace_back();
  outbound.cluster = "aks";
  outbound.in_use_peak = 1'200;
  outbound.in_use_limit = 1'024;
  outbound.exhausted_at = SimTime{};
  const LoadLevel level = judge_load(Scenario{}, answers, 2'000, {});
  REQUIRE(level.causes.size() == 5);   // the fifth: the service; that three instances were refused, the quota has said
  CHECK(level.causes[0] == "quota standardDDSv5Family in westeurope of 40 vCPUs is full: 7 instances refused");
  CHECK(level.causes[1] == "subnet vnet/nodes (10.1.0.0/24) ran dry at 249 of 251 addresses");
  CHECK(level.causes[2] == "Azure's limit of 1,000 nodes of a pool, surge included is reached by aks/user");
  CHECK(level.causes[3] == "ports for outgoing connections of aks run out: 1,200 of 1,024");
}

TEST_CASE("Capacity that Azure does not have is named by family and zones: a pool is refused only where none of its zones has a machine") {
  Scenario scenario;
  ClusterSpec& cluster = scenario.clusters.emplace_back();
  cluster.name = Name("aks");
  cluster.location = Name("eastus2");
  for (const auto& [name, zones] : {std::pair{"pinned", std::vector<int>{2}}, std::pair{"spread", std::vector<int>{1, 3}}}) {
    NodePoolSpec& pool = cluster.pools.emplace_back();
    pool.name = Name(name);
    pool.vm_size = Name("Standard_D4s_v5");
    pool.zones = zones;
  }
  Answers answers = answers_of(1'000, 500, 5);
  answers.capacity.causes.push_back({"node pool", "ZonalAllocationFailed", 4, {}, {"aks/pinned"}});
  CHECK(judge_load(scenario, answers, 2'000, {}).causes.at(0) == "capacity DSv5 in zone 2 of eastus2 is used up: 4 requests refused, ZonalAllocationFailed");
  answers.capacity.causes.back().pools = {"aks/pinned", "aks/spread"};
  CHECK(judge_load(scenario, answers, 2'000, {}).causes.at(0) == "capacity DSv5 in zone 2 of eastus2; DSv5 in zones 1, 3 of eastus2 is used up: 4 requests refused, ZonalAllocationFailed");
  answers.capacity.causes.back().cause = "PodCidrExhausted";
  CHECK(judge_load(scenario, answers, 2'000, {}).causes.at(0) == "the cloud refused 4 requests: PodCidrExhausted");
}

}  // namespace

TEST_CASE("The search brackets the limit within its precision, from above and below") {
  LoadSearch search(5'000, 50);
  const auto tried = search_all(search, 1'730);
  // 1, 1.5, 2.25, then halving: 1.875, 1.687, 1.781, 1.734.
  CHECK(tried == std::vector<std::int64_t>{1'000, 1'500, 2'250, 1'875, 1'687, 1'781, 1'734});
  REQUIRE(search.holds() != nullptr);
  REQUIRE(search.breaks() != nullptr);
  CHECK(search.holds()->permille == 1'687);
  CHECK(search.breaks()->permille == 1'734);
}

TEST_CASE("A platform that never gives way is tried up to the largest load") {
  LoadSearch search(4'000, 50);
  search_all(search, 1'000'000);
  CHECK(search.holds()->permille == 4'000);
  CHECK(search.breaks() == nullptr);
}

TEST_CASE("A platform that does not carry its own load is searched downwards") {
  LoadSearch search(5'000, 50);
  search_all(search, 300);
  CHECK(search.holds()->permille <= 300);
  CHECK(search.breaks()->permille - search.holds()->permille <= 50);
  LoadSearch hopeless(5'000, 50);
  search_all(hopeless, 0);
  CHECK(hopeless.holds() == nullptr);
  CHECK(hopeless.breaks()->permille == 50);
}

TEST_CASE("Every rate is multiplied, and other questions are left out") {
  Scenario scenario;
  ServiceLoadSpec service;
  service.traffic.peak_milli_rps = 180'000;
  service.traffic.trough_milli_rps = 20'000;
  service.traffic.trace_milli_rps = {1'000, 3};
  scenario.services = {service};
  scenario.queues.emplace_back().arrivals.peak_milli_rps = 7'000;
  scenario.steps.emplace_back();
  const Scenario scaled = with_load(scenario, 1'500);
  CHECK(scaled.services[0].traffic.peak_milli_rps == 270'000);
  CHECK(scaled.services[0].traffic.trough_milli_rps == 30'000);
  CHECK(scaled.services[0].traffic.trace_milli_rps == std::vector<std::int64_t>{1'500, 5});   // 4.5 rounds up
  CHECK(scaled.queues[0].arrivals.peak_milli_rps == 10'500);
  CHECK(scaled.steps.empty());
}

TEST_CASE("A load holds while pods and requests stay within their limits, and what gives way is named") {
  Scenario scenario;
  HorizontalPodAutoscalerSpec autoscaler;
  autoscaler.name_space = Name("shop");
  autoscaler.target = Name("api");
  autoscaler.max_replicas = 8;
  scenario.workloads.emplace_back().manifests.autoscalers = {autoscaler};
  CHECK(judge_load(scenario, answers_of(1'000, 10, 600), 1'000, {}).holds);        // 1 % and 10 min are allowed
  CHECK_FALSE(judge_load(scenario, answers_of(1'000, 10, 601), 1'000, {}).holds);
  const LoadLevel failed = judge_load(scenario, answers_of(1'000, 11, 5), 1'000, {});
  CHECK_FALSE(failed.holds);
  REQUIRE(failed.causes.size() == 1);
  CHECK(failed.causes[0] == "prod/shop/api failed 1.1 % of its requests at its maximum of 8 replicas");
}
