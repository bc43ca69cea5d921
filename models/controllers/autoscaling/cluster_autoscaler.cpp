#include "models/controllers/autoscaling/cluster_autoscaler.hpp"

#include <algorithm>

#include "models/controllers/autoscaling/scale_down.hpp"
#include "models/controllers/autoscaling/scale_up.hpp"
#include "sim/base/check.hpp"

namespace akstwin {
namespace {

// Pods younger than this may have siblings still to come: unschedulablePodTimeBuffer and its GPU sibling in static_autoscaler.go.
constexpr Duration kYoung{2'000'000}, kYoungGpu{30'000'000};

void clear(ClusterAutoscalerOutput& out) {
  // Keeps the vectors' memory: nearly every loop decides nothing.
  ClusterAutoscalerOutput old = std::move(out);
  out = {};
  const auto reuse = [](auto& target, auto& from) {
    from.clear();
    target = std::move(from);
  };
  reuse(out.unneeded, old.unneeded);
  reuse(out.unremovable, old.unremovable);
  reuse(out.helped, old.helped);
  reuse(out.fits_existing, old.fits_existing);
  reuse(out.soft_taints, old.soft_taints);
}

bool decides_something(const ClusterAutoscalerOutput& out) {
  return out.error || !out.scale_ups.empty() || !out.deletions.empty() || !out.soft_taints.empty() || !out.delete_instances.empty() ||
         !out.target_decreases.empty() || !out.backed_off.empty() || !out.hard_taints_to_clear.empty();
}

bool wants_gpu(const AutoscaledPod& pod) { return pod.spec->effective_request().gpu > 0; }

}  // namespace

struct ClusterAutoscalerCore::State {
  explicit State(ClusterAutoscalerOptions given) : options(std::move(given)), expanders(options) {}

  void run(SimTime now, const ClusterAutoscalerInput& input);
  /// Steps 6 to 10: what the cloud and the nodes look like; false ends the loop.
  bool update_groups(AutoscalerLoop& loop);
  void build_simulation(AutoscalerLoop& loop);
  void choose_pods_to_help(AutoscalerLoop& loop);
  /// Step 13; false ends the loop.
  bool try_scale_up(AutoscalerLoop& loop);
  /// Steps 14 to 17; false ends the loop with an error.
  bool try_scale_down(AutoscalerLoop& loop);
  bool in_cooldown(SimTime now) const;
  SimTime next_timer(const ClusterAutoscalerInput& input, SimTime now) const;
  SimTime on_grid(SimTime when, SimTime last) const;

