#include "models/controllers/autoscaling/scale_up.hpp"

#include <algorithm>

#include "models/controllers/autoscaling/binpacking.hpp"
#include "models/controllers/autoscaling/pod_equivalence.hpp"
#include "models/controllers/autoscaling/similar_groups.hpp"

namespace akstwin {
namespace {

/// Whole cores, rounded up, as a Quantity's Value() gives them.
std::int64_t cores_of(const Resources& capacity) { return (capacity.cpu.value + 999) / 1000; }

/// What the cluster-wide limits leave.
struct ResourcesLeft {
  std::int64_t cores = INT64_MAX, memory = INT64_MAX;
};

ResourcesLeft resources_left(const AutoscalerLoop& loop) {
  std::int64_t cores = 0, memory = 0;
  for (std::uint32_t i = 0; i < loop.targets.size(); ++i) {
    if (loop.targets[i] <= 0) continue;
    const Resources& capacity = loop.templates.of(i).capacity;
    cores += loop.targets[i] * cores_of(capacity);
    memory += loop.targets[i] * capacity.memory.value;
  }
  for (const AutoscaledNode& node : loop.input.nodes) {
    if (node.group < loop.targets.size() || !node.ready || node.object->unschedulable) continue;
    cores += cores_of(node.object->allocatable);   // capacity of nodes outside the groups is not given; allocatable stands in
    memory += node.object->allocatable.memory.value;
  }
  ResourcesLeft left;
  if (loop.options.max_cores_total > 0) left.cores = std::max<std::int64_t>(loop.options.max_cores_total - cores, 0);
  if (loop.options.max_memory_total.value > 0) left.memory = std::max<std::int64_t>(loop.options.max_memory_total.value - memory, 0);
  return left;
}

SkippedReason exceeded(const ResourcesLeft& left, const Resources& capacity) {
  const bool cores = cores_of(capacity) > left.cores, memory = capacity.memory.value > left.memory;
  if (cores && memory) return SkippedReason::MaxCoresAndMemoryReached;
  if (cores) return SkippedReason::MaxCoresReached;
  return memory ? SkippedReason::MaxMemoryReached : SkippedReason::None;
}

std::int64_t apply_limits(std::int64_t nodes, const ResourcesLeft& left, const Resources& capacity) {
  if (const std::int64_t cores = cores_of(capacity); cores > 0 && nodes > left.cores / cores) nodes = left.cores / cores;
  if (const std::int64_t memory = capacity.memory.value; memory > 0 && nodes > left.memory / memory) nodes = left.memory / memory;
  return nodes;
}

/// One attempt to help pending pods.
class ScaleUp {
 public:
  ScaleUp(AutoscalerLoop& loop, const ExpanderChain& expanders) : loop_(loop), expanders_(expanders), left_(resources_left(loop)) {
    equivalent_ = equivalence_groups(loop.out.helped);
    fits_.resize(loop.targets.size());
    rejections_.resize(equivalent_.size());
    current_nodes_ = loop.ready_nodes;
    for (std::uint32_t i = 0; i < loop.targets.size(); ++i) current_nodes_ += loop.states.upcoming(i);
  }

  void run() {
    find_valid_groups();
    for (const std::uint32_t group : valid_) test_fresh_node(group);
    for (const std::uint32_t group : valid_) compute_option(group);
    ClusterAutoscalerOutput& out = loop_.out;
    out.scale_up_result = ScaleUpResult::NoOptionsAvailable;
    if (!out.options.empty()) {
      out.expander_called = true;
      out.best_options = expanders_.best(out.options, out.helped, loop_.input.groups);
      out.chosen = out.best_options[loop_.input.random % out.best_options.size()];
      execute(out.options[*out.chosen]);
    }
    if (!out.error) report_unhelped();
  }

 private:
  void find_valid_groups() {
    for (std::uint32_t i = 0; i < loop_.targets.size(); ++i) {
      const SkippedReason reason = why_skipped(i);
      if (reason == SkippedReason::None) valid_.push_back(i);
      else loop_.out.skipped.emplace_back(i, reason);
    }
  }

