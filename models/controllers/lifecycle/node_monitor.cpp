#include "models/controllers/lifecycle/node_monitor.hpp"

#include <algorithm>

namespace akstwin {
namespace {

using Kind = NodeEffect::Kind;

const NodeReport* find_report(std::span<const NodeReport> nodes, std::uint32_t node) {
  const auto found = std::ranges::find(nodes, node, &NodeReport::node);
  return found == nodes.end() ? nullptr : &*found;
}

}  // namespace

std::optional<HealthTaint> health_taint(NodeCondition ready) {
  if (ready == NodeCondition::True) return std::nullopt;
  return ready == NodeCondition::Unknown ? HealthTaint::Unreachable : HealthTaint::NotReady;
}

Taint to_taint(HealthTaint taint, TaintEffect effect) {
  return {Name(taint == HealthTaint::NotReady ? "node.kubernetes.io/not-ready" : "node.kubernetes.io/unreachable"), {}, effect};
}

NodeMonitor::Zone& NodeMonitor::zone_of(const NodeReport& node) {
  return zones_.try_emplace(node.zone, Zone{ZoneState::Initial, EvictionQueue(options_.eviction_interval)}).first->second;
}

void NodeMonitor::forget_gone(std::span<const NodeReport> nodes) {
  std::erase_if(health_, [&](const auto& entry) { return find_report(nodes, entry.first) == nullptr; });
}

void NodeMonitor::monitor(SimTime now, std::span<const NodeReport> nodes, std::vector<NodeEffect>& effects) {
  if (health_.size() > nodes.size()) forget_gone(nodes);
  for (auto& [name, zone] : zones_) zone.ready = zone.not_ready = 0;
  for (const NodeReport& node : nodes) {
    Zone& zone = zone_of(node);
    if (health_.try_emplace(node.node, Health{node.heard, now}).second) reachable(node, effects);
    const NodeCondition current = observe(now, node, effects);
    if (!node.excluded) ++(current == NodeCondition::True ? zone.ready : zone.not_ready);
    queue_or_swap(now, node, effects);
    if (current != NodeCondition::True && node.ready == NodeCondition::True) effects.push_back({Kind::PodsNotReady, node.node, {}});
  }
  handle_disruption(now, nodes, effects);
}

NodeCondition NodeMonitor::observe(SimTime now, const NodeReport& node, std::vector<NodeEffect>& effects) {
  Health& health = health_[node.node];
  if (node.heard > health.heard) {
    health.heard = node.heard;
    // A sign of life counts from the pass that notices it, not from its own time stamp: clocks of nodes may be wrong.
    // The pass is computed, because passes in which nothing can happen need not be run.
    const Duration since_pass = node.heard.since_start() % options_.monitor_period;
    const SimTime noticed = since_pass.us == 0 ? node.heard : node.heard + (options_.monitor_period - since_pass);
    health.probed = std::max(health.probed, std::min(now, noticed));
  }
  if (now <= health.probed + options_.monitor_grace) return node.ready;
  if (node.ready != NodeCondition::Unknown) effects.push_back({Kind::BecomesUnknown, node.node, {}});
  return NodeCondition::Unknown;
}

void NodeMonitor::reachable(const NodeReport& node, std::vector<NodeEffect>& effects) {
  if (node.unreachable_taint) effects.push_back({Kind::RemoveTaint, node.node, HealthTaint::Unreachable});
  if (node.not_ready_taint) effects.push_back({Kind::RemoveTaint, node.node, HealthTaint::NotReady});
  zone_of(node).queue.remove(node.node);
}

void NodeMonitor::queue_or_swap(SimTime now, const NodeReport& node, std::vector<NodeEffect>& effects) {
  // Acts on the condition as it was read, before this pass changed it: the taint of a node that falls silent comes one pass later.
  if (node.ready == NodeCondition::True) return reachable(node, effects);
  const bool unknown = node.ready == NodeCondition::Unknown;
  const HealthTaint mine = unknown ? HealthTaint::Unreachable : HealthTaint::NotReady;
  const HealthTaint other = unknown ? HealthTaint::NotReady : HealthTaint::Unreachable;
  if (unknown ? node.not_ready_taint : node.unreachable_taint) {
    effects.push_back({Kind::AddTaint, node.node, mine});
    effects.push_back({Kind::RemoveTaint, node.node, other});
    return;
  }
  EvictionQueue& queue = zone_of(node).queue;
  if (!(unknown ? node.unreachable_taint : node.not_ready_taint)) queue.remove(node.node);
  queue.add(node.node, now);
}

ZoneState NodeMonitor::state_of(const Zone& zone) const {
  if (zone.ready == 0 && zone.not_ready > 0) return ZoneState::FullDisruption;
  const std::int64_t total = zone.ready + zone.not_ready;
  if (zone.not_ready > 2 && zone.not_ready * 1'000'000 >= total * options_.unhealthy_zone_ppm) return ZoneState::PartialDisruption;
  return ZoneState::Normal;
}

void NodeMonitor::set_rate(SimTime now, Zone& zone, ZoneState state) {
  zone.state = state;
  if (state != ZoneState::PartialDisruption) return zone.queue.limiter.swap(options_.eviction_interval, now);
  const bool large = zone.ready + zone.not_ready > options_.large_cluster_threshold;
  zone.queue.limiter.swap(large ? std::optional(options_.secondary_interval) : std::nullopt, now);
}

void NodeMonitor::handle_disruption(SimTime now, std::span<const NodeReport> nodes, std::vector<NodeEffect>& effects) {
  std::erase_if(zones_, [](const auto& entry) { return entry.second.ready + entry.second.not_ready == 0; });
  const bool all_are = std::ranges::all_of(zones_, [&](const auto& entry) { return state_of(entry.second) == ZoneState::FullDisruption; });
  const bool all_were = std::ranges::all_of(zones_, [](const auto& entry) { return entry.second.state == ZoneState::FullDisruption; });
  if (all_are && all_were) return;
  if (all_are) {
    // When no node answers at all, the fault is more likely the controller's own: nobody is evicted.
    for (const NodeReport& node : nodes) reachable(node, effects);
    for (auto& [name, zone] : zones_) {
      zone.queue.limiter.swap(std::nullopt, now);
      zone.state = ZoneState::FullDisruption;
    }
    return;
  }
  if (all_were)
    for (auto& [node, health] : health_) health.probed = now;   // everybody gets a fresh grace period
  for (auto& [name, zone] : zones_) {
    const ZoneState state = state_of(zone);
    if (all_were || state != zone.state) set_rate(now, zone, state);
  }
}

void NodeMonitor::taint(SimTime now, std::span<const NodeReport> nodes, std::vector<NodeEffect>& effects) {
  for (auto& [name, zone] : zones_) {
    while (const std::optional<std::uint32_t> next = zone.queue.take(now)) {
      const NodeReport* const node = find_report(nodes, *next);
      if (node == nullptr || node->ready == NodeCondition::True) continue;   // gone or back: its turn is used up all the same
      const bool unknown = node->ready == NodeCondition::Unknown;
      effects.push_back({Kind::AddTaint, node->node, unknown ? HealthTaint::Unreachable : HealthTaint::NotReady});
      if (unknown ? node->not_ready_taint : node->unreachable_taint)
        effects.push_back({Kind::RemoveTaint, node->node, unknown ? HealthTaint::NotReady : HealthTaint::Unreachable});
    }
  }
}

SimTime NodeMonitor::next_taint(SimTime now) const {
  SimTime next = kNever;
  for (const auto& [name, zone] : zones_) next = std::min(next, zone.queue.next(now));
  if (next == kNever) return kNever;
  // On the grid of the polls, the one at `now` being over.
  const std::int64_t period = options_.taint_period.us;
  return SimTime{std::max((next.us + period - 1) / period, now.us / period + 1) * period};
}

ZoneState NodeMonitor::zone_state(Name zone) const {
  const auto found = zones_.find(zone);
  return found == zones_.end() ? ZoneState::Initial : found->second.state;
}

}  // namespace akstwin