  ClusterAutoscalerOptions options;
  ExpanderChain expanders;
  ClusterSimulation simulation;
  SimulatedCluster cluster{simulation, {}, {}};
  NodeGroupStates states;
  NodeTemplates templates;
  ScaleDownPlanner planner;
  SchedulingHints filter_hints;
  UnschedulableShapes failed_shapes;
  ClusterAutoscalerOutput out;
  std::vector<std::int64_t> targets;
  std::vector<bool> left_out;                      // by node position: a placeholder stands for it
  std::vector<AutoscaledPod> unschedulable;        // pods of this loop that want a node, highest priority first
  std::optional<SimTime> last_loop, last_scale_up, last_delete_start, last_failure;
  bool pods_very_new = false, started = false;
  bool planned = false;                            // the planner looked at the nodes in the last loop
  SimTime next_loop = SimTime{INT64_MIN / 4};      // the earliest that can matter
};

ClusterAutoscalerCore::ClusterAutoscalerCore(ClusterAutoscalerOptions options) : state_(std::make_unique<State>(std::move(options))) {}
ClusterAutoscalerCore::ClusterAutoscalerCore(ClusterAutoscalerCore&&) noexcept = default;
ClusterAutoscalerCore& ClusterAutoscalerCore::operator=(ClusterAutoscalerCore&&) noexcept = default;
ClusterAutoscalerCore::~ClusterAutoscalerCore() = default;

const ClusterAutoscalerOutput& ClusterAutoscalerCore::run_once(SimTime now, const ClusterAutoscalerInput& input) {
  AKSTWIN_CHECK(input.context != nullptr, "predicates read namespaces and Services");
  AKSTWIN_CHECK(std::ranges::is_sorted(input.groups, {}, &AutoscaledGroup::id), "groups in the order of their names");
  State& state = *state_;
  // Loops left out since the last one found what it found; their only trace is the interval between evaluations.
  if (state.last_loop && state.planned && now - *state.last_loop > state.options.scan_interval)
    state.planner.note_skipped(now - state.options.scan_interval);
  state.run(now, input);
  for (const UnneededNode& node : state.planner.unneeded()) state.out.unneeded.push_back(node.node);
  state.last_loop = now;
  state.next_loop = state.on_grid(state.next_timer(input, now), now);
  return state.out;
}

SimTime ClusterAutoscalerCore::next_interesting() const { return state_->next_loop; }

void ClusterAutoscalerCore::report_failed_scale_up(std::uint32_t group, SimTime now) { state_->states.back_off(state_->options, group, now); }

void ClusterAutoscalerCore::refresh_instances(std::span<const AutoscaledGroup> groups, SimTime now) { state_->states.refresh_instances(groups, now); }

const ClusterAutoscalerOptions& ClusterAutoscalerCore::options() const { return state_->options; }

void ClusterAutoscalerCore::explain() { state_->options.explain = true; }

std::optional<ClusterAutoscalerCore::Rest> ClusterAutoscalerCore::scale_down_rest(SimTime now) const {
  const ClusterAutoscalerOptions& options = state_->options;
  std::optional<Rest> rest;
  const auto consider = [&](const std::optional<SimTime>& since, Duration delay, std::string_view after) {
    if (since && *since + delay > now && (!rest || *since + delay > rest->until)) rest = {after, *since + delay};
  };
  consider(state_->last_scale_up, options.scale_down_delay_after_add, "a scale-up");
  consider(state_->last_failure, options.scale_down_delay_after_failure, "a failed scale-down");
  consider(state_->last_delete_start, options.scale_down_delay_after_delete, "the deletion of a node");
  if (!rest && state_->pods_very_new) rest = {"pods that have only just appeared", now + kYoung};
  return rest;
}

std::optional<SimTime> ClusterAutoscalerCore::unneeded_since(std::uint64_t node) const {
  for (const UnneededNode& unneeded : state_->planner.unneeded())
    if (unneeded.node == node) return unneeded.since;
  return std::nullopt;
}

std::optional<ClusterAutoscalerCore::Remembered> ClusterAutoscalerCore::recently_unremovable(std::uint64_t node) const {
  const ScaleDownPlanner::Timeout* const timeout = state_->planner.recently_unremovable(node);
  if (timeout == nullptr) return std::nullopt;
  return Remembered{timeout->verdict, timeout->until};
}

std::int64_t ClusterAutoscalerCore::upcoming(std::uint32_t group) const { return state_->states.upcoming(group); }

std::optional<SimTime> ClusterAutoscalerCore::backoff_until(std::uint32_t group, SimTime now) const {
  const std::optional<SimTime> until = state_->states.backoff_until(group);
  return until && *until > now ? until : std::nullopt;
}

void ClusterAutoscalerCore::State::run(SimTime now, const ClusterAutoscalerInput& input) {
  clear(out);
  planned = false;
  pods_very_new = false;
  targets.clear();
  for (const AutoscaledGroup& group : input.groups) targets.push_back(group.target);
  AutoscalerLoop loop{.options = options, .input = input, .now = now, .simulation = simulation, .states = states, .templates = templates,
                      .targets = targets, .out = out};
  for (const AutoscaledNode& node : input.nodes) {
    loop.ready_nodes += node.ready && !node.object->unschedulable ? 1 : 0;
    if (!started && node.group < targets.size() && node.deletion_taint) out.hard_taints_to_clear.push_back(node.id);
  }
  started = true;
  templates.update(input.groups, input.nodes, now);
  if (!update_groups(loop)) return;
  build_simulation(loop);
  choose_pods_to_help(loop);
  bool go_on = try_scale_up(loop);
  if (go_on && options.scale_down_enabled) go_on = try_scale_down(loop);
  if (go_on && options.enforce_node_group_min_size) {
    scale_up_to_minimum(loop);
    if (out.scale_up_result == ScaleUpResult::Successful) {
      last_scale_up = now;
      out.scale_down_result = ScaleDownResult::InCooldown;
    }
  }
  simulation.revert(0);
}

bool ClusterAutoscalerCore::State::update_groups(AutoscalerLoop& loop) {
  states.update(options, loop.input, loop.now, out.backed_off);
  const auto delete_instances = [&](std::size_t from) {
    bool any = false;
    std::erase_if(out.delete_instances, [&](const auto& deletion) { return loop.input.groups[deletion.group].refuses_delete; });
    for (std::size_t i = from; i < out.delete_instances.size(); ++i) {
      --targets[out.delete_instances[i].group];
      states.invalidate_instances(out.delete_instances[i].group);
      any = true;
    }
    return any;
  };
  states.long_unregistered(options, loop.input.groups, loop.now, out.delete_instances);
  delete_instances(0);
  if (!states.cluster_healthy(options)) {
    planner.forget_unneeded();
    return false;
  }
  const std::size_t before = out.delete_instances.size();
  states.failed_instances(out.delete_instances);
  if (delete_instances(before)) return false;
  states.stale_targets(options, targets, loop.now, out.target_decreases);
  for (auto& decrease : out.target_decreases) targets[decrease.group] = decrease.to;
  return out.target_decreases.empty();
}

void ClusterAutoscalerCore::State::build_simulation(AutoscalerLoop& loop) {
  const auto& nodes = loop.input.nodes;
  left_out.assign(nodes.size(), false);
  for (std::size_t i = 0; i < nodes.size(); ++i)
    left_out[i] = nodes[i].group < targets.size() && states.is_placeholder_for(nodes[i].group) && states.not_started(options, nodes[i], loop.now);
  simulation.sync(nodes, left_out, options.expendable_pods_priority_cutoff);
  simulation.set_context(*loop.input.context);
  for (std::size_t i = 0; i < nodes.size(); ++i)
    if (!left_out[i]) cluster.name_node(simulation.index_of(i), nodes[i].id);
  for (std::uint32_t group = 0; group < targets.size(); ++group) {
    const std::int64_t upcoming = states.upcoming(group);
    for (std::int64_t i = 0; i < upcoming; ++i) {
      NodeInput node = templates.imagined(group, i);
      node.name = Name(node.name.str() + "-upcoming");
      node.labels.set(Name("kubernetes.io/hostname"), node.name);
      const NodeIndex index = simulation.add_node(node, templates.of(group).pods);
      // Upstream names placeholders after the template, so a hint survives while the template does.
      cluster.name_node(index, kImaginedPod | templates.of(group).serial << 24 | static_cast<std::uint64_t>(i));
    }
  }
}

void ClusterAutoscalerCore::State::choose_pods_to_help(AutoscalerLoop& loop) {
  unschedulable.clear();
  const std::uint64_t injected = INT64_MAX;        // marks pods that are not in the pending list
  std::vector<std::uint64_t> origin;
  for (std::size_t i = 0; i < loop.input.pending.size(); ++i) {
    if (loop.input.pending[i].spec->priority < options.expendable_pods_priority_cutoff) {
      out.fits_existing.push_back(static_cast<std::uint32_t>(i));
      continue;
    }
    unschedulable.push_back(loop.input.pending[i]);
    origin.push_back(i);
  }
  for (const AutoscaledNode& node : loop.input.nodes) {
    if (node.deletion != NodeDeletionKind::Drain) continue;
    for (const AutoscaledPod& pod : node.pods) {
      const bool recreated = !pod.deleted && !pod.mirror && pod.owner_kind != PodOwnerKind::DaemonSet;
      if (!recreated || pod.spec->priority < options.expendable_pods_priority_cutoff) continue;
      unschedulable.push_back(pod);
      origin.push_back(injected);
    }
  }
  std::vector<std::size_t> order(unschedulable.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::stable_sort(order, std::greater{}, [&](std::size_t i) { return unschedulable[i].spec->priority; });
  failed_shapes.clear();
  for (const std::size_t i : order) {
    const AutoscaledPod& pod = unschedulable[i];
    if (place_pod(cluster, pod, {}, filter_hints, failed_shapes) != kNoNode) {
      if (origin[i] != injected) out.fits_existing.push_back(static_cast<std::uint32_t>(origin[i]));
      continue;
    }
    const bool young = loop.now - pod.created <= options.new_pod_scale_up_delay;
    if (!young && pod.owner_kind != PodOwnerKind::DaemonSet) out.helped.push_back(pod);
  }
  filter_hints.drop_old();
}

bool ClusterAutoscalerCore::State::try_scale_up(AutoscalerLoop& loop) {
  if (out.helped.empty()) {
    out.scale_up_result = ScaleUpResult::NotNeeded;
    return true;
  }
  if (options.max_nodes_total > 0 && loop.ready_nodes >= options.max_nodes_total) {
    out.scale_up_result = ScaleUpResult::NoOptionsAvailable;
    return true;
  }
  SimTime oldest = loop.now, oldest_gpu = loop.now;
  bool gpu = false;
  for (const AutoscaledPod& pod : out.helped) {
    oldest = std::min(oldest, pod.created);
    if (!wants_gpu(pod)) continue;
    gpu = true;
    oldest_gpu = std::min(oldest_gpu, pod.created);
  }
  if (oldest + kYoung > loop.now || (gpu && oldest_gpu + kYoungGpu > loop.now)) {
    pods_very_new = true;
    out.scale_up_result = ScaleUpResult::InCooldown;
    return true;
  }
  scale_up(loop, expanders);
  if (out.scale_up_result != ScaleUpResult::Successful) return out.scale_up_result != ScaleUpResult::Error;
  last_scale_up = loop.now;
  out.scale_down_result = ScaleDownResult::InCooldown;
  return false;
}

bool ClusterAutoscalerCore::State::in_cooldown(SimTime now) const {
  const auto running = [now](const std::optional<SimTime>& since, Duration delay) { return since && *since + delay > now; };
  return pods_very_new || running(last_scale_up, options.scale_down_delay_after_add) ||
         running(last_failure, options.scale_down_delay_after_failure) || running(last_delete_start, options.scale_down_delay_after_delete);
}

bool ClusterAutoscalerCore::State::try_scale_down(AutoscalerLoop& loop) {
  planner.update(loop, cluster, left_out);
  planned = true;
  out.scale_down_evaluated = true;
  if (in_cooldown(loop.now)) {
    out.scale_down_result = ScaleDownResult::InCooldown;
    planner.update_soft_taints(loop, left_out);
    return true;
  }
  const bool tainted = planner.start_deletions(loop);
  if (out.scale_down_result == ScaleDownResult::NodeDeleteStarted) last_delete_start = loop.now;
  planner.update_soft_taints(loop, left_out);
  if (tainted) return true;
  last_failure = loop.now;
  out.error = true;
  return false;
}

SimTime ClusterAutoscalerCore::State::next_timer(const ClusterAutoscalerInput& input, SimTime now) const {
  const bool drains = std::ranges::any_of(input.nodes, [](const AutoscaledNode& node) { return node.deletion == NodeDeletionKind::Drain; });
  const bool moving = decides_something(out) || !input.pending.empty() || drains || states.changed() || (planned && planner.changed());
  if (moving) return now + Duration{1};
  SimTime next = std::min({templates.next_change() == kNever ? kNever : templates.next_change() + Duration{1},
                           states.next_change(options, input, now), planner.next_change(options, input, now)});
  const auto cooldown = [&](const std::optional<SimTime>& since, Duration delay) {
    if (since && *since + delay > now) next = std::min(next, *since + delay);
  };
  cooldown(last_scale_up, options.scale_down_delay_after_add);
  cooldown(last_failure, options.scale_down_delay_after_failure);
  cooldown(last_delete_start, options.scale_down_delay_after_delete);
  return next;
}

SimTime ClusterAutoscalerCore::State::on_grid(SimTime when, SimTime last) const {
  if (when >= kNever) return kNever;
  const Duration scan = options.scan_interval;
  const std::int64_t loops = std::max<std::int64_t>((when - last + scan - Duration{1}) / scan, 1);
  return last + scan * loops;
}

}  // namespace akstwin
