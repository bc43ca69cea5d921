#include "adapters/drive/drive_plan.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>

#include "adapters/drive/journal.hpp"
#include "adapters/kube/decode.hpp"
#include "adapters/kube/timestamp.hpp"
#include "sim/base/hash.hpp"

namespace akstwin {
namespace {

using nlohmann::json;

ObjectName object_of(std::string_view key) {
  const std::size_t slash = key.find('/');
  return {std::string(key.substr(0, slash)), slash == std::string_view::npos ? std::string{} : std::string(key.substr(slash + 1))};
}

/// Turns actions into changes, one method a kind of action. The cluster stays as it is meanwhile; what the plan's earlier steps will have changed
/// of it is remembered, so that later ones begin there: what was cordoned is uncordoned, and no pod is taken twice.
class Planner {
 public:
  Planner(const PlanParts& parts, DrivePlan& plan) : parts_(parts), plan_(plan) {}

  void add(const DriveAction& action) {
    action_ = &action;
    after_ = action.after;
    if (!action.when.empty()) await();
    if (!parts_.allow.allows_action(action.name)) return refuse("action " + action.name + " is not on the allow-list");
    static const std::map<std::string_view, void (Planner::*)()> kMethods{
        {"workload.scale", &Planner::scale_workload}, {"workload.restart", &Planner::restart_workload}, {"pods.evict", &Planner::take_pods}, {"pods.delete", &Planner::take_pods},
        {"pool.cordon", &Planner::cordon_pool},       {"pool.uncordon", &Planner::cordon_pool},         {"zoneLoss", &Planner::lose_zone},   {"flux.suspend", &Planner::suspend_flux},
        {"flux.resume", &Planner::suspend_flux},      {"flux.reconcile", &Planner::reconcile_flux},     {"argo.sync", &Planner::sync_argo},  {"argo.refresh", &Planner::sync_argo},
        {"pool.scale", &Planner::change_pool},        {"pool.stop", &Planner::change_pool},             {"pool.start", &Planner::change_pool}, {"nodeImage.upgrade", &Planner::upgrade_image},
        {"cluster.stop", &Planner::power_cluster},    {"cluster.start", &Planner::power_cluster},       {"spot.evict", &Planner::evict_spot}, {"frontDoor.failover", &Planner::fail_over_edge},
        {"deployment.rollback", &Planner::roll_back}, {"wait", &Planner::wait}};
    const auto method = kMethods.find(action.name);
    if (method == kMethods.end()) return refuse(action.name + " is never done to a real cluster");
    (this->*method->second)();
  }

 private:
  void refuse(const std::string& why) { plan_.refused.push_back(action_->name + "(" + action_->target + "): " + why); }
  const ClusterState& state() const { return parts_.kube.state(); }
  std::string bare(Name name) const { return std::string(parts_.kube.cache().bare(name)); }
  std::string now() const { return rfc3339(parts_.kube.client().transport().now_us()); }

  bool elsewhere(const std::string& target) const {
    return std::ranges::any_of(parts_.scenario.clusters, [&](const ClusterSpec& cluster) {
      const std::string name = cluster.name.str();
      return name != parts_.cluster && (target == name || target.starts_with(name + "/"));
    });
  }

  /// "aks-prod/user" → "user"; nothing when it is about another cluster.
  std::optional<std::string> in_this_cluster(const std::string& target) {
    const std::string prefix = parts_.cluster + "/";
    if (target.starts_with(prefix)) return target.substr(prefix.size());
    if (target == parts_.cluster) return std::string{};
    if (!elsewhere(target)) return target;
    plan_.left_out.push_back(action_->name + "(" + target + ") concerns another cluster than " + parts_.cluster);
    return std::nullopt;
  }

  /// "cluster/namespace/name" or "namespace/name": a namespace may well be called like a cluster.
  std::optional<std::string> key_in_this_cluster() {
    return std::ranges::count(action_->target, '/') == 1 ? std::optional(action_->target) : in_this_cluster(action_->target);
  }

