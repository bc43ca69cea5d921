#include "models/workload/data_replication.hpp"

#include <algorithm>

#include "models/observe/kinds.hpp"
#include "sim/base/check.hpp"

namespace akstwin {

DataReplication::DataReplication(Kernel& kernel, Timeline& timeline, const RngRoot& root, const Scenario& scenario,
                                 std::vector<Name> regions, CloudState& cloud)
    : kernel_(kernel), timeline_(timeline), regions_(std::move(regions)), cloud_(cloud) {
  done_ = kernel.handlers().add<&DataReplication::on_done>("data.failed_over", Phase::Plant, *this);
  for (const DataStoreSpec& spec : scenario.data) {
    Store store;
    store.spec = &spec;
    store.lag = RngStream(root, "workload/data/" + spec.name.str() + "/lag");
    store.takes = RngStream(root, "workload/data/" + spec.name.str() + "/failover");
    stores_.push_back(std::move(store));
    const Name home = scenario.clusters.empty() ? Name{} : scenario.clusters.front().location;
    cloud.data_region.push_back(spec.regions.empty() ? home : spec.regions.front());
  }
}

bool DataReplication::up(Name region) const {
  const auto found = std::find(regions_.begin(), regions_.end(), region);
  return found == regions_.end() || cloud_.region_up[static_cast<std::size_t>(found - regions_.begin())];
}

Name DataReplication::next_region(const Store& store, Name from) const {
  for (const Name region : store.spec->regions)
    if (region != from && up(region)) return region;
  return {};
}

bool DataReplication::writable() const {
  return std::all_of(cloud_.data_region.begin(), cloud_.data_region.end(), [&](Name region) { return up(region); });
}

void DataReplication::outage_began(const OutageNotice& outage) {
  if (outage.zone != 0) return;   // Zone-redundant stores lose nothing with a zone (facts H).
  for (std::uint32_t i = 0; i < stores_.size(); ++i) {
    Store& store = stores_[i];
    if (cloud_.data_region[i] != outage.region) continue;
    store.lost = store.spec->replication_lag.quantile(store.lag.uniform(store.losses++));
    if (store.spec->failover_automatic || store.spec->multi_region_writes) fail_over(i, {}, Duration{0});
  }
}

void DataReplication::outage_ended(const OutageNotice& outage) {
  if (outage.zone != 0) return;
  for (std::uint32_t i = 0; i < stores_.size(); ++i)
    if (cloud_.data_region[i] == outage.region) stores_[i].lost = {};   // Nobody failed over: what was written is there again.
}

void DataReplication::fail_over(std::uint32_t index, Name region, Duration takes) {
  AKSTWIN_CHECK(index < stores_.size(), "only a store of the scenario fails over");
  Store& store = stores_[index];
  const Name target = region.empty() ? next_region(store, cloud_.data_region[index]) : region;
  if (target.empty() || target == cloud_.data_region[index]) return;
  if (store.failing_over && store.target == target) return;   // On its way already.
  store.failing_over = true;
  store.target = target;
  const double u = store.takes.uniform(store.epoch++);
  kernel_.after(takes + store.spec->failover_time.quantile(u), done_, {index, store.epoch});
}

void DataReplication::on_done(Subject subject) {
  Store& store = stores_[subject.row];
  if (store.epoch != subject.epoch) return;
  store.failing_over = false;
  if (!up(store.target)) return;   // Its target was lost meanwhile: the fail-over fails.
  // From a region that is up, a fail-over waits for the last write to arrive and loses none.
  const Duration lost = up(cloud_.data_region[subject.row]) ? Duration{0} : store.lost;
  cloud_.data_region[subject.row] = store.target;
  store.lost = {};
  timeline_.event({kernel_.now(), code(EventKind::DataFailedOver), store.spec->name, store.target, {}, lost.us});
}

}  // namespace akstwin
