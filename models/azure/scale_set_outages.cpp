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
        // In a region that is down, and where a part was lost already, it is silent and stays so.
        if (extra_[id.row].lost_by == 0 && parts_.cloud.region_up[region]) set_answering(id, up);
      } else if (instance.state == InstanceState::Creating && !up) {
        lose_machine(id);
        ++refused;
      }
    }
    if (refused > 0) refuse(detail, refused, Name("ZonalAllocationFailed"));
    record(detail);
  }
}

void ScaleSets::set_answering(InstanceId id, bool answers) {
  const Instance& instance = parts_.cloud.instances[id];
  if (extra_[id.row].unreachable == !answers) return;
  extra_[id.row].unreachable = !answers;
  parts_.kernel.set_site(parts_.platform.nic_slots[detail(instance.pool).index][instance.slot], answers);
  parts_.registrars[instance.cluster]->node_unreachable(instance.node, !answers);
}

/// The machines with the smallest draws, so that a larger share hits all those of a smaller one.
void ScaleSets::lose_part(std::uint32_t region, int zone, std::int64_t share_ppm, std::uint32_t outage) {
  std::vector<std::pair<double, InstanceId>> there;
  for (const Detail& detail : details_)
    for (const InstanceId id : parts_.cloud.pools[detail.id].instances) {
      const Instance& instance = parts_.cloud.instances[id];
      if (detail.region != region || instance.zone != zone || instance.state != InstanceState::Running || extra_[id.row].unreachable) continue;
      there.emplace_back(parts_lost_.uniform((std::uint64_t{detail.index} << 32) | instance.ordinal), id);
    }
  std::ranges::stable_sort(there, {}, &std::pair<double, InstanceId>::first);
  const std::int64_t all = static_cast<std::int64_t>(there.size()), hit = (all * share_ppm + 999'999) / 1'000'000;
  for (std::int64_t i = 0; i < hit; ++i) {
    const InstanceId id = there[static_cast<std::size_t>(i)].second;
    extra_[id.row].lost_by = outage;
    set_answering(id, false);
  }
  for (Detail& detail : details_)
    if (detail.region == region) record(detail);
}

void ScaleSets::restore_part(std::uint32_t outage) {
  for (Detail& detail : details_) {
    for (const InstanceId id : parts_.cloud.pools[detail.id].instances) {
      if (extra_[id.row].lost_by != outage) continue;
      extra_[id.row].lost_by = 0;
      const Instance& instance = parts_.cloud.instances[id];
      if (instance.state == InstanceState::Running && parts_.cloud.region_up[detail.region] && !zone_lost(detail.region, instance.zone)) set_answering(id, true);
    }
    record(detail);
  }
}

/// A machine that never came: its allocation is taken back at once. One that was to start again stays switched off.
void ScaleSets::lose_machine(InstanceId id) {
  Instance& instance = parts_.cloud.instances[id];
  --parts_.cloud.pools[instance.pool].target;
  free_slot(detail(instance.pool), instance.slot);
  if (extra_[id.row].kept) {
    instance.state = InstanceState::Deallocated;
    next_epoch(id);
    return;
  }
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
        extra_[id.row].lost_by = 0;   // the return of the region ends a partial outage in it
        continue;
      }
      if (instance.state == InstanceState::Deallocated || instance.failed) continue;
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
  const Detail& of = details_[instance.pool.row];
  if (of.boot_override) return *of.boot_override;
  const NodeTimesSpec& times = parts_.cloud.pools[instance.pool].spec->times;
  return (extra_[id.row].kept ? times.start : times.boot).quantile(stream.uniform(instance.ordinal, extra_[id.row].restarts));
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
  auto billed = static_cast<std::int64_t>(pool.instances.size());
  if (detail.counts_deallocated) {
    const std::int64_t off = std::ranges::count_if(pool.instances, [&](InstanceId id) { return parts_.cloud.instances[id].state == InstanceState::Deallocated; });
    parts_.timeline.set(detail.deallocated, now, off);
    billed -= off;
  }
  parts_.timeline.set(detail.allocated, now, billed);
  parts_.timeline.set(detail.target, now, pool.target);
  std::vector<std::int64_t> ready(detail.zones.size(), 0);
  for (const InstanceId id : pool.instances) {
    const Instance& instance = parts_.cloud.instances[id];
    if (instance.state != InstanceState::Running || extra_[id.row].unreachable) continue;
    const auto zone = std::find(detail.zones.begin(), detail.zones.end(), instance.zone) - detail.zones.begin();
    ++ready[static_cast<std::size_t>(zone)];
  }
  for (std::size_t zone = 0; zone < ready.size(); ++zone) parts_.timeline.set(detail.zone_gauges[zone], now, ready[zone]);
  if (!markets_.empty()) record_spot_price(detail);
  if (pool.of_machines) record_machines(detail);
}

}  // namespace akstwin