  PlannedChange change() {
    PlannedChange out;
    out.step = action_->step;
    out.action = action_->name;
    out.target = action_->target;
    out.after = std::exchange(after_, Duration{0});
    return out;
  }
  void put(KubeRequest request, const KubeRequest& undo = {}, std::string note = {}) {
    PlannedChange out = change();
    if (auto allowed = parts_.guard.check(request); !allowed) return refuse(request.what + ": " + allowed.error().message);
    out.kube = std::move(request);
    out.undo = undo.http;
    out.undo_what = undo.what;
    out.note = std::move(note);
    plan_.changes.push_back(std::move(out));
  }
  void put(ArmRequest request, const ArmRequest& undo = {}) {
    PlannedChange out = change();
    out.azure = true;
    if (auto allowed = parts_.guard.check_arm(request); !allowed) return refuse(request.what + ": " + allowed.error().message);
    out.arm = std::move(request);
    if (!undo.path.empty()) out.undo = {undo.method, undo.path, {{"Content-Type", "application/json"}}, undo.body};
    out.undo_what = undo.what;
    plan_.changes.push_back(std::move(out));
  }

  WorkloadId workload() {
    const auto key = key_in_this_cluster();
    if (!key) return {};
    const WorkloadId id = find_workload(state(), Name(*key));
    if (!id) refuse("there is no workload " + *key);
    return id;
  }

  void scale_workload() {
    const WorkloadId id = workload();
    if (!id) return;
    const Workload& row = state().workloads[id];
    std::string note;
    state().autoscalers.for_each([&](AutoscalerId, const Autoscaler& autoscaler) {
      if (autoscaler.applied && autoscaler.target == id) note = "autoscaler " + autoscaler.spec->name.str() + " will scale it as it sees fit";
    });
    const ObjectName name = object_of(row.key.text());
    const auto scaled = scaled_.try_emplace(id.row, row.replicas).first;
    put(scale_request(row.spec->kind, name, action_->count), scale_request(row.spec->kind, name, std::exchange(scaled->second, action_->count)), note);
  }

  void restart_workload() {
    const WorkloadId id = workload();
    if (id) put(restart_request(state().workloads[id].spec->kind, object_of(state().workloads[id].key.text()), now()));
  }

  void take_pods() {
    const WorkloadId id = workload();
    if (!id) return;
    std::int64_t left = action_->count;
    for (const PodId pod : state().workloads[id].pods) {
      if (left <= 0 || !state().pods[pod].live() || !taken_.insert(pod.row).second) continue;
      --left;
      const ObjectName name = object_of(bare(state().pods[pod].name));
      put(action_->name == "pods.evict" ? evict_request(name) : delete_pod_request(name));
    }
    if (left > 0) refuse(std::to_string(left) + " more than there are pods; a plan names the pods that are there now, each once");
  }

  bool is_cordoned(NodeId id) const {
    const auto planned = cordoned_.find(id.row);
    return planned == cordoned_.end() ? state().nodes[id].unschedulable : planned->second;
  }
  void cordon(NodeId id, bool on) {
    if (is_cordoned(id) == on) return;
    cordoned_[id.row] = on;
    const std::string name = bare(state().nodes[id].name);
    put(cordon_request(name, on), cordon_request(name, !on));
  }
  void cordon_pool() {
    const auto pool = in_this_cluster(action_->target);
    if (!pool) return;
    const bool on = action_->name == "pool.cordon";
    std::int64_t left = on ? action_->count : INT64_MAX;
    bool any = false;
    state().nodes.for_each([&](NodeId id, const Node& node) {
      if (node.labels.pairs.empty() || parts_.kube.cache().cloud().pools[node.pool].spec->name.text() != *pool) return;
      any = true;
      if (left <= 0 || is_cordoned(id) == on) return;
      --left;
      cordon(id, on);
    });
    if (!any) refuse(parts_.kube.sees_nodes() ? "pool " + *pool + " has no nodes" : "this credential may not read nodes");
    else if (on && left > 0) refuse(std::to_string(left) + " more than pool " + *pool + " has nodes to cordon");
  }

  /// What can be done of a zone's loss without breaking machines: its nodes take nothing new, and pods that may be moved are.
  void lose_zone() {
    std::vector<NodeId> nodes;
    state().nodes.for_each([&](NodeId id, const Node& node) {
      const bool ours = parts_.allow.allows_pool(parts_.kube.cache().cloud().pools[node.pool].spec->name.text());
      if (node.zone == action_->zone && ours) nodes.push_back(id);
    });
    if (nodes.empty()) return refuse("no node of an allowed pool is in zone " + std::to_string(action_->zone));
    for (const NodeId id : nodes) cordon(id, true);
    for (const NodeId id : nodes)
      for (const PodId pod : state().nodes[id].pods) {
        const Pod& row = state().pods[pod];
        const bool movable = row.live() && state().workloads[row.owner].spec->kind != WorkloadKind::DaemonSet && parts_.allow.allows_namespace(row.spec->name_space.text());
        if (movable && taken_.insert(pod.row).second) put(evict_request(object_of(bare(row.name))));
      }
  }

