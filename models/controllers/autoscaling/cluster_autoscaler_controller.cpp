#include "models/controllers/autoscaling/cluster_autoscaler_controller.hpp"

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "models/api/node_input.hpp"
#include "models/api/disruption.hpp"
#include "models/controllers/autoscaling/cluster_autoscaler_decisions.hpp"
#include "models/fit/daemon_fit.hpp"

namespace akstwin {
namespace {

const Taint kToBeDeleted{Name("ToBeDeletedByClusterAutoscaler"), {}, TaintEffect::NoSchedule};
const Taint kCandidate{Name("DeletionCandidateOfClusterAutoscaler"), {}, TaintEffect::PreferNoSchedule};

// Draws of zones are numbered apart from those of the expander, which are the numbers of the loops.
constexpr std::uint64_t kZoneDraws = std::uint64_t{1} << 60;

std::uint64_t number_of(InstanceId id) { return (std::uint64_t{id.row} << 32) | id.generation; }

PodOwnerKind owner_kind(WorkloadKind kind) {
  switch (kind) {
    case WorkloadKind::StatefulSet: return PodOwnerKind::StatefulSet;
    case WorkloadKind::DaemonSet: return PodOwnerKind::DaemonSet;
    case WorkloadKind::Job:
    case WorkloadKind::CronJob:
    case WorkloadKind::ScaledJob: return PodOwnerKind::Job;
    default: return PodOwnerKind::ReplicaSet;
  }
}

CloudInstanceState list_state(InstanceState state) {
  if (state == InstanceState::Creating) return CloudInstanceState::Creating;
  return state == InstanceState::Running ? CloudInstanceState::Running : CloudInstanceState::Deleting;
}

/// Equality of lists that are compared in each loop, as memory: an Id has no padding.
bool same(const std::vector<PodId>& a, const std::vector<PodId>& b) {
  static_assert(std::has_unique_object_representations_v<PodId>);
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(PodId)) == 0);
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
  return mask(PodBound) | mask(PodUpdated) | mask(PodDeleting) | mask(PodGone) | mask(PodResized) | mask(NodeAdded) | mask(NodeUpdated) |
         mask(NodeGone);
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
    if (change.kind != ChangeKind::PodDeleting && change.kind != ChangeKind::PodResized) continue;
    const PodId pod{change.row, change.generation};
    if (state.pods.contains(pod) && state.pods[pod].node) objects_[state.pods[pod].node.row].pods_changed = true;
  }
}

