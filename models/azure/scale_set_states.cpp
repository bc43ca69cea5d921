/// The part of ScaleSets that concerns machines which are switched off, fail to come, or are made with their pool.
#include <algorithm>

#include "models/azure/scale_sets.hpp"

namespace akstwin {

std::int64_t ScaleSets::deallocated(const Detail& detail) const {
  return std::ranges::count_if(parts_.cloud.pools[detail.id].instances, [&](InstanceId id) {
    const InstanceState state = parts_.cloud.instances[id].state;
    return state == InstanceState::Deallocated || state == InstanceState::Deallocating;
  });
}

/// The machine is off: its node has left the cluster, its disks, its address and its quota stay (facts G; AKS scale-down-mode.md).
void ScaleSets::settle_deallocated(InstanceId id) {
  Instance& instance = parts_.cloud.instances[id];
  if (!instance.node.null()) parts_.registrars[instance.cluster]->node_gone(instance.node, extra_[id.row].reason);
  parts_.cloud.instances[id].node = NodeId{};
  parts_.cloud.instances[id].state = InstanceState::Deallocated;
  extra_[id.row].kept = true;
  extra_[id.row].unreachable = false;
  event(EventKind::NodeDeallocated, id, (parts_.kernel.now() - extra_[id.row].switched_off).us, extra_[id.row].reason);
  next_epoch(id);
  record(detail(parts_.cloud.instances[id].pool));
}

std::int64_t ScaleSets::start_deallocated(Detail& detail, std::int64_t count) {
  std::vector<InstanceId> off;
  for (const InstanceId id : parts_.cloud.pools[detail.id].instances)
    if (parts_.cloud.instances[id].state == InstanceState::Deallocated) off.push_back(id);
  std::ranges::stable_sort(off, {}, [&](InstanceId id) { return extra_[id.row].switched_off; });
  std::int64_t started = 0;
  for (const InstanceId id : off) {
    if (started == count || detail.free_slots.empty()) break;
    Instance& instance = parts_.cloud.instances[id];
    const NodePoolSpec& spec = spec_of(instance);
    // The disks are there, the machine is not: it needs capacity in its zone like a new one.
    if (!zone_open(detail, spec, instance.zone) || !allocation_refusal(detail, spec, instance.zone, instance.ordinal).empty()) continue;
    allocation_.given({detail.region, instance.zone, &spec, instance.ordinal}, parts_.kernel.now());
    instance.slot = *detail.free_slots.begin();
    detail.free_slots.erase(detail.free_slots.begin());
    instance.state = InstanceState::Creating;
    instance.requested = parts_.kernel.now();
    ++extra_[id.row].restarts;
    ++parts_.cloud.pools[detail.id].target;
    event(EventKind::NodeRequested, id, 0, Name("Start"));
    parts_.kernel.after(boot_time(id), booted_, {id.row, next_epoch(id)});
    ++started;
  }
  return started;
}

std::int64_t ScaleSets::count_of_new(Detail& detail, std::int64_t count) {
  if (!detail.counts_deallocated) return count;
  count -= start_deallocated(detail, count);
  const Pool& pool = parts_.cloud.pools[detail.id];
  // What is switched off keeps its place in the pool: a market that is closed blocks growth as well (facts G).
  const std::int64_t room = std::max<std::int64_t>(0, pool.max - pool.target - deallocated(detail));
  if (count > room) refuse(detail, count - room, Name("SkuNotAvailable"));
  return std::min(count, room);
}

/// ProvisioningState Failed: it is billed and counted until somebody deletes it, and never joins.
void ScaleSets::fail_machine(InstanceId id) {
  Instance& instance = parts_.cloud.instances[id];
  instance.failed = true;
  Pool& pool = parts_.cloud.pools[instance.pool];
  pool.last_failure = parts_.kernel.now();
  pool.last_failure_code = Name("ProvisioningFailed");
  event(EventKind::NodeFailed, id, 0, Name("ProvisioningFailed"));
  next_epoch(id);
  record(detail(instance.pool));
}

bool ScaleSets::create_pool(PoolId id, Duration ready_after) {
  Pool& pool = parts_.cloud.pools[id];
  if (!pool.stopped) return false;
  pool.stopped = false;
  Detail& of = detail(id);
  of.boot_override = ready_after;
  resize(id, of.resume_target);
  of.boot_override.reset();
  return pool.target == std::min(of.resume_target, pool.max);
}

}  // namespace akstwin
