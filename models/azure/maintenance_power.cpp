#include "models/azure/maintenance_power.hpp"

namespace akstwin {
namespace {

// Two recorded `az aks start` took 170 and 345 s, nodes included (aks-operations, 2023-11). A node boots in 150 s at the median, so the control
// plane answers after some 90 s: an assumption.
constexpr Duration kControlPlaneStart{90'000'000};

}  // namespace

ClusterPower::ClusterPower(Kernel& kernel, Timeline& timeline, const Scenario& scenario, CloudState& cloud, ScaleSets& scale_sets,
                           std::vector<NodeRegistrar*> registrars)
    : kernel_(kernel), timeline_(timeline), scenario_(scenario), cloud_(cloud), scale_sets_(scale_sets), registrars_(std::move(registrars)),
      started_(kernel.handlers().add<&ClusterPower::on_started>("aks.cluster_started", Phase::Plant, *this)), clusters_(scenario.clusters.size()) {}

std::vector<PoolId> ClusterPower::pools_of(std::uint32_t cluster) const {
  std::vector<PoolId> pools;
  cloud_.pools.for_each([&](PoolId id, const Pool& pool) {
    if (pool.cluster == cluster && !pool.of_machines && !pool.stopped) pools.push_back(id);
  });
  return pools;
}

void ClusterPower::record(std::uint32_t cluster, EventKind event, std::int64_t running) {
  const Name name = scenario_.clusters[cluster].name;
  timeline_.event({kernel_.now(), code(event), name, {}, {}, 0});
  const SeriesId gauge = timeline_.series(key(GaugeKind::ControlPlaneRunning, name));
  if (timeline_.find(key(GaugeKind::ControlPlaneRunning, name))->samples.empty()) timeline_.set(gauge, SimTime{}, 1);
  timeline_.set(gauge, kernel_.now(), running);
}

bool ClusterPower::stop(std::uint32_t cluster) {
  Cluster& row = clusters_[cluster];
  if (row.stopped) return false;
  row.stopped = true;
  ++row.epoch;
  row.stopped_here = pools_of(cluster);
  registrars_[cluster]->control_plane_changed(false);
  for (const PoolId pool : row.stopped_here) scale_sets_.stop_pool(pool);
  record(cluster, EventKind::ClusterStopped, 0);
  return true;
}

bool ClusterPower::start(std::uint32_t cluster) {
  Cluster& row = clusters_[cluster];
  if (!row.stopped) return false;
  row.stopped = false;
  record(cluster, EventKind::ClusterStarted, 1);
  kernel_.after(kControlPlaneStart, started_, {cluster, ++row.epoch});
  return true;
}

void ClusterPower::on_started(Subject subject) {
  Cluster& row = clusters_[subject.row];
  if (row.epoch != subject.epoch) return;
  registrars_[subject.row]->control_plane_changed(true);
  for (const PoolId pool : row.stopped_here) scale_sets_.start_pool(pool);
}

}  // namespace akstwin
