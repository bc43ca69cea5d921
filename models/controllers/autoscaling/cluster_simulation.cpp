#include "models/controllers/autoscaling/cluster_simulation.hpp"

#include <algorithm>

#include "sim/base/check.hpp"

namespace akstwin {
namespace {

constexpr std::size_t kPreparedPods = 64;          // looked up one by one: enough for the workloads of some nodes

bool has_pod_affinity(const PodSpec& spec) { return !spec.affinity.pod_required.empty() || !spec.affinity.pod_anti_required.empty(); }

}  // namespace

PodOnNode placed(const AutoscaledPod& pod) {
  return {.spec = pod.spec, .name = pod.name, .tag = pod.uid, .start_us = pod.created.us, .terminating = pod.deleted.has_value()};
}

void ClusterSimulation::sync(std::span<const AutoscaledNode> nodes, const std::vector<bool>& left_out, int cutoff) {
  AKSTWIN_CHECK(log_.empty(), "a loop ends with everything undone");
  for (Known& known : known_) known.seen = false;
  positions_.assign(nodes.size(), kNoNode);
  list_.clear();
  std::size_t expected = 0;   // Nodes mostly come in the order of the loop before.
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (left_out[i]) continue;
    auto known = expected < known_.size() && known_[expected].id == nodes[i].id ? known_.begin() + static_cast<std::ptrdiff_t>(expected) : std::ranges::find(known_, nodes[i].id, &Known::id);
    if (known == known_.end()) {
      known_.push_back({.id = nodes[i].id, .revision = nodes[i].revision, .pods_revision = 0, .index = snapshot_.add_node(*nodes[i].object), .pods = {}, .specs = {}, .terminating = {}});
      known = known_.end() - 1;
    } else if (known->revision != nodes[i].revision) {
      snapshot_.update_node(known->index, *nodes[i].object);
      known->revision = nodes[i].revision;
    }
    known->seen = true;
    expected = static_cast<std::size_t>(known - known_.begin()) + 1;
    sync_pods(*known, nodes[i], cutoff);
    positions_[i] = known->index;
    list_.push_back(known->index);
  }
  for (const Known& known : known_)
    if (!known.seen) snapshot_.remove_node(known.index);
  std::erase_if(known_, [](const Known& known) { return !known.seen; });
  forget_prepared();
}

void ClusterSimulation::sync_pods(Known& known, const AutoscaledNode& node, int cutoff) {
  if (node.pods_revision != 0 && node.pods_revision == known.pods_revision) return;
  known.pods_revision = node.pods_revision;
  std::size_t same = 0, counted = 0;
  for (const AutoscaledPod& pod : node.pods) {
    if (pod.spec->priority < cutoff) continue;
    if (same == counted && counted < known.pods.size() && known.pods[counted] == pod.uid &&
        (known.terminating[counted] != 0) == pod.deleted.has_value() && known.specs[counted] == pod.spec)
      ++same;
    ++counted;
  }
  // The pods up to the first difference stay; what follows is put anew, so that the order is the caller's.
  for (std::size_t i = same; i < known.pods.size(); ++i) snapshot_.remove_pod(known.index, known.pods[i]);
  known.pods.resize(same);
  known.specs.resize(same);
  known.terminating.resize(same);
  std::size_t position = 0;
  for (const AutoscaledPod& pod : node.pods) {
    if (pod.spec->priority < cutoff || position++ < same) continue;
    snapshot_.add_pod(known.index, placed(pod));
    known.pods.push_back(pod.uid);
    known.specs.push_back(pod.spec);
    known.terminating.push_back(pod.deleted.has_value() ? 1 : 0);
  }
}

void ClusterSimulation::revert(std::size_t mark) {
  if (log_.size() > mark) forget_prepared();
  while (log_.size() > mark) {
    const Undo undo = log_.back();
    log_.pop_back();
    switch (undo.kind) {
      case Undo::Kind::RemovePod: snapshot_.remove_pod(undo.node, undo.pod.tag); break;
      case Undo::Kind::AddPod: snapshot_.add_pod(undo.node, undo.pod); break;
      case Undo::Kind::RemoveNode:
        AKSTWIN_CHECK(list_.back() == undo.node, "imagined nodes go in the opposite order");
        list_.pop_back();
        snapshot_.remove_node(undo.node);
        break;
    }
  }
}

