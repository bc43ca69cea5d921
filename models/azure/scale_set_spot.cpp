/// The part of ScaleSets that concerns spot machines: evictions, closed markets, prices above what a pool pays.
#include <algorithm>
#include <set>

#include "models/azure/scale_sets.hpp"

namespace akstwin {

void ScaleSets::evict(InstanceId id, Duration notice) {
  const Instance instance = parts_.cloud.instances[id];
  event(EventKind::SpotNotice, id, notice.us);
  parts_.registrars[instance.cluster]->node_preempted(instance.node, notice);
  begin_removal(id, Name("SpotEviction"), notice, spec_of(instance).eviction);
}

std::int64_t ScaleSets::evict_spot(PoolId id, int zone, std::int64_t count, Duration notice) {
  if (!region_up(id)) return 0;
  std::vector<InstanceId> running;
  for (const InstanceId instance_id : parts_.cloud.pools[id].instances) {
    const Instance& instance = parts_.cloud.instances[instance_id];
    if (!spec_of(instance).spot) continue;
    if (instance.state == InstanceState::Running && (zone == 0 || instance.zone == zone)) running.push_back(instance_id);
  }
  const auto goes = static_cast<std::size_t>(std::clamp<std::int64_t>(count, 0, static_cast<std::int64_t>(running.size())));
  for (std::size_t i = 0; i < goes; ++i) evict(running[running.size() - 1 - i], notice);
  record(detail(id));
  return static_cast<std::int64_t>(goes);
}

std::int64_t ScaleSets::spot_running(const SpotMarketKey& market) const {
  std::int64_t count = 0;
  for (const Detail& detail : details_)
    for (const InstanceId id : parts_.cloud.pools[detail.id].instances) {
      const Instance& instance = parts_.cloud.instances[id];
      count += instance.state == InstanceState::Running && in_market(instance, market) ? 1 : 0;
    }
  return count;
}

std::int64_t ScaleSets::reclaim(const SpotMarketKey& market, std::int64_t count, Duration notice) {
  if (!parts_.cloud.region_up[market.region]) return 0;
  std::vector<InstanceId> running;
  for (const Detail& detail : details_)
    for (const InstanceId id : parts_.cloud.pools[detail.id].instances) {
      const Instance& instance = parts_.cloud.instances[id];
      if (instance.state == InstanceState::Running && in_market(instance, market)) running.push_back(id);
    }
  // Newest first; machines of one age in the order of their pools, which is the scenario's.
  std::stable_sort(running.begin(), running.end(), [&](InstanceId x, InstanceId y) {
    const Instance &a = parts_.cloud.instances[x], &b = parts_.cloud.instances[y];
    if (a.requested != b.requested) return a.requested > b.requested;
    return a.pool.row != b.pool.row ? a.pool.row < b.pool.row : a.ordinal > b.ordinal;
  });
  if (static_cast<std::int64_t>(running.size()) > count) running.resize(static_cast<std::size_t>(count));
  std::set<std::uint32_t> touched;
  for (const InstanceId id : running) {
    touched.insert(parts_.cloud.instances[id].pool.row);
    evict(id, notice);
  }
  for (const std::uint32_t pool : touched) record(details_[pool]);
  return static_cast<std::int64_t>(running.size());
}

ScaleSets::Market& ScaleSets::market_row(const SpotMarketKey& market) {
  const auto found = std::find_if(markets_.begin(), markets_.end(), [&](const Market& known) { return known.key == market; });
  return found == markets_.end() ? markets_.emplace_back(Market{market, SimTime{}}) : *found;
}

void ScaleSets::close_market(const SpotMarketKey& market, SimTime until) {
  Market& row = market_row(market);
  row.closed_until = std::max(row.closed_until, until);
}

std::int64_t ScaleSets::set_spot_price(const SpotMarketKey& market, Money hourly, Duration notice) {
  market_row(market).price = hourly;
  if (!parts_.cloud.region_up[market.region]) return 0;
  std::int64_t gone = 0;
  for (Detail& detail : details_) {
    const std::vector<InstanceId> instances = parts_.cloud.pools[detail.id].instances;
    const std::int64_t before = gone;
    for (const InstanceId id : instances) {
      const Instance& instance = parts_.cloud.instances[id];
      if (instance.state != InstanceState::Running || !in_market(instance, market)) continue;
      if (!spec_of(instance).spot_max_price || hourly <= *spec_of(instance).spot_max_price) continue;
      evict(id, notice);
      ++gone;
    }
    if (gone > before || parts_.cloud.pools[detail.id].spec->vm_size == market.vm_size) record(detail);
  }
  return gone;
}

void ScaleSets::record_spot_price(Detail& detail) {
  const Pool& pool = parts_.cloud.pools[detail.id];
  if (!pool.spec->spot || pool.of_machines) return;
  std::int64_t machines = 0, sum = 0;
  for (const InstanceId id : pool.instances) {
    const Instance& instance = parts_.cloud.instances[id];
    if (instance.state == InstanceState::Deallocated) continue;
    const auto market = std::ranges::find_if(markets_, [&](const Market& known) { return in_market(instance, known.key) && known.price.nano >= 0; });
    if (market == markets_.end()) return;
    sum += market->price.nano;
    ++machines;
  }
  if (machines == 0) return;
  if (!detail.spot_price) detail.spot_price = parts_.timeline.series(key(GaugeKind::PoolSpotPrice, detail.cluster, pool.key));
  parts_.timeline.set(*detail.spot_price, parts_.kernel.now(), sum / machines);
}

}  // namespace akstwin
