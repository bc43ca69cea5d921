#include "tests/reports/showcase.hpp"

#include <cmath>

namespace akstwin::test {
namespace {

constexpr int kHours = 14 * 24;
constexpr std::int64_t kSecond = 1'000'000;

ThresholdSpec threshold(const char* metric, const char* expression, ThresholdSpec::Aggregate aggregate,
                        ThresholdSpec::Comparison comparison, double bound) {
  ThresholdSpec t;
  t.metric = Name(metric);
  t.expression = expression;
  t.aggregate = aggregate;
  t.comparison = comparison;
  t.bound = bound;
  return t;
}

ReferenceFigureSpec published(const char* metric, const char* text, double value, const char* source) {
  ReferenceFigureSpec figure;
  figure.metric = Name(metric);
  figure.published = text;
  figure.value = value;
  figure.source = source;
  return figure;
}

void add_network(Scenario& scenario, const char* name, const char* location, std::uint32_t second) {
  VirtualNetworkSpec network;
  network.name = Name(name);
  network.location = Name(location);
  network.subnets.push_back({Name("nodes"), Cidr{(10U << 24) | (second << 16), 24}, 0, {}, {}});
  network.subnets.push_back({Name("endpoints"), Cidr{(10U << 24) | (second << 16) | (1U << 8), 26}, 6, {}, {}});
  scenario.networks.push_back(network);
}

void describe(Platform& p) {
  Scenario& s = p.scenario;
  s.name = "northwind <b>&\"'";  // Must come out as text in every format.
  s.question = "What does the platform cost a month, and how long is it gone when East US 2 is lost?";
  ClusterSpec& production = p.cluster("aks-prod", "eastus2");
  production.tier = ControlPlaneTier::Standard;
  p.pool(production, "system", "Standard_D4ds_v5", 3, 5).zones = {1, 2, 3};
  p.pool(production, "user", "Standard_D4ds_v5", 6, 30).zones = {1, 2, 3};
  p.pool(production, "spot", "Standard_D8ds_v5", 0, 20).spot = true;
  add_network(s, "vnet-prod-eus2", "eastus2", 40);
  ClusterSpec& standby = p.cluster("aks-standby", "centralus");
  standby.tier = ControlPlaneTier::Standard;
  standby.standby.pattern = StandbyPattern::Warm;
  p.pool(standby, "system", "Standard_D4ds_v5", 3, 5);
  p.pool(standby, "user", "Standard_D4ds_v5", 2, 30);
  add_network(s, "vnet-standby", "centralus", 50);
  s.edge.kind = EdgeSpec::Kind::FrontDoor;
  s.registry.present = true;
  s.registry.location = Name("eastus2");
  s.registry.replicas = {Name("centralus")};
  s.monitoring.present = true;
  s.cost.commitments.push_back(savings_plan(1'100'000'000, 280'000));
  s.cost.budgets.push_back({Name("orders"), Money{900'000'000'000}, {{800'000}, {1'000'000}}});
  using T = ThresholdSpec;
  T pending = threshold("pod_pending_seconds", "p(99)<240", T::Aggregate::Quantile, T::Comparison::Less, 240);
  pending.quantile = 0.99;
  s.thresholds = {pending, threshold("cost_monthly_usd", "mean<8500", T::Aggregate::Mean, T::Comparison::Less, 8'500),
                  threshold("subnet_free_ratio", "min>0.95", T::Aggregate::Min, T::Comparison::Greater, 0.95)};
  T rto = threshold("rto_seconds", "P(value<2700)>=0.95", T::Aggregate::Probability, T::Comparison::Less, 2'700);
  rto.probability = 0.95;
  s.thresholds.push_back(rto);
  s.reference = {published("cost.production.edge", "about $350", 350, "Front Door base fee, requests and egress"),
                 published("recovery.rto_minutes", "31 min", 31, "Game day: detection, failover, Flux, nodes, pods"),
                 published("cost.variant.sidecars.delta", "about $900", 900, "Sidecars at about 400 pods")};
}

void fill_gauges(Platform& p, int variation) {
  const Name prod("aks-prod"), user("user"), orders("orders"), pricing("pricing"), system("kube-system");
  for (std::int64_t hour = 0; hour < kHours; ++hour) {
    const double day = (1 - std::cos(2 * 3.14159265 * static_cast<double>(hour % 24 - 4) / 24)) / 2 * (hour / 24 % 7 >= 5 ? 0.6 : 1);
    const auto nodes = static_cast<std::int64_t>(6 + std::lround(21 * day)) + variation % 2;
    const auto pods = static_cast<std::int64_t>(180 + 260 * day);
    p.nodes("aks-prod", "user", hour, nodes);
    p.nodes("aks-prod", "spot", hour, hour % 24 >= 1 && hour % 24 <= 4 ? 5 : 0);
    p.set(key(GaugeKind::SubnetUsed, Name("vnet-prod-eus2/nodes"), Name("nodes")), hour, nodes + 3);
    p.set(key(GaugeKind::PodsRunning, prod, orders), hour, pods / 2);
    p.set(key(GaugeKind::PodsRunning, prod, pricing), hour, pods / 2);
    p.set(key(GaugeKind::PodsRunning, prod, system), hour, nodes * 5);
    p.set(key(GaugeKind::PodsPending, prod), hour, hour % 24 == 8 ? 14 : 0);
    p.set(key(GaugeKind::CpuAllocatable, prod, user), hour, nodes * 3'860);
    p.set(key(GaugeKind::MemoryAllocatable, prod, user), hour, nodes * (12LL << 30));
    p.set(key(GaugeKind::CpuRequested, prod, user), hour, nodes * 2'700);
    p.set(key(GaugeKind::MemoryRequested, prod, user), hour, nodes * (7LL << 30));
    p.set(key(GaugeKind::CpuUsed, prod), hour, nodes * 1'300);
    p.set(key(GaugeKind::CpuRequestedBy, prod, user, orders), hour, nodes * 1'500);
    p.set(key(GaugeKind::CpuRequestedBy, prod, user, pricing), hour, nodes * 900);
    p.set(key(GaugeKind::CpuRequestedBy, prod, user, system), hour, nodes * 300);
    p.set(key(GaugeKind::EdgeRequestsTotal, prod), hour, hour * 500'000);
    p.set(key(GaugeKind::EdgeErrorsTotal, prod), hour, hour * 20);
    p.set(key(GaugeKind::EdgeBytesTotal, prod), hour, hour * 4'000'000'000);
    p.set(key(GaugeKind::LogBytesTotal, prod), hour, hour * 500'000'000);
    const Name api("aks-prod/orders/api");
    p.set(key(GaugeKind::ReplicasReady, api), hour, pods / 40);
    p.set(key(GaugeKind::RequestsTotal, api), hour, hour * 300'000);
    p.set(key(GaugeKind::ErrorsTotal, api), hour, hour * 12);
    p.set(key(GaugeKind::LatencyP95, api), hour, 40'000 + static_cast<std::int64_t>(30'000 * day));
  }
  p.nodes("aks-prod", "system", 0, 3);
  p.nodes("aks-standby", "system", 0, 3);
  p.nodes("aks-standby", "user", 0, 2);
  p.set(key(GaugeKind::SubnetUsed, Name("vnet-prod-eus2/endpoints"), Name("private endpoints")), 0, 6);
  p.set(key(GaugeKind::RegistryBytes, Name("eastus2")), 0, 620LL << 30);
  for (int zone = 1; zone <= 3; ++zone)
    p.set(key(GaugeKind::ZoneNodes, Name("aks-prod"), Name("user"), Name(std::to_string(zone))), 0, zone + 1);
}

void add_events(Platform& p, int variation) {
  for (int i = 0; i < 400; ++i) {
    const std::string pod = "aks-prod/orders/api-" + std::to_string(i);
    const SimTime created = at_seconds(i * 2'000);
    const std::int64_t waited = i % 10 == 0 ? (150 + i % 47) * kSecond : 20'000 + i;
    p.event(EventKind::PodCreated, created, pod, "aks-prod/orders/api", 0);
    if (i % 10 == 0) p.event(EventKind::PodUnschedulable, created, pod, "aks-prod/orders/api", 0, "Insufficient cpu");
    p.event(EventKind::PodScheduled, created + Duration{waited}, pod, "aks-prod/node", waited);
    p.event(EventKind::PodReady, created + Duration{waited + 12 * kSecond}, pod, "aks-prod/orders/api", waited + 12 * kSecond);
    if (i % 3 == 0) p.event(EventKind::PodDeleted, created + Duration{3'000 * kSecond}, pod, "aks-prod/orders/api", 0, "ScaledDown");
  }
  const SimTime lost = at_seconds(9 * 86'400 + 14 * 3'600);
  const std::int64_t late = variation * 20;
  const auto phase = [&](const char* name, std::int64_t seconds) {
    p.event(EventKind::RecoveryPhase, lost + Duration{seconds * kSecond}, "eastus2", name, seconds * kSecond);
  };
  p.event(EventKind::OutageBegan, lost, "eastus2", "", 0, "region");
  phase("edge sees the origin fail", 52);
  phase("people notice and decide", 352 + late);
  p.event(EventKind::ActionDone, lost + Duration{(372 + late) * kSecond}, "frontDoor.failover", "aks-standby", 20 * kSecond);
  phase("edge sends traffic to the standby", 510 + late);
  p.event(EventKind::ActionDone, lost + Duration{(540 + late) * kSecond}, "sql.failover", "sql", 31 * kSecond);
  p.event(EventKind::DataFailedOver, lost + Duration{(540 + late) * kSecond}, "sql", "centralus", 3'200'000);
  phase("Flux applies all workloads", 700 + late);
  phase("nodes join", 1'130 + late);
  phase("images pulled and pods ready", 1'750 + late);
  p.event(EventKind::WorkloadServing, lost + Duration{(1'750 + late) * kSecond}, "aks-standby/orders/api", "", (1'750 + late) * kSecond);
  p.event(EventKind::Recovered, lost + Duration{(1'862 + late) * kSecond}, "eastus2", "aks-standby", (1'862 + late) * kSecond);
  p.event(EventKind::Finding, lost, "aks-prod/user", "", 0, "scale-down was blocked for 3 h by one pod without a controller");
}

}  // namespace

Platform showcase(int variation) {
  Platform p;
  describe(p);
  fill_gauges(p, variation);
  add_events(p, variation);
  p.finish_after_hours(kHours);
  return p;
}

Outcome showcase_outcome(int replications) {
  Scenario scenario = showcase().scenario;
  scenario.horizon = Duration{kHours * kHourUs};
  scenario.replications = static_cast<std::uint32_t>(replications);
  std::vector<Answers> answers;
  for (int r = 0; r < replications; ++r) {
    const Platform p = showcase(r);
    answers.push_back(analyse(p.scenario, p.timeline, r == 0));
  }
  return merge(scenario, std::move(answers));
}

}  // namespace akstwin::test
