// What AKS would refuse about upgrades, windows, channels and schedules.
#include <algorithm>

#include "scenarios/check_scenario.hpp"

namespace akstwin {
namespace {

constexpr std::int64_t kStoppableNodes = 100;   // facts A7: start-stop-cluster.md

void check_upgrade_settings(Check& check, const ClusterSpec& cluster, const NodePoolSpec& pool) {
  const std::string path = path_of(cluster, pool);
  const Position at = check.where(path + ".upgradeSettings");
  const UpgradeSettingsSpec& upgrade = pool.upgrade;
  const bool in_place = upgrade.max_unavailable.value > 0;
  if (pool.max_surge.value == 0 && !in_place && !pool.spot && upgrade.strategy == UpgradeStrategy::Rolling)
    check.error("S083", at, "pool '" + pool.name.str() + "' has neither maxSurge nor maxUnavailable: it cannot be upgraded", "set maxSurge: 1, or maxUnavailable in a user pool");
  if (in_place && pool.mode == PoolMode::System)
    check.error("S083", at, "maxUnavailable is not possible in the system pool '" + pool.name.str() + "'", "use maxSurge there");
  if (upgrade.strategy == UpgradeStrategy::BlueGreen && (in_place || upgrade.undrainable == UndrainableNodes::Cordon))
    check.error("S083", at, "a blue-green pool takes neither maxUnavailable nor undrainableNodeBehavior", "remove them, or use upgradeStrategy: Rolling");
  if (upgrade.strategy == UpgradeStrategy::BlueGreen && pool.spot)
    check.error("S083", at, "a Spot pool is not upgraded blue-green", "use upgradeStrategy: Rolling");
  if (upgrade.max_blocked && upgrade.undrainable != UndrainableNodes::Cordon)
    check.error("S083", at, "maxBlockedNodes needs undrainableNodeBehavior: Cordon", "set it, or remove maxBlockedNodes");
}

/// A window holds something back only where a channel brings something.
void check_window_has_channel(Check& check, const MaintenanceSpec& spec, const MaintenanceWindowSpec& window) {
  if (window.kind == WindowKind::AutoUpgrade && spec.channel == UpgradeChannel::None)
    check.warning("S083", window.declared_at, "the window aksManagedAutoUpgradeSchedule holds nothing back: the cluster has no upgradeChannel",
                  "set autoUpgradeProfile.upgradeChannel: patch, stable, rapid or node-image, or remove the window");
  const bool unmanaged = spec.node_os == NodeOsChannel::None || spec.node_os == NodeOsChannel::Unmanaged;
  if (window.kind == WindowKind::NodeOs && unmanaged)
    check.warning("S083", window.declared_at, "the window aksManagedNodeOSUpgradeSchedule holds nothing back: the cluster has no nodeOSUpgradeChannel that renews nodes",
                  "set autoUpgradeProfile.nodeOSUpgradeChannel: NodeImage or SecurityPatch, or remove the window");
}

void check_channels(Check& check, const ClusterSpec& cluster) {
  const MaintenanceSpec& spec = cluster.maintenance;
  const std::string path = path_of(cluster);
  if (spec.channel == UpgradeChannel::NodeImage && spec.node_os != NodeOsChannel::NodeImage && spec.node_os != NodeOsChannel::None)
    check.error("S083", check.where(path + ".autoUpgradeProfile"), "upgradeChannel: node-image comes with nodeOSUpgradeChannel: NodeImage", "leave nodeOSUpgradeChannel out, or use another upgradeChannel");
  for (const MaintenanceWindowSpec& window : spec.windows) {
    check_window_has_channel(check, spec, window);
    if (window.duration < Duration{4LL * 3'600'000'000})
      check.warning("S083", window.declared_at, "a maintenance window of " + to_string(window.duration) + " is short", "AKS advises four hours at least, and begins nothing that it does not expect to finish");
    for (const DateSpan& span : window.not_allowed)
      if (span.to < span.from) check.error("S083", window.declared_at, "a span of notAllowedDates ends before it starts", "swap start and end");
  }
}

void check_power(Check& check, const ClusterSpec& cluster) {
  std::vector<std::string> names;
  std::int64_t nodes = 0;
  for (const NodePoolSpec& pool : cluster.pools) {
    names.push_back(pool.name.str());
    nodes += nodes_at_start(pool);
  }
  for (const PowerScheduleSpec& schedule : cluster.maintenance.power) {
    if (!schedule.stop && !schedule.start) check.error("S010", schedule.declared_at, "a powerSchedule has neither stop nor start", "write stop: \"0 19 * * mon-fri\" and start: \"0 7 * * mon-fri\"");
    for (const Name pool : schedule.pools) {
      const auto known = std::ranges::find(cluster.pools, pool, &NodePoolSpec::name);
      if (known == cluster.pools.end()) check.error("S020", schedule.declared_at, "powerSchedule names pool '" + pool.str() + "', which '" + cluster.name.str() + "' does not have", Check::suggestion(pool.text(), names));
      else if (known->mode == PoolMode::System) check.error("S083", schedule.declared_at, "the system pool '" + pool.str() + "' cannot be stopped by itself", "stop the cluster: leave pools out");
    }
    if (!schedule.pools.empty()) continue;
    if (cluster.provisioning.automatic) check.error("S083", schedule.declared_at, "a cluster with node auto-provisioning cannot be stopped", "see AKS start-stop-cluster.md");
    if (nodes > kStoppableNodes) check.warning("S083", schedule.declared_at, "AKS stops clusters of at most 100 nodes; '" + cluster.name.str() + "' starts with " + std::to_string(nodes), "stop pools instead");
  }
}

}  // namespace

void check_maintenance(Check& check) {
  for (const ClusterSpec& cluster : check.scenario().clusters) {
    for (const NodePoolSpec& pool : cluster.pools) check_upgrade_settings(check, cluster, pool);
    check_channels(check, cluster);
    check_power(check, cluster);
    const NodeFaultsSpec& faults = cluster.maintenance.faults;
    if (faults.reboot_heals.value + faults.reimage_heals.value > 1'000'000)
      check.error("S083", check.where(path_of(cluster) + ".nodeFaults"), "rebootHeals and reimageHeals are above 100 % together", "what is left of 100 % needs another host");
  }
}

}  // namespace akstwin