NodeIndex ClusterSimulation::add_node(const NodeInput& node, std::span<const AutoscaledPod> pods) {
  const NodeIndex index = snapshot_.add_node(node);
  list_.push_back(index);
  log_.push_back({Undo::Kind::RemoveNode, index, {}});
  std::uint64_t tag = kImaginedPod;
  for (const AutoscaledPod& pod : pods) {
    PodOnNode imagined = placed(pod);
    imagined.tag = tag++;
    snapshot_.add_pod(index, imagined);              // goes with its node
  }
  forget_prepared();
  return index;
}

void ClusterSimulation::add_pod(NodeIndex node, const PodOnNode& pod) {
  snapshot_.add_pod(node, pod);
  log_.push_back({Undo::Kind::RemovePod, node, pod});
  count_moved(node, pod, 1);
}

void ClusterSimulation::remove_pod(NodeIndex node, std::uint64_t tag) {
  const PodOnNode* const found = snapshot_.find_pod(node, tag);
  AKSTWIN_CHECK(found != nullptr, "only a pod that is there can be moved");
  const PodOnNode pod = *found;
  snapshot_.remove_pod(node, tag);
  log_.push_back({Undo::Kind::AddPod, node, pod});
  count_moved(node, pod, -1);
}

void ClusterSimulation::count_moved(NodeIndex node, const PodOnNode& pod, int delta) {
  // A dry run counts terminating pods in spread constraints; asking afresh does not, and upstream asks afresh each time.
  // A pod with affinity may be the first of its kind, which changes what matters to all others.
  if (pod.terminating || has_pod_affinity(*pod.spec)) {
    forget_prepared();
    return;
  }
  for (std::size_t i = 0; i < prepared_count_; ++i)
    if (prepared_[i].counts_pods) prepared_[i].pod.dry_run(snapshot_, node, *pod.spec, delta);
}

PreparedPod& ClusterSimulation::prepared(const PodSpec& spec) {
  if (prepared_nodes_ != snapshot_.node_generation() || prepared_context_ != context_->generation) forget_prepared();
  for (std::size_t i = 0; i < prepared_count_; ++i)
    if (prepared_[i].spec == &spec) return prepared_[i].pod;
  if (prepared_count_ == kPreparedPods) forget_prepared();
  if (prepared_count_ == prepared_.size()) prepared_.emplace_back();
  prepared_nodes_ = snapshot_.node_generation();
  prepared_context_ = context_->generation;
  Prepared& entry = prepared_[prepared_count_++];
  entry.spec = &spec;
  entry.counts_pods = !spec.topology_spread.empty() || has_pod_affinity(spec) || snapshot_.templates().pods_with_required_anti_affinity() > 0;
  prepare({.spec = &spec}, snapshot_, *context_, entry.pod);
  return entry.pod;
}

NodeVerdict ClusterSimulation::check(const PodSpec& spec, NodeIndex node) { return filter_node(prepared(spec), snapshot_, node); }
bool ClusterSimulation::fits_on(const PodSpec& spec, NodeIndex node) { return fits(prepared(spec), snapshot_, node); }

NodeIndex ClusterSimulation::fits_any(const PodSpec& spec, std::span<const std::uint8_t> acceptable) {
  const std::size_t count = list_.size();
  if (count == 0) return kNoNode;
  const PreparedPod& pod = prepared(spec);
  for (std::size_t i = 0; i < count; ++i) {
    const NodeIndex node = list_[(cursor_ + i) % count];
    if (!acceptable.empty() && (node >= acceptable.size() || acceptable[node] == 0)) continue;
    if (snapshot_.node(node).unschedulable || !fits(pod, snapshot_, node)) continue;
    cursor_ = (cursor_ + i + 1) % count;
    return node;
  }
  return kNoNode;
}

std::uint64_t SchedulingHints::get(std::uint64_t pod) const {
  if (const auto hint = current_.find(pod); hint != current_.end()) return hint->second;
  const auto hint = old_.find(pod);
  return hint == old_.end() ? 0 : hint->second;
}

void SchedulingHints::set(std::uint64_t pod, std::uint64_t node) { current_[pod] = node; }

bool SchedulingHints::drop_old() {
  const bool same = current_ == old_;
  old_.swap(current_);
  current_.clear();
  return same;
}

}  // namespace akstwin
