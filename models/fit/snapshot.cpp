#include "models/fit/snapshot.hpp"

#include <algorithm>

#include "sim/base/check.hpp"

namespace akstwin {
namespace {

// Upstream's GetZoneKey: region and zone, the stable labels before the beta ones. Source: component-helpers/node/topology, v1.32.
std::pair<Name, Name> zone_of(const Labels& labels) {
  const auto value_of = [&](std::string_view stable, std::string_view beta) {
    const Name* value = labels.find(Name(stable));
    if (value == nullptr) value = labels.find(Name(beta));
    return value == nullptr ? Name() : *value;
  };
  return {value_of("topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/region"),
          value_of("topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone")};
}

// No CSINode, no limit: far more than a node has pods.
std::int64_t disk_slots(const NodeInput& input) { return input.disk_limit < 0 ? std::int64_t{1} << 40 : input.disk_limit; }

}  // namespace

void Snapshot::resize_columns() {
  const std::size_t length = nodes_.size();
  for (std::vector<std::int64_t>* column :
       {&columns_.free_cpu, &columns_.free_memory, &columns_.free_ephemeral, &columns_.free_gpu, &columns_.free_pods, &columns_.free_disks,
        &columns_.alloc_cpu, &columns_.alloc_memory, &columns_.scored_cpu, &columns_.scored_memory})
    column->resize(length, 0);
  alive_.resize(length, 0);
  unschedulable_.resize(length, 0);
  pods_.resize(length);
  rows_.resize(length);
  ports_.resize(length);
  taint_class_.resize(length, 0);
  zone_.resize(length);
}

std::uint32_t Snapshot::acquire_taint_class(const std::vector<Taint>& taints) {
  std::size_t free = taint_classes_.size();
  for (std::size_t i = 0; i < taint_classes_.size(); ++i) {
    if (taint_class_nodes_[i] == 0) {
      free = std::min(free, i);
    } else if (taint_classes_[i] == taints) {
      ++taint_class_nodes_[i];
      return static_cast<std::uint32_t>(i);
    }
  }
  if (free == taint_classes_.size()) {
    taint_classes_.emplace_back();
    taint_class_nodes_.push_back(0);
  }
  taint_classes_[free] = taints;
  taint_class_nodes_[free] = 1;
  return static_cast<std::uint32_t>(free);
}

void Snapshot::set_static(NodeIndex node, const NodeInput& input) {
  columns_.free_cpu[node] += input.allocatable.cpu.value;
  columns_.free_memory[node] += input.allocatable.memory.value;
  columns_.free_ephemeral[node] += input.allocatable.ephemeral_storage.value;
  columns_.free_gpu[node] += input.allocatable.gpu;
  columns_.free_pods[node] += input.pod_capacity;
  columns_.free_disks[node] += disk_slots(input);
  columns_.alloc_cpu[node] = input.allocatable.cpu.value;
  columns_.alloc_memory[node] = input.allocatable.memory.value;
  labels_.add(node, input.labels);
  taint_class_[node] = acquire_taint_class(input.taints);
  zone_[node] = zone_of(input.labels);
  unschedulable_[node] = input.unschedulable ? 1 : 0;
  for (const ImageOnNode& image : input.images) {
    ImageState& state = images_[image.image];
    if (state.on(node)) continue;   // listed twice
    if (state.on_node.size() <= node) state.on_node.resize(node + 1, 0);
    state.on_node[node] = 1;
    if (state.nodes++ == 0) state.size = image.size;
  }
  nodes_[node] = input;
}

void Snapshot::clear_static(NodeIndex node) {
  const NodeInput& input = nodes_[node];
  columns_.free_cpu[node] -= input.allocatable.cpu.value;
  columns_.free_memory[node] -= input.allocatable.memory.value;
  columns_.free_ephemeral[node] -= input.allocatable.ephemeral_storage.value;
  columns_.free_gpu[node] -= input.allocatable.gpu;
  columns_.free_pods[node] -= input.pod_capacity;
  columns_.free_disks[node] -= disk_slots(input);
  labels_.remove(node, input.labels);
  --taint_class_nodes_[taint_class_[node]];
  for (const ImageOnNode& image : input.images) {
    const auto state = images_.find(image.image);
    if (state == images_.end() || !state->second.on(node)) continue;   // listed twice
    state->second.on_node[node] = 0;
    if (--state->second.nodes == 0) images_.erase(state);
  }
}

NodeIndex Snapshot::add_node(const NodeInput& input) {
  NodeIndex node = static_cast<NodeIndex>(nodes_.size());
  if (free_slots_.empty()) {
    nodes_.emplace_back();
    resize_columns();
  } else {
    node = free_slots_.back();
    free_slots_.pop_back();
  }
  alive_[node] = 1;
  set_static(node, input);
  by_name_[input.name] = node;
  insertion_.push_back(node);
  ++generation_;
  ++node_generation_;
  order_stale_ = true;
  return node;
}

void Snapshot::update_node(NodeIndex node, const NodeInput& input) {
  AKSTWIN_CHECK(alive(node), "only a node that exists can change");
  const Zone before = zone_[node];
  by_name_.erase(nodes_[node].name);
  clear_static(node);
  set_static(node, input);
  by_name_[input.name] = node;
  ++generation_;
  ++node_generation_;
  if (zone_[node] != before) order_stale_ = true;
}

void Snapshot::remove_node(NodeIndex node) {
  AKSTWIN_CHECK(alive(node), "only a node that exists can go");
  while (!pods_[node].empty()) remove_pod(node, pods_[node].back().tag);
  clear_static(node);
  by_name_.erase(nodes_[node].name);
  nodes_[node] = {};
  alive_[node] = 0;
  free_slots_.push_back(node);
  std::erase(insertion_, node);
  ++generation_;
  ++node_generation_;
  order_stale_ = true;
}

// Upstream's nodeTree.list: one node of each zone in turn, zones in the order in which they appeared.
void Snapshot::rebuild_order() const {
  order_stale_ = false;
  std::vector<Zone> zones;
  std::vector<std::vector<NodeIndex>> members;
  for (const NodeIndex node : insertion_) {
    const auto at = static_cast<std::size_t>(std::ranges::find(zones, zone_[node]) - zones.begin());
    if (at == zones.size()) {
      zones.push_back(zone_[node]);
      members.emplace_back();
    }
    members[at].push_back(node);
  }
  order_.clear();
  for (std::size_t round = 0; order_.size() < insertion_.size(); ++round)
    for (const std::vector<NodeIndex>& zone : members)
      if (round < zone.size()) order_.push_back(zone[round]);
}

std::vector<TemplateRow>::iterator Snapshot::row_of(NodeIndex node, TemplateIndex index) {
  return std::ranges::find(rows_[node], index, &TemplateRow::pod_template);
}

void Snapshot::account(NodeIndex node, const PodOnNode& pod, int sign) {
  const TemplateIndex index = sign > 0 ? templates_.acquire(pod.spec) : templates_.find(pod.spec);
  const PodTemplate& pod_template = templates_[index];
  columns_.free_cpu[node] -= sign * pod_template.request.cpu.value;
  columns_.free_memory[node] -= sign * pod_template.request.memory.value;
  columns_.free_ephemeral[node] -= sign * pod_template.request.ephemeral_storage.value;
  columns_.free_gpu[node] -= sign * pod_template.request.gpu;
  columns_.free_pods[node] -= sign;
  columns_.free_disks[node] -= sign * pod.spec->disks;
  columns_.scored_cpu[node] += sign * pod_template.scored.cpu.value;
  columns_.scored_memory[node] += sign * pod_template.scored.memory.value;
  for (const HostPort& port : pod_template.ports) {
    if (sign > 0) ports_[node].push_back(port);
    else ports_[node].erase(std::ranges::find(ports_[node], port));
  }
  auto row = row_of(node, index);
  if (row == rows_[node].end()) row = rows_[node].insert(row, {.pod_template = index, .place = templates_.add_place(index, node)});
  TemplatePlace& place = templates_.place(index, row->place);
  place.pods += sign;
  place.terminating += pod.terminating ? sign : 0;
  if (place.pods == 0) {
    const NodeIndex moved = templates_.remove_place(index, row->place);
    if (moved != kNoNode) row_of(moved, index)->place = row->place;
    *row = rows_[node].back();
    rows_[node].pop_back();
  }
  if (sign < 0) templates_.release(index);
  ++generation_;
}

void Snapshot::add_pod(NodeIndex node, const PodOnNode& pod) {
  AKSTWIN_CHECK(alive(node) && pod.spec != nullptr, "a pod with a spec lies on a node that exists");
  pods_[node].push_back(pod);
  account(node, pod, 1);
}

bool Snapshot::remove_pod(NodeIndex node, std::uint64_t tag) {
  std::vector<PodOnNode>& pods = pods_[node];
  const auto pod = std::ranges::find(pods, tag, &PodOnNode::tag);
  if (pod == pods.end()) return false;
  account(node, *pod, -1);
  pods.erase(pod);   // keeps the order of arrival
  return true;
}

bool Snapshot::set_terminating(NodeIndex node, std::uint64_t tag) {
  const auto pod = std::ranges::find(pods_[node], tag, &PodOnNode::tag);
  if (pod == pods_[node].end()) return false;
  if (pod->terminating) return true;
  pod->terminating = true;
  const TemplateIndex index = templates_.find(pod->spec);
  ++templates_.place(index, row_of(node, index)->place).terminating;
  ++generation_;
  return true;
}

NodeIndex Snapshot::find(Name name) const {
  const auto entry = by_name_.find(name);
  return entry == by_name_.end() ? kNoNode : entry->second;
}

const PodOnNode* Snapshot::find_pod(NodeIndex node, std::uint64_t tag) const {
  const auto pod = std::ranges::find(pods_[node], tag, &PodOnNode::tag);
  return pod == pods_[node].end() ? nullptr : &*pod;
}

Resources Snapshot::requested(NodeIndex node) const { return nodes_[node].allocatable - free(node); }

const Snapshot::ImageState* Snapshot::image(Name image) const {
  const auto entry = images_.find(image);
  return entry == images_.end() ? nullptr : &entry->second;
}

}  // namespace akstwin
