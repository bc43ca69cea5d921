/// The part of ScaleSets that outages concern, and its bookkeeping.
#include <algorithm>

#include "models/azure/scale_sets.hpp"

namespace akstwin {

void ScaleSets::zone_changed(std::uint32_t region, int zone, bool up) {
  const auto known = std::find(zones_down_.begin(), zones_down_.end(), std::pair(region, zone));
  if (up && known != zones_down_.end()) zones_down_.erase(known);
  if (!up && known == zones_down_.end()) zones_down_.emplace_back(region, zone);
  for (Detail& detail : details_) {
    if (detail.region != region) continue;
    std::int64_t refused = 0;
    const std::vector<InstanceId> instances = parts_.cloud.pools[detail.id].instances;   // A copy: machines that boot are dropped from it.
    for (const InstanceId id : instances) {
      const Instance& instance = parts_.cloud.instances[id];
      if (instance.zone != zone) continue;
      if (instance.state == InstanceState::Running) {
        extra_[id.row].unreachable = !up;
        parts_.kernel.set_site(parts_.platform.nic_slots[detail.index][instance.slot], up);
        parts_.registrars[instance.cluster]->node_unreachable(instance.node, !up);
      } else if (instance.state == InstanceState::Creating && !up) {
        lose_machine(id);
        ++refused;
      }
    }
    if (refused > 0) refuse(detail, refused, Name("ZonalAllocationFailed"));
    record(detail);
  }
}

/// A machine that never came: its allocation is taken back at once.
void ScaleSets::lose_machine(InstanceId id) {
  const Instance& instance = parts_.cloud.instances[id];
  --parts_.cloud.pools[instance.pool].target;
  free_slot(detail(instance.pool), instance.slot);
  extra_[id.row].reason = Name("Outage");
  erase(id);
}

void ScaleSets::region_changed(std::uint32_t region, bool up) {
  for (Detail& detail : details_) {
    if (detail.region != region) continue;
    for (const InstanceId id : parts_.cloud.pools[detail.id].instances) {
      const Instance& instance = parts_.cloud.instances[id];
      if (instance.state == InstanceState::Running) {
        extra_[id.row].unreachable = !up;
        continue;
      }
      const std::uint32_t epoch = next_epoch(id);   // Whatever was under way is void.
      if (!up) continue;
      ++extra_[id.row].restarts;
      if (instance.state == InstanceState::Creating) parts_.kernel.after(boot_time(id), booted_, {id.row, epoch});
      else parts_.kernel.after(removal_time(id), removed_, {id.row, epoch});
    }
    record(detail);
  }
}

// ---- Bookkeeping ----

InstanceId ScaleSets::current(Subject subject) const {
  const InstanceId id = parts_.cloud.instances.at(subject.row);
  return id.null() || extra_[subject.row].epoch != subject.epoch ? InstanceId{} : id;
}

std::uint32_t ScaleSets::next_epoch(InstanceId id) {
  const std::uint32_t epoch = ++extra_[id.row].epoch;
  parts_.cloud.instances[id].epoch = epoch;
  return epoch;
}

Duration ScaleSets::boot_time(InstanceId id) const {
  const Instance& instance = parts_.cloud.instances[id];
  const RngStream& stream = details_[instance.pool.row].boot;
  return parts_.cloud.pools[instance.pool].spec->times.boot.quantile(stream.uniform(instance.ordinal, extra_[id.row].restarts));
}

Duration ScaleSets::removal_time(InstanceId id) const {
  const Instance& instance = parts_.cloud.instances[id];
  const RngStream& stream = details_[instance.pool.row].remove;
  return parts_.cloud.pools[instance.pool].spec->times.remove.quantile(stream.uniform(instance.ordinal, extra_[id.row].restarts));
}

void ScaleSets::event(EventKind kind, InstanceId id, std::int64_t value, Name why) {
  const Instance& instance = parts_.cloud.instances[id];
  const Name node(details_[instance.pool.row].cluster.str() + "/" + instance.node_name.str());
  parts_.timeline.event({parts_.kernel.now(), code(kind), node, parts_.cloud.pools[instance.pool].key, why, value});
}

/// Azure bills an instance from its creation until its deletion has finished (docs/models/virtual-machine-scale-set.md).
void ScaleSets::record(Detail& detail) {
  const Pool& pool = parts_.cloud.pools[detail.id];
  const SimTime now = parts_.kernel.now();
  parts_.timeline.set(detail.allocated, now, static_cast<std::int64_t>(pool.instances.size()));
  parts_.timeline.set(detail.target, now, pool.target);
  std::vector<std::int64_t> ready(detail.zones.size(), 0);
  for (const InstanceId id : pool.instances) {
    const Instance& instance = parts_.cloud.instances[id];
    if (instance.state != InstanceState::Running || extra_[id.row].unreachable) continue;
    const auto zone = std::find(detail.zones.begin(), detail.zones.end(), instance.zone) - detail.zones.begin();
    ++ready[static_cast<std::size_t>(zone)];
  }
  for (std::size_t zone = 0; zone < ready.size(); ++zone) parts_.timeline.set(detail.zone_gauges[zone], now, ready[zone]);
  if (pool.of_machines) record_machines(detail);
}

}  // namespace akstwin
