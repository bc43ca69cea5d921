#include "models/controllers/autoscaling/node_group_state.hpp"

#include <algorithm>

namespace akstwin {
namespace {

bool expected_to_register(const CloudInstance& instance) { return instance.state != CloudInstanceState::Deleting && !instance.failed; }
bool exists(const AutoscaledGroup& group, std::uint64_t instance) {
  return std::ranges::find(group.instances, instance, &CloudInstance::id) != group.instances.end();
}
bool failed_to_create(const CloudInstance& instance) { return instance.state == CloudInstanceState::Creating && instance.failed; }

}  // namespace

void NodeGroupStates::refresh_instances(std::span<const AutoscaledGroup> groups, SimTime now) {
  groups_.resize(groups.size());
  for (std::size_t i = 0; i < groups.size(); ++i) {
    groups_[i].cache.assign(groups[i].instances.begin(), groups[i].instances.end());
    groups_[i].cached = true;
  }
  cache_refreshed_ = now;
}

void NodeGroupStates::update(const ClusterAutoscalerOptions& options, const ClusterAutoscalerInput& input, SimTime now,
                             std::vector<GroupBackoff>& backed_off) {
  groups_.resize(input.groups.size());
  changed_ = false;
  if (cache_refreshed_ + options.instance_cache_period <= now) refresh_instances(input.groups, now);
  read_instances(input);
  update_unregistered(input, now);
  update_readiness(options, input, now);
  update_ranges(input.groups);
  expire_requests(options, now, backed_off);
  handle_creation_errors(options, now, backed_off);
  update_ranges(input.groups);
  update_incorrect_sizes(now);
}

void NodeGroupStates::read_instances(const ClusterAutoscalerInput& input) {
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    Group& group = groups_[i];
    if (scaling_up(group) || !group.cached) {
      group.cache.assign(input.groups[i].instances.begin(), input.groups[i].instances.end());
      group.cached = true;
    }
    group.previous_instances = group.instances;
    if (group.instances != group.cache) {
      changed_ = true;
      group.instances = group.cache;
    }
  }
}

void NodeGroupStates::update_unregistered(const ClusterAutoscalerInput& input, SimTime now) {
  std::vector<std::uint64_t> registered;
  for (const AutoscaledNode& node : input.nodes) registered.push_back(node.id);
  std::ranges::sort(registered);
  const auto is_registered = [&](std::uint64_t instance) { return std::ranges::binary_search(registered, instance); };
  for (Group& group : groups_) {
    std::vector<Unregistered> found;
    for (const CloudInstance& instance : group.instances) {
      if (!expected_to_register(instance) || is_registered(instance.id)) continue;
      const auto before = std::ranges::find(group.unregistered, instance.id, &Unregistered::instance);
      found.push_back(before == group.unregistered.end() ? Unregistered{instance.id, now} : *before);
    }
    changed_ = changed_ || found.size() != group.unregistered.size();
    group.unregistered = std::move(found);
  }
}

bool NodeGroupStates::not_started(const ClusterAutoscalerOptions& options, const AutoscaledNode& node, SimTime now) const {
  return !node.deletion_taint && !node.ready && node.created + options.max_node_startup_time > now;
}

void NodeGroupStates::update_readiness(const ClusterAutoscalerOptions& options, const ClusterAutoscalerInput& input, SimTime now) {
  std::vector<GroupReadiness> before;
  for (Group& group : groups_) {
    before.push_back(group.readiness);
    group.readiness = {};
  }
  total_unready_ = 0;
  total_nodes_ = static_cast<std::int64_t>(input.nodes.size());
  for (const AutoscaledNode& node : input.nodes) {
    GroupReadiness other;
    GroupReadiness& counts = node.group < groups_.size() ? groups_[node.group].readiness : other;
    counts.known = true;
    ++counts.registered;
    if (node.deletion_taint) ++counts.deleted;     // instances are not asked for: the hard taint decides
    else if (node.ready) ++counts.ready;
    else if (not_started(options, node, now)) ++counts.not_started;
    else {
      ++counts.unready;
      ++total_unready_;
    }
  }
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    GroupReadiness& counts = groups_[i].readiness;
    for (const Unregistered& instance : groups_[i].unregistered) {
      // The cached list may name an instance that is gone; the provider then knows no group for it.
      if (!exists(input.groups[i], instance.instance)) continue;
      counts.known = true;
      ++(instance.since + options.max_node_provision_time < now ? counts.long_unregistered : counts.unregistered);
    }
    changed_ = changed_ || counts != before[i];
  }
}