  void suspend_flux() {
    if (!in_this_cluster(action_->target)) return;
    const bool on = action_->name == "flux.suspend";
    bool any = false;
    state().kustomizations.for_each([&](KustomizationId id, const Kustomization& row) {
      const ObjectName name{row.spec->name_space.str(), row.spec->name.str()};
      if (!parts_.allow.allows_namespace(name.name_space)) return;   // somebody else's
      any = true;
      const auto suspended = suspended_.try_emplace(id.row, row.suspended).first;
      if (std::exchange(suspended->second, on) != on) put(suspend_kustomization_request(name, on), suspend_kustomization_request(name, !on));
    });
    if (!any) refuse("no Kustomization lies in an allowed namespace");
  }
  void reconcile_flux() {
    const auto key = key_in_this_cluster();
    if (key) put(reconcile_kustomization_request(object_of(*key), now()));
  }
  void sync_argo() {
    const auto key = key_in_this_cluster();
    if (!key) return;
    put(action_->name == "argo.sync" ? sync_application_request(object_of(*key), "") : refresh_application_request(object_of(*key), false));
  }

  const AzureCluster* azure(const std::string& cluster) {
    const AzureCluster* found = parts_.cloud != nullptr ? parts_.cloud->cluster(cluster) : nullptr;
    if (found == nullptr) refuse("the allow-list says nothing of Azure for " + cluster);
    return found;
  }

  void change_pool() {
    const auto pool = in_this_cluster(action_->target);
    if (!pool || azure(parts_.cluster) == nullptr) return;
    PoolId id;
    parts_.cloud->state().pools.for_each([&](PoolId candidate, const Pool& row) {
      if (row.key.text() == parts_.cluster + "/" + *pool) id = candidate;
    });
    if (!id) return refuse("Azure knows no pool " + *pool);
    const Pool& row = parts_.cloud->state().pools[id];
    const bool scales = action_->name == "pool.scale", stops = action_->name == "pool.stop";
    if (stops && row.spec->mode == PoolMode::System) return refuse("a system pool is never stopped");
    const CloudAction wanted = scales ? CloudAction{ResizePool{id, action_->count, Name("Drive")}} : stops ? CloudAction{StopPool{id}} : CloudAction{StartPool{id}};
    const CloudAction back = scales ? CloudAction{ResizePool{id, row.target, Name("Drive")}} : stops ? CloudAction{StartPool{id}} : CloudAction{StopPool{id}};
    auto request = parts_.cloud->request_for(wanted);
    auto undo = parts_.cloud->request_for(back);
    if (!request) return refuse(request.error().message);
    put(*request, undo ? *undo : ArmRequest{});
  }

  void upgrade_image() {
    const auto pool = in_this_cluster(action_->target);
    if (!pool) return;
    if (const AzureCluster* cluster = azure(parts_.cluster)) put(upgrade_node_image_request(*cluster, *pool));
  }
  void power_cluster() {
    if (!in_this_cluster(action_->target)) return;
    const bool on = action_->name == "cluster.start";
    if (const AzureCluster* cluster = azure(parts_.cluster)) put(cluster_power_request(*cluster, on), cluster_power_request(*cluster, !on));
  }

  void evict_spot() {
    const auto pool = in_this_cluster(action_->target);
    if (!pool || azure(parts_.cluster) == nullptr) return;
    if (!parts_.allow.allows_pool(*pool)) return refuse("pool " + *pool + " is not on the allow-list");
    std::int64_t left = action_->count;
    state().nodes.for_each([&](NodeId, const Node& node) {
      const NodePoolSpec& spec = *parts_.kube.cache().cloud().pools[node.pool].spec;
      if (left <= 0 || spec.name.text() != *pool || (action_->zone != 0 && node.zone != action_->zone)) return;
      const ScaleSetInstance instance = instance_of(parts_.kube.cache().provider_id(bare(node.name)));
      if (instance.instance.empty()) return;
      --left;
      put(simulate_eviction_request(instance.scale_set_id, instance.instance));
    });
  }

  /// The origin of the cluster that shall serve first, then those of the others.
  void fail_over_edge() {
    const auto to = parts_.allow.azure.find(action_->target);
    if (to == parts_.allow.azure.end() || to->second.origin_id.empty()) return refuse("the allow-list names no Front Door origin for " + action_->target);
    put(origin_request(to->second, true));
    for (const auto& [name, cluster] : parts_.allow.azure)
      if (name != action_->target && !cluster.origin_id.empty()) put(origin_request(cluster, false), origin_request(cluster, true));
  }