AutoscaledPod ClusterAutoscalerController::pod_view(const ClusterState& state, PodId id) {
  const Pod& pod = state.pods[id];
  const Workload& owner = state.workloads[pod.owner];
  AutoscaledPod view;
  view.spec = pod.volumes.empty() ? pod.spec : zoned_specs_.of(state, pod);
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

// Azure's provider draws the zone of a node that it imagines for a pool without nodes, at each look anew (facts C, [code]): a pod that
// needs one zone may be refused a pool that could serve it, and be granted one that then grows elsewhere.
void ClusterAutoscalerController::draw_zone(const Pool& pool, std::size_t pool_template) {
  const std::vector<int>& zones = pool.spec->zones;
  if (zones.size() < 2) return;
  Labels& labels = templates_[pool_template].node.labels;
  const Name key("topology.kubernetes.io/zone");
  const Name* const before = labels.find(key);
  if (before == nullptr) return;
  const std::string text = before->str();
  const int zone = zones[chooser_.below(zones.size(), kZoneDraws + loops_ * templates_.size() + pool_template)];
  const Name drawn(text.substr(0, text.rfind('-') + 1) + std::to_string(zone));
  if (drawn == *before) return;
  labels.set(key, drawn);
  ++template_revision_;
}

void ClusterAutoscalerController::add_group(const CloudState& cloud, PoolId id, std::size_t pool_template) {
  const Pool& pool = cloud.pools[id];
  if (pods_wait_ && pool.instances.empty()) draw_zone(pool, pool_template);
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
  for (const InstanceId id_of_machine : pool.instances) {
    const Instance& instance = cloud.instances[id_of_machine];
    if (instance.state == InstanceState::Deallocated) continue;   // switched off: the provider's list has running machines only
    instances.push_back({number_of(id_of_machine), list_state(instance.state), instance.failed});
  }
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
  view.deletion = deletions_.in_progress(view.id);
  const auto tainted = std::ranges::find(tainted_, id, &Tainted::node);
  if (tainted != tainted_.end()) view.deletion_taint = tainted->since;
  NodeObject& object = objects_[id.row];
  if (object.pods_changed || !same(object.pods, node.pods)) {
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

void ClusterAutoscalerController::build(const ControllerContext& context) {
  const ClusterState& state = context.cluster.state();
  const CloudState& cloud = context.cloud.state();
  pools_.clear();
  groups_.clear();
  nodes_.clear();
  pending_.clear();
  instance_of_.assign(state.nodes.size(), 0);
  refresh_templates(state);
  pods_wait_ = state.pending > 0;
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
      // A pod whose victims are leaving a node needs no other one (upstream filter_out_expendable.go).
      if (!pod.node && pod.unschedulable && pod.live() && !state.nodes.contains(pod.nominated)) waiting.push_back(id);
    });
  std::ranges::sort(waiting, [&](PodId a, PodId b) {
    const Pod &x = state.pods[a], &y = state.pods[b];
    return x.created != y.created ? x.created < y.created : a.row < b.row;
  });
  for (const PodId id : waiting) pending_.push_back(pod_view(state, id));
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
  if (core_.options().cordon_node_before_terminating) context.cluster.submit(CordonNode{node, true});
  const PoolId id = context.cluster.state().nodes[node].pool;
  tainted_.push_back({deletion.node, node, context.now});
  deletions_.start(deletion.node, id.row, deletion.kind, core_.options(), context.now);
  const Pool& pool = context.cloud.state().pools[id];
  context.notes.note({NoteKind::ScaleDown, pool.key, context.cluster.state().nodes[node].name,
                      Name(deletion.kind == NodeDeletionKind::Empty ? "empty" : "drain"), pool.target - 1});
}

void ClusterAutoscalerController::correct_groups(ControllerContext& context, const ClusterAutoscalerOutput& output) {
  for (const auto& deletion : output.delete_instances) {
    const InstanceId id{static_cast<std::uint32_t>(deletion.instance >> 32), static_cast<std::uint32_t>(deletion.instance)};
    if (!context.cloud.state().instances.contains(id)) continue;
    const Name machine = context.cloud.state().instances[id].node_name, pool = context.cloud.state().pools[pools_[deletion.group]].key;
    context.cloud.submit(DeleteMachine{pools_[deletion.group], machine, Name("NeverRegistered")});
    context.notes.note({NoteKind::ScaleDown, pool, machine, Name("never registered"), context.cloud.state().pools[pools_[deletion.group]].target});
  }
  for (const auto& decrease : output.target_decreases) context.cloud.submit(ResizePool{pools_[decrease.group], decrease.to, Name("cluster-autoscaler")});
}

void ClusterAutoscalerController::apply(ControllerContext& context, const ClusterAutoscalerOutput& output) {
  correct_groups(context, output);
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

/// The simulated cluster and cloud, through the ports.
class ClusterAutoscalerController::Hands final : public NodeDeletionHands {
 public:
  Hands(ClusterAutoscalerController& self, ControllerContext& context) : self_(self), context_(context) {}

  const AutoscaledNode* look_at(std::uint64_t instance) override {
    const auto tainted = find(instance);
    const ClusterState& state = context_.cluster.state();
    if (tainted == self_.tainted_.end() || !state.nodes.contains(tainted->node)) return nullptr;
    pods_.clear();
    for (const PodId pod : state.nodes[tainted->node].pods) pods_.push_back(self_.pod_view(state, pod));
    node_.id = instance;
    node_.pods = pods_;
    return &node_;
  }
  std::span<const DisruptionBudget> budgets() override {
    return self_.budgets_.read(context_.cluster.state());
  }
  EvictionAnswer evict(std::uint64_t uid) override {
    const PodId pod = pod_of(uid);
    if (!context_.cluster.state().pods.contains(pod)) return EvictionAnswer::Gone;
    if (context_.cluster.state().pods[pod].terminating()) return EvictionAnswer::Done;
    return context_.cluster.submit(EvictPod{pod, Name("ScaleDown")}) == Verdict::Accepted ? EvictionAnswer::Done : EvictionAnswer::Refused;
  }
  bool is_gone(std::uint64_t uid) override { return !context_.cluster.state().pods.contains(pod_of(uid)); }
  bool delete_nodes(std::uint32_t group, std::span<const std::uint64_t> instances) override {
    std::vector<NodeId> nodes;
    for (const std::uint64_t instance : instances)
      if (const auto tainted = find(instance); tainted != self_.tainted_.end()) nodes.push_back(tainted->node);
    const PoolId pool = context_.cloud.state().pools.at(group);
    return context_.cloud.submit(DeleteInstances{pool, std::move(nodes), Name("ScaleDown")}) == Verdict::Accepted;
  }
  void deleted(std::uint64_t) override { self_.dirty_ = true; }   // the taint stays until the node is gone
  void given_up(std::uint64_t instance, NodeDeletionFailure) override {
    self_.dirty_ = true;
    const auto tainted = find(instance);
    if (tainted == self_.tainted_.end()) return;
    if (context_.cluster.state().nodes.contains(tainted->node)) {
      context_.cluster.submit(TaintNode{tainted->node, kToBeDeleted, false});
      if (self_.core_.options().cordon_node_before_terminating) context_.cluster.submit(CordonNode{tainted->node, false});
    }
    self_.tainted_.erase(tainted);
  }

 private:
  std::vector<Tainted>::iterator find(std::uint64_t instance) { return std::ranges::find(self_.tainted_, instance, &Tainted::instance); }
  ClusterAutoscalerController& self_;
  ControllerContext& context_;
  AutoscaledNode node_;
  std::vector<AutoscaledPod> pods_;
};

SimTime ClusterAutoscalerController::actuate(ControllerContext& context) {
  std::erase_if(tainted_, [&](const Tainted& tainted) { return !context.cluster.state().nodes.contains(tainted.node); });
  Hands hands(*this, context);
  return deletions_.advance(hands, core_.options(), context.now);
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
    if (context.decisions != nullptr) core_.explain();
    const ClusterAutoscalerInput input{groups_, nodes_, pending_, budgets_.read(context.cluster.state()), &fit_, random};
    const ClusterAutoscalerOutput& output = core_.run_once(context.now, input);
    if (context.decisions != nullptr) tell(*context.decisions, {core_, input, output, context.now});
    budgets_matter_ = !output.unneeded.empty() || std::ranges::any_of(output.unremovable, [](const UnremovableNode& node) {
      return node.reason != UnremovableReason::NotUnderutilized && node.reason != UnremovableReason::CurrentlyBeingDeleted;
    });
    apply(context, output);
    const SimTime actuated = actuate(context);   // what began without a delay
    notice(context.cluster);
    const SimTime interesting = dirty_ ? context.now + scan : std::max(core_.next_interesting(), context.now + scan);
    return std::min(actuated, interesting);
  }
  return std::min(actuator, dirty_ ? (grid > context.now ? grid : context.now + scan) : core_.next_interesting());
}

}  // namespace akstwin