void NodeGroupStates::set_range(Group& group, std::int64_t target) {
  changed_ = changed_ || group.target != target;
  group.target = target;
  group.min_nodes = target - group.readiness.long_unregistered - (group.request ? group.request->increase : 0);
  group.ranged = true;
}

void NodeGroupStates::update_ranges(std::span<const AutoscaledGroup> groups) {
  for (std::size_t i = 0; i < groups_.size(); ++i) set_range(groups_[i], groups[i].target);
}

void NodeGroupStates::recalculate(std::span<const std::int64_t> targets) {
  for (std::size_t i = 0; i < groups_.size(); ++i) set_range(groups_[i], targets[i]);
}

void NodeGroupStates::expire_requests(const ClusterAutoscalerOptions& options, SimTime now, std::vector<GroupBackoff>& backed_off) {
  for (std::uint32_t i = 0; i < groups_.size(); ++i) {
    Group& group = groups_[i];
    if (group.backoff && group.backoff->last_failure + options.node_group_backoff_reset < now) group.backoff.reset();
    if (!group.request) continue;
    if (!has_upcoming(group)) {
      group.request.reset();
      changed_ = true;
    } else if (group.request->expected < now) {
      backed_off.push_back({i, BackoffCause::TimedOut, back_off(options, i, now)});
      group.request.reset();
      changed_ = true;
    }
  }
}

void NodeGroupStates::handle_creation_errors(const ClusterAutoscalerOptions& options, SimTime now, std::vector<GroupBackoff>& backed_off) {
  for (std::uint32_t i = 0; i < groups_.size(); ++i) {
    Group& group = groups_[i];
    std::int64_t unseen = 0;
    for (const CloudInstance& instance : group.instances) {
      if (!failed_to_create(instance)) continue;
      const auto before = std::ranges::find(group.previous_instances, instance.id, &CloudInstance::id);
      if (before == group.previous_instances.end() || !failed_to_create(*before)) ++unseen;
    }
    if (unseen == 0 || !scaling_up(group)) continue;
    register_scale_up(options, i, -unseen, now);
    backed_off.push_back({i, BackoffCause::CreationFailed, back_off(options, i, now)});
    changed_ = true;
  }
}

void NodeGroupStates::update_incorrect_sizes(SimTime now) {
  for (Group& group : groups_) {
    const GroupReadiness& counts = group.readiness;
    const bool wrong = counts.known && (counts.registered > group.target ||
                                        counts.registered < group.target - counts.unregistered - counts.long_unregistered);
    if (!wrong) {
      group.incorrect.reset();
    } else if (!group.incorrect || group.incorrect->current != counts.registered || group.incorrect->expected != group.target) {
      group.incorrect = IncorrectSize{counts.registered, group.target, now};
      changed_ = true;
    }
  }
}

bool NodeGroupStates::cluster_healthy(const ClusterAutoscalerOptions& options) const {
  return total_unready_ <= options.ok_total_unready_count ||
         static_cast<double>(total_unready_) <= options.max_total_unready_percentage / 100.0 * static_cast<double>(total_nodes_);
}

bool NodeGroupStates::group_healthy(const ClusterAutoscalerOptions& options, std::uint32_t index) const {
  const Group& group = groups_[index];
  const GroupReadiness& counts = group.readiness;
  if (!counts.known) return group.target == 0 || (group.min_nodes == 0 && group.target > 0);
  const std::int64_t missing = std::max<std::int64_t>(group.min_nodes - counts.ready, 0);
  return missing <= options.ok_total_unready_count ||
         static_cast<double>(missing) <=
             options.max_total_unready_percentage / 100.0 * static_cast<double>(counts.ready + counts.unready + counts.not_started);
}

bool NodeGroupStates::backed_off(std::uint32_t group, SimTime now) const {
  return groups_[group].backoff && groups_[group].backoff->until >= now;
}

