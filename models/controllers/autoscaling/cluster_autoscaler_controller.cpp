#include "models/controllers/autoscaling/cluster_autoscaler_controller.hpp"

#include <algorithm>

#include "models/api/node_input.hpp"
#include "models/api/disruption.hpp"
#include "models/fit/daemon_fit.hpp"

namespace akstwin {
namespace {

const Taint kToBeDeleted{Name("ToBeDeletedByClusterAutoscaler"), {}, TaintEffect::NoSchedule};
const Taint kCandidate{Name("DeletionCandidateOfClusterAutoscaler"), {}, TaintEffect::PreferNoSchedule};

std::uint64_t number_of(InstanceId id) { return (std::uint64_t{id.row} << 32) | id.generation; }

PodOwnerKind owner_kind(WorkloadKind kind) {
  switch (kind) {
    case WorkloadKind::StatefulSet: return PodOwnerKind::StatefulSet;
    case WorkloadKind::DaemonSet: return PodOwnerKind::DaemonSet;
    case WorkloadKind::Job:
    case WorkloadKind::CronJob: return PodOwnerKind::Job;
    default: return PodOwnerKind::ReplicaSet;
  }
}

bool has_taint(const Node& node, const Taint& taint) {
  return std::ranges::any_of(node.taints, [&](const Taint& t) { return t.key == taint.key; });
}

}  // namespace

ClusterAutoscalerController::ClusterAutoscalerController(std::uint32_t cluster, ClusterAutoscalerOptions options, FitContext context,
                                                         std::vector<PoolTemplate> templates, Chooser& chooser)
    : cluster_(cluster), core_(std::move(options)), fit_(std::move(context)), templates_(std::move(templates)), chooser_(chooser) {
  std::ranges::sort(templates_, {}, &PoolTemplate::pool);
}

ChangeMask ClusterAutoscalerController::interests() const {
  using enum ChangeKind;
  return mask(PodBound) | mask(PodUpdated) | mask(PodDeleting) | mask(PodGone) | mask(NodeAdded) | mask(NodeUpdated) | mask(NodeGone);
}

bool ClusterAutoscalerController::matters(const ClusterState& state, const Change& change) const {
  if (change.kind != ChangeKind::PodUpdated) return true;
  // Starting and becoming ready moves nothing but disruption budgets, which only a node that might be drained asks for.
  const PodId pod{change.row, change.generation};
  return budgets_matter_ || !state.pods.contains(pod) || !state.pods[pod].node;
}

void ClusterAutoscalerController::notice(const ClusterApi& api) {
  const ChangeSpan span = api.changes_since(cursor_);
  cursor_ = span.next;
  const ClusterState& state = api.state();
  if (span.expired) dirty_ = nodes_changed_ = true;
  objects_.resize(state.nodes.size());
  const auto refresh = [&](NodeId id) {
    if (!state.nodes.contains(id)) return;
    NodeObject& object = objects_[id.row];
    if (object.id != id) object.pods_changed = true;
    object.id = id;
    object.input = node_input(state.nodes[id]);
    object.revision = ++revision_;
  };
  if (span.expired) state.nodes.for_each([&](NodeId id, const Node&) { refresh(id); });
  for (const Change& change : span.changes) {
    if (!interests().has(change.kind) || !matters(state, change)) continue;
    dirty_ = true;
    nodes_changed_ = nodes_changed_ || change.kind == ChangeKind::NodeAdded || change.kind == ChangeKind::NodeGone;
    if (change.kind == ChangeKind::NodeAdded || change.kind == ChangeKind::NodeUpdated) refresh({change.row, change.generation});
    if (change.kind != ChangeKind::PodDeleting) continue;
    const PodId pod{change.row, change.generation};
    if (state.pods.contains(pod) && state.pods[pod].node) objects_[state.pods[pod].node.row].pods_changed = true;
  }
}

AutoscaledPod ClusterAutoscalerController::pod_view(const ClusterState& state, PodId id) const {
  const Pod& pod = state.pods[id];
  const Workload& owner = state.workloads[pod.owner];
  AutoscaledPod view;
  view.spec = pod.spec;
  view.name = pod.name;
  view.uid = uid_of(id);
  view.owner = pod.owner.row + 1;
  view.owner_kind = owner_kind(owner.spec->kind);
  view.finished = pod.phase == PodPhase::Succeeded || pod.phase == PodPhase::Failed;
  view.created = pod.created;
  if (pod.terminating()) view.deleted = pod.deleting;
  return view;
}

void ClusterAutoscalerController::refresh_templates(const ClusterState& state) {
  std::vector<std::pair<std::uint32_t, const PodSpec*>> daemons;
  state.workloads.for_each([&](WorkloadId id, const Workload& workload) {
    if (workload.spec->kind == WorkloadKind::DaemonSet && workload.applied) daemons.emplace_back(id.row, workload.pod_template);
  });
  if (template_revision_ > 0 && daemons == daemons_) return;
  daemons_ = std::move(daemons);
  ++template_revision_;
  template_pods_.assign(templates_.size(), {});
  for (std::size_t i = 0; i < templates_.size(); ++i) {
    for (const auto& [row, spec] : daemons_) {
      if (!daemon_wants(*spec, templates_[i].node)) continue;
      AutoscaledPod pod;
      pod.spec = spec;
      pod.name = state.workloads[state.workloads.at(row)].key;
      pod.uid = (std::uint64_t{1} << 62) | (std::uint64_t{i} << 32) | row;
      pod.owner = row + 1;
      pod.owner_kind = PodOwnerKind::DaemonSet;
      template_pods_[i].push_back(pod);
    }
  }
}

void ClusterAutoscalerController::add_group(const CloudState& cloud, PoolId id, std::size_t pool_template) {
  const Pool& pool = cloud.pools[id];
  AutoscaledGroup group;
  group.id = pool.key;
  group.min = pool.min;
  group.max = pool.max;
  group.target = pool.target;
  group.template_node = &templates_[pool_template].node;
  group.template_revision = template_revision_;
  group.capacity = templates_[pool_template].capacity;
  group.template_pods = template_pods_[pool_template];
  if (instances_.size() == groups_.size()) instances_.emplace_back();
  std::vector<CloudInstance>& instances = instances_[groups_.size()];
  instances.clear();
  for (const InstanceId instance : pool.instances)
    instances.push_back({number_of(instance), static_cast<CloudInstanceState>(cloud.instances[instance].state), false});
  group.instances = instances;
  pools_.push_back(id);
  groups_.push_back(group);
}

void ClusterAutoscalerController::add_node(const ClusterState& state, NodeId id) {
  const Node& node = state.nodes[id];
  AutoscaledNode view;
  view.id = instance_of_[id.row];
  view.object = &objects_[id.row].input;
  view.revision = objects_[id.row].revision;
  const auto group = std::ranges::find(pools_, node.pool);
  if (group != pools_.end()) view.group = static_cast<std::uint32_t>(group - pools_.begin());
  view.ready = node.ready;
  view.scale_down_disabled = node.scale_down_disabled;
  view.candidate_taint = has_taint(node, kCandidate);
  view.created = node.created;
  view.ready_since = node.ready_transition;
  const auto deletion = std::ranges::find(deletions_, id, &Deletion::node);
  if (deletion != deletions_.end()) {
    if (deletion->stage != Stage::Deleting) view.deletion = deletion->kind;
    view.deletion_taint = deletion->drain_began;
  }
  NodeObject& object = objects_[id.row];
  if (object.pods_changed || object.pods != node.pods) {
    object.pods_changed = false;
    object.pods_revision = ++revision_;
    object.pods = node.pods;
    object.views.clear();
    for (const PodId pod : node.pods) object.views.push_back(pod_view(state, pod));
  }
  view.pods = object.views;
  view.pods_revision = object.pods_revision;
  nodes_.push_back(view);
}

void ClusterAutoscalerController::order_nodes(const ClusterState& state) {
  nodes_changed_ = false;
  order_.clear();
  state.nodes.for_each([&](NodeId id, const Node&) { order_.push_back(id); });
  std::ranges::sort(order_, [&](NodeId a, NodeId b) {
    const Node &x = state.nodes[a], &y = state.nodes[b];
    return x.created != y.created ? x.created < y.created : x.name < y.name;
  });
}

void ClusterAutoscalerController::read_budgets(const ClusterState& state) {
  std::size_t count = 0;
  for (const AppliedBudget& budget : state.disruption_budgets) {
    if (!budget.applied) continue;
    if (count == budgets_.size() || budget_specs_[count] != budget.spec) {   // the copies are kept while the objects stay
      budgets_.resize(count);
      budget_specs_.resize(count);
      budgets_.push_back({budget.spec->name_space, budget.spec->name, budget.spec->selector, 0, {}});
      budget_specs_.push_back(budget.spec);
    }
    budgets_[count++].disruptions_allowed = disruptions_allowed(state, budget);
  }
  budgets_.resize(count);
  budget_specs_.resize(count);
}

void ClusterAutoscalerController::build(const ControllerContext& context) {
  const ClusterState& state = context.cluster.state();
  const CloudState& cloud = context.cloud.state();
  pools_.clear();
  groups_.clear();
  nodes_.clear();
  pending_.clear();
  instance_of_.assign(state.nodes.size(), 0);
  refresh_templates(state);
  for (std::size_t i = 0; i < templates_.size(); ++i) {
    cloud.pools.for_each([&](PoolId id, const Pool& pool) {
      if (pool.cluster == cluster_ && pool.key == templates_[i].pool && pool.spec->autoscaling && !pool.stopped) add_group(cloud, id, i);
    });
  }
  cloud.instances.for_each([&](InstanceId id, const Instance& instance) {
    if (instance.cluster == cluster_ && instance.node && instance.node.row < instance_of_.size()) instance_of_[instance.node.row] = number_of(id);
  });
  if (nodes_changed_) order_nodes(state);
  for (const NodeId id : order_) add_node(state, id);
  std::vector<PodId> waiting;
  if (state.pending > 0)
    state.pods.for_each([&](PodId id, const Pod& pod) {
      if (!pod.node && pod.unschedulable && pod.live()) waiting.push_back(id);
    });
  std::ranges::sort(waiting, [&](PodId a, PodId b) {
    const Pod &x = state.pods[a], &y = state.pods[b];
    return x.created != y.created ? x.created < y.created : a.row < b.row;
  });
  for (const PodId id : waiting) pending_.push_back(pod_view(state, id));
  read_budgets(state);
}

NodeId ClusterAutoscalerController::node_of(std::uint64_t id) const {
  for (std::uint32_t row = 0; row < instance_of_.size(); ++row)
    if (instance_of_[row] == id) return objects_[row].id;
  return {};
}

void ClusterAutoscalerController::start_deletion(ControllerContext& context, const ClusterAutoscalerOutput::Deletion& deletion) {
  const NodeId node = node_of(deletion.node);
  if (!context.cluster.state().nodes.contains(node)) return;
  context.cluster.submit(TaintNode{node, kToBeDeleted, true});
  Deletion entry;
  entry.node = node;
  entry.pool = context.cluster.state().nodes[node].pool;
  entry.kind = deletion.kind;
  entry.drain_began = context.now;
  entry.due = context.now + core_.options().node_delete_delay_after_taint;
  deletions_.push_back(entry);
  const Pool& pool = context.cloud.state().pools[entry.pool];
  context.notes.note({NoteKind::ScaleDown, pool.key, context.cluster.state().nodes[node].name,
                      Name(deletion.kind == NodeDeletionKind::Empty ? "empty" : "drain"), pool.target - 1});
}

void ClusterAutoscalerController::apply(ControllerContext& context, const ClusterAutoscalerOutput& output) {
  for (const ScaleUpAction& action : output.scale_ups) {
    const PoolId pool = pools_[action.group];
    const Verdict verdict = context.cloud.submit(ResizePool{pool, action.to, Name("cluster-autoscaler")});
    const std::int64_t granted = context.cloud.state().pools[pool].target;
    context.notes.note({NoteKind::ScaleUp, context.cloud.state().pools[pool].key, {}, Name("cluster-autoscaler"), granted});
    if (verdict != Verdict::Accepted || granted < action.to) core_.report_failed_scale_up(action.group, context.now);
  }
  for (const auto& taint : output.soft_taints) context.cluster.submit(TaintNode{node_of(taint.node), kCandidate, taint.on});
  for (const std::uint64_t node : output.hard_taints_to_clear) context.cluster.submit(TaintNode{node_of(node), kToBeDeleted, false});
  for (const auto& deletion : output.deletions) start_deletion(context, deletion);
}

bool ClusterAutoscalerController::drain(ControllerContext& context, Deletion& deletion) {
  const ClusterState& state = context.cluster.state();
  const std::vector<PodId> pods = state.nodes[deletion.node].pods;
  bool left = false;
  for (const PodId id : pods) {
    const Pod& pod = state.pods[id];
    if (state.workloads[pod.owner].spec->kind == WorkloadKind::DaemonSet) continue;
    left = true;
    if (!pod.terminating()) context.cluster.submit(EvictPod{id, Name("ScaleDown")});
  }
  return !left;
}

void ClusterAutoscalerController::finish(ControllerContext& context, const Deletion& deletion, bool deleted) {
  if (deleted) context.cloud.submit(DeleteInstances{deletion.pool, {deletion.node}, Name("ScaleDown")});
  else context.cluster.submit(TaintNode{deletion.node, kToBeDeleted, false});
}

SimTime ClusterAutoscalerController::advance(ControllerContext& context, Deletion& deletion) {
  const ClusterState& state = context.cluster.state();
  if (!state.nodes.contains(deletion.node)) return kNever;
  if (deletion.stage == Stage::Deleting) return context.now + core_.options().scan_interval;   // until the machine is gone
  if (deletion.due > context.now) return deletion.due;
  const auto occupied = [&] {
    return std::ranges::any_of(state.nodes[deletion.node].pods, [&](PodId pod) {
      return state.workloads[state.pods[pod].owner].spec->kind != WorkloadKind::DaemonSet;
    });
  };
  const ClusterAutoscalerOptions& options = core_.options();
  if (deletion.kind == NodeDeletionKind::Empty && occupied()) {   // a pod came in between: the deletion is given up
    finish(context, deletion, false);
    return kNever;
  }
  if (deletion.kind == NodeDeletionKind::Empty || drain(context, deletion)) {
    finish(context, deletion, true);
    deletion.stage = Stage::Deleting;
    return context.now + options.scan_interval;
  }
  // Refused evictions are retried every 10 s for max_pod_eviction_time; then pods may take max_graceful_termination + 30 s to go.
  deletion.stage = Stage::Draining;
  if (context.now > deletion.drain_began + options.max_pod_eviction_time + options.max_graceful_termination + Duration{30'000'000}) {
    finish(context, deletion, false);
    return kNever;
  }
  deletion.due = context.now + Duration{5'000'000};
  return deletion.due;
}

SimTime ClusterAutoscalerController::actuate(ControllerContext& context) {
  SimTime next = kNever;
  std::vector<Deletion> kept;
  for (Deletion& deletion : deletions_) {
    const SimTime due = advance(context, deletion);
    if (due == kNever) dirty_ = true;
    else kept.push_back(deletion);
    next = std::min(next, due);
  }
  deletions_ = std::move(kept);
  return next;
}

SimTime ClusterAutoscalerController::reconcile(ControllerContext& context) {
  const SimTime actuator = actuate(context);
  const Duration scan = core_.options().scan_interval;
  const Duration into = context.now.since_start() % scan;
  notice(context.cluster);
  const SimTime grid = into == Duration{0} ? context.now : context.now + (scan - into);
  if (into == Duration{0} && (dirty_ || core_.next_interesting() <= context.now)) {
    dirty_ = false;
    build(context);
    const std::uint64_t random = chooser_.below(UINT64_MAX, loops_++);
    const ClusterAutoscalerOutput& output = core_.run_once(context.now, {groups_, nodes_, pending_, budgets_, &fit_, random});
    budgets_matter_ = !output.unneeded.empty() || std::ranges::any_of(output.unremovable, [](const UnremovableNode& node) {
      return node.reason != UnremovableReason::NotUnderutilized && node.reason != UnremovableReason::CurrentlyBeingDeleted;
    });
    apply(context, output);
    notice(context.cluster);
    const SimTime interesting = dirty_ ? context.now + scan : std::max(core_.next_interesting(), context.now + scan);
    return std::min(actuator, interesting);
  }
  return std::min(actuator, dirty_ ? (grid > context.now ? grid : context.now + scan) : core_.next_interesting());
}

}  // namespace akstwin
