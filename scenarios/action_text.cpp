#include "scenarios/action_text.hpp"

#include <algorithm>
#include <vector>

#include "scenarios/notation.hpp"
#include "sim/base/decimal.hpp"
#include "sim/base/diagnostic.hpp"

namespace akstwin {
namespace {

/// What stands in the brackets.
enum class Arguments { Cluster, Region, Pool, Object, PoolAndCount, ObjectAndCount, Duration, ZoneOfRegion, Version };   // Version: a target, and perhaps a version

struct Form {
  std::string_view verb;
  ActionKind kind;
  Arguments arguments;
  std::string_view written;              ///< what stands in the brackets, in words for messages
};

constexpr Form kForms[] = {
    {"frontDoor.failover", ActionKind::FrontDoorFailover, Arguments::Cluster, "CLUSTER"},
    {"flux.resume", ActionKind::FluxResume, Arguments::Cluster, "CLUSTER"},
    {"flux.suspend", ActionKind::FluxSuspend, Arguments::Cluster, "CLUSTER"},
    {"flux.prune", ActionKind::FluxPrune, Arguments::Cluster, "CLUSTER"},
    {"pool.scale", ActionKind::ScalePool, Arguments::PoolAndCount, "CLUSTER/POOL, N"},
    {"pool.stop", ActionKind::StopPool, Arguments::Pool, "CLUSTER/POOL"},
    {"pool.start", ActionKind::StartPool, Arguments::Pool, "CLUSTER/POOL"},
    {"deployment.rollback", ActionKind::RollBack, Arguments::Object, "CLUSTER/NAMESPACE/NAME"},
    {"spot.evict", ActionKind::EvictSpot, Arguments::PoolAndCount, "CLUSTER/POOL, N"},
    {"zone.lose", ActionKind::ZoneLoss, Arguments::ZoneOfRegion, "REGION, N"},
    {"region.lose", ActionKind::RegionLoss, Arguments::Region, "REGION"},
    {"cluster.create", ActionKind::CreateCluster, Arguments::Cluster, "CLUSTER"},
    {"cluster.update", ActionKind::UpdateCluster, Arguments::Cluster, "CLUSTER"},
    {"pool.add", ActionKind::AddPool, Arguments::Pool, "CLUSTER/POOL"},
    {"cluster.upgrade", ActionKind::UpgradeCluster, Arguments::Version, "CLUSTER, VERSION"},
    {"controlPlane.upgrade", ActionKind::UpgradeControlPlane, Arguments::Version, "CLUSTER, VERSION"},
    {"pool.upgrade", ActionKind::UpgradePool, Arguments::Version, "CLUSTER/POOL"},
    {"nodeImage.upgrade", ActionKind::UpgradeNodeImage, Arguments::Cluster, "CLUSTER or CLUSTER/POOL"},
    {"upgrade.abort", ActionKind::AbortUpgrade, Arguments::Cluster, "CLUSTER"},
    {"cluster.stop", ActionKind::StopCluster, Arguments::Cluster, "CLUSTER"},
    {"cluster.start", ActionKind::StartCluster, Arguments::Cluster, "CLUSTER"},
    {"node.break", ActionKind::BreakNodes, Arguments::PoolAndCount, "CLUSTER/POOL, N"},
    {"workload.scale", ActionKind::ScaleWorkload, Arguments::ObjectAndCount, "CLUSTER/NAMESPACE/NAME, N"},
    {"workload.restart", ActionKind::RestartWorkload, Arguments::Object, "CLUSTER/NAMESPACE/NAME"},
    {"pods.evict", ActionKind::EvictPods, Arguments::ObjectAndCount, "CLUSTER/NAMESPACE/NAME, N"},
    {"pods.delete", ActionKind::DeletePods, Arguments::ObjectAndCount, "CLUSTER/NAMESPACE/NAME, N"},
    {"pool.cordon", ActionKind::CordonPool, Arguments::PoolAndCount, "CLUSTER/POOL, N"},
    {"pool.uncordon", ActionKind::UncordonPool, Arguments::Pool, "CLUSTER/POOL"},
    {"flux.reconcile", ActionKind::FluxReconcile, Arguments::Object, "CLUSTER/NAMESPACE/NAME"},
    {"argo.sync", ActionKind::ArgoSync, Arguments::Object, "CLUSTER/NAMESPACE/NAME"},
    {"argo.refresh", ActionKind::ArgoRefresh, Arguments::Object, "CLUSTER/NAMESPACE/NAME"},
    {"wait", ActionKind::Wait, Arguments::Duration, "5m"},
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

const Form* form_of(std::string_view verb) {
  const auto* found = std::ranges::find(kForms, verb, &Form::verb);
  return found == std::end(kForms) ? nullptr : found;
}

std::string written(const Form& form) { return std::string(form.verb) + "(" + std::string(form.written) + ")"; }

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

std::optional<ActionSpec> parse_action(std::string_view text, Name only_cluster) {
  text = trimmed(text);
  ActionSpec action;
  const std::size_t open = text.find('(');
  const std::string_view verb = trimmed(text.substr(0, open));
  const Form* form = form_of(verb);
  if (form == nullptr) {
    constexpr std::string_view kFailover = ".failover";
    if (open != std::string_view::npos || !text.ends_with(kFailover) || text.size() == kFailover.size()) return std::nullopt;
    action.kind = ActionKind::SqlFailover;
    action.target = Name(text.substr(0, text.size() - kFailover.size()));
    return action;
  }
  if (open == std::string_view::npos ? only_cluster.empty() : !text.ends_with(')')) return std::nullopt;
  auto given = open == std::string_view::npos ? std::vector<std::string_view>{} : split_arguments(text.substr(open + 1, text.size() - open - 2));
  if (given.empty() && form->arguments == Arguments::Cluster && !only_cluster.empty()) given.push_back(only_cluster.text());
  action.kind = form->kind;
  return fill(action, form->arguments, given) ? std::optional(action) : std::nullopt;
}

std::string known_actions() {
  std::string out;
  for (const Form& form : kForms) out += written(form) + ", ";
  return out + "STORE.failover";
}

std::string action_hint(std::string_view text) {
  const std::string verb(trimmed(text.substr(0, text.find('('))));
  if (const Form* form = form_of(verb)) return "it is written " + written(*form);
  std::vector<std::string> verbs;
  for (const Form& form : kForms) verbs.emplace_back(form.verb);
  if (const std::string near = closest(verb, verbs); !near.empty()) return "did you mean " + written(*form_of(near)) + "?";
  std::string all;
  for (const std::string& known : verbs) all += (all.empty() ? "" : ", ") + known;
  return "actions are " + all + " and STORE.failover";
}

}  // namespace akstwin
