/// The part of ScaleSets that maintenance concerns: surge machines, reimages, restarts, machines that break.
#include <algorithm>

#include "models/azure/scale_sets.hpp"
#include "sim/base/check.hpp"

namespace akstwin {

void ScaleSets::add_maintenance() {
  HandlerRegistry& handlers = parts_.kernel.handlers();
  reimaged_ = handlers.add<&ScaleSets::on_reimaged>("vmss.instance_reimaged", Phase::Plant, *this);
  restarted_ = handlers.add<&ScaleSets::on_restarted>("vmss.instance_restarted", Phase::Plant, *this);
}

InstanceId ScaleSets::running_machine(PoolId id, NodeId node) const {
  for (const InstanceId instance_id : parts_.cloud.pools[id].instances) {
    const Instance& instance = parts_.cloud.instances[instance_id];
    if (instance.state == InstanceState::Running && !node.null() && instance.node == node) return instance_id;
  }
  return {};
}

Duration ScaleSets::service_time(InstanceId id, const LogNormal& takes) {
  const Instance& instance = parts_.cloud.instances[id];
  const RngStream stream(parts_.root, "azure/vmss/pool=" + parts_.cloud.pools[instance.pool].key.str() + "/service");
  extra_[id.row].service_began = parts_.kernel.now();
  return takes.quantile(stream.uniform(instance.ordinal, extra_[id.row].services++));
}

std::int64_t ScaleSets::surge(PoolId id, std::int64_t count) {
  Pool& pool = parts_.cloud.pools[id];
  if (pool.stopped || pool.of_machines || count <= 0) return 0;
  const std::int64_t before = pool.target;
  grow(detail(id), count);
  record(detail(id));
  return parts_.cloud.pools[id].target - before;
}

bool ScaleSets::reimage(PoolId id, NodeId node, Name reason) {
  const InstanceId machine = running_machine(id, node);
  if (machine.null()) return false;
  Instance& instance = parts_.cloud.instances[machine];
  Detail& of = detail(id);
  Extra& extra = extra_[machine.row];
  if (zone_lost(of.region, instance.zone)) return false;
  extra.reason = reason;
  const Duration takes = service_time(machine, parts_.cloud.pools[id].spec->upgrade.reimage);
  const std::uint32_t epoch = next_epoch(machine);
  parts_.kernel.after(takes, reimaged_, {machine.row, epoch});
  if (extra.broken > 2) return true;   // the host is at fault: a new disk changes nothing
  extra.broken = 0;
  if (extra.unreachable) {
    extra.unreachable = false;
    parts_.kernel.set_site(parts_.platform.nic_slots[of.index][instance.slot], true);
  }
  parts_.registrars[instance.cluster]->node_gone(node, reason);
  instance.node = {};
  instance.state = InstanceState::Creating;
  record(of);
  return true;
}

void ScaleSets::on_reimaged(Subject subject) {
  const InstanceId id = current(subject);
  if (id.null()) return;
  const Instance& instance = parts_.cloud.instances[id];
  if (instance.state == InstanceState::Creating) join(id);
  event(EventKind::NodeReimaged, id, (parts_.kernel.now() - extra_[id.row].service_began).us, extra_[id.row].reason);
  record(detail(instance.pool));
}

bool ScaleSets::restart(PoolId id, NodeId node, bool elsewhere, Name reason) {
  const InstanceId machine = running_machine(id, node);
  if (machine.null()) return false;
  const Instance& instance = parts_.cloud.instances[machine];
  Detail& of = detail(id);
  if (zone_lost(of.region, instance.zone)) return false;
  const NodePoolSpec& spec = spec_of(instance);
  // Another host means another local disk: what was on an ephemeral OS disk is made anew.
  const MaintenanceSpec& maintenance = parts_.scenario.clusters[instance.cluster].maintenance;
  const Duration takes = service_time(machine, elsewhere ? spec.times.boot : maintenance.repair.reboot);
  extra_[machine.row].reason = reason;
  extra_[machine.row].repair = elsewhere ? 3 : 1;
  set_answering(machine, false);
  parts_.kernel.after(takes, restarted_, {machine.row, next_epoch(machine)});
  record(of);
  return true;
}

void ScaleSets::on_restarted(Subject subject) {
  const InstanceId id = current(subject);
  if (id.null() || parts_.cloud.instances[id].state != InstanceState::Running) return;
  Extra& extra = extra_[id.row];
  event(EventKind::NodeRestarted, id, (parts_.kernel.now() - extra.service_began).us, extra.reason);
  if (extra.repair >= extra.broken) {
    extra.broken = 0;
    set_answering(id, true);
  }
  record(detail(parts_.cloud.instances[id].pool));
}

void ScaleSets::break_machine(InstanceId id, int heals) {
  AKSTWIN_CHECK(heals >= 1 && heals <= 3, "a reboot, a reimage or another host heals a machine");
  if (!parts_.cloud.instances.contains(id)) return;
  const Instance& instance = parts_.cloud.instances[id];
  if (instance.state != InstanceState::Running || extra_[id.row].unreachable) return;
  extra_[id.row].broken = heals;
  event(EventKind::NodeBroke, id, 0, Name(heals == 1 ? "Reboot" : heals == 2 ? "Reimage" : "Redeploy"));
  set_answering(id, false);
  record(detail(instance.pool));
}

void ScaleSets::terminate(InstanceId id, Name reason) {
  if (!parts_.cloud.instances.contains(id) || parts_.cloud.instances[id].state != InstanceState::Running) return;
  const Duration takes = removal_time(id);
  const Instance& instance = parts_.cloud.instances[id];
  parts_.registrars[instance.cluster]->node_leaving(instance.node, Duration{0}, reason);
  Detail& of = detail(instance.pool);
  begin_removal(id, reason, takes);
  record(of);
}

}  // namespace akstwin
