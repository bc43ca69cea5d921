/// How a cluster is kept up to date and repaired: upgrade settings, channels, windows, schedules, and what happens to its machines.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "models/spec/cron.hpp"
#include "models/spec/workload_spec.hpp"
#include "sim/base/diagnostic.hpp"
#include "sim/base/name.hpp"
#include "sim/base/quantity.hpp"
#include "sim/base/time.hpp"
#include "sim/distributions.hpp"

namespace akstwin {

/// What becomes of a node that cannot be drained. Schedule: it is opened again and stays as it is, and the upgrade fails. Cordon: it is
/// quarantined, and a surge node takes its place for good. Source: ARM UndrainableNodeBehavior (learn.microsoft.com, read 2026-11).
enum class UndrainableNodes : std::uint8_t { Schedule, Cordon };
enum class UpgradeStrategy : std::uint8_t { Rolling, BlueGreen };

/// upgradeSettingsBlueGreen (preview): a second set of nodes, the first drained batch by batch, kept until the last soak is over.
struct BlueGreenSpec {
  IntOrPercent drain_batch{10, true};               ///< drainBatchSize, rounded up; ARM default 10 % [recall]
  Duration batch_soak{15LL * 60'000'000};           ///< batchSoakDurationInMinutes; ARM default 15 [recall]
  Duration final_soak{60LL * 60'000'000};           ///< finalSoakDurationInMinutes; ARM default 60 [recall]
};

/// upgradeSettings of a pool beside maxSurge. Sources: facts A6 (upgrade-aks-node-pools-rolling.md, 2026-05).
struct UpgradeSettingsSpec {
  UpgradeStrategy strategy = UpgradeStrategy::Rolling;
  IntOrPercent max_unavailable{0, false};           ///< nodes taken in place; both this and maxSurge: the fallback without surge (preview)
  Duration drain_timeout{30LL * 60'000'000};
  Duration node_soak{0};                            ///< after the drain, before the reimage
  UndrainableNodes undrainable = UndrainableNodes::Schedule;
  std::optional<IntOrPercent> max_blocked;          ///< maxBlockedNodes of Cordon; absent: as many as surge (upgrade-options page)
  LogNormal reimage{{180'000'000}, {300'000'000}};  ///< old image off, new one on, Ready again: 3–5 min (facts A6 [recall])
  BlueGreenSpec blue_green;
};

enum class UpgradeChannel : std::uint8_t { None, Patch, Stable, Rapid, NodeImage };
enum class NodeOsChannel : std::uint8_t { None, Unmanaged, SecurityPatch, NodeImage };

/// Which maintenance configuration a window belongs to, by its ARM name.
enum class WindowKind : std::uint8_t { Default, AutoUpgrade, NodeOs };
enum class Recurrence : std::uint8_t { Daily, Weekly, AbsoluteMonthly, RelativeMonthly };

/// Days in which nothing begins, both included; days since 1970-01-01 in the window's own offset.
struct DateSpan {
  std::int64_t from = 0, to = 0;
};

/// A planned-maintenance window (ARM maintenanceConfigurations, maintenanceWindow).
struct MaintenanceWindowSpec {
  WindowKind kind = WindowKind::Default;
  Recurrence recurrence = Recurrence::Weekly;
  int interval = 1;                                 ///< every so many days, weeks or months
  int weekday = 0;                                  ///< 0 = Sunday; weekly and relative monthly
  int day_of_month = 1;                             ///< absolute monthly; a month without that day has its last one
  int week_index = 1;                               ///< relative monthly: 1 First … 4 Fourth, 5 Last
  int start_minute = 0;                             ///< of the day, by the window's offset
  Duration duration{4LL * 3'600'000'000};           ///< 4 h at least are advised (facts A6)
  int utc_offset_minutes = 0;
  std::optional<std::int64_t> start_day;            ///< startDate in days since 1970-01-01: none before it
  std::vector<DateSpan> not_allowed;
  Position declared_at;
};

/// Stops and starts a cluster, or some of its pools, by the clock.
struct PowerScheduleSpec {
  std::vector<Name> pools;                          ///< empty: the whole cluster, control plane included
  std::optional<CronSchedule> stop, start;
  std::vector<ZoneOffset> offsets;                  ///< of the schedule's time zone; none: UTC
  Position declared_at;
};

/// Node auto-repair (node-auto-repair.md; facts A6): NotReady for 10 minutes, then reboot, reimage, redeploy; up to three rounds.
struct NodeRepairSpec {
  bool enabled = true;
  Duration not_ready{600'000'000};                  ///< NotReady, or no status, for so long
  Duration between{300'000'000};                    ///< still unhealthy so long after a step ended: the next step
  std::int64_t rounds = 3;
  LogNormal reboot{{60'000'000}, {180'000'000}};    ///< until its kubelet answers again; assumption: a VM restarts within 1–3 min
};

/// Machines that break by themselves: the kubelet stops answering until somebody repairs the node.
struct NodeFaultsSpec {
  std::int64_t per_node_year_milli = 0;             ///< thousandths of a fault a node and year; 0: none
  // What it takes to heal one. Nobody publishes it: an assumption, most hangs end with a restart.
  PartsPerMillion reboot_heals{700'000}, reimage_heals{200'000};   ///< the rest needs another host
};

enum class VmEventKind : std::uint8_t { Freeze, Reboot, Redeploy, Terminate };

/// Azure scheduled events of VMs as a random stream, and which of them AKS drains a node for.
struct VmEventsSpec {
  /// Thousandths of an event a VM and year. Azure publishes no rates; all 0: none happen.
  std::int64_t freeze_milli = 0, reboot_milli = 0, redeploy_milli = 0, terminate_milli = 0;
  /// Notice before the event. Source: Azure scheduled events: 15 min for freezes and reboots, 10 min for redeploys; terminate 5–15 min as set.
  Duration freeze_notice{900'000'000}, reboot_notice{900'000'000}, redeploy_notice{600'000'000}, terminate_notice{300'000'000};
  // Node auto-drain: Preempt and Redeploy are drained by default (facts A6, node-auto-drain.md).
  bool drain_freeze = false, drain_reboot = false, drain_redeploy = true, drain_terminate = false;
  bool any() const { return freeze_milli + reboot_milli + redeploy_milli + terminate_milli > 0; }
};

struct MaintenanceSpec {
  UpgradeChannel channel = UpgradeChannel::None;
  NodeOsChannel node_os = NodeOsChannel::None;
  std::vector<MaintenanceWindowSpec> windows;
  std::vector<PowerScheduleSpec> power;
  NodeRepairSpec repair;
  NodeFaultsSpec faults;
  VmEventsSpec vm_events;
  bool pools_together = false;                      ///< all pools of an upgrade at once; false: one after the other, system pools first
  /// A control plane's own upgrade. Four recorded updates took 80 to 84 s without a version change (aks-operations); with one 5 to 15 min [recall].
  LogNormal control_plane{{300'000'000}, {900'000'000}};
  bool any() const {
    return channel != UpgradeChannel::None || (node_os != NodeOsChannel::None && node_os != NodeOsChannel::Unmanaged) || !power.empty() ||
           faults.per_node_year_milli > 0 || vm_events.any();
  }
};

enum class ReleaseKind : std::uint8_t { Kubernetes, NodeImage, SecurityPatch };

/// Something new that channels can bring: a Kubernetes version, a node image, a security patch.
struct ReleaseSpec {
  ReleaseKind kind = ReleaseKind::NodeImage;
  std::int64_t unix_seconds = 0;                    ///< when it reaches the region
  int minor = 0, patch = 0;                         ///< Kubernetes: 1.minor.patch
  bool reimage = true;                              ///< security patches: false is applied live, without a drain
  Position declared_at;
};

}  // namespace akstwin
