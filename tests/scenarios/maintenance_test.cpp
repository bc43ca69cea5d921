// What upgrades, windows, channels, schedules and releases become when they are read.
#include <catch2/catch.hpp>

#include "models/spec/maintenance_windows.hpp"
#include "scenarios/action_text.hpp"
#include "tests/scenarios/reading.hpp"

using namespace akstwin;

TEST_CASE("Actions on clusters are read with their version, pools and counts") {
  CHECK(parse_action("cluster.upgrade(aks, 1.33)")->kind == ActionKind::UpgradeCluster);
  CHECK(parse_action("cluster.upgrade(aks, 1.33)")->version == Name("1.33"));
  CHECK(parse_action("pool.upgrade(aks/user)")->target == Name("aks/user"));
  CHECK(parse_action("nodeImage.upgrade(aks)")->kind == ActionKind::UpgradeNodeImage);
  CHECK(parse_action("upgrade.abort(aks)")->kind == ActionKind::AbortUpgrade);
  CHECK(parse_action("cluster.stop(aks)")->kind == ActionKind::StopCluster);
  CHECK(parse_action("node.break(aks/user, 2)")->count == 2);
  CHECK_FALSE(parse_action("pool.upgrade()").has_value());
  CHECK_FALSE(parse_action("cluster.upgrade(a, 1.33, now)").has_value());
}

TEST_CASE("Upgrade settings, windows, channels and schedules of a cluster are read in ARM's words and in short ones") {
  const test::Loaded loaded = test::load_text(test::kHeader +
      "  releases: [{kind: kubernetes, at: 2026-03-05, version: \"1.33.2\"}, {kind: securityPatch, at: 2026-03-06, reimage: false}]\n"
      "  clusters:\n"
      "    - name: aks\n"
      "      location: eastus2\n"
      "      kubernetesVersion: \"1.32\"\n"
      "      agentPoolProfiles:\n"
      "        - {name: system, mode: System, vmSize: Standard_D4ds_v5, count: 3}\n"
      "        - name: user\n"
      "          vmSize: Standard_D4ds_v5\n"
      "          count: 3\n"
      "          upgradeSettings: {maxSurge: 33%, maxUnavailable: 1, drainTimeoutInMinutes: 45, nodeSoakDurationInMinutes: 5, undrainableNodeBehavior: Cordon, maxBlockedNodes: 2}\n"
      "      autoUpgradeProfile: {upgradeChannel: stable, nodeOSUpgradeChannel: NodeImage}\n"
      "      maintenanceWindows:\n"
      "        - {name: aksManagedNodeOSUpgradeSchedule, schedule: \"Sun 02:00\", duration: 4h}\n"
      "        - {name: aksManagedAutoUpgradeSchedule, schedule: {relativeMonthly: {intervalMonths: 2, dayOfWeek: Tuesday, weekIndex: Last}}, startTime: 22:30, durationHours: 6, utcOffset: \"+02:00\", startDate: 2026-03-01, notAllowedDates: [{start: 2026-12-20, end: 2027-01-06}]}\n"
      "      powerSchedule: [{stop: \"0 19 * * mon-fri\", start: \"0 7 * * mon-fri\", pools: [user]}]\n"
      "      nodeFaults: {perNodeYear: 1.5}\n"
      "      scheduledEvents: {redeploy: 0.5, drain: [Redeploy, Terminate]}\n");
  INFO(loaded.said);
  REQUIRE(loaded.scenario.has_value());
  const ClusterSpec& cluster = loaded.scenario->clusters.front();
  const NodePoolSpec& user = cluster.pools.back();
  CHECK(user.max_surge == IntOrPercent{33, true});
  CHECK(user.upgrade.max_unavailable == IntOrPercent{1, false});
  CHECK(user.upgrade.drain_timeout.seconds() == 45 * 60);
  CHECK(user.upgrade.node_soak.seconds() == 300);
  CHECK(user.upgrade.undrainable == UndrainableNodes::Cordon);
  CHECK(user.upgrade.max_blocked == IntOrPercent{2, false});
  const MaintenanceSpec& maintenance = cluster.maintenance;
  CHECK(maintenance.channel == UpgradeChannel::Stable);
  CHECK(maintenance.node_os == NodeOsChannel::NodeImage);
  REQUIRE(maintenance.windows.size() == 2);
  CHECK(maintenance.windows[0].weekday == 0);
  CHECK(maintenance.windows[0].start_minute == 120);
  const MaintenanceWindowSpec& monthly = maintenance.windows[1];
  CHECK(monthly.recurrence == Recurrence::RelativeMonthly);
  CHECK(monthly.interval == 2);
  CHECK(monthly.week_index == 5);
  CHECK(monthly.start_minute == 22 * 60 + 30);
  CHECK(monthly.duration.seconds() == 6 * 3'600);
  CHECK(monthly.utc_offset_minutes == 120);
  CHECK(monthly.start_day == parse_date("2026-03-01"));
  REQUIRE(monthly.not_allowed.size() == 1);
  REQUIRE(maintenance.power.size() == 1);
  CHECK(maintenance.power[0].pools == std::vector<Name>{Name("user")});
  CHECK(maintenance.faults.per_node_year_milli == 1'500);
  CHECK(maintenance.vm_events.redeploy_milli == 500);
  CHECK(maintenance.vm_events.drain_terminate);
  REQUIRE(loaded.scenario->releases.size() == 2);
  CHECK(loaded.scenario->releases[0].minor == 33);
  CHECK(loaded.scenario->releases[0].patch == 2);
  CHECK_FALSE(loaded.scenario->releases[1].reimage);
}
