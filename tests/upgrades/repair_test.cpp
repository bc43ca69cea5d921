// Node auto-repair, scheduled events with auto-drain, and clusters that are stopped and started.
#include <catch2/catch.hpp>

#include "models/spec/cron.hpp"
#include "reports/analysis.hpp"
#include "reports/figures.hpp"
#include "reports/upgrade.hpp"
#include "tests/upgrades/upgrading.hpp"

namespace akstwin::test {
namespace {

/// Two user nodes, one of which breaks after ten minutes; what heals it is certain.
Scenario broken(std::int64_t reboot_ppm, std::int64_t reimage_ppm, Duration horizon = 2_h) {
  Scenario scenario = upgrading(2, {1, false}, horizon);
  MaintenanceSpec& maintenance = scenario.clusters[0].maintenance;
  maintenance.faults.reboot_heals = PartsPerMillion{reboot_ppm};
  maintenance.faults.reimage_heals = PartsPerMillion{reimage_ppm};
  maintenance.repair.reboot = exact(60_s);
  scenario.steps = {step(10_min, ActionKind::BreakNodes, "prod/user", 1)};
  return scenario;
}

std::vector<std::string> repairs(const Timeline& timeline) {
  std::vector<std::string> words;
  for (const TimelineEvent& event : events(timeline, EventKind::NodeRepair)) words.push_back(event.detail.str());
  return words;
}

}  // namespace

TEST_CASE("A node that hangs is rebooted once it has not been Ready for ten minutes") {
  const Timeline timeline = run(broken(1'000'000, 0));
  CHECK(repairs(timeline) == std::vector<std::string>{"Reboot"});
  const auto repaired = only(timeline, EventKind::NodeRepaired);
  // Not Ready 50 to 55 s after it broke, ten minutes of that, 60 s of reboot.
  CHECK(repaired.value >= 660 * 1'000'000LL);
  CHECK(repaired.value <= 680 * 1'000'000LL);
  CHECK(gauge(timeline, GaugeKind::NodesReady, at(2_h), "prod", "prod/user") == 2);
}

TEST_CASE("What a reboot does not heal is reimaged, and what a reimage does not heal is moved to another host") {
  CHECK(repairs(run(broken(0, 1'000'000))) == std::vector<std::string>{"Reboot", "Reimage"});
  const Timeline moved = run(broken(0, 0));
  CHECK(repairs(moved) == std::vector<std::string>{"Reboot", "Reimage", "Redeploy"});
  CHECK(events(moved, EventKind::NodeRepaired).size() == 1);
  CHECK(gauge(moved, GaugeKind::NodesReady, at(2_h), "prod", "prod/user") == 2);
}

TEST_CASE("A scheduled redeploy drains its node within the notice; a reboot does not") {
  Scenario scenario = upgrading(3, {1, false}, 12_h);
  scenario.steps.clear();
  VmEventsSpec& events_spec = scenario.clusters[0].maintenance.vm_events;
  events_spec.redeploy_milli = 2'000'000;   // 2,000 a VM and year: some in twelve hours of five machines
  const Timeline redeployed = run(scenario);
  const auto announced = events(redeployed, EventKind::VmEvent);
  REQUIRE_FALSE(announced.empty());
  CHECK(announced.front().value == 600 * 1'000'000LL);
  CHECK_FALSE(events(redeployed, EventKind::NodeDrained).empty());
  CHECK_FALSE(events(redeployed, EventKind::NodeReimaged).empty());
  events_spec.redeploy_milli = 0;
  events_spec.reboot_milli = 2'000'000;
  const Timeline rebooted = run(scenario);
  CHECK_FALSE(events(rebooted, EventKind::NodeRestarted).empty());
  CHECK(events(rebooted, EventKind::NodeDrainBegan).empty());
  CHECK(gauge(rebooted, GaugeKind::ReplicasReady, at(12_h), "prod/orders/api") >= 4);
}

TEST_CASE("A cluster stopped at night runs no machines, costs no nodes, and serves again in the morning") {
  Scenario scenario = upgrading(3, {1, false}, 1_d);
  scenario.steps.clear();
  scenario.start.unix_seconds = 1'772'409'600;   // Monday 00:00
  PowerScheduleSpec schedule;
  schedule.stop = parse_cron("0 10 * * *");
  schedule.start = parse_cron("0 18 * * *");
  scenario.clusters[0].maintenance.power.push_back(schedule);
  const Timeline timeline = run(scenario);
  CHECK(gauge(timeline, GaugeKind::NodesAllocated, at(9_h), "prod", "prod/user") == 3);
  CHECK(gauge(timeline, GaugeKind::NodesAllocated, at(11_h), "prod", "prod/user") == 0);
  CHECK(gauge(timeline, GaugeKind::NodesAllocated, at(11_h), "prod", "prod/system") == 0);
  CHECK(gauge(timeline, GaugeKind::ControlPlaneRunning, at(11_h), "prod") == 0);
  CHECK(gauge(timeline, GaugeKind::NodesAllocated, at(19_h), "prod", "prod/user") == 3);
  CHECK(gauge(timeline, GaugeKind::ReplicasReady, at(19_h), "prod/orders/api") == 6);
  const UpgradesAnswer answer = analyse_upgrades(scenario, timeline);
  REQUIRE(answer.stops.size() == 1);
  CHECK(answer.stops.front().stopped == 8_h);
  CHECK(answer.stops.front().stops == 1);
  // The control plane is billed for 16 of 24 hours: 730 × 16 / 24 = 486.67 h.
  for (const PriceLine& line : analyse_cost(scenario, timeline).lines)
    if (line.item == "control plane") CHECK(static_cast<double>(line.quantity_micro) / 1e6 == Approx(730.0 * 16 / 24).epsilon(0.001));
}

TEST_CASE("A pool on a schedule is stopped and started alone, and the control plane goes on") {
  Scenario scenario = upgrading(3, {1, false}, 1_d);
  scenario.steps.clear();
  scenario.start.unix_seconds = 1'772'409'600;
  PowerScheduleSpec schedule;
  schedule.pools = {Name("user")};
  schedule.stop = parse_cron("0 10 * * *");
  schedule.start = parse_cron("0 18 * * *");
  scenario.clusters[0].maintenance.power.push_back(schedule);
  const Timeline timeline = run(scenario);
  CHECK(gauge(timeline, GaugeKind::NodesAllocated, at(11_h), "prod", "prod/user") == 0);
  CHECK(gauge(timeline, GaugeKind::NodesAllocated, at(11_h), "prod", "prod/system") == 2);
  CHECK(gauge(timeline, GaugeKind::NodesAllocated, at(19_h), "prod", "prod/user") == 3);
  CHECK(timeline.find(key(GaugeKind::ControlPlaneRunning, Name("prod"))) == nullptr);
}

TEST_CASE("Node images by channel come in their window and nowhere else") {
  Scenario scenario = upgrading(2, {1, false}, 14_d);
  scenario.steps.clear();
  scenario.start.unix_seconds = 1'772'409'600;
  MaintenanceSpec& maintenance = scenario.clusters[0].maintenance;
  maintenance.node_os = NodeOsChannel::NodeImage;
  MaintenanceWindowSpec window;
  window.kind = WindowKind::NodeOs;
  window.weekday = 0;
  window.start_minute = 120;
  maintenance.windows.push_back(window);
  const Timeline timeline = run(scenario);
  const auto began = events(timeline, EventKind::UpgradeBegan);
  REQUIRE(began.size() == 6);   // two Sundays: the cluster and its two pools
  CHECK(began[0].at >= at(6_d + 2_h));
  CHECK(began[0].at <= at(6_d + 2_h + 1_min));
  CHECK(began[3].at >= at(13_d + 2_h));
  for (const TimelineEvent& event : began) CHECK(event.value > 0);   // another image: all nodes again
  CHECK(events(timeline, EventKind::NodeReimaged).size() == 8);
}

TEST_CASE("The answer of an upgrade names its budgets, surge, addresses, vCPUs and what they cost") {
  Scenario scenario = upgrading(4, {2, false});
  with_network(scenario);
  protect(scenario, "api", 0);
  objects(scenario).disruption_budgets.front().min_available.reset();
  objects(scenario).disruption_budgets.front().max_unavailable = IntOrPercent{1, false};
  const Timeline timeline = run(scenario);
  const UpgradesAnswer answer = analyse_upgrades(scenario, timeline);
  REQUIRE(answer.upgrades.size() == 1);
  const UpgradeAnswer& upgrade = answer.upgrades.front();
  CHECK(upgrade.succeeded);
  CHECK(upgrade.surge_nodes == 2);
  CHECK(upgrade.extra_addresses == 2);     // overlay: one address a node
  CHECK(upgrade.extra_cores == 8);         // two D4s_v5
  // Two machines at $0.192 an hour for all of the upgrade.
  const double hours = upgrade.took->seconds_real() / 3'600;
  CHECK(upgrade.extra_cost.dollars() == Approx(2 * 0.192 * hours).epsilon(0.15));
  REQUIRE(upgrade.budgets.size() == 1);
  CHECK(upgrade.budgets.front().budget == "orders/api");
  CHECK(upgrade.budgets.front().pods > 0);
  const Answers all = analyse(scenario, timeline, false);
  CHECK(find_figure(all.figures, "upgrade.prod/user.extra_cores") == 8.0);
  const auto back = deserialize(serialize(all));
  REQUIRE(back.has_value());
  CHECK(serialize(*back) == serialize(all));
  REQUIRE(back->upgrades.upgrades.size() == 1);
  CHECK(back->upgrades.upgrades.front().budgets.front().longest == upgrade.budgets.front().longest);
}

}  // namespace akstwin::test
