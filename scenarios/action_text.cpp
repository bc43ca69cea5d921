#include "scenarios/action_text.hpp"

#include <vector>

#include "scenarios/notation.hpp"
#include "sim/base/decimal.hpp"

namespace akstwin {
namespace {

/// What stands in the brackets.
enum class Arguments { Cluster, Pool, Object, PoolAndCount, ObjectAndCount, Duration, ZoneOfRegion, Version };   // Version: a target, and perhaps a version

struct Form {
  std::string_view verb;
  ActionKind kind;
  Arguments arguments;
};

constexpr Form kForms[] = {
    {"frontDoor.failover", ActionKind::FrontDoorFailover, Arguments::Cluster},
    {"flux.resume", ActionKind::FluxResume, Arguments::Cluster},
    {"flux.suspend", ActionKind::FluxSuspend, Arguments::Cluster},
    {"flux.prune", ActionKind::FluxPrune, Arguments::Cluster},
    {"pool.scale", ActionKind::ScalePool, Arguments::PoolAndCount},
    {"pool.stop", ActionKind::StopPool, Arguments::Pool},
    {"pool.start", ActionKind::StartPool, Arguments::Pool},
    {"deployment.rollback", ActionKind::RollBack, Arguments::Object},
    {"spot.evict", ActionKind::EvictSpot, Arguments::PoolAndCount},
    {"zone.lose", ActionKind::ZoneLoss, Arguments::ZoneOfRegion},
    {"region.lose", ActionKind::RegionLoss, Arguments::Cluster},
    {"cluster.create", ActionKind::CreateCluster, Arguments::Cluster},
    {"cluster.update", ActionKind::UpdateCluster, Arguments::Cluster},
    {"pool.add", ActionKind::AddPool, Arguments::Pool},
    {"cluster.upgrade", ActionKind::UpgradeCluster, Arguments::Version},
    {"controlPlane.upgrade", ActionKind::UpgradeControlPlane, Arguments::Version},
    {"pool.upgrade", ActionKind::UpgradePool, Arguments::Version},
    {"nodeImage.upgrade", ActionKind::UpgradeNodeImage, Arguments::Cluster},
    {"upgrade.abort", ActionKind::AbortUpgrade, Arguments::Cluster},
    {"cluster.stop", ActionKind::StopCluster, Arguments::Cluster},
    {"cluster.start", ActionKind::StartCluster, Arguments::Cluster},
    {"node.break", ActionKind::BreakNodes, Arguments::PoolAndCount},
    {"workload.scale", ActionKind::ScaleWorkload, Arguments::ObjectAndCount},
    {"workload.restart", ActionKind::RestartWorkload, Arguments::Object},
    {"pods.evict", ActionKind::EvictPods, Arguments::ObjectAndCount},
    {"pods.delete", ActionKind::DeletePods, Arguments::ObjectAndCount},
    {"pool.cordon", ActionKind::CordonPool, Arguments::PoolAndCount},
    {"pool.uncordon", ActionKind::UncordonPool, Arguments::Pool},
    {"flux.reconcile", ActionKind::FluxReconcile, Arguments::Object},
    {"argo.sync", ActionKind::ArgoSync, Arguments::Object},
    {"argo.refresh", ActionKind::ArgoRefresh, Arguments::Object},
    {"wait", ActionKind::Wait, Arguments::Duration},
};

std::vector<std::string_view> split_arguments(std::string_view text) {
  std::vector<std::string_view> parts;
  while (!trimmed(text).empty()) {
    const std::size_t comma = text.find(',');
    parts.push_back(trimmed(text.substr(0, comma)));
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
  }
  return parts;
}

bool fill(ActionSpec& action, Arguments wanted, const std::vector<std::string_view>& given) {
  if (wanted == Arguments::Version) {
    if (given.empty() || given.size() > 2 || given[0].empty()) return false;
    action.target = Name(given[0]);
    if (given.size() == 2) action.version = Name(given[1]);
    return true;
  }
  const bool counted = wanted == Arguments::PoolAndCount || wanted == Arguments::ObjectAndCount;
  const std::size_t count = counted || wanted == Arguments::ZoneOfRegion ? 2 : 1;
  if (given.size() != count || given[0].empty()) return false;
  if (wanted == Arguments::Duration) {
    const auto duration = parse_duration(given[0]);
    if (duration) action.duration = *duration;
    return duration.has_value();
  }
  action.target = Name(given[0]);
  if (count == 1) return true;
  const auto number = parse_whole(given[1]);
  if (!number || *number < 0 || *number > 100'000) return false;
  if (wanted == Arguments::ZoneOfRegion) action.zone = static_cast<int>(*number);
  action.count = counted ? *number : 0;
  return true;
}

}  // namespace

std::optional<ActionSpec> parse_action(std::string_view text) {
  text = trimmed(text);
  ActionSpec action;
  const std::size_t open = text.find('(');
  if (open == std::string_view::npos) {
    constexpr std::string_view kFailover = ".failover";
    if (!text.ends_with(kFailover) || text.size() == kFailover.size()) return std::nullopt;
    action.kind = ActionKind::SqlFailover;
    action.target = Name(text.substr(0, text.size() - kFailover.size()));
    return action.target == Name("frontDoor") ? std::nullopt : std::optional(action);
  }
  if (!text.ends_with(')')) return std::nullopt;
  const std::string_view verb = trimmed(text.substr(0, open));
  const auto given = split_arguments(text.substr(open + 1, text.size() - open - 2));
  for (const Form& form : kForms) {
    if (form.verb != verb) continue;
    action.kind = form.kind;
    return fill(action, form.arguments, given) ? std::optional(action) : std::nullopt;
  }
  return std::nullopt;
}

std::string known_actions() {
  return "frontDoor.failover(CLUSTER), flux.resume(CLUSTER), flux.suspend(CLUSTER), flux.prune(CLUSTER), STORE.failover, pool.scale(CLUSTER/POOL, N), pool.stop(CLUSTER/POOL), "
         "pool.start(CLUSTER/POOL), spot.evict(CLUSTER/POOL, N), deployment.rollback(CLUSTER/NAMESPACE/NAME), region.lose(REGION), zone.lose(REGION, N), cluster.create(CLUSTER), cluster.update(CLUSTER), "
         "pool.add(CLUSTER/POOL), cluster.upgrade(CLUSTER, VERSION), controlPlane.upgrade(CLUSTER, VERSION), pool.upgrade(CLUSTER/POOL), nodeImage.upgrade(CLUSTER or CLUSTER/POOL), "
         "upgrade.abort(CLUSTER), cluster.stop(CLUSTER), cluster.start(CLUSTER), node.break(CLUSTER/POOL, N), workload.scale(CLUSTER/NAMESPACE/NAME, N), workload.restart(CLUSTER/NAMESPACE/NAME), pods.evict(CLUSTER/NAMESPACE/NAME, N), "
         "pods.delete(CLUSTER/NAMESPACE/NAME, N), pool.cordon(CLUSTER/POOL, N), pool.uncordon(CLUSTER/POOL), flux.reconcile(CLUSTER/NAMESPACE/NAME), argo.sync(CLUSTER/NAMESPACE/NAME), "
         "argo.refresh(CLUSTER/NAMESPACE/NAME), wait(5m)";
}

}  // namespace akstwin
