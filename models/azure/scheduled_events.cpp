#include "models/azure/scheduled_events.hpp"

#include <algorithm>
#include <array>

#include "models/observe/kinds.hpp"

namespace akstwin {
namespace {

constexpr Duration kHour{3'600'000'000};
constexpr double kHoursAYear = 8'766;   // 365.25 days

double hourly(std::int64_t per_year_milli) { return static_cast<double>(per_year_milli) / 1'000 / kHoursAYear; }

struct KindOf {
  VmEventKind kind;
  const char* name;
  std::int64_t VmEventsSpec::*rate;
  Duration VmEventsSpec::*notice;
};
constexpr std::array<KindOf, 4> kKinds{{{VmEventKind::Freeze, "Freeze", &VmEventsSpec::freeze_milli, &VmEventsSpec::freeze_notice},
                                        {VmEventKind::Reboot, "Reboot", &VmEventsSpec::reboot_milli, &VmEventsSpec::reboot_notice},
                                        {VmEventKind::Redeploy, "Redeploy", &VmEventsSpec::redeploy_milli, &VmEventsSpec::redeploy_notice},
                                        {VmEventKind::Terminate, "Terminate", &VmEventsSpec::terminate_milli, &VmEventsSpec::terminate_notice}}};
const KindOf& meaning(VmEventKind kind) { return kKinds[static_cast<std::size_t>(kind)]; }

}  // namespace

bool ScheduledEvents::needed(const Scenario& scenario) {
  const auto has = [](const ClusterSpec& cluster) { return cluster.maintenance.vm_events.any() || cluster.maintenance.faults.per_node_year_milli > 0; };
  const auto breaks = [](const StepSpec& step) {
    return std::ranges::any_of(step.actions, [](const ActionSpec& action) { return action.kind == ActionKind::BreakNodes; });
  };
  return std::ranges::any_of(scenario.clusters, has) || std::ranges::any_of(scenario.steps, breaks);
}

ScheduledEvents::ScheduledEvents(Parts parts)
    : parts_(std::move(parts)), event_draws_(parts_.root, "azure/vm/scheduled-events"), fault_draws_(parts_.root, "azure/vm/faults"),
      heal_draws_(parts_.root, "azure/vm/faults/heals") {
  HandlerRegistry& handlers = parts_.kernel.handlers();
  hour_ = handlers.add<&ScheduledEvents::on_hour>("vm_events.hour", Phase::Plant, *this);
  announced_ = handlers.add<&ScheduledEvents::on_announced>("vm_events.announced", Phase::Plant, *this);
  due_ = handlers.add<&ScheduledEvents::on_due>("vm_events.due", Phase::Plant, *this);
  fault_ = handlers.add<&ScheduledEvents::on_fault>("vm_events.fault", Phase::Plant, *this);
}

void ScheduledEvents::start() {
  const auto draws = [](const ClusterSpec& cluster) { return cluster.maintenance.vm_events.any() || cluster.maintenance.faults.per_node_year_milli > 0; };
  if (std::ranges::any_of(parts_.scenario.clusters, draws)) parts_.kernel.at(parts_.kernel.now(), hour_, {0, 0});
}

/// A machine's coordinate in the streams: the same whatever else the fleet does.
std::uint64_t ScheduledEvents::number_of(InstanceId machine) const {
  const Instance& instance = parts_.cloud.instances[machine];
  return (std::uint64_t{instance.pool.row} << 32) | instance.ordinal;
}

std::uint32_t ScheduledEvents::plan(InstanceId machine, VmEventKind kind) {
  planned_.push_back({machine, kind});
  return static_cast<std::uint32_t>(planned_.size() - 1);
}

void ScheduledEvents::draw_events(InstanceId machine, const VmEventsSpec& spec) {
  // The first number is the hour and the kind of event, the second where in the hour.
  const std::uint32_t hour = static_cast<std::uint32_t>(parts_.kernel.now().us / kHour.us);
  double left = event_draws_.uniform(number_of(machine), 2 * hour);
  for (const KindOf& kind : kKinds) {
    const double chance = hourly(spec.*kind.rate);
    if (left >= chance) {
      left -= chance;
      continue;
    }
    const double part = event_draws_.uniform(number_of(machine), 2 * hour + 1);
    const Duration within{static_cast<std::int64_t>(part * static_cast<double>(kHour.us))};
    parts_.kernel.after(within, announced_, {plan(machine, kind.kind), 0});
    return;
  }
}

void ScheduledEvents::draw_fault(InstanceId machine, const NodeFaultsSpec& spec) {
  const std::uint32_t hour = static_cast<std::uint32_t>(parts_.kernel.now().us / kHour.us);
  const double chance = hourly(spec.per_node_year_milli), draw = fault_draws_.uniform(number_of(machine), hour);
  if (draw >= chance) return;
  // Below the chance the draw is uniform again: it says where in the hour.
  const Duration within{static_cast<std::int64_t>(draw / chance * static_cast<double>(kHour.us - 1))};
  parts_.kernel.after(within, fault_, {plan(machine, VmEventKind::Freeze), 0});
}

void ScheduledEvents::on_hour(Subject) {
  std::vector<InstanceId> running;
  parts_.cloud.instances.for_each([&](InstanceId id, const Instance& instance) {
    if (instance.state == InstanceState::Running) running.push_back(id);
  });
  for (const InstanceId id : running) {
    const MaintenanceSpec& spec = parts_.scenario.clusters[parts_.cloud.instances[id].cluster].maintenance;
    if (spec.vm_events.any()) draw_events(id, spec.vm_events);
    if (spec.faults.per_node_year_milli > 0) draw_fault(id, spec.faults);
  }
  parts_.kernel.after(kHour, hour_, {0, 0});
}

void ScheduledEvents::on_announced(Subject subject) {
  const Planned& planned = planned_[subject.row];
  if (!parts_.cloud.instances.contains(planned.machine)) return;
  const Instance& instance = parts_.cloud.instances[planned.machine];
  if (instance.state != InstanceState::Running) return;
  const auto same = [&](const VmEventNotice& known) { return known.instance == planned.machine; };
  if (std::ranges::any_of(parts_.cloud.vm_events, same)) return;   // one at a time is enough trouble
  const VmEventsSpec& spec = parts_.scenario.clusters[instance.cluster].maintenance.vm_events;
  const Duration notice = spec.*meaning(planned.kind).notice;
  const SimTime now = parts_.kernel.now();
  parts_.cloud.vm_events.push_back({planned.machine, instance.cluster, instance.node, static_cast<std::uint8_t>(planned.kind), now + notice});
  const Name node(parts_.scenario.clusters[instance.cluster].name.str() + "/" + instance.node_name.str());
  parts_.timeline.event({now, code(EventKind::VmEvent), node, parts_.cloud.pools[instance.pool].key, Name(meaning(planned.kind).name), notice.us});
  parts_.kernel.after(notice, due_, subject);
  parts_.registrars[instance.cluster]->node_notified(instance.node);
}

void ScheduledEvents::on_due(Subject subject) {
  const Planned planned = planned_[subject.row];
  std::erase_if(parts_.cloud.vm_events, [&](const VmEventNotice& notice) { return notice.instance == planned.machine; });
  if (!parts_.cloud.instances.contains(planned.machine)) return;
  const Instance instance = parts_.cloud.instances[planned.machine];
  if (instance.state != InstanceState::Running) return;
  const NodePoolSpec& pool = *parts_.cloud.pools[instance.pool].spec;
  switch (planned.kind) {
    case VmEventKind::Freeze: break;   // a pause of seconds, memory kept: nothing that the twin measures
    case VmEventKind::Reboot: parts_.scale_sets.restart(instance.pool, instance.node, false, Name("ScheduledReboot")); break;
    case VmEventKind::Redeploy:
      // An ephemeral OS disk is lost with the host: the node comes back as a new one.
      if (pool.ephemeral_os_disk) parts_.scale_sets.reimage(instance.pool, instance.node, Name("ScheduledRedeploy"));
      else parts_.scale_sets.restart(instance.pool, instance.node, true, Name("ScheduledRedeploy"));
      break;
    case VmEventKind::Terminate: parts_.scale_sets.terminate(planned.machine, Name("ScheduledTerminate")); break;
  }
  parts_.registrars[instance.cluster]->node_notified(instance.node);
}

double ScheduledEvents::fault_draw(InstanceId machine, std::uint32_t number) const { return heal_draws_.uniform(number_of(machine), number); }

void ScheduledEvents::on_fault(Subject subject) {
  const InstanceId machine = planned_[subject.row].machine;
  if (parts_.cloud.instances.contains(machine)) break_machine(machine, fault_draw(machine, subject.row));
}

void ScheduledEvents::break_machine(InstanceId machine, double draw) {
  const NodeFaultsSpec& spec = parts_.scenario.clusters[parts_.cloud.instances[machine].cluster].maintenance.faults;
  const double reboot = static_cast<double>(spec.reboot_heals.value) / 1e6, reimage = reboot + static_cast<double>(spec.reimage_heals.value) / 1e6;
  parts_.scale_sets.break_machine(machine, draw < reboot ? 1 : draw < reimage ? 2 : 3);
}

}  // namespace akstwin
