#include "adapters/kube/cluster_cache.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "adapters/kube/decode.hpp"
#include "models/api/disruption.hpp"

namespace akstwin {
namespace {

using nlohmann::json;

// A node registers seconds after it began to boot its kubelet; one that says more than this comes from another clock.
constexpr Duration kClocksApart{600'000'000};

std::string_view kind_word(WorkloadKind kind) {
  switch (kind) {
    case WorkloadKind::Deployment: return "Deployment";
    case WorkloadKind::StatefulSet: return "StatefulSet";
    case WorkloadKind::DaemonSet: return "DaemonSet";
    default: return "Job";
  }
}

Pool pool_row(const NodePoolSpec& spec, Name key) {
  Pool row;
  row.spec = &spec;
  row.key = key;
  row.min = spec.min_count;
  row.max = spec.max_count;
  return row;
}

}  // namespace

ClusterCache::ClusterCache(const ClusterSpec& spec, std::int64_t epoch_us, Timeline& timeline)
    : spec_(spec), epoch_us_(epoch_us), prefix_(spec.name.str() + "/"), timeline_(timeline) {
  state_.spec = &spec;
  recorder_ = std::make_unique<ClusterRecorder>(spec.name, state_, cloud_, timeline);
  for (const NodePoolSpec& pool : spec.pools)
    pools_[pool.name.str()] = cloud_.pools.insert(pool_row(pool, full(pool.name.text())));
}

ClusterCache::~ClusterCache() = default;

const Labels* ClusterCache::namespace_labels(std::string_view name) const {
  const auto found = namespaces_.find(name);
  return found == namespaces_.end() ? nullptr : &found->second;
}

std::int64_t ClusterCache::disruptions_allowed(const std::string& key) const {
  const auto found = allowed_.find(key);
  return found == allowed_.end() ? -1 : found->second;
}

PodId ClusterCache::find_pod(std::string_view key) const {
  const auto found = pods_.find(key);
  return found == pods_.end() ? PodId{} : found->second;
}

NodeId ClusterCache::find_node(std::string_view name) const {
  const auto found = nodes_.find(name);
  return found == nodes_.end() ? NodeId{} : found->second;
}

std::string ClusterCache::provider_id(std::string_view node) const {
  const auto found = provider_ids_.find(node);
  return found == provider_ids_.end() ? std::string{} : found->second;
}

PoolId ClusterCache::pool_for(const json* node) {
  const std::string name = node != nullptr && !pool_of(*node).empty() ? pool_of(*node) : "none";
  if (const auto found = pools_.find(name); found != pools_.end()) return found->second;
  NodePoolSpec spec = node != nullptr ? pool_spec_of(*node) : NodePoolSpec{};
  spec.name = Name(name);
  pool_specs_.push_back(std::move(spec));
  return pools_[name] = cloud_.pools.insert(pool_row(pool_specs_.back(), full(name)));
}

/// The row of a node; a node that only a pod has named so far stands in an empty row until it is seen.
NodeId ClusterCache::node_for(const std::string& name, SimTime now) {
  if (const NodeId known = find_node(name)) return known;
  Node node;
  node.name = full(name);
  node.pool = pool_for(nullptr);
  node.created = now;
  return nodes_[name] = state_.nodes.insert(std::move(node));
}

/// Gauges per pool that the simulated scale sets keep in the twin.
void ClusterCache::count_node(const Node& node, std::int64_t sign, SimTime now) {
  const Name pool = cloud_.pools[node.pool].key;
  timeline_.add(timeline_.series(key(GaugeKind::NodesAllocated, spec_.name, pool)), now, sign);
  timeline_.add(timeline_.series(key(GaugeKind::ZoneNodes, spec_.name, pool, Name(std::to_string(node.zone)))), now, sign);
}

void ClusterCache::node_event(const ObjectEvent& event, SimTime now) {
  const std::string name(event.key);
  if (event.change == ObjectChange::Deleted) return node_gone(name, now);
  const bool known = !find_node(name).null();
  const PoolId pool = pool_for(event.object);
  const NodeId id = node_for(name, now);
  Node& node = state_.nodes[id];
  const bool was_ready = node.ready, placeholder = !known || node.labels.pairs.empty();
  if (was_ready) recorder_->node_gone(id, now);   // its share of the gauges, as it was
  if (!placeholder) count_node(node, -1, now);
  node.pool = pool;
  const SimTime first_seen = node.created;
  decode_node(*event.object, epoch_us_, node);
  provider_ids_[name] = text_in(*event.object, {"spec", "providerID"});
  // As with pods: a node that was made just now on a clock of its own was made just now.
  if (live_ && (!known || first_seen > node.created + kClocksApart) && (node.created > now || now - node.created > kClocksApart)) node.created = known ? first_seen : now;
  count_node(node, +1, now);
  recorder_->node_added(id, now);
  if (live_ && node.ready && !was_ready) {
    // From the autoscaler's request where there was one, otherwise from the registration of the node.
    const auto asked = scale_up_at_.find(cloud_.pools[pool].spec->name.str());
    const SimTime from = asked != scale_up_at_.end() && asked->second < now && now - asked->second < Duration{3'600'000'000} ? asked->second : node.created;
    timeline_.event({now, code(EventKind::NodeReady), node.name, cloud_.pools[pool].key, {}, (now - from).us});
  }
  log(placeholder ? ChangeKind::NodeAdded : ChangeKind::NodeUpdated, id.row, id.generation);
}

void ClusterCache::node_gone(const std::string& name, SimTime now) {
  const NodeId id = find_node(name);
  provider_ids_.erase(name);
  if (!id) return;
  Node& node = state_.nodes[id];
  recorder_->node_gone(id, now);
  if (!node.labels.pairs.empty()) count_node(node, -1, now);
  timeline_.event({now, code(EventKind::NodeGone), node.name, cloud_.pools[node.pool].key, {}, 0});
  log(ChangeKind::NodeGone, id.row, id.generation);
  node.ready = false;
  node.labels.pairs.clear();
  // Pods that the API still binds here keep a row to point at; they go a little later.
  if (!node.pods.empty()) return;
  nodes_.erase(name);
  state_.nodes.erase(id);
}

WorkloadId ClusterCache::workload_for(WorkloadKind kind, const std::string& key) {
  const std::string index = std::string(kind_word(kind)) + "/" + key;
  if (const auto found = workloads_.find(index); found != workloads_.end()) return found->second;
  WorkloadSpec spec;
  const std::size_t slash = key.find('/');
  spec.kind = kind;
  spec.name_space = Name(key.substr(0, slash));
  spec.name = Name(key.substr(slash + 1));
  workload_specs_.push_back(std::move(spec));
  Workload row;
  row.spec = &workload_specs_.back();
  row.key = Name(key);
  row.pod_template = &workload_specs_.back().pod;
  const WorkloadId id = state_.workloads.insert(std::move(row));
  if (state_.metrics.size() <= id.row) state_.metrics.resize(id.row + 1);
  return workloads_[index] = id;
}

void ClusterCache::workload_event(WorkloadKind kind, const ObjectEvent& event, SimTime now) {
  const std::string index = std::string(kind_word(kind)) + "/" + std::string(event.key);
  if (event.change == ObjectChange::Deleted) {
    const auto found = workloads_.find(index);
    if (found == workloads_.end()) return;
    Workload& workload = state_.workloads[found->second];
    workload.applied = false;
    workload.replicas = 0;
    recorder_->replicas_changed(found->second, now);
    log(ChangeKind::WorkloadUpdated, found->second.row, found->second.generation, found->second.row);
    return;
  }
  auto spec = decode_workload(*event.object);
  if (!spec) return;
  const bool fresh = !workloads_.contains(index);
  const WorkloadId id = workload_for(kind, std::string(event.key));
  Workload& workload = state_.workloads[id];
  const std::int64_t replicas = kind == WorkloadKind::DaemonSet ? number_in(*event.object, {"status", "desiredNumberScheduled"}, 0) : number_in(*event.object, {"spec", "replicas"}, kind == WorkloadKind::Job ? 0 : 1);
  const bool same_template = workload.applied && *workload.pod_template == spec->pod;
  if (!same_template || workload.spec->selector != spec->selector) {
    workload_specs_.push_back(std::move(*spec));
    workload.spec = &workload_specs_.back();
    workload.pod_template = &workload.spec->pod;
  }
  if (workload.replicas != replicas || !same_template) workload.changed = now;
  workload.applied = true;
  workload.replicas = replicas;
  if (fresh) refresh_budgets();
  recorder_->replicas_changed(id, now);
  log(ChangeKind::WorkloadUpdated, id.row, id.generation, id.row);
}

void ClusterCache::autoscaler_event(const ObjectEvent& event, SimTime) {
  const std::string name(event.key);
  if (event.change == ObjectChange::Deleted) {
    const auto found = autoscalers_.find(name);
    if (found == autoscalers_.end()) return;
    state_.autoscalers[found->second].applied = false;
    log(ChangeKind::AutoscalerUpdated, found->second.row, found->second.generation);
    return;
  }
  auto spec = decode_autoscaler(*event.object);
  if (!spec) return;
  const WorkloadId target = workload_for(spec->target_kind, spec->name_space.str() + "/" + spec->target.str());
  autoscaler_specs_.push_back(std::move(*spec));
  const Autoscaler row{&autoscaler_specs_.back(), target, true, {}};
  AutoscalerId id;
  if (const auto found = autoscalers_.find(name); found != autoscalers_.end()) {
    id = found->second;
    state_.autoscalers[id] = row;
  } else {
    id = autoscalers_[name] = state_.autoscalers.insert(row);
  }
  autoscaler_status_[id.row] = {number_in(*event.object, {"status", "currentReplicas"}, 0), number_in(*event.object, {"status", "desiredReplicas"}, 0)};
  log(ChangeKind::AutoscalerUpdated, id.row, id.generation, target.row);
}

/// Which workloads each budget selects; asked for again when one of either appears.
void ClusterCache::refresh_budgets() {
  for (AppliedBudget& budget : state_.disruption_budgets) {
    budget.workloads.clear();
    if (!budget.applied) continue;
    state_.workloads.for_each([&](WorkloadId id, const Workload& workload) {
      if (workload.applied && selects(*budget.spec, workload)) budget.workloads.push_back(id);
    });
  }
}

void ClusterCache::budget_event(const ObjectEvent& event, SimTime) {
  const std::string name(event.key);
  const auto found = budgets_.find(name);
  if (event.change == ObjectChange::Deleted) {
    if (found != budgets_.end()) state_.disruption_budgets[found->second].applied = false;
    allowed_.erase(name);
    return;
  }
  auto spec = decode_budget(*event.object);
  if (!spec) return;
  budget_specs_.push_back(std::move(*spec));
  if (found == budgets_.end()) {
    budgets_[name] = state_.disruption_budgets.size();
    state_.disruption_budgets.push_back({&budget_specs_.back(), true, {}});
  } else {
    state_.disruption_budgets[found->second] = {&budget_specs_.back(), true, {}};
  }
  allowed_[name] = number_in(*event.object, {"status", "disruptionsAllowed"}, 0);
  refresh_budgets();
}

void ClusterCache::namespace_event(const ObjectEvent& event, SimTime) {
  const std::string name(event.key);
  if (event.change == ObjectChange::Deleted) namespaces_.erase(name);
  else namespaces_[name] = labels_in(*event.object, {"metadata", "labels"});
}

void ClusterCache::kustomization_event(const ObjectEvent& event, SimTime) {
  const std::string name(event.key);
  const auto found = kustomizations_.find(name);
  if (event.change == ObjectChange::Deleted) {
    if (found == kustomizations_.end()) return;
    state_.kustomizations.erase(found->second);
    kustomizations_.erase(found);
    return;
  }
  auto spec = decode_kustomization(*event.object);
  if (!spec) return;
  kustomization_specs_.push_back(std::move(*spec));
  Kustomization row;
  row.spec = &kustomization_specs_.back();
  row.suspended = row.spec->suspend;
  const json* ready = condition(*event.object, "Ready");
  row.ready = ready != nullptr && text_in(*ready, {"status"}) == "True";
  row.applied_revision = text_in(*event.object, {"status", "lastAppliedRevision"}).empty() ? 0 : 1;
  if (found != kustomizations_.end()) state_.kustomizations[found->second] = row;
  else kustomizations_[name] = state_.kustomizations.insert(row);
  const KustomizationId id = kustomizations_[name];
  log(ChangeKind::KustomizationUpdated, id.row, id.generation);
}

void ClusterCache::git_repository_event(const ObjectEvent& event, SimTime) {
  const std::string name(event.key);
  if (event.change == ObjectChange::Deleted) return;   // a source that is gone keeps its row: nothing refers to it any more
  auto spec = decode_git_repository(*event.object);
  if (!spec) return;
  git_specs_.push_back(std::move(*spec));
  GitSource row{&git_specs_.back(), git_specs_.back().suspend, 1, text_in(*event.object, {"status", "artifact", "revision"}).empty() ? 0U : 1U};
  const auto [entry, fresh] = git_sources_.try_emplace(name, state_.git_sources.size());
  if (fresh) state_.git_sources.push_back(row);
  else state_.git_sources[entry->second] = row;
  log(ChangeKind::SourceUpdated, static_cast<std::uint32_t>(entry->second), 1);
}

}  // namespace akstwin