  SkippedReason why_skipped(std::uint32_t group) const {
    if (!loop_.states.group_healthy(loop_.options, group)) return SkippedReason::NotReady;
    if (loop_.states.backed_off(group, loop_.now)) return SkippedReason::Backoff;
    if (loop_.targets[group] >= loop_.input.groups[group].max) return SkippedReason::MaxLimitReached;
    return exceeded(left_, loop_.templates.of(group).capacity);
  }

  /// Which equivalence groups fit a fresh node; only the first pod of each is asked.
  void test_fresh_node(std::uint32_t group) {
    ClusterSimulation& simulation = loop_.simulation;
    const std::size_t mark = simulation.mark();
    const NodeTemplate& fresh = loop_.templates.of(group);
    const NodeIndex node = simulation.add_node(fresh.node, fresh.pods);
    for (std::size_t i = 0; i < equivalent_.size(); ++i) {
      const PodSpec& spec = *loop_.out.helped[equivalent_[i].front()].spec;
      const NodeVerdict verdict = simulation.check(spec, node);
      if (verdict.feasible()) {
        fits_[group].push_back(i);
        continue;
      }
      GroupRejection rejection{group, verdict, {}};
      if (loop_.options.explain) rejection.reasons = reasons_of(verdict, simulation.snapshot(), node);
      rejections_[i].push_back(std::move(rejection));
    }
    simulation.revert(mark);
  }

  /// Valid groups with a similar node that accept at least the same pods and may grow.
  std::vector<std::uint32_t> similar_to(std::uint32_t group) const {
    std::vector<std::uint32_t> similar;
    if (!loop_.options.balance_similar_node_groups || fits_[group].empty()) return similar;
    for (std::uint32_t other = 0; other < loop_.targets.size(); ++other) {
      if (other == group || !std::ranges::includes(fits_[other], fits_[group])) continue;
      if (!loop_.states.safe_to_scale(loop_.options, other, loop_.now)) continue;
      if (similar_templates(loop_.templates.of(group), loop_.templates.of(other), loop_.options.azure_comparator)) similar.push_back(other);
    }
    return similar;
  }

  std::int64_t room(std::uint32_t group) const { return std::max<std::int64_t>(loop_.input.groups[group].max - loop_.targets[group], 0); }

  void compute_option(std::uint32_t group) {
    if (fits_[group].empty()) return;
    ExpansionOption option{.group = group, .nodes = 0, .pods = {}, .similar = similar_to(group)};
    std::int64_t capacity = room(group);
    for (const std::uint32_t other : option.similar) capacity += room(other);
    std::int64_t limit = smaller_limit(loop_.options.max_nodes_per_scale_up, capacity > 0 ? capacity : -1);
    if (const std::int64_t most = loop_.options.max_nodes_total; most > 0)
      limit = smaller_limit(limit, most > current_nodes_ ? most - current_nodes_ : -1);
    BinpackingRequest request{.pods = loop_.out.helped, .groups = {}, .group = group, .node_limit = limit};
    for (const std::size_t i : fits_[group]) request.groups.push_back(&equivalent_[i]);
    BinpackingResult result = estimate(loop_.simulation, loop_.templates, request);
    if (result.pods.empty() || result.nodes == 0) return;
    option.nodes = result.nodes;
    option.pods = std::move(result.pods);
    loop_.out.options.push_back(std::move(option));
  }

  void execute(const ExpansionOption& option) {
    ClusterAutoscalerOutput& out = loop_.out;
    std::int64_t nodes = option.nodes;
    if (const std::int64_t most = loop_.options.max_nodes_total; most > 0) nodes = std::min(nodes, most - current_nodes_);
    nodes = nodes < 1 ? nodes : apply_limits(nodes, left_, loop_.templates.of(option.group).capacity);
    if (nodes < 1) {
      out.scale_up_result = ScaleUpResult::Error;
      out.error = true;
      return;
    }
    std::vector<BalancedGroup> targets{{option.group, loop_.targets[option.group], loop_.input.groups[option.group].max}};
    for (const std::uint32_t other : similar_to(option.group)) targets.push_back({other, loop_.targets[other], loop_.input.groups[other].max});
    for (const ScaleUpAction& action : balance_scale_up(std::move(targets), nodes))
      if (!increase(loop_, action)) return;
    loop_.states.recalculate(loop_.targets);
    out.scale_up_result = ScaleUpResult::Successful;
  }

