#include "scenarios/action_text.hpp"
#include "scenarios/draft.hpp"

namespace akstwin {
namespace {

// An item of `do`: the action's text, or {action: …, takes: …}.
void read_action_item(Fields& f, const YamlNode& item, const std::string& where, std::vector<ActionSpec>& out) {
  const YamlNode* text = item.is_map() ? item.find("action") : &item;
  if (text == nullptr || !text->is_scalar()) return f.error("S011", item, "a step of 'do' is text such as flux.resume(aks-standby), or {action: …, takes: …}", action_hint({}));
  auto action = parse_action(text->text);
  if (!action) return f.error("S081", *text, "'" + text->text + "' is not an action", action_hint(text->text));
  if (item.is_map()) {
    Fields g(f.context(), item, where);
    std::string ignored;
    g.required("action", ignored, "The action.");
    g.spread("takes", action->takes, "How long it takes before it acts.");
    g.finish();
  }
  action->declared_at = text->position();
  out.push_back(*action);
}

void read_do(Fields& f, std::vector<ActionSpec>& out) {
  f.custom("do", {"list of actions", "a list of actions", "string object", ""}, "action: runbook only. What people do, one after the other: " + known_actions() + "; or {action: …, takes: {p50: 60s, p95: 3m}}.",
           [&](const YamlNode& node) {
             if (!node.is_list()) return f.wrong_kind(node, "do", "a list of actions");
             for (std::size_t i = 0; i < node.items.size(); ++i) read_action_item(f, node.items[i], f.path() + ".do." + std::to_string(i), out);
           });
}

/// What a single-action step may state.
struct StepFields {
  std::string action;
  Name region, cluster, pool, target, workload;
  ActionSpec spec;
};

void declare_step_fields(Fields& f, StepFields& s) {
  f.optional("region", s.region, "regionLoss, zoneLoss, allocationFailure: the Azure region.");
  f.optional("zone", s.spec.zone, "zoneLoss: the zone, 1 to 3; allocationFailure: 0 is the whole region.").between(0, 4);
  f.optional("share", s.spec.share, "zoneLoss: of the zone's machines. allocationFailure: of the machines asked for.").between(PartsPerMillion{0}, PartsPerMillion{1'000'000});
  f.optional("vmSize", s.spec.vm_size, "allocationFailure: the size; without it every one.");
  f.optional("cluster", s.cluster, "frontDoorFailover, fluxResume, fluxSuspend, fluxPrune, evictSpot, scalePool, …: the cluster.");
  f.optional("pool", s.pool, "evictSpot, scalePool, stopPool, startPool: the pool, as `pool` beside `cluster` or as cluster/pool.");
  f.optional("target", s.target, "sqlFailover: the data store. fluxReconcile, argoSync, argoRefresh: the Kustomization or Application, NAMESPACE/NAME.");
  f.optional("workload", s.workload, "scaleWorkload, restartWorkload, evictPods, deletePods: NAMESPACE/NAME in the cluster.");
  f.optional("count", s.spec.count, "evictSpot, scalePool, breakNodes, cordonPool: nodes. scaleWorkload: replicas. evictPods, deletePods: pods.").between(0, 100'000);
  f.optional("duration", s.spec.duration, "Outages: until it is over, 0: to the end. wait: how long.").at_least(Duration{0});
  f.optional("version", s.spec.version, "upgradeCluster, upgradeControlPlane, upgradePool: \"1.33\" or \"1.33.2\"; without it the newest patch of the next minor version, for a pool of the control plane's.");
  f.spread("takes", s.spec.takes, "How long it takes before it acts.");
}

constexpr std::pair<const char*, ActionKind> kActionWords[] = {
    {"regionLoss", ActionKind::RegionLoss}, {"zoneLoss", ActionKind::ZoneLoss},       {"evictSpot", ActionKind::EvictSpot},
    {"scalePool", ActionKind::ScalePool},   {"stopPool", ActionKind::StopPool},       {"startPool", ActionKind::StartPool},
    {"wait", ActionKind::Wait},             {"fluxResume", ActionKind::FluxResume},   {"fluxSuspend", ActionKind::FluxSuspend}, {"fluxPrune", ActionKind::FluxPrune},
    {"sqlFailover", ActionKind::SqlFailover}, {"frontDoorFailover", ActionKind::FrontDoorFailover},
    {"controlPlaneLoss", ActionKind::ControlPlaneLoss}, {"allocationFailure", ActionKind::AllocationFailure},
    {"createCluster", ActionKind::CreateCluster}, {"updateCluster", ActionKind::UpdateCluster}, {"addPool", ActionKind::AddPool},
    {"upgradeCluster", ActionKind::UpgradeCluster}, {"upgradeControlPlane", ActionKind::UpgradeControlPlane}, {"upgradePool", ActionKind::UpgradePool},
    {"upgradeNodeImage", ActionKind::UpgradeNodeImage}, {"abortUpgrade", ActionKind::AbortUpgrade}, {"stopCluster", ActionKind::StopCluster},
    {"startCluster", ActionKind::StartCluster}, {"breakNodes", ActionKind::BreakNodes},
    {"scaleWorkload", ActionKind::ScaleWorkload}, {"restartWorkload", ActionKind::RestartWorkload}, {"evictPods", ActionKind::EvictPods}, {"deletePods", ActionKind::DeletePods},
    {"cordonPool", ActionKind::CordonPool}, {"uncordonPool", ActionKind::UncordonPool}, {"fluxReconcile", ActionKind::FluxReconcile}, {"argoSync", ActionKind::ArgoSync},
    {"argoRefresh", ActionKind::ArgoRefresh}};

/// "aks-prod" and "user" → "aks-prod/user"; one of them alone is taken to be the whole.
Name below(Name cluster, Name part) { return cluster.empty() || part.empty() ? part : Name(cluster.str() + "/" + part.str()); }

Name target_of(const StepFields& s) {
  switch (s.spec.kind) {
    case ActionKind::RegionLoss:
    case ActionKind::AllocationFailure:
    case ActionKind::ZoneLoss: return s.region;
    case ActionKind::SqlFailover: return s.target;
    case ActionKind::EvictSpot:
    case ActionKind::ScalePool:
    case ActionKind::StopPool:
    case ActionKind::AddPool:
    case ActionKind::UpgradePool:
    case ActionKind::BreakNodes:
    case ActionKind::CordonPool:
    case ActionKind::UncordonPool:
    case ActionKind::StartPool: return below(s.cluster, s.pool);
    case ActionKind::UpgradeNodeImage: return s.pool.empty() ? s.cluster : below(s.cluster, s.pool);
    case ActionKind::ScaleWorkload:
    case ActionKind::RestartWorkload:
    case ActionKind::EvictPods:
    case ActionKind::DeletePods: return below(s.cluster, s.workload);
    case ActionKind::FluxReconcile:
    case ActionKind::ArgoSync:
    case ActionKind::ArgoRefresh: return below(s.cluster, s.target);
    case ActionKind::UpgradeCluster:
    case ActionKind::UpgradeControlPlane:
    case ActionKind::AbortUpgrade:
    case ActionKind::StopCluster:
    case ActionKind::StartCluster:
    case ActionKind::FrontDoorFailover:
    case ActionKind::FluxResume:
    case ActionKind::FluxSuspend:
    case ActionKind::ControlPlaneLoss:
    case ActionKind::CreateCluster:
    case ActionKind::UpdateCluster:
    case ActionKind::FluxPrune: return s.cluster;
    case ActionKind::RollBack:                 // only as a sentence of a runbook: do: [deployment.rollback(…)]
    case ActionKind::Wait: return {};
  }
  return {};
}

}  // namespace

void describe(Fields& f, DataStoreSpec& out) {
  out.declared_at = f.at();
  f.required("name", out.name, "Name of the store, used by runbooks: sql.failover.");
  f.choice("kind", out.kind, {{"azureSqlFailoverGroup", DataKind::AzureSqlFailoverGroup}, {"cosmosDb", DataKind::CosmosDb}, {"storageGrs", DataKind::StorageGrs}}, "What it is; decides the defaults of lag and failover.");
  f.values("regions", out.regions, "Regions; default: those of the clusters.");
  f.optional("multiRegionWrites", out.multi_region_writes, "Cosmos DB: every region accepts writes, so that nothing fails over.");
  f.spread("replicationLag", out.replication_lag, "Age of the newest replicated write: the data lost in a disaster.").source("facts H: failover group RPO 5 s");
  f.choice("failover", out.failover_automatic, {{"manual", false}, {"automatic", true}}, "Who starts it.");
  f.spread("failoverTime", out.failover_time, "From the command until writes work in the other region.").source("facts H: manual geo-failover 30 s");
}

void describe(Fields& f, EdgeSpec& out) {
  out.declared_at = f.at();
  f.choice("kind", out.kind, {{"none", EdgeSpec::Kind::None}, {"frontDoor", EdgeSpec::Kind::FrontDoor}, {"trafficManager", EdgeSpec::Kind::TrafficManager}}, "What stands before the clusters.");
  f.choice("tier", out.premium, {{"Premium", true}, {"Standard", false}}, "Front Door tier; Private Link origins need Premium.");
  f.optional("waf", out.waf, "Web application firewall; decides nothing in the twin: Premium includes it.");
  f.values("origins", out.origins, "Clusters behind it, first the one that serves.");
  f.group("probe", "Health probes.", [&](Fields& g) {
    g.optional("interval", out.probe_interval, "Time between two probes from one place.").between(Duration{1'000'000}, Duration{3'600'000'000}).source("facts H: Front Door, 30 s");
    g.optional("sampleSize", out.sample_size, "Probes looked at.").between(1, 255).source("Azure Front Door default 4");
    g.optional("successfulSamples", out.successful_samples, "Of them, how many must succeed.").between(1, 255).source("Azure Front Door default 3");
  });
  f.spread("propagation", out.propagation, "Until a changed configuration works everywhere.").source("facts H: up to about 20 min");
  f.choice("failover", out.automatic_failover, {{"manual", false}, {"automatic", true}}, "automatic: the second origin is enabled, so that probes alone move the traffic.");
}

namespace {

/// An event of the platform, or a condition over a cluster's state.
void read_when(Fields& f, StepSpec& out) {
  std::string text;
  f.optional<Text>("when", text, "Instead of `at`, what starts it: regionLost, edgeUnhealthy, or a condition over a cluster such as pods.pending > 10 or aks-prod/workloads.readyShare < 0.9; metrics: " + known_state_metrics() + ". Without a cluster's name it is of any one. A condition counts once the step that is written before it is done.");
  if (f.documenting() || text.empty()) return;
  if (text == "regionLost" || text == "edgeUnhealthy") {
    out.when = Name(text);
    return;
  }
  out.condition = parse_state_condition(text);
  if (!out.condition) f.error("S013", *f.take("when", false), "'" + text + "' is no condition", "write regionLost, edgeUnhealthy, or a condition such as pods.pending > 10; metrics: " + known_state_metrics());
}

}  // namespace

void describe(Fields& f, StepSpec& out) {
  out.declared_at = f.at();
  f.optional<Text>("name", out.name, "Name of the step in reports.");
  SimTime at{};
  f.optional("at", at, "When it happens: 36h, or 10d 14:00.").at_least(SimTime{0});
  if (f.has("at")) out.at = at;
  read_when(f, out);
  f.spread("after", out.after, "Delay after the condition: to notice, to decide. Not on a real cluster, where somebody watches: `drive` acts once the condition holds.");
  f.optional("timeout", out.timeout, "`drive` only: how long the condition is awaited; then the run is undone.").between(Duration{1'000'000}, Duration{86'400'000'000}).source("a choice of ours");
  StepFields s;
  f.required("action", s.action, "regionLoss, zoneLoss, controlPlaneLoss, allocationFailure, evictSpot, scalePool, stopPool, startPool, addPool, createCluster, updateCluster, upgradeCluster, upgradeControlPlane, upgradePool, upgradeNodeImage, abortUpgrade, stopCluster, startCluster, breakNodes, scaleWorkload, restartWorkload, evictPods, deletePods, cordonPool, uncordonPool, wait, fluxResume, fluxSuspend, fluxPrune, fluxReconcile, argoSync, argoRefresh, sqlFailover, frontDoorFailover, or runbook with `do`.");
  declare_step_fields(f, s);
  read_do(f, out.actions);
  f.not_simulated("expect", "What must hold within a time.");
  if (f.documenting() || s.action.empty()) return;
  const YamlNode* word = f.take("action", false);
  if (s.action == "runbook") {
    if (out.actions.empty() && !f.has("do")) f.error("S010", *word, "a runbook needs 'do' in " + f.path(), "list its actions: do: [flux.resume(aks-standby)]");
    return;
  }
  std::vector<std::string> known{"runbook"};
  for (const auto& [text, kind] : kActionWords) {
    known.emplace_back(text);
    if (s.action != text) continue;
    s.spec.kind = kind;
    s.spec.target = target_of(s);
    s.spec.declared_at = word->position();
    out.actions.push_back(s.spec);
    return;
  }
  const std::string near = closest(s.action, known);
  f.error("S081", *word, "'" + s.action + "' is not an action", near.empty() ? "one of regionLoss, zoneLoss, evictSpot, scalePool, stopPool, startPool, wait, runbook, …" : "did you mean '" + near + "'?");
}

void describe_faults(Fields& f, std::vector<StepSpec>& out) {
  f.without_effect("from", "Azure Chaos Studio experiment in JSON: its actions that the twin has become steps before those stated here.");
  f.without_effect("start", "When the experiment of `from` begins: 36h, or 10d 14:00.");
  f.not_simulated("steadyState", "What must hold before the first step.");
  f.list("steps", out, "Steps in order; each has `at` or `when`.");
  f.not_simulated("rollback", "What is undone at the end.");
}

void describe(Fields& f, RecoverySpec& out) {
  f.optional("readyShare", out.ready_share, "Share of the wanted replicas that must be ready.").between(PartsPerMillion{10'000}, PartsPerMillion{1'000'000});
  f.optional("successShare", out.success_share, "Share of requests that must be answered in time.").between(PartsPerMillion{10'000}, PartsPerMillion{1'000'000});
}

}  // namespace akstwin
