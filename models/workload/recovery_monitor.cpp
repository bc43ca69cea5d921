#include "models/workload/recovery_monitor.hpp"

#include <algorithm>

#include "models/observe/kinds.hpp"

namespace akstwin {

RecoveryMonitor::RecoveryMonitor(Kernel& kernel, Timeline& timeline, const CloudState& cloud, LoadModel& load, const DataReplication& data,
                                 std::vector<ClusterLoad> clusters, std::vector<Name> cluster_names)
    : kernel_(kernel), timeline_(timeline), cloud_(cloud), load_(load), data_(data), clusters_(std::move(clusters)),
      names_(std::move(cluster_names)) {
  check_ = kernel.handlers().add<&RecoveryMonitor::on_check>("recovery_monitor.check", Phase::Observe, *this);
}

void RecoveryMonitor::outage_began(const OutageNotice& outage) {
  const bool carries_traffic = clusters_[cloud_.active_origin].region == outage.region_index;
  if (watching_ || outage.zone != 0 || !carries_traffic) return;
  watching_ = true;
  outage_ = outage;
  served_.assign(load_.services(), false);
  capacity_since_ = data_since_ = kernel_.now();
  kernel_.after(kRecoveryCheck, check_, {0, ++epoch_});
}

void RecoveryMonitor::on_check(Subject subject) {
  if (!watching_ || subject.epoch != epoch_) return;
  load_.recompute_now();
  const std::uint32_t cluster = cloud_.active_origin;
  const SimTime next = kernel_.now() + kRecoveryCheck;
  if (!load_.placed(cluster)) capacity_since_ = next;
  if (!data_.writable()) data_since_ = next;
  note_workloads(cluster);
  if (load_.serving(cluster) && data_.writable() && cloud_.region_up[clusters_[cluster].region]) return recovered(cluster);
  kernel_.at(next, check_, subject);
}

void RecoveryMonitor::note_workloads(std::uint32_t cluster) {
  const SimTime now = kernel_.now();
  for (std::uint32_t service = 0; service < served_.size(); ++service) {
    if (served_[service] || !load_.service_serving(service, cluster)) continue;
    served_[service] = true;
    timeline_.event({now, code(EventKind::WorkloadServing), load_.timeline_name(service, cluster), {}, {}, (now - outage_.began).us});
  }
}

void RecoveryMonitor::recovered(std::uint32_t cluster) {
  const SimTime now = kernel_.now();
  watching_ = false;
  load_.record_counters();   // The outage's report counts requests up to here.
  phase("capacity", std::min(capacity_since_, now));
  if (data_.any()) phase("data", std::min(data_since_, now));
  phase("serving", now);
  timeline_.event({now, code(EventKind::Recovered), outage_.region, names_[cluster], {}, (now - outage_.began).us});
}

void RecoveryMonitor::phase(std::string_view name, SimTime ended) {
  timeline_.event({kernel_.now(), code(EventKind::RecoveryPhase), outage_.region, Name(name), {}, (ended - outage_.began).us});
}

}  // namespace akstwin
