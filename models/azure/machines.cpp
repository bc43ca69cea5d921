/// The part of ScaleSets that concerns standalone machines: VMs of any size, made one by one for node auto-provisioning.
#include <algorithm>

#include "models/azure/scale_sets.hpp"

namespace akstwin {

Name ScaleSets::create_machine(PoolId id, const MachineSpec& machine) {
  Detail& of = detail(id);
  const Pool& pool = parts_.cloud.pools[id];
  NodePoolSpec spec = *pool.spec;
  spec.vm_size = machine.vm_size;
  spec.spot = machine.spot;
  spec.labels = machine.labels;
  spec.taints = machine.taints;
  const auto refused = [&](Name code, Name quota = {}) {
    refuse(of, 1, code, quota);
    record(of);
    return code;
  };
  if (zone_lost(of.region, machine.zone)) return refused(Name("ZonalAllocationFailed"));
  // Azure's answer when a size has no spot capacity left: https://aka.ms/azureskunotavailable.
  if (!zone_open(of, spec, machine.zone)) return refused(Name("SkuNotAvailable"));
  if (const Name code = allocation_refusal(of, spec, machine.zone, pool.next_ordinal); !code.empty()) return refused(code);
  if (const Name quota = quotas_.refuses(of.region, spec, 1); !quota.empty()) return refused(Name("QuotaExceeded"), quota);
  InstanceId created;
  if (const Name code = admit(of, machine.zone, machine.name, created); !code.empty()) return refused(code);
  const auto same = [&](const NodePoolSpec& known) {
    return known.name == spec.name && known.vm_size == spec.vm_size && known.spot == spec.spot && known.labels == spec.labels &&
           known.taints == spec.taints && known.times.boot == spec.times.boot;
  };
  const auto known = std::find_if(machines_.begin(), machines_.end(), same);
  parts_.cloud.instances[created].machine = known != machines_.end() ? &*known : &machines_.emplace_back(spec);
  quotas_.take(of.region, spec);
  allocation_.given({of.region, machine.zone, &spec, 0}, parts_.kernel.now());
  event(EventKind::NodeRequested, created, 0, machine.vm_size);
  parts_.kernel.after(boot_time(created), booted_, {created.row, extra_[created.row].epoch});
  record(of);
  return {};
}

bool ScaleSets::remove_machine(PoolId id, Name machine, Name reason) {
  for (const InstanceId instance_id : parts_.cloud.pools[id].instances) {
    const Instance& instance = parts_.cloud.instances[instance_id];
    if (instance.node_name != machine) continue;
    if (instance.state == InstanceState::Deleting || instance.state == InstanceState::Deallocating) return false;
    begin_removal(instance_id, reason, removal_time(instance_id));
    record(detail(id));
    return true;
  }
  return false;
}

void ScaleSets::record_machines(Detail& detail) {
  const Pool& pool = parts_.cloud.pools[detail.id];
  std::vector<std::int64_t> counts(detail.machine_gauges.size(), 0);
  for (const InstanceId id : pool.instances) {
    const Instance& instance = parts_.cloud.instances[id];
    if (instance.machine == nullptr) continue;   // just admitted
    const Name kind(instance.machine->vm_size.str() + (instance.machine->spot ? "/spot" : "/on-demand"));
    auto gauge = std::find_if(detail.machine_gauges.begin(), detail.machine_gauges.end(), [&](const auto& known) { return known.first == kind; });
    if (gauge == detail.machine_gauges.end()) {
      detail.machine_gauges.emplace_back(kind, parts_.timeline.series(key(GaugeKind::MachinesAllocated, detail.cluster, pool.key, kind)));
      gauge = detail.machine_gauges.end() - 1;
      counts.push_back(0);
    }
    ++counts[static_cast<std::size_t>(gauge - detail.machine_gauges.begin())];
  }
  for (std::size_t i = 0; i < counts.size(); ++i) parts_.timeline.set(detail.machine_gauges[i].second, parts_.kernel.now(), counts[i]);
}

}  // namespace akstwin