  void report_unhelped() {
    ClusterAutoscalerOutput& out = loop_.out;
    for (std::size_t i = 0; i < equivalent_.size(); ++i) {
      const bool schedulable = std::ranges::any_of(fits_, [&](const auto& fits) { return std::ranges::binary_search(fits, i); });
      if (!schedulable) {
        out.remain_unschedulable.push_back({equivalent_[i], rejections_[i]});
        continue;
      }
      if (out.scale_up_result != ScaleUpResult::Successful) continue;
      const std::uint32_t chosen = out.options[*out.chosen].group;
      if (std::ranges::find(rejections_[i], chosen, &GroupRejection::group) != rejections_[i].end())
        out.await_evaluation.insert(out.await_evaluation.end(), equivalent_[i].begin(), equivalent_[i].end());
    }
  }

 public:
  /// Carries one increase out; false when the cloud refuses, which backs the group off and ends the attempt.
  static bool increase(AutoscalerLoop& loop, const ScaleUpAction& action) {
    if (loop.input.groups[action.group].refuses_increase) {
      const SimTime until = loop.states.back_off(loop.options, action.group, loop.now);
      loop.out.backed_off.push_back({action.group, BackoffCause::IncreaseRefused, until});
      loop.out.refused_increase = action;
      loop.out.scale_up_result = ScaleUpResult::Error;
      loop.out.error = true;
      return false;
    }
    loop.out.scale_ups.push_back(action);
    loop.targets[action.group] = action.to;
    loop.states.register_scale_up(loop.options, action.group, action.to - action.from, loop.now);
    return true;
  }

 private:
  AutoscalerLoop& loop_;
  const ExpanderChain& expanders_;
  ResourcesLeft left_;
  std::vector<EquivalentPods> equivalent_;
  std::vector<std::uint32_t> valid_;
  std::vector<std::vector<std::size_t>> fits_;     // by group: equivalence groups that fit a fresh node, ascending
  std::vector<std::vector<GroupRejection>> rejections_;   // by equivalence group
  std::int64_t current_nodes_ = 0;                 // ready plus upcoming
};

}  // namespace

void scale_up(AutoscalerLoop& loop, const ExpanderChain& expanders) { ScaleUp(loop, expanders).run(); }

void scale_up_to_minimum(AutoscalerLoop& loop) {
  const ResourcesLeft left = resources_left(loop);
  std::vector<ScaleUpAction> plan;
  for (std::uint32_t i = 0; i < loop.targets.size(); ++i) {
    const AutoscaledGroup& group = loop.input.groups[i];
    if (loop.targets[i] >= group.min || !loop.states.safe_to_scale(loop.options, i, loop.now)) continue;
    const Resources& capacity = loop.templates.of(i).capacity;
    if (exceeded(left, capacity) != SkippedReason::None) continue;
    std::int64_t nodes = apply_limits(group.min - loop.targets[i], left, capacity);
    // Upstream compares with this group's size alone here.
    if (const std::int64_t most = loop.options.max_nodes_total; most > 0) nodes = std::min(nodes, most - loop.targets[i]);
    if (nodes >= 1) plan.push_back({i, loop.targets[i], loop.targets[i] + nodes});
  }
  loop.out.scale_up_result = ScaleUpResult::NotNeeded;
  if (plan.empty()) return;
  for (const ScaleUpAction& action : plan)
    if (!ScaleUp::increase(loop, action)) return;
  loop.states.recalculate(loop.targets);
  loop.out.scale_up_result = ScaleUpResult::Successful;
}

}  // namespace akstwin