  void roll_back() {
    const WorkloadId id = workload();
    if (!id) return;
    const ObjectName name = object_of(state().workloads[id].key.text());
    auto requests = parts_.kube.requests_for(RollBack{id});
    if (!requests) return refuse(requests.error().message);
    auto current = parts_.kube.client().get(workload_path(WorkloadKind::Deployment, name));
    if (!current) return refuse(current.error().message);
    for (KubeRequest& request : *requests) put(std::move(request), template_request(name, current->at("spec").at("template")));
  }

  /// Steps that wait for something wait for it here, too.
  void await() {
    if (elsewhere(action_->target) && action_->name != "frontDoor.failover") return;
    if (!action_->condition) return refuse("'" + action_->when + "' cannot be seen in a cluster; state a condition over " + known_state_metrics());
    if (!seen(*action_->condition)) return refuse("'" + action_->when + "' cannot be seen: this credential may not read nodes");
    const Name meant = action_->condition->cluster;
    if (!meant.empty() && meant.text() != parts_.cluster) return refuse("'" + action_->when + "' is about another cluster than " + parts_.cluster);
    PlannedChange out = change();
    out.target = action_->when;
    out.action = "await";
    out.awaits = action_->condition;
    out.patience = action_->timeout;
    out.kube.what = "wait until " + action_->condition->text + ", at most " + to_string(action_->timeout) + ", then everything is undone";
    plan_.changes.push_back(std::move(out));
  }

  bool seen(const StateCondition& condition) const { return parts_.kube.sees_nodes() || !is_about_nodes(condition.metric); }

  void wait() {
    PlannedChange out = change();
    out.kube.what = "wait " + to_string(action_->lasts);
    out.after += action_->lasts;
    plan_.changes.push_back(std::move(out));
  }

  const PlanParts& parts_;
  DrivePlan& plan_;
  const DriveAction* action_ = nullptr;
  Duration after_{0};
  // What the plan will have changed so far, by the object's place in the state.
  std::map<std::uint32_t, bool> cordoned_, suspended_;
  std::map<std::uint32_t, std::int64_t> scaled_;
  std::set<std::uint32_t> taken_;
};

}  // namespace

std::int64_t DrivePlan::requests() const {
  return std::ranges::count_if(changes, [](const PlannedChange& change) { return !change.only_waits(); });
}

std::set<std::string> DrivePlan::fingerprints() const {
  std::set<std::string> out;
  for (const PlannedChange& change : changes) {
    if (change.only_waits()) continue;
    out.insert(change.azure ? fingerprint(change.arm) : fingerprint(change.kube.http));
    if (change.undo.target.empty()) continue;
    out.insert(change.azure ? fingerprint(ArmRequest{{}, change.undo.method, change.undo.target, change.undo.body}) : fingerprint(change.undo));
  }
  return out;
}

std::string DrivePlan::hash() const {
  json all = json::array();
  for (const PlannedChange& change : changes) {
    // Times of requests are of the day of the plan, not of the cluster.
    const bool stamped = change.action == "workload.restart" || change.action == "flux.reconcile";
    const HttpRequest request = change.azure ? HttpRequest{change.arm.method, change.arm.path, {}, change.arm.body} : change.kube.http;
    all.push_back({change.action, change.target, request.method, request.target, stamped ? "" : request.body, journal_form(change.undo)});
  }
  return sha256_hex(all.dump());
}

DrivePlan make_plan(const PlanParts& parts, const std::vector<DriveAction>& actions) {
  DrivePlan plan;
  plan.scenario = parts.scenario.name;
  plan.context = parts.context;
  plan.cluster = parts.cluster;
  if (!parts.allow.allows_context(parts.context)) plan.refused.push_back("context " + parts.context + " is not on the allow-list");
  for (const auto* conditions : {&parts.allow.steady, &parts.allow.abort})
    for (const StateCondition& condition : *conditions)
      if (is_about_nodes(condition.metric) && !parts.kube.sees_nodes()) plan.refused.push_back("the allow-list's '" + condition.text + "' cannot be seen: this credential may not read nodes");
  parts.guard.unseal();
  parts.guard.count_from_zero();
  Planner planner(parts, plan);
  for (const DriveAction& action : actions) planner.add(action);
  plan.pods = parts.guard.affected_pods();
  plan.nodes = parts.guard.affected_nodes();
  return plan;
}

}  // namespace akstwin
