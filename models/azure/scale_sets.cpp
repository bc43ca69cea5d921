#include "models/azure/scale_sets.hpp"

#include <algorithm>
#include <string>

#include "models/catalog/machine_sizes.hpp"
#include "sim/base/check.hpp"

namespace akstwin {

Name instance_name(Name pool, std::uint32_t ordinal) {
  std::string digits(6, '0');
  for (std::size_t i = digits.size(); i-- > 0 && ordinal > 0; ordinal /= 36) digits[i] = "0123456789abcdefghijklmnopqrstuvwxyz"[ordinal % 36];
  return Name("aks-" + pool.str() + "-vmss" + digits);
}

Name single_machine_name(Name pool, std::uint32_t ordinal) { return Name("aks-" + pool.str() + "-vms" + std::to_string(ordinal)); }

ScaleSets::ScaleSets(Parts parts)
    : parts_(std::move(parts)), quotas_(parts_.scenario, parts_.platform), allocation_(parts_.scenario, parts_.platform, parts_.root),
      parts_lost_(parts_.root, "azure/vmss/partial-outage") {
  HandlerRegistry& handlers = parts_.kernel.handlers();
  booted_ = handlers.add<&ScaleSets::on_booted>("vmss.instance_booted", Phase::Plant, *this);
  removed_ = handlers.add<&ScaleSets::on_removed>("vmss.instance_removed", Phase::Plant, *this);
  add_maintenance();
  parts_.cloud.region_up.assign(parts_.platform.topology.regions.size(), true);
  for (std::uint32_t c = 0; c < parts_.scenario.clusters.size(); ++c)
    for (const NodePoolSpec& spec : parts_.scenario.clusters[c].pools) add_pool(c, spec, false);
  for (std::uint32_t c = 0; c < parts_.scenario.clusters.size(); ++c) {
    const ClusterSpec& cluster = parts_.scenario.clusters[c];
    if (!cluster.provisioning.automatic) continue;
    for (const KarpenterNodePoolSpec& pool : cluster.provisioning.node_pools)
      add_pool(c, machine_pools_.emplace_back(machine_pool(cluster, pool)), true);
  }
}

void ScaleSets::add_pool(std::uint32_t cluster, const NodePoolSpec& spec, bool of_machines) {
  const ClusterSpec& owner = parts_.scenario.clusters[cluster];
  Pool pool;
  pool.spec = &spec;
  pool.cluster = cluster;
  pool.key = Name(owner.name.str() + "/" + spec.name.str());
  pool.max = largest_count(parts_.scenario, owner, spec);
  pool.of_machines = of_machines;
  pool.min = spec.autoscaling ? spec.min_count : 0;
  Detail detail;
  detail.id = parts_.cloud.pools.insert(pool);
  detail.index = static_cast<std::uint32_t>(details_.size());
  AKSTWIN_CHECK(detail.id.row == detail.index, "the pools are the only rows of their table");
  detail.region = parts_.platform.cluster_region[cluster];
  detail.cluster = owner.name;
  detail.boot = RngStream(parts_.root, "azure/vmss/pool=" + pool.key.str() + "/boot");
  detail.remove = RngStream(parts_.root, "azure/vmss/pool=" + pool.key.str() + "/remove");
  detail.failure = RngStream(parts_.root, "azure/vmss/pool=" + pool.key.str() + "/failure");
  for (std::uint32_t slot = 0; slot < parts_.platform.nic_slots[detail.index].size(); ++slot) detail.free_slots.insert(slot);
  detail.zones = spec.zones.empty() ? std::vector<int>{0} : spec.zones;
  std::sort(detail.zones.begin(), detail.zones.end());
  detail.allocated = parts_.timeline.series(key(GaugeKind::NodesAllocated, owner.name, pool.key));
  detail.target = parts_.timeline.series(key(GaugeKind::NodesTarget, owner.name, pool.key));
  detail.counts_deallocated = spec.scale_down == Removal::Deallocate || (spec.spot && spec.eviction == Removal::Deallocate);
  if (detail.counts_deallocated) detail.deallocated = parts_.timeline.series(key(GaugeKind::NodesDeallocated, owner.name, pool.key));
  for (const int zone : detail.zones)
    detail.zone_gauges.push_back(parts_.timeline.series(key(GaugeKind::ZoneNodes, owner.name, pool.key, Name(std::to_string(zone)))));
  details_.push_back(std::move(detail));
}

void ScaleSets::start() {
  for (Detail& detail : details_) {
    Pool& pool = parts_.cloud.pools[detail.id];
    const NodePoolSpec& spec = *pool.spec;
    const std::int64_t count = spec.autoscaling ? std::clamp(spec.count, spec.min_count, std::max(spec.min_count, spec.max_count)) : spec.count;
    if (!spec.exists_at_start || !parts_.scenario.clusters[pool.cluster].exists_at_start) {
      pool.stopped = true;
      detail.resume_target = count;
      record(detail);
      continue;
    }
    const Name quota = quotas_.refuses(detail.region, spec, count);
    if (!quota.empty()) refuse(detail, count, Name("QuotaExceeded"), quota);
    for (std::int64_t i = 0; i < count && quota.empty(); ++i) {
      InstanceId id;
      if (const Name code = create_instance(detail, id); !code.empty()) {
        refuse(detail, count - i, code);
        break;
      }
      join(id);
    }
    record(detail);
  }
}

PoolId ScaleSets::find_pool(Name key) const {
  for (const Detail& detail : details_)
    if (parts_.cloud.pools[detail.id].key == key) return detail.id;
  return {};
}

bool ScaleSets::region_up(PoolId pool) const { return parts_.cloud.region_up[details_[pool.row].region]; }

// ---- Placement ----

const NodePoolSpec& ScaleSets::spec_of(const Instance& instance) const {
  return instance.machine != nullptr ? *instance.machine : *parts_.cloud.pools[instance.pool].spec;
}

bool ScaleSets::in_market(const Instance& instance, const SpotMarketKey& market) const {
  const NodePoolSpec& spec = spec_of(instance);
  return spec.spot && spec.vm_size == market.vm_size && instance.zone == market.zone && details_[instance.pool.row].region == market.region;
}

bool ScaleSets::zone_lost(std::uint32_t region, int zone) const {
  return std::find(zones_down_.begin(), zones_down_.end(), std::pair(region, zone)) != zones_down_.end();
}

bool ScaleSets::zone_open(const Detail& detail, const NodePoolSpec& spec, int zone) const {
  if (zone_lost(detail.region, zone)) return false;
  return std::none_of(markets_.begin(), markets_.end(), [&](const Market& market) {
    if (!spec.spot || market.key != SpotMarketKey{spec.vm_size, detail.region, zone}) return false;
    return parts_.kernel.now() < market.closed_until || (spec.spot_max_price && market.price > *spec.spot_max_price);
  });
}

std::int64_t ScaleSets::live_in(const Detail& detail, int zone) const {
  std::int64_t count = 0;
  for (const InstanceId id : parts_.cloud.pools[detail.id].instances) {
    const Instance& instance = parts_.cloud.instances[id];
    count += instance.zone == zone && is_wanted(instance.state) ? 1 : 0;
  }
  return count;
}

/// Best-effort zone balance: the open zone with the fewest instances, the lowest number on ties.
ScaleSets::Placement ScaleSets::place(const Detail& detail, std::uint32_t number) const {
  Placement best{0, Name("ZonalAllocationFailed")};
  std::int64_t fewest = 0;
  const NodePoolSpec& spec = *parts_.cloud.pools[detail.id].spec;
  for (const int zone : detail.zones) {
    if (!zone_open(detail, spec, zone)) continue;
    if (const Name code = allocation_refusal(detail, spec, zone, number); !code.empty()) {
      if (!best.refusal.empty()) best.refusal = code;
      continue;
    }
    const std::int64_t count = live_in(detail, zone);
    if (best.refusal.empty() && count >= fewest) continue;
    best = {zone, {}};
    fewest = count;
  }
  return best;
}

Name ScaleSets::allocation_refusal(const Detail& detail, const NodePoolSpec& spec, int zone, std::uint32_t number) const {
  return allocation_.refuses({detail.region, zone, &spec, (std::uint64_t{detail.index} << 32) | number}, parts_.kernel.now());
}

// ---- Birth ----

Name ScaleSets::create_instance(Detail& detail, InstanceId& created) {
  const Placement placement = place(detail, parts_.cloud.pools[detail.id].next_ordinal);
  if (!placement.refusal.empty()) return placement.refusal;
  const Name refused = admit(detail, placement.zone, {}, created);
  if (refused.empty()) quotas_.take(detail.region, *parts_.cloud.pools[detail.id].spec);
  return refused;
}

Name ScaleSets::admit(Detail& detail, int zone, Name name, InstanceId& created) {
  if (detail.free_slots.empty()) return Name("QuotaExceeded");
  if (const Name code = parts_.addresses.reserve(detail.index); !code.empty()) return code;
  Pool& pool = parts_.cloud.pools[detail.id];
  Instance instance;
  instance.pool = detail.id;
  instance.cluster = pool.cluster;
  instance.ordinal = pool.next_ordinal++;
  instance.slot = *detail.free_slots.begin();
  instance.zone = zone;
  instance.node_name = name;
  if (name.empty()) instance.node_name = pool.spec->single_machines ? single_machine_name(pool.spec->name, instance.ordinal) : instance_name(pool.spec->name, instance.ordinal);
  instance.requested = parts_.kernel.now();
  detail.free_slots.erase(detail.free_slots.begin());
  created = parts_.cloud.instances.insert(instance);
  if (extra_.size() <= created.row) extra_.resize(created.row + 1);
  Extra fresh;
  fresh.epoch = extra_[created.row].epoch;
  extra_[created.row] = fresh;
  next_epoch(created);
  pool.instances.push_back(created);
  ++pool.target;
  return {};
}

void ScaleSets::resize(PoolId id, std::int64_t target) {
  Detail& of = detail(id);
  Pool& pool = parts_.cloud.pools[id];
  if (pool.stopped || pool.of_machines) return;
  target = std::clamp<std::int64_t>(target, 0, std::max(pool.max, pool.target));   // an upgrade's surge may stand above the maximum
  if (target > pool.target) grow(of, count_of_new(of, target - pool.target));
  else if (target < pool.target) shrink(of, pool.target - target, Name("ScaleDown"));
  record(of);
}

void ScaleSets::grow(Detail& detail, std::int64_t count) {
  if (count == 0) return;
  if (const Name quota = quotas_.refuses(detail.region, *parts_.cloud.pools[detail.id].spec, count); !quota.empty())
    return refuse(detail, count, Name("QuotaExceeded"), quota);
  // A scale set's request is granted its addresses as a whole or not at all: 30 asked for, 24 free, none created (Azure/AKS#2531).
  if (const Name code = parts_.addresses.refuses(detail.index, count); !code.empty()) return refuse(detail, count, code);
  for (std::int64_t i = 0; i < count; ++i) {
    InstanceId id;
    // What refuses one instance refuses the next as well: nothing changes within one request.
    if (const Name code = create_instance(detail, id); !code.empty()) return refuse(detail, count - i, code);
    event(EventKind::NodeRequested, id, 0);
    allocation_.given({detail.region, parts_.cloud.instances[id].zone, parts_.cloud.pools[detail.id].spec, 0}, parts_.kernel.now());
    parts_.kernel.after(boot_time(id), booted_, {id.row, extra_[id.row].epoch});
  }
}

void ScaleSets::refuse(Detail& detail, std::int64_t count, Name code, Name quota) {
  Pool& pool = parts_.cloud.pools[detail.id];
  pool.last_failure = parts_.kernel.now();
  pool.last_failure_code = code;
  parts_.timeline.event({parts_.kernel.now(), akstwin::code(EventKind::PoolRefused), pool.key, quota, code, count});
}

void ScaleSets::on_booted(Subject subject) {
  const InstanceId id = current(subject);
  if (id.null()) return;
  const Detail& of = detail(parts_.cloud.instances[id].pool);
  const std::int64_t rate = spec_of(parts_.cloud.instances[id]).provisioning_failure_rate.value;
  const bool fails = rate > 0 && of.failure.uniform(parts_.cloud.instances[id].ordinal, extra_[id.row].restarts) * 1'000'000 < static_cast<double>(rate);
  if (fails) return fail_machine(id);
  join(id);
  event(EventKind::NodeReady, id, (parts_.kernel.now() - parts_.cloud.instances[id].requested).us);
  record(detail(parts_.cloud.instances[id].pool));
}

void ScaleSets::join(InstanceId id) {
  Instance& instance = parts_.cloud.instances[id];
  instance.state = InstanceState::Running;
  const Detail& of = detail(instance.pool);
  const SiteId nic = parts_.platform.nic_slots[of.index][instance.slot];
  const NodeId node = parts_.registrars[instance.cluster]->node_joined(id, instance, spec_of(instance), nic);
  parts_.cloud.instances[id].node = node;
}

// ---- Death ----

std::int64_t ScaleSets::remove(PoolId id, std::span<const NodeId> nodes, Name reason) {
  Detail& of = detail(id);
  std::vector<InstanceId> doomed;
  for (const InstanceId instance_id : parts_.cloud.pools[id].instances) {
    const Instance& instance = parts_.cloud.instances[instance_id];
    if (instance.state == InstanceState::Running && std::find(nodes.begin(), nodes.end(), instance.node) != nodes.end())
      doomed.push_back(instance_id);
  }
  const Removal how = parts_.cloud.pools[id].spec->scale_down;
  for (const InstanceId instance : doomed) begin_removal(instance, reason, removal_time(instance), how);
  record(of);
  return static_cast<std::int64_t>(doomed.size());
}

/// The scale set's default scale-in policy: balance the zones, then the highest instance number.
InstanceId ScaleSets::scale_in_candidate(const Detail& detail) const {
  int fullest = detail.zones.front();
  for (const int zone : detail.zones)
    if (live_in(detail, zone) > live_in(detail, fullest)) fullest = zone;
  InstanceId chosen;
  for (const InstanceId id : parts_.cloud.pools[detail.id].instances) {
    const Instance& instance = parts_.cloud.instances[id];
    if (is_wanted(instance.state) && instance.zone == fullest) chosen = id;   // Oldest first: the last is the newest.
  }
  return chosen;
}

void ScaleSets::shrink(Detail& detail, std::int64_t count, Name reason) {
  for (std::int64_t i = 0; i < count; ++i) {
    const InstanceId id = scale_in_candidate(detail);
    AKSTWIN_CHECK(!id.null(), "the target counts instances that are not being deleted");
    const Duration takes = removal_time(id);
    const Instance& instance = parts_.cloud.instances[id];
    // AKS cordons and drains what a smaller count removes; the pods have until the machine is gone.
    if (instance.state == InstanceState::Running) parts_.registrars[instance.cluster]->node_leaving(instance.node, takes, reason);
    begin_removal(id, reason, takes, instance.state == InstanceState::Running ? spec_of(instance).scale_down : Removal::Delete);
  }
}

void ScaleSets::begin_removal(InstanceId id, Name reason, Duration takes, Removal how) {
  Instance& instance = parts_.cloud.instances[id];
  Detail& of = detail(instance.pool);
  const bool wanted = is_wanted(instance.state);
  if (wanted) --parts_.cloud.pools[instance.pool].target;
  instance.state = how == Removal::Delete ? InstanceState::Deleting : InstanceState::Deallocating;
  extra_[id.row].reason = reason;
  extra_[id.row].switched_off = parts_.kernel.now();
  // A machine on its way out pulls no images: the next one can have its slot.
  if (wanted) free_slot(of, instance.slot);   // one that is switched off has none
  event(EventKind::NodeDeleting, id, 0, reason);
  parts_.kernel.after(takes, removed_, {id.row, next_epoch(id)});
}

void ScaleSets::free_slot(Detail& detail, std::uint32_t slot) {
  detail.free_slots.insert(slot);
  const SiteId nic = parts_.platform.nic_slots[detail.index][slot];
  if (parts_.cloud.region_up[detail.region] && !parts_.kernel.site_up(nic)) parts_.kernel.set_site(nic, true);
}

void ScaleSets::on_removed(Subject subject) {
  const InstanceId id = current(subject);
  if (id.null()) return;
  if (parts_.cloud.instances[id].state == InstanceState::Deallocating) settle_deallocated(id);
  else erase(id);
}

void ScaleSets::erase(InstanceId id) {
  const Instance instance = parts_.cloud.instances[id];
  Detail& of = detail(instance.pool);
  if (!instance.node.null()) parts_.registrars[instance.cluster]->node_gone(instance.node, extra_[id.row].reason);
  event(EventKind::NodeGone, id, 0, extra_[id.row].reason);
  next_epoch(id);
  parts_.addresses.release(of.index);
  quotas_.give_back(of.region, spec_of(instance));
  std::vector<InstanceId>& instances = parts_.cloud.pools[instance.pool].instances;
  instances.erase(std::find(instances.begin(), instances.end(), id));
  parts_.cloud.instances.erase(id);
  record(of);
}

void ScaleSets::stop_pool(PoolId id) {
  Pool& pool = parts_.cloud.pools[id];
  if (pool.stopped) return;
  detail(id).resume_target = pool.target;
  shrink(detail(id), pool.target, Name("PoolStopped"));
  pool.stopped = true;
  record(detail(id));
}

void ScaleSets::start_pool(PoolId id) {
  Pool& pool = parts_.cloud.pools[id];
  if (!pool.stopped) return;
  pool.stopped = false;
  resize(id, detail(id).resume_target);
}

}  // namespace akstwin