std::int64_t NodeGroupStates::upcoming(std::uint32_t index) const {
  const Group& group = groups_[index];
  return std::max<std::int64_t>(group.target - (group.readiness.ready + group.readiness.unready + group.readiness.long_unregistered), 0);
}

void NodeGroupStates::long_unregistered(const ClusterAutoscalerOptions& options, std::span<const AutoscaledGroup> groups, SimTime now,
                                        std::vector<ClusterAutoscalerOutput::InstanceDeletion>& out) const {
  for (std::uint32_t i = 0; i < groups_.size(); ++i) {
    std::int64_t possible = groups[i].target - groups[i].min;
    for (const Unregistered& instance : groups_[i].unregistered) {
      if (possible <= 0) break;
      if (instance.since + options.max_node_provision_time >= now || !exists(groups[i], instance.instance)) continue;
      out.push_back({i, instance.instance});
      --possible;
    }
  }
}

void NodeGroupStates::failed_instances(std::vector<ClusterAutoscalerOutput::InstanceDeletion>& out) const {
  for (std::uint32_t i = 0; i < groups_.size(); ++i)
    for (const CloudInstance& instance : groups_[i].instances)
      if (failed_to_create(instance)) out.push_back({i, instance.id});
}

void NodeGroupStates::stale_targets(const ClusterAutoscalerOptions& options, std::span<const std::int64_t> targets, SimTime now,
                                    std::vector<ClusterAutoscalerOutput::TargetDecrease>& out) const {
  for (std::uint32_t i = 0; i < groups_.size(); ++i) {
    const auto& incorrect = groups_[i].incorrect;
    if (!incorrect || incorrect->first_observed + options.max_node_provision_time >= now) continue;
    // By the difference as it was observed, whatever this loop has done to the target since.
    if (incorrect->current < incorrect->expected) out.push_back({i, targets[i] + incorrect->current - incorrect->expected});
  }
}

void NodeGroupStates::register_scale_up(const ClusterAutoscalerOptions& options, std::uint32_t index, std::int64_t delta, SimTime now) {
  Group& group = groups_[index];
  if (!group.request && delta <= 0) return;
  if (!group.request) group.request.emplace();
  group.request->increase += delta;
  if (group.request->increase <= 0) {
    group.request.reset();
    return;
  }
  // Only added nodes move the deadline.
  if (delta > 0) group.request->expected = now + options.max_node_provision_time;
}

SimTime NodeGroupStates::back_off(const ClusterAutoscalerOptions& options, std::uint32_t index, SimTime now) {
  std::optional<Backoff>& backoff = groups_[index].backoff;
  Duration duration = options.initial_node_group_backoff;
  if (backoff) {
    duration = backoff->duration;
    // Failures during a back-off do not lengthen it.
    if (backoff->until < now) duration = std::min(duration * 2, options.max_node_group_backoff);
  }
  backoff = Backoff{duration, now + duration, now};
  return backoff->until;
}

SimTime NodeGroupStates::next_change(const ClusterAutoscalerOptions& options, const ClusterAutoscalerInput& input, SimTime now) const {
  SimTime next = kNever;
  // All comparisons are strict: a loop exactly at the limit still sees the old state, so one microsecond later is the earliest.
  const auto expires = [&](SimTime limit) {
    if (limit >= now) next = std::min(next, limit + Duration{1});
  };
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    const Group& group = groups_[i];
    if (group.request) expires(group.request->expected);
    if (group.backoff) expires(group.backoff->until);
    if (group.incorrect) expires(group.incorrect->first_observed + options.max_node_provision_time);
    for (const Unregistered& instance : group.unregistered) expires(instance.since + options.max_node_provision_time);
    const auto& actual = input.groups[i].instances;
    if (!std::ranges::equal(group.instances, actual)) next = std::min(next, std::max(cache_refreshed_ + options.instance_cache_period, now + Duration{1}));
  }
  for (const AutoscaledNode& node : input.nodes)
    if (not_started(options, node, now)) next = std::min(next, node.created + options.max_node_startup_time);
  return next;
}

}  // namespace akstwin
