#include <algorithm>
#include <set>

#include "models/catalog/machine_sizes.hpp"
#include "models/catalog/vm_sizes.hpp"
#include "scenarios/check_scenario.hpp"
#include "scenarios/notation.hpp"

namespace akstwin {
namespace {

std::vector<std::string> cluster_names(const Scenario& scenario) {
  std::vector<std::string> names;
  for (const ClusterSpec& cluster : scenario.clusters) names.push_back(cluster.name.str());
  return names;
}

std::vector<std::string> region_names(const Scenario& scenario) {
  std::set<std::string> names;
  for (const ClusterSpec& cluster : scenario.clusters) names.insert(cluster.location.str());
  return {names.begin(), names.end()};
}

void check_known_cluster(Check& check, const ActionSpec& action, std::string_view verb) {
  if (check.scenario().cluster(action.target) != nullptr) return;
  const std::string wanted = action.target.str();
  check.error("S020", action.declared_at, wanted.empty() ? std::string(verb) + " names no cluster" : std::string(verb) + " names cluster '" + wanted + "', which does not exist", Check::suggestion(wanted, cluster_names(check.scenario())));
}

void check_pool(Check& check, const ActionSpec& action, bool spot) {
  const std::string target = action.target.str();
  const std::size_t slash = target.find('/');
  const ClusterSpec* cluster = slash == std::string::npos ? nullptr : check.scenario().cluster(Name(std::string_view(target).substr(0, slash)));
  std::vector<std::string> names;
  for (const ClusterSpec& known : check.scenario().clusters)
    for (const NodePoolSpec& pool : known.pools)
      if (!spot || pool.spot) names.push_back(known.name.str() + "/" + pool.name.str());
  for (const ClusterSpec& known : check.scenario().clusters)   // machines of a NodePool can be taken back, but not counted by hand
    if (spot && known.provisioning.automatic)
      for (const KarpenterNodePoolSpec& pool : known.provisioning.node_pools)
        if (spot_admitted(pool)) names.push_back(known.name.str() + "/" + pool.name.str());
  if (cluster != nullptr && std::ranges::find(names, target) != names.end()) return;
  check.error("S020", action.declared_at, "there is no " + std::string(spot ? "Spot " : "") + "pool '" + target + "'", names.empty() ? "the scenario has none" : Check::suggestion(target, names));
}

void check_region(Check& check, const ActionSpec& action) {
  const auto names = region_names(check.scenario());
  if (std::ranges::find(names, action.target.text()) == names.end())
    return check.error("S020", action.declared_at, action.target.empty() ? "the outage names no region" : "no cluster is in region '" + action.target.str() + "'", Check::suggestion(action.target.text(), names));
  const Region* region = find_region(action.target.text());
  const bool zonal = action.kind == ActionKind::ZoneLoss || (action.kind == ActionKind::AllocationFailure && action.zone != 0);
  if (zonal && region != nullptr && (action.zone < 1 || action.zone > region->zones))
    check.error("S042", action.declared_at, region->display_name + " has no zone " + std::to_string(action.zone), region->zones > 0 ? "its zones are 1 to " + std::to_string(region->zones) : "it has no availability zones");
}

void check_store(Check& check, const ActionSpec& action) {
  std::vector<std::string> names;
  for (const DataStoreSpec& store : check.scenario().data) names.push_back(store.name.str());
  if (std::ranges::find(names, action.target.text()) != names.end()) return;
  check.error("S020", action.declared_at, "there is no data store '" + action.target.str() + "' to fail over", Check::suggestion(action.target.text(), names));
}

void check_rolled_back(Check& check, const ActionSpec& action) {
  std::vector<std::string> names;
  for (const ClusterWorkloads& entry : check.scenario().workloads)
    for (const WorkloadSpec& workload : entry.manifests.workloads)
      if (workload.kind == WorkloadKind::Deployment || workload.kind == WorkloadKind::StatefulSet)
        names.push_back(entry.cluster.str() + "/" + workload.name_space.str() + "/" + workload.name.str());
  if (std::ranges::find(names, action.target.text()) != names.end()) return;
  check.error("S020", action.declared_at, "there is no workload '" + action.target.str() + "' to roll back", Check::suggestion(action.target.text(), names));
}

/// "cluster/namespace/name" of a workload that can be acted on; only some kinds can be scaled.
void check_workload(Check& check, const ActionSpec& action) {
  const bool scales = action.kind == ActionKind::ScaleWorkload;
  std::vector<std::string> names;
  for (const ClusterWorkloads& entry : check.scenario().workloads) {
    for (const WorkloadSpec& workload : entry.manifests.workloads) {
      const bool fits = workload.kind == WorkloadKind::Deployment || workload.kind == WorkloadKind::StatefulSet || (!scales && workload.kind == WorkloadKind::DaemonSet);
      if (fits) names.push_back(entry.cluster.str() + "/" + workload.name_space.str() + "/" + workload.name.str());
    }
    for (const HorizontalPodAutoscalerSpec& autoscaler : entry.manifests.autoscalers)
      if (scales && action.target.text() == entry.cluster.str() + "/" + autoscaler.name_space.str() + "/" + autoscaler.target.str())
        check.warning("S081", action.declared_at, "autoscaler '" + autoscaler.name.str() + "' scales '" + action.target.str() + "' as it sees fit", "scale what no autoscaler owns, or expect it to be scaled back");
  }
  if (std::ranges::find(names, action.target.text()) == names.end())
    return check.error("S020", action.declared_at, "there is no workload '" + action.target.str() + "' to act on", Check::suggestion(action.target.text(), names));
  if (!scales && action.kind != ActionKind::RestartWorkload && action.count < 1) check.error("S081", action.declared_at, "the step takes no pod", "say how many: count: 1");
}

/// "cluster/namespace/name" of a Kustomization. Applications of Argo CD that no manifest shows are for `drive` alone.
void check_delivered(Check& check, const ActionSpec& action) {
  std::vector<std::string> names;
  for (const ClusterWorkloads& entry : check.scenario().workloads)
    for (const KustomizationSpec& object : entry.manifests.kustomizations) names.push_back(entry.cluster.str() + "/" + object.name_space.str() + "/" + object.name.str());
  if (std::ranges::find(names, action.target.text()) != names.end()) return;
  const std::string target = action.target.str();
  const Name cluster(std::string_view(target).substr(0, target.find('/')));
  if (action.kind == ActionKind::FluxReconcile || std::ranges::count(target, '/') != 2 || check.scenario().cluster(cluster) == nullptr)
    return check.error("S020", action.declared_at, "there is no '" + target + "' to reconcile", names.empty() ? "write it as CLUSTER/NAMESPACE/NAME" : Check::suggestion(target, names));
  check.warning("S081", action.declared_at, "no manifest shows the Application '" + target + "': a simulation does nothing here", "`drive` syncs the one that the cluster has");
}

void check_front_door(Check& check, const ActionSpec& action) {
  const EdgeSpec& edge = check.scenario().edge;
  if (edge.kind == EdgeSpec::Kind::None) return check.error("S020", action.declared_at, "frontDoor.failover, but the scenario has no edge", "add edge: {kind: frontDoor, origins: […]}");
  std::vector<std::string> names;
  for (const Name origin : edge.origins) names.push_back(origin.str());
  if (std::ranges::find(names, action.target.text()) == names.end())
    check.error("S020", action.declared_at, "'" + action.target.str() + "' is no origin of the edge", Check::suggestion(action.target.text(), names));
}

/// "1.33" or "1.33.2", at most one minor version above the cluster's.
void check_version(Check& check, const ActionSpec& action) {
  if (action.version.empty()) return;
  const std::string_view text = action.version.text();
  const auto minor = Notation<MinorVersion>::parse(text);
  if (!minor) return check.error("S013", action.declared_at, "'" + std::string(text) + "' is no Kubernetes version", "write it as 1.33 or 1.33.2");
  const ClusterSpec* cluster = check.scenario().cluster(Name(action.target.text().substr(0, action.target.text().find('/'))));
  if (cluster != nullptr && *minor < cluster->kubernetes_minor)
    check.error("S083", action.declared_at, "Kubernetes 1." + std::to_string(*minor) + " is older than the cluster's 1." + std::to_string(cluster->kubernetes_minor), "an upgrade goes forward");
}

void check_action(Check& check, const ActionSpec& action) {
  switch (action.kind) {
    case ActionKind::RegionLoss:
    case ActionKind::AllocationFailure:
    case ActionKind::ZoneLoss: return check_region(check, action);
    case ActionKind::EvictSpot: return check_pool(check, action, true);
    case ActionKind::ScalePool:
    case ActionKind::StopPool:
    case ActionKind::AddPool:
    case ActionKind::UpgradePool:
    case ActionKind::BreakNodes:
    case ActionKind::CordonPool:
    case ActionKind::UncordonPool:
    case ActionKind::StartPool: check_version(check, action); return check_pool(check, action, false);
    case ActionKind::UpgradeNodeImage:
      if (action.target.text().find('/') != std::string_view::npos) return check_pool(check, action, false);
      return check_known_cluster(check, action, "the action");
    case ActionKind::UpgradeCluster:
    case ActionKind::UpgradeControlPlane:
      check_version(check, action);
      return check_known_cluster(check, action, "the action");
    case ActionKind::AbortUpgrade:
    case ActionKind::StopCluster:
    case ActionKind::StartCluster: return check_known_cluster(check, action, "the action");
    case ActionKind::FrontDoorFailover: return check_front_door(check, action);
    case ActionKind::FluxResume:
    case ActionKind::FluxSuspend:
    case ActionKind::ControlPlaneLoss:
    case ActionKind::CreateCluster:
    case ActionKind::UpdateCluster:
    case ActionKind::FluxPrune: return check_known_cluster(check, action, "the action");
    case ActionKind::SqlFailover: return check_store(check, action);
    case ActionKind::RollBack: return check_rolled_back(check, action);
    case ActionKind::ScaleWorkload:
    case ActionKind::RestartWorkload:
    case ActionKind::EvictPods:
    case ActionKind::DeletePods: return check_workload(check, action);
    case ActionKind::FluxReconcile:
    case ActionKind::ArgoSync:
    case ActionKind::ArgoRefresh: return check_delivered(check, action);
    case ActionKind::Wait:
      if (action.duration < Duration{1}) check.error("S081", action.declared_at, "wait needs a duration", "write duration: 5m, or wait(5m)");
      return;
  }
}

void check_steps(Check& check) {
  const Scenario& scenario = check.scenario();
  bool loses_region = false;
  for (const StepSpec& step : scenario.steps)
    for (const ActionSpec& action : step.actions) loses_region = loses_region || action.kind == ActionKind::RegionLoss || action.kind == ActionKind::ZoneLoss;
  for (const StepSpec& step : scenario.steps) {
    const Position& at = step.declared_at;
    const bool conditional = !step.when.empty() || step.condition;
    if (step.at && conditional) check.error("S081", at, "a step has 'at' and 'when'", "keep one: a time, or a condition");
    if (!step.at && !conditional) check.error("S081", at, "a step has neither 'at' nor 'when'", "add at: 10d 14:00, or when: regionLost");
    if (step.at && step.at->since_start() >= scenario.horizon) check.error("S081", at, "the step at " + to_string(step.at->since_start()) + " lies beyond the horizon of " + to_string(scenario.horizon), "move it, or lengthen the horizon");
    if (!step.when.empty() && !loses_region) check.warning("S081", at, "no step loses a region or zone, so that 'when: " + step.when.str() + "' may never come", "add a step {at: …, action: regionLoss, region: …}");
    if (step.condition && !step.condition->cluster.empty() && scenario.cluster(step.condition->cluster) == nullptr)
      check.error("S020", at, "the condition names cluster '" + step.condition->cluster.str() + "', which does not exist", Check::suggestion(step.condition->cluster.text(), cluster_names(scenario)));
    for (const ActionSpec& action : step.actions) check_action(check, action);
  }
}

void check_edge(Check& check) {
  const EdgeSpec& edge = check.scenario().edge;
  if (edge.kind != EdgeSpec::Kind::None && edge.origins.empty()) check.error("S010", check.where("edge"), "the edge has no origins", "add origins: [aks-prod]");
  for (std::size_t i = 0; i < edge.origins.size(); ++i) {
    if (check.scenario().cluster(edge.origins[i]) != nullptr) continue;
    check.error("S020", check.where("edge.origins." + std::to_string(i)), "the edge's origin '" + edge.origins[i].str() + "' is no cluster", Check::suggestion(edge.origins[i].text(), cluster_names(check.scenario())));
  }
  if (edge.successful_samples > edge.sample_size) check.error("S014", check.where("edge.probe.successfulSamples"), "successfulSamples is above sampleSize", "of " + std::to_string(edge.sample_size) + " probes at most that many can succeed");
}

void check_regions(Check& check, const std::vector<Name>& regions, const std::string& path) {
  for (std::size_t i = 0; i < regions.size(); ++i)
    if (find_region(regions[i].text()) == nullptr) check.error("S042", check.where(path + "." + std::to_string(i)), "there is no Azure region '" + regions[i].str() + "'", "write it as eastus2 or westeurope");
}

void check_registry(Check& check) {
  const RegistrySpec& registry = check.scenario().registry;
  check_regions(check, registry.replicas, "registry.replicas");
  if (!registry.location.empty()) check_regions(check, {registry.location}, "registry.location");
  if (!registry.replicas.empty() && registry.sku != RegistrySpec::Sku::Premium) check.error("S014", check.where("registry.replicas"), "geo-replication needs a Premium registry", "set sku: Premium, or remove replicas");
}

void check_cost(Check& check) {
  const CostSpec& cost = check.scenario().cost;
  for (std::size_t i = 0; i < cost.commitments.size(); ++i) {
    const CommitmentSpec& commitment = cost.commitments[i];
    if (check.broken("cost.commitments." + std::to_string(i))) continue;
    if (commitment.reservation && (commitment.vm_size.empty() || commitment.location.empty() || commitment.quantity < 1)) {
      check.error("S010", commitment.declared_at, "a reservation needs vmSize, location and quantity", "or make it kind: savingsPlan with hourly");
    } else if (commitment.reservation && find_vm_size(commitment.vm_size.text()) == nullptr) {
      check.error("S041", commitment.declared_at, "the VM size '" + commitment.vm_size.str() + "' is not in the catalogue", "write it as Standard_D4ds_v5");
    } else if (!commitment.reservation && commitment.hourly <= Money{0}) {
      check.error("S010", commitment.declared_at, "a savings plan needs hourly", "hourly: 1.10 USD");
    }
  }
  std::set<std::string> spaces;
  for (const ClusterWorkloads& entry : check.scenario().workloads)
    for (const WorkloadSpec& workload : entry.manifests.workloads) spaces.insert(workload.name_space.str());
  for (const BudgetSpec& budget : cost.budgets) {
    if (spaces.contains(budget.name_space.str())) continue;
    check.warning("S020", check.where("cost.showback.budgets"), "nothing runs in namespace '" + budget.name_space.str() + "' of a budget", Check::suggestion(budget.name_space.text(), {spaces.begin(), spaces.end()}));
  }
}

}  // namespace

void check_experiment(Check& check) {
  check_steps(check);
  check_edge(check);
  check_registry(check);
  check_cost(check);
  for (const DataStoreSpec& store : check.scenario().data) check_regions(check, store.regions, "data." + store.name.str() + ".regions");
  std::set<std::string> names;
  for (const VariantSpec& variant : check.scenario().variants)
    if (!names.insert(variant.name).second) check.error("S016", variant.declared_at, "variant '" + variant.name + "' is defined twice", "give it another name");
}

}  // namespace akstwin
