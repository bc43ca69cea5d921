#include "models/controllers/maintenance/maintenance_controller.hpp"

#include <algorithm>

#include "models/spec/cron_times.hpp"

namespace akstwin {

MaintenanceController::MaintenanceController(std::uint32_t cluster, const ClusterSpec& spec, std::vector<ReleaseSpec> releases, const Epoch& start,
                                             DurationSource& durations)
    : cluster_(cluster), spec_(spec), start_(start), durations_(durations),
      channels_(spec.maintenance, spec.kubernetes_minor, std::move(releases), start),
      repair_(spec.maintenance.repair, cluster), events_(spec.maintenance.vm_events, cluster) {
  const SimTime before = SimTime{} - Duration{1};
  for (const PowerScheduleSpec& schedule : spec_.maintenance.power)
    clocks_.push_back({schedule.stop ? next_hit(*schedule.stop, schedule.offsets, start_, before) : kNever,
                       schedule.start ? next_hit(*schedule.start, schedule.offsets, start_, before) : kNever});
}

void MaintenanceController::abort() {
  orders_.clear();
  if (!operation_) return;
  operation_->aborted = true;
  operation_->waiting.clear();
  for (PoolUpgrade& upgrade : operation_->running) upgrade.abort();
}

SimTime MaintenanceController::reconcile(ControllerContext& context) {
  SimTime next = follow_schedules(context);
  if (operation_) next = std::min(next, advance(context));
  // One operation may follow another at once.
  while (!operation_) {
    if (!context.cluster.state().reachable) break;   // stopped, or its region is lost: AKS answers 409
    if (!orders_.empty()) {
      const UpgradeRequest request = orders_.front();
      orders_.pop_front();
      begin(context, request);
    } else if (const auto due = channels_.due(context.now)) {
      begin(context, *due);
    } else {
      next = std::min(next, channels_.next(context.now));
      break;
    }
    next = std::min(next, advance(context));
  }
  if (!late_stops_.empty() && !operation_) next = context.now + Duration{1'000'000};
  next = std::min(next, events_.step(context));
  return std::min(next, repair_.step(context));
}

// ---- Upgrades ----

std::vector<PoolId> MaintenanceController::pools_of(const ControllerContext& context, const UpgradeRequest& request) const {
  std::vector<PoolId> system, user;
  if (request.scope == UpgradeScope::ControlPlane) return system;
  context.cloud.state().pools.for_each([&](PoolId id, const Pool& pool) {
    if (pool.cluster != cluster_ || pool.of_machines || pool.stopped) return;   // machines of NodePools drift by themselves
    if (!request.pool.empty() && pool.spec->name != request.pool) return;
    (pool.spec->mode == PoolMode::System ? system : user).push_back(id);
  });
  system.insert(system.end(), user.begin(), user.end());
  return system;
}

std::vector<InstanceId> MaintenanceController::to_upgrade(const ControllerContext& context, PoolId pool, Name version) const {
  const auto known = std::ranges::find_if(reached_, [&](const Reached& one) { return one.pool == pool && one.version == version; });
  std::vector<InstanceId> todo;
  for (const InstanceId id : context.cloud.state().pools[pool].instances) {
    if (context.cloud.state().instances[id].state != InstanceState::Running) continue;   // what is still booting boots the new image
    if (known == reached_.end() || std::ranges::find(known->machines, id) == known->machines.end()) todo.push_back(id);
  }
  return todo;
}

void MaintenanceController::begin(ControllerContext& context, const UpgradeRequest& asked) {
  UpgradeRequest request = asked;
  const bool kubernetes = request.scope != UpgradeScope::NodeImage;
  if (kubernetes && request.minor == 0) {   // "the next one": the newest patch of the next minor version, or of this one
    const int next = channels_.versions().minor + 1;
    const bool exists = channels_.newest_patch(next, context.now) > 0;
    request.minor = request.scope == UpgradeScope::Pool || !exists ? channels_.versions().minor : next;
  }
  if (kubernetes && request.patch == 0) request.patch = channels_.newest_patch(request.minor, context.now);
  if (request.version.empty() && kubernetes) request.version = Name("kubernetes 1." + std::to_string(request.minor) + "." + std::to_string(request.patch));
  if (request.version.empty()) request.version = channels_.image_name(context.now);
  operation_.emplace();
  operation_->request = request;
  operation_->began = context.now;
  operation_->waiting = pools_of(context, request);
  operation_->pools = static_cast<std::int64_t>(operation_->waiting.size());
  const bool control_plane = request.scope == UpgradeScope::ControlPlane || request.scope == UpgradeScope::Cluster;
  operation_->control_plane_until = context.now + (control_plane ? durations_.draw(spec_.maintenance.control_plane, operations_) : Duration{0});
  ++operations_;
  if (request.pool.empty()) {
    std::int64_t nodes = 0;
    for (const PoolId pool : operation_->waiting) nodes += static_cast<std::int64_t>(to_upgrade(context, pool, request.version).size());
    const char* how = request.scope == UpgradeScope::ControlPlane ? "control plane" : control_plane ? "control plane, then pools" : "all pools";
    context.notes.note({NoteKind::UpgradeBegan, spec_.name, request.version, Name(std::string(how) + ", " + request.cause.str()), nodes});
  }
}

void MaintenanceController::start_pools(ControllerContext& context) {
  while (!operation_->waiting.empty() && (operation_->running.empty() || spec_.maintenance.pools_together)) {
    const PoolId pool = operation_->waiting.front();
    operation_->waiting.erase(operation_->waiting.begin());
    operation_->running.emplace_back(PoolUpgradeOrder{pool, to_upgrade(context, pool, operation_->request.version), operation_->request.version,
                                                      operation_->request.cause, channels_.versions().minor});
  }
}

SimTime MaintenanceController::advance(ControllerContext& context) {
  if (context.now < operation_->control_plane_until) return operation_->control_plane_until;
  SimTime next = kNever;
  while (true) {
    start_pools(context);
    if (operation_->running.empty()) break;
    std::vector<PoolUpgrade> going;
    for (PoolUpgrade& upgrade : operation_->running) {
      if (upgrade.step(context)) going.push_back(std::move(upgrade));
      else pool_ended(upgrade);
    }
    operation_->running = std::move(going);
    for (const PoolUpgrade& upgrade : operation_->running) next = std::min(next, upgrade.next());
    if (!operation_->running.empty()) return next;
  }
  end(context);
  return kNever;
}

void MaintenanceController::pool_ended(const PoolUpgrade& upgrade) {
  auto known = std::ranges::find_if(reached_, [&](const Reached& one) { return one.pool == upgrade.pool() && one.version == operation_->request.version; });
  if (known == reached_.end()) known = reached_.insert(known, {upgrade.pool(), operation_->request.version, {}});
  known->machines.insert(known->machines.end(), upgrade.upgraded().begin(), upgrade.upgraded().end());
  if (upgrade.succeeded()) return;
  operation_->failed = true;
  operation_->waiting.clear();   // the other pools keep what they have
}

void MaintenanceController::end(ControllerContext& context) {
  const Operation done = std::move(*operation_);
  operation_.reset();
  const bool succeeded = !done.failed && !done.aborted;
  if (done.request.pool.empty()) {
    const char* result = done.aborted ? "Canceled" : done.failed ? "Failed: a pool was not upgraded" : "Succeeded";
    context.notes.note({NoteKind::UpgradeEnded, spec_.name, done.request.version, Name(result), (context.now - done.began).us});
  }
  channels_.finished(done.request, succeeded, context.now);
}

// ---- Stop and start by the clock ----

void MaintenanceController::switch_power(ControllerContext& context, const PowerScheduleSpec& schedule, bool on) {
  if (schedule.pools.empty()) {
    if (on) context.cloud.submit(StartCluster{cluster_});
    else context.cloud.submit(StopCluster{cluster_});
    return;
  }
  std::vector<PoolId> pools;
  context.cloud.state().pools.for_each([&](PoolId id, const Pool& pool) {
    if (pool.cluster == cluster_ && !pool.of_machines && std::ranges::find(schedule.pools, pool.spec->name) != schedule.pools.end()) pools.push_back(id);
  });
  for (const PoolId pool : pools) {
    if (on) context.cloud.submit(StartPool{pool});
    else context.cloud.submit(StopPool{pool});
  }
}

SimTime MaintenanceController::follow_schedules(ControllerContext& context) {
  SimTime next = kNever;
  for (std::size_t i = 0; i < clocks_.size(); ++i) {
    const PowerScheduleSpec& schedule = spec_.maintenance.power[i];
    const auto late = std::ranges::find(late_stops_, i);
    if (late != late_stops_.end() && !operation_) {
      late_stops_.erase(late);
      switch_power(context, schedule, false);
    }
    if (context.now >= clocks_[i].stop) {
      clocks_[i].stop = next_hit(*schedule.stop, schedule.offsets, start_, context.now);
      if (operation_) late_stops_.push_back(i);
      else switch_power(context, schedule, false);
    }
    if (context.now >= clocks_[i].start) {
      clocks_[i].start = next_hit(*schedule.start, schedule.offsets, start_, context.now);
      std::erase(late_stops_, i);
      switch_power(context, schedule, true);
    }
    next = std::min({next, clocks_[i].stop, clocks_[i].start});
  }
  return next;
}

}  // namespace akstwin
