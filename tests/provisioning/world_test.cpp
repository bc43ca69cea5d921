#include <catch2/catch.hpp>

#include "reports/answers.hpp"
#include "tests/provisioning/platform.hpp"

namespace akstwin::test {
namespace {

const std::vector<std::string_view> kWorldSizes{"Standard_D2s_v5", "Standard_D4s_v5", "Standard_D8s_v5"};

std::int64_t ready(const Timeline& timeline, SimTime when) { return gauge(timeline, GaugeKind::ReplicasReady, when, "prod/orders/api"); }

/// Seven pods of 900m, of which load keeps two: the horizontal autoscaler lets five go after its window of 5 min.
Scenario oversized(KarpenterNodePoolSpec pool, Duration horizon = 1_h) {
  Scenario scenario = provisioned({std::move(pool)}, {deployment("api", 7, 900_mcpu, 1_Gi)}, horizon);
  with_burst(scenario, "api", 2, 10_h, 11_h);
  return scenario;
}

/// The most of Karpenter's nodes that drained at once; budgets no longer count a node whose machine is being deleted.
std::int64_t most_leaving(const Timeline& timeline) {
  std::int64_t now = 0, most = 0;
  for (const TimelineEvent& event : timeline.events()) {
    if (event.kind == code(EventKind::Provisioner) && event.object.text() == "DisruptionTerminating") most = std::max(most, ++now);
    if (event.kind == code(EventKind::ScaleDownDecided)) --now;
  }
  return most;
}

}  // namespace

TEST_CASE("Pods that fit nowhere get one machine of the cheapest size that holds them all, within a batch and a boot") {
  // Four pods of 900m and 1Gi: 3600m. D4s_v5 leaves 4000 − 140 = 3860m; D2s_v5 leaves 1900m: two pods each. eastus2, $/h: D2s_v5 0.096,
  // D4s_v5 0.192, D8s_v5 0.384. Karpenter packs all it can into one NodeClaim: the smallest size that holds four is D4s_v5.
  const Timeline timeline = run(provisioned({node_pool("general", kWorldSizes)}, {deployment("api", 4, 900_mcpu, 1_Gi)}));
  INFO(transcript(timeline));
  CHECK(machines(timeline, at(30_s), "general", "Standard_D4s_v5/on-demand") == 1);
  CHECK(gauge(timeline, GaugeKind::NodesAllocated, at(50_min), "prod", "prod/general") == 1);
  // Scheduled at once, refused at once; 1 s of idle batch, 60 s of boot: a node well before 65 s.
  CHECK(gauge(timeline, GaugeKind::NodesReady, at(65_s), "prod", "prod/general") == 1);
  CHECK(ready(timeline, at(3_min)) == 4);
  CHECK(said(timeline, "Nominated").size() == 4);
}

TEST_CASE("When a burst is over, what it brought goes, checked after 15 s and within the budget") {
  // Two pods at rest: one D2s_v5. In the burst twelve. The budget of 10 % lets one node go at a time.
  Scenario scenario = provisioned({node_pool("general", kWorldSizes)}, {deployment("api", 2, 900_mcpu, 1_Gi)}, 1_h);
  with_burst(scenario, "api", 2, 5_min, 25_min);
  const Timeline timeline = run(scenario);
  INFO(transcript(timeline));
  CHECK(gauge(timeline, GaugeKind::ReplicasReady, at(25_min), "prod/orders/api") == 12);
  CHECK(gauge(timeline, GaugeKind::NodesAllocated, at(25_min), "prod", "prod/general") >= 3);
  CHECK(gauge(timeline, GaugeKind::NodesAllocated, at(55_min), "prod", "prod/general") == 1);
  CHECK(machines(timeline, at(55_min), "general", "Standard_D2s_v5/on-demand") == 1);
  CHECK(ready(timeline, at(55_min)) == 2);
  CHECK(most_leaving(timeline) == 1);
  const auto leaving = said(timeline, "DisruptionTerminating");
  REQUIRE_FALSE(leaving.empty());
  const auto gone = events(timeline, EventKind::PodDeleted);
  REQUIRE_FALSE(gone.empty());
  CHECK(leaving.front().at >= gone.front().at + 15_s);
}

TEST_CASE("WhenEmpty leaves a node alone that still has pods, and so does consolidateAfter: Never") {
  KarpenterNodePoolSpec when_empty = node_pool("general", kWorldSizes), never = when_empty;
  when_empty.policy = ConsolidationPolicy::WhenEmpty;
  never.consolidate_after.reset();
  for (const auto& pool : {when_empty, never}) {
    const Timeline timeline = run(oversized(pool));
    CHECK(machines(timeline, at(55_min), "general", "Standard_D8s_v5/on-demand") == 1);
    CHECK(said(timeline, "Unconsolidatable").size() == 1);
  }
}

TEST_CASE("A budget that allows no eviction, and a pod that must not be disrupted, each keep the node and say so") {
  Scenario guarded = oversized(node_pool("general", kWorldSizes));
  PodDisruptionBudgetSpec budget;
  budget.name_space = Name("orders");
  budget.name = Name("api");
  budget.selector = objects(guarded).workloads[0].selector;
  budget.min_available = IntOrPercent{100, true};
  objects(guarded).disruption_budgets.push_back(budget);
  Scenario kept = oversized(node_pool("general", kWorldSizes));
  objects(kept).workloads[0].pod.annotations.set(Name("karpenter.sh/do-not-disrupt"), Name("true"));
  const auto blocked = [](const Scenario& scenario, std::string_view why) {
    const Timeline timeline = run(scenario);
    INFO(transcript(timeline));
    CHECK(machines(timeline, at(55_min), "general", "Standard_D8s_v5/on-demand") == 1);
    const auto messages = said(timeline, "DisruptionBlocked");
    CHECK(std::ranges::any_of(messages, [&](const TimelineEvent& e) { return e.detail.text().find(why) != std::string_view::npos; }));
  };
  blocked(guarded, "pdb orders/api prevents pod evictions");
  blocked(kept, "karpenter.sh/do-not-disrupt");
}

TEST_CASE("Nodes made before a change of the template drift, and go one after the other as their replacements come") {
  // Six pods of 1500m: one D2s_v5 each. One node at a time.
  KarpenterNodePoolSpec pool = node_pool("general", {"Standard_D2s_v5"});
  pool.budgets = {{1, false, {}, {}, Duration{0}}};
  Scenario scenario = provisioned({pool}, {deployment("api", 6, 1'500_mcpu, 1_Gi)}, 2_h);
  scenario.clusters[0].provisioning.template_changes = {{at(20_min), Name("general"), {}}};
  const Timeline timeline = run(scenario);
  INFO(transcript(timeline));
  CHECK(said(timeline, "Drifted").size() == 6);
  CHECK(said(timeline, "Drifted").front().detail.text() == "NodePoolDrift");
  CHECK(said(timeline, "NodeClaimGone").size() == 6);
  CHECK(most_leaving(timeline) == 1);
  CHECK(gauge(timeline, GaugeKind::NodesAllocated, at(115_min), "prod", "prod/general") == 6);
  CHECK(ready(timeline, at(115_min)) == 6);
  const Series* pods = timeline.find(key(GaugeKind::ReplicasReady, Name("prod/orders/api")));
  REQUIRE(pods != nullptr);
  CHECK(minimum(pods->samples, at(5_min), timeline.end()).value == 5);
}

TEST_CASE("A node expires without asking a budget, and a drain without end is ended by terminationGracePeriod") {
  KarpenterNodePoolSpec pool = node_pool("general", {"Standard_D2s_v5"});
  pool.budgets = {{0, false, {}, {}, Duration{0}}};
  pool.expire_after = 30_min;
  pool.termination_grace = 5_min;
  Scenario scenario = provisioned({pool}, {deployment("api", 1, 1'500_mcpu, 1_Gi)});
  objects(scenario).workloads[0].pod.annotations.set(Name("karpenter.sh/do-not-disrupt"), Name("true"));
  const Timeline timeline = run(scenario);
  INFO(transcript(timeline));
  const auto leaving = said(timeline, "DisruptionTerminating");
  REQUIRE_FALSE(leaving.empty());
  CHECK(leaving.front().at == at(31_min) - 59_s);   // made 1 s after the pod: batch; 30 min later
  const auto gone = said(timeline, "NodeClaimGone");
  REQUIRE_FALSE(gone.empty());
  // 5 min minus the pod's own 30 s of grace, then the pod's end, then 30 s of the machine's removal.
  CHECK(gone.front().at >= leaving.front().at + 5_min);
  CHECK(gone.front().at <= leaving.front().at + 5_min + 31_s);
  CHECK(ready(timeline, at(59_min)) == 1);
}

TEST_CASE("Limits hold, and the pods that they keep out are told why") {
  KarpenterNodePoolSpec pool = node_pool("general", kWorldSizes);
  pool.limits.resources.cpu = Millicores{6'000};
  const Timeline timeline = run(provisioned({pool}, {deployment("api", 10, 1'500_mcpu, 1_Gi)}));
  INFO(transcript(timeline));
  const SimTime late = at(50_min);
  const std::int64_t vcpus = machines(timeline, late, "general", "Standard_D2s_v5/on-demand") * 2 + machines(timeline, late, "general", "Standard_D4s_v5/on-demand") * 4 +
                             machines(timeline, late, "general", "Standard_D8s_v5/on-demand") * 8;
  CHECK(vcpus <= 6);
  CHECK(vcpus >= 4);
  CHECK_FALSE(said(timeline, "FailedScheduling").empty());
}

TEST_CASE("Spot machines that Azure reclaims are replaced at once by what can still be had") {
  KarpenterNodePoolSpec pool = node_pool("general", {"Standard_D4s_v5"});
  pool.requirements.front() = requires_in("karpenter.sh/capacity-type", {"spot", "on-demand"});
  Scenario scenario = provisioned({pool}, {deployment("api", 4, 900_mcpu, 1_Gi)}, 3_h);
  scenario.cost.spot_discount = PartsPerMillion{800'000};
  scenario.spot_market.eviction_rate = PartsPerMillion{1'000'000};   // every market, every hour
  scenario.spot_market.reclaimed_share = PartsPerMillion{1'000'000};
  scenario.spot_market.stock_out = 10_h;
  const Timeline timeline = run(scenario);
  INFO(transcript(timeline));
  CHECK(machines(timeline, at(30_s), "general", "Standard_D4s_v5/spot") == 1);
  CHECK_FALSE(events(timeline, EventKind::SpotNotice).empty());
  CHECK_FALSE(said(timeline, "FailedLaunch").empty());
  CHECK(said(timeline, "FailedLaunch").front().detail.text().find("SkuNotAvailable") != std::string_view::npos);
  CHECK(machines(timeline, at(175_min), "general", "Standard_D4s_v5/on-demand") == 1);
  CHECK(ready(timeline, at(175_min)) == 4);
}

TEST_CASE("A zone that is lost while a machine boots there costs that machine, and another zone gets the next") {
  Scenario scenario = provisioned({node_pool("general", {"Standard_D4s_v5"})}, {deployment("api", 4, 900_mcpu, 1_Gi)});
  for (int zone = 1; zone <= 2; ++zone) {
    StepSpec step;
    step.at = at(20_s);
    ActionSpec action;
    action.kind = ActionKind::ZoneLoss;
    action.target = Name("eastus2");
    action.zone = zone;
    action.duration = 2_h;
    step.actions = {action};
    scenario.steps.push_back(step);
  }
  const Timeline timeline = run(scenario);
  INFO(transcript(timeline));
  CHECK(gauge(timeline, GaugeKind::ZoneNodes, at(50_min), "prod", "prod/general", "3") == 1);
  CHECK(ready(timeline, at(50_min)) == 4);
}

TEST_CASE("A machine whose node does not register in 15 minutes is given up, and another one is asked for") {
  Scenario scenario = provisioned({node_pool("general", {"Standard_D4s_v5"})}, {deployment("api", 1, 900_mcpu, 1_Gi)});
  scenario.clusters[0].provisioning.times = exactly(20_min, 30_s);
  const Timeline timeline = run(scenario);
  INFO(transcript(timeline));
  const auto timeouts = said(timeline, "RegistrationTimeout");
  REQUIRE(timeouts.size() >= 2);
  CHECK(timeouts[0].at >= at(15_min + 1_s));
  CHECK(timeouts[0].at <= at(15_min + 11_s));   // looked at every 10 s
  CHECK(said(timeline, "NodeClaimCreated")[1].at >= timeouts[0].at);
  CHECK(ready(timeline, at(59_min)) == 0);
}

TEST_CASE("A game day takes spot machines of a NodePool back as it does with a scale set's") {
  KarpenterNodePoolSpec pool = node_pool("general", {"Standard_D4s_v5"});
  pool.requirements.front() = requires_in("karpenter.sh/capacity-type", {"spot"});
  Scenario scenario = provisioned({pool}, {deployment("api", 4, 900_mcpu, 1_Gi)});
  scenario.spot_market.eviction_rate = PartsPerMillion{0};
  StepSpec step;
  step.at = at(20_min);
  ActionSpec action;
  action.kind = ActionKind::EvictSpot;
  action.target = Name("prod/general");
  action.count = 1;
  step.actions = {action};
  scenario.steps = {step};
  const Timeline timeline = run(scenario);
  INFO(transcript(timeline));
  CHECK(events(timeline, EventKind::SpotNotice).size() == 1);
  CHECK(said(timeline, "NodeClaimGone").size() == 1);
  CHECK(ready(timeline, at(30_min)) == 4);
  CHECK(gauge(timeline, GaugeKind::NodesAllocated, at(30_min), "prod", "prod/general") == 1);
}

TEST_CASE("Startup taints keep pods away until the node's DaemonSets are up, and are not asked of the pods") {
  KarpenterNodePoolSpec pool = node_pool("general", kWorldSizes);
  pool.startup_taints = {{Name("node.cilium.io/agent-not-ready"), Name("true"), TaintEffect::NoExecute}};
  WorkloadSpec agent = deployment("agent", 1, 100_mcpu, 128_Mi);
  agent.kind = WorkloadKind::DaemonSet;
  agent.pod.tolerations = {{{}, true, {}, {}, {}}};
  const Timeline timeline = run(provisioned({pool}, {agent, deployment("api", 4, 900_mcpu, 1_Gi)}));
  INFO(transcript(timeline));
  // 3600m and the agent's 100m: 3700m of 3860m, still one D4s_v5.
  CHECK(machines(timeline, at(50_min), "general", "Standard_D4s_v5/on-demand") == 1);
  CHECK(ready(timeline, at(5_min)) == 4);
  CHECK(said(timeline, "Initialized").front().at > said(timeline, "Registered").front().at);
}

TEST_CASE("The bill has a line a size, at list price for the hours that the machines existed") {
  // One D4s_v5 from 1 s on: 3599 s of 3600 s. A month of 730 h at $0.192 is $140.16; × 3599 ÷ 3600 = $140.12.
  const Scenario scenario = provisioned({node_pool("general", kWorldSizes)}, {deployment("api", 4, 900_mcpu, 1_Gi)});
  const Answers answers = analyse(scenario, run(scenario));
  Money nodes;
  for (const PriceLine& line : answers.cost.lines)
    if (line.pool == "general" && line.item == "nodes, on demand") nodes += line.amount;
  CHECK(nodes.dollars() == Approx(140.12).margin(0.01));
  const auto pool = std::ranges::find(answers.capacity.pools, "general", &PoolCapacity::pool);
  REQUIRE(pool != answers.capacity.pools.end());
  CHECK(pool->nodes_max == 1);
  CHECK(pool->scale_ups == 1);
}

TEST_CASE("Budgets and limits hold in random platforms, and every pod that can run does") {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    INFO("seed " << seed);
    KarpenterNodePoolSpec pool = node_pool("general", kWorldSizes);
    pool.budgets = {{static_cast<std::int64_t>(1 + seed % 3), false, {}, {}, Duration{0}}};
    pool.limits.resources.cpu = Millicores{24'000};
    if (seed % 2 == 0) pool.consolidate_after = 90_s;
    Scenario scenario = provisioned({pool}, {deployment("api", 2, 900_mcpu, 1_Gi)}, 2_h);
    scenario.seed = seed;
    scenario.clusters[0].provisioning.times = {{60_s, 120_s}, {60_s, 120_s}};
    with_burst(scenario, "api", 2, Duration{static_cast<std::int64_t>(5 + seed) * 60'000'000}, 40_min);
    if (seed % 3 == 0) scenario.clusters[0].provisioning.node_image_interval = 45_min;
    const Timeline timeline = run(scenario);
    CHECK(most_leaving(timeline) <= static_cast<std::int64_t>(1 + seed % 3));
    for (SimTime when = at(0_s); when < timeline.end(); when += 30_s) {
      std::int64_t vcpus = 0;
      for (const auto& [size, cores] : {std::pair{"Standard_D2s_v5/on-demand", 2}, {"Standard_D4s_v5/on-demand", 4}, {"Standard_D8s_v5/on-demand", 8}})
        vcpus += machines(timeline, when, "general", size) * cores;
      CHECK(vcpus <= 24);
    }
    CHECK(ready(timeline, at(115_min)) >= 2);
    CHECK(gauge(timeline, GaugeKind::PodsPending, at(115_min), "prod") == 0);
    CHECK(run(scenario).hash() == timeline.hash());
  }
}

}  // namespace akstwin::test
