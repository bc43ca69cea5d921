#include "models/azure/aks_operations.hpp"

#include <algorithm>

#include "models/azure/address_admission.hpp"
#include "models/observe/kinds.hpp"

namespace akstwin {
namespace {

// An operation whose region is lost stands still; it is looked at again after this.
constexpr Duration kRegionRetry{60'000'000};

OperationKind kind_of(AksOperation operation) {
  if (operation == AksOperation::CreateCluster) return OperationKind::ClusterCreate;
  return operation == AksOperation::AddPool ? OperationKind::PoolAdd : OperationKind::ClusterUpdate;
}

}  // namespace

AksOperations::AksOperations(Parts parts) : parts_(std::move(parts)), throttle_(parts_.scenario.clusters.size()) {
  done_ = parts_.kernel.handlers().add<&AksOperations::on_done>("aks.operation_done", Phase::Plant, *this);
  for (const ClusterSpec& cluster : parts_.scenario.clusters) {
    exists_.push_back(cluster.exists_at_start);
    draws_.emplace_back(parts_.root, "azure/operations/" + cluster.name.str());
    for (const NodePoolSpec& pool : cluster.pools) counts_.push_back(pool.count);
  }
}

void AksOperations::start() {
  for (std::uint32_t cluster = 0; cluster < exists_.size(); ++cluster)
    if (!exists_[cluster]) {
      set_control_plane(cluster, false);
      if (parts_.kernel.now() == SimTime{}) bill_control_plane(cluster, false);
    }
}

/// It is billed from the request that makes it.
void AksOperations::bill_control_plane(std::uint32_t cluster, bool on) {
  const SeriesKey gauge = key(GaugeKind::ControlPlaneRunning, parts_.scenario.clusters[cluster].name);
  parts_.timeline.set(parts_.timeline.series(gauge), parts_.kernel.now(), on ? 1 : 0);
}

void AksOperations::set_control_plane(std::uint32_t cluster, bool up) {
  const SiteId site = parts_.platform.control_plane[cluster];
  if (parts_.kernel.site_up(site) != up) parts_.kernel.set_site(site, up);
  parts_.registrars[cluster]->control_plane_changed(up);
}

Verdict AksOperations::admit(std::uint32_t cluster, ArmWrite write, Name request) {
  const Duration wait = throttle_.take(cluster, write, parts_.kernel.now());
  record_writes(cluster, write);
  if (wait == Duration{0}) return Verdict::Accepted;
  parts_.timeline.event({parts_.kernel.now(), code(EventKind::ArmThrottled), parts_.scenario.clusters[cluster].name, request, {}, wait.us});
  return Verdict::TooManyRequests;
}

/// From 80 % of the bucket on, which is when a limit is worth a row.
void AksOperations::record_writes(std::uint32_t cluster, ArmWrite write) {
  const std::int64_t taken = throttle_.taken(cluster, write);
  const SeriesKey gauge = key(GaugeKind::ArmWritesTaken, parts_.scenario.clusters[cluster].name, Name(write == ArmWrite::AgentPool ? "agent pools" : "cluster"));
  if (5 * taken < 4 * kArmBurst && parts_.timeline.find(gauge) == nullptr) return;
  parts_.timeline.set(parts_.timeline.series(gauge), parts_.kernel.now(), taken);
}

bool AksOperations::possible(const StartAksOperation& asked) const {
  if (asked.operation == AksOperation::CreateCluster) return !exists_[asked.cluster];
  if (!exists_[asked.cluster]) return false;
  if (asked.operation == AksOperation::UpdateCluster) return true;
  if (asked.pool.null()) return false;
  const Pool& pool = parts_.cloud.pools[asked.pool];
  return pool.stopped && !pool.spec->exists_at_start;
}

/// What a pool that is there counts with.
std::int64_t AksOperations::counted(PoolId id) const {
  const NodePoolSpec& spec = *parts_.cloud.pools[id].spec;
  return spec.autoscaling ? spec.max_count : counts_[id.row];
}

bool AksOperations::check_addresses(std::uint32_t asked, PoolId changed, std::int64_t nodes, Name request) {
  const bool creates = changed.null();
  std::vector<std::uint32_t> first;   // The pools stand in the scenario's order.
  std::uint32_t row = 0;
  for (const ClusterSpec& cluster : parts_.scenario.clusters) {
    first.push_back(row);
    row += static_cast<std::uint32_t>(cluster.pools.size());
  }
  const AddressRefusal refusal = address_admission(
      parts_.scenario, asked,
      [&](std::uint32_t cluster, std::size_t pool) -> std::int64_t {
        const PoolId id = parts_.scale_sets.pool_id(first[cluster] + static_cast<std::uint32_t>(pool));
        if (id == changed) return nodes;
        const bool at_start = parts_.scenario.clusters[cluster].pools[pool].exists_at_start;
        const bool there = (exists_[cluster] && (at_start || !parts_.cloud.pools[id].stopped)) || (creates && cluster == asked && at_start);
        return there ? counted(id) : -1;
      },
      parts_.kernel.now());
  if (refusal.admitted()) return true;
  const Name subject = creates ? parts_.scenario.clusters[asked].name : parts_.cloud.pools[changed].key;
  if (!creates) parts_.cloud.pools[changed].last_failure_code = refusal.code;
  parts_.timeline.event({parts_.kernel.now(), code(EventKind::ArmRefused), subject, request, refusal.code, refusal.missing});
  return false;
}

bool AksOperations::enough_addresses(const StartAksOperation& asked) {
  if (asked.operation == AksOperation::UpdateCluster) return true;
  const std::int64_t nodes = asked.pool.null() ? 0 : counted(asked.pool);
  return check_addresses(asked.cluster, asked.pool, nodes, Name(to_string(kind_of(asked.operation))));
}

bool AksOperations::admit_count(PoolId id, std::int64_t nodes, Name request) {
  const Pool& pool = parts_.cloud.pools[id];
  if (pool.of_machines) return true;
  const std::int64_t before = counts_[id.row];
  // Fewer nodes are always admitted, and below its maximum the autoscaler's pool counts as before.
  if (nodes > before && !pool.spec->autoscaling && !check_addresses(pool.cluster, id, nodes, request)) return false;
  counts_[id.row] = nodes;
  return true;
}

bool AksOperations::admit_surge(PoolId id, std::int64_t surge) {
  const Pool& pool = parts_.cloud.pools[id];
  if (pool.of_machines) return true;
  const std::int64_t nodes = counted(id), more = std::max<std::int64_t>(0, surge - upgrade_surge(*pool.spec, nodes));
  return check_addresses(pool.cluster, id, nodes + more, Name("upgrade surge"));
}

/// Updates of a cluster with Windows nodes renew those; pools are what they are; a cluster is made with its Linux system pool.
OsType AksOperations::os_of(const StartAksOperation& asked) const {
  if (asked.operation == AksOperation::AddPool) return parts_.cloud.pools[asked.pool].spec->os;
  if (asked.operation == AksOperation::CreateCluster) return OsType::Linux;
  OsType os = OsType::Linux;
  parts_.cloud.pools.for_each([&](PoolId, const Pool& pool) {
    if (pool.cluster == asked.cluster && !pool.stopped && pool.spec->os == OsType::Windows) os = OsType::Windows;
  });
  return os;
}

Verdict AksOperations::begin(const StartAksOperation& asked) {
  if (!parts_.cloud.region_up[parts_.platform.cluster_region[asked.cluster]]) return Verdict::Refused;
  const auto blocks = [&](const RunningOperation& running) {
    return running.cluster == asked.cluster && (running.pool.null() || asked.pool.null() || running.pool == asked.pool);
  };
  if (std::ranges::any_of(parts_.cloud.operations, blocks)) return Verdict::Conflict;
  if (!possible(asked)) return Verdict::Refused;
  const ArmWrite write = asked.operation == AksOperation::AddPool ? ArmWrite::AgentPool : ArmWrite::ManagedCluster;
  const OperationKind kind = kind_of(asked.operation);
  if (const Verdict verdict = admit(asked.cluster, write, Name(to_string(kind))); verdict != Verdict::Accepted) return verdict;
  if (!enough_addresses(asked)) return Verdict::Refused;
  const auto row = static_cast<std::uint32_t>(runs_.size());
  const Duration takes = operation_times(kind, os_of(asked), parts_.left_out).times.quantile(draws_[asked.cluster].uniform(row));
  Run run{{asked.operation, asked.cluster, asked.pool, parts_.kernel.now()}, kind};
  if (asked.operation == AksOperation::CreateCluster) bill_control_plane(asked.cluster, true);
  request_nodes(run, takes);
  parts_.cloud.operations.push_back(run.shown);
  runs_.push_back(run);
  parts_.kernel.after(takes, done_, {row, 0});
  return Verdict::Accepted;
}

/// The nodes of what is being made are asked for at once and Ready when the operation ends, but for the time of the call itself.
void AksOperations::request_nodes(Run& run, Duration takes) {
  if (run.shown.operation == AksOperation::UpdateCluster) return;
  const Duration ready_after = std::max(takes - arm_overhead(), takes - takes / 2);
  if (run.shown.operation == AksOperation::AddPool) {
    run.failed = !parts_.scale_sets.create_pool(run.shown.pool, ready_after);
    return;
  }
  std::vector<PoolId> pools;
  parts_.cloud.pools.for_each([&](PoolId id, const Pool& pool) {
    if (pool.cluster == run.shown.cluster && !pool.of_machines && pool.spec->exists_at_start) pools.push_back(id);
  });
  for (const PoolId pool : pools) run.failed = !parts_.scale_sets.create_pool(pool, ready_after) || run.failed;
}

Name AksOperations::subject_of(const Run& run) const {
  return run.shown.pool.null() ? parts_.scenario.clusters[run.shown.cluster].name : parts_.cloud.pools[run.shown.pool].key;
}

void AksOperations::on_done(Subject subject) {
  const Run& run = runs_[subject.row];
  const std::uint32_t cluster = run.shown.cluster;
  if (!parts_.cloud.region_up[parts_.platform.cluster_region[cluster]]) return parts_.kernel.after(kRegionRetry, done_, subject);
  if (run.shown.operation == AksOperation::CreateCluster) {
    exists_[cluster] = true;
    set_control_plane(cluster, true);
  }
  std::erase_if(parts_.cloud.operations, [&](const RunningOperation& running) {
    return running.cluster == cluster && running.pool == run.shown.pool && running.operation == run.shown.operation;
  });
  const Duration took = parts_.kernel.now() - run.shown.since;
  parts_.timeline.event({parts_.kernel.now(), code(EventKind::AksOperationDone), subject_of(run), Name(to_string(run.kind)),
                         Name(run.failed ? "Failed" : "Succeeded"), took.us});
}

}  // namespace akstwin
