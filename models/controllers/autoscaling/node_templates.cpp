#include "models/controllers/autoscaling/node_templates.hpp"

#include <algorithm>
#include <array>

namespace akstwin {
namespace {

// stabilizationDelay of the processor: a node is a template when Ready has not moved for more than a minute.
constexpr Duration kSettled{60'000'000};

/// Taints that come and go with a node's state (upstream SanitizeTaints).
bool is_transient(const Taint& taint) {
  static constexpr std::array<std::string_view, 11> kTransient{
      "ToBeDeletedByClusterAutoscaler",      "DeletionCandidateOfClusterAutoscaler",   "node.kubernetes.io/not-ready",
      "node.kubernetes.io/unreachable",      "node.kubernetes.io/unschedulable",       "node.kubernetes.io/memory-pressure",
      "node.kubernetes.io/disk-pressure",    "node.kubernetes.io/network-unavailable", "node.kubernetes.io/pid-pressure",
      "node.cloudprovider.kubernetes.io/uninitialized", "node.cloudprovider.kubernetes.io/shutdown"};
  return std::ranges::find(kTransient, taint.key.text()) != kTransient.end();
}

void add_deprecated_labels(Labels& labels) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kCopies{{
      {"node.kubernetes.io/instance-type", "beta.kubernetes.io/instance-type"},
      {"topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/region"},
      {"topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone"},
  }};
  for (const auto& [stable, beta] : kCopies)
    if (const Name* value = labels.find(Name(stable))) labels.set(Name(beta), Name(*value));
}

bool comes_with_node(const AutoscaledPod& pod) {
  return !pod.deleted && (pod.mirror || pod.owner_kind == PodOwnerKind::DaemonSet);
}

}  // namespace

void NodeTemplates::update(std::span<const AutoscaledGroup> groups, std::span<const AutoscaledNode> nodes, SimTime now) {
  entries_.resize(groups.size());
  next_change_ = kNever;
  std::vector<const AutoscaledNode*> best(groups.size(), nullptr);
  for (const AutoscaledNode& node : nodes) {
    if (node.group >= groups.size() || !node.ready || node.object->unschedulable || best[node.group]) continue;
    if (node.ready_since + kSettled < now) best[node.group] = &node;
    else next_change_ = std::min(next_change_, node.ready_since + kSettled);
  }
  for (std::size_t i = 0; i < groups.size(); ++i) {
    Entry& entry = entries_[i];
    const AutoscaledNode* const source = best[i];
    if (!source && entry.from_node) continue;      // remembered for ten years upstream
    entry.current.serial = next_serial_++;         // a template not taken from memory gets a new random name in every loop
    std::vector<const PodSpec*> pods;
    if (source)
      for (const AutoscaledPod& pod : source->pods)
        if (comes_with_node(pod)) pods.push_back(pod.spec);
    const std::uint64_t node = source ? source->id : 0, revision = source ? source->revision : groups[i].template_revision;
    const bool same = entry.made && entry.from_node == (source != nullptr) && entry.node == node && entry.revision == revision &&
                      (!source || entry.pods == pods);
    if (same) continue;
    entry.node = node;
    entry.revision = revision;
    entry.pods = std::move(pods);
    make(entry, groups[i], source);
  }
}

void NodeTemplates::make(Entry& entry, const AutoscaledGroup& group, const AutoscaledNode* node) {
  NodeTemplate& made = entry.current;
  made.node = node ? *node->object : *group.template_node;
  made.node.unschedulable = false;
  if (!node) add_deprecated_labels(made.node.labels);
  std::erase_if(made.node.taints, is_transient);
  made.node.name = Name("template-node-for-" + group.id.str());
  const Name hostname("kubernetes.io/hostname");
  if (made.node.labels.find(hostname)) made.node.labels.set(hostname, made.node.name);
  made.capacity = group.capacity;
  made.pods.clear();
  for (const AutoscaledPod& pod : node ? node->pods : group.template_pods)
    if (!node || comes_with_node(pod)) made.pods.push_back(pod);
  made.pods_request = {};
  for (const AutoscaledPod& pod : made.pods) made.pods_request = made.pods_request + pod.spec->effective_request();
  entry.from_node = node != nullptr;
  entry.made = true;
}

NodeInput NodeTemplates::imagined(std::uint32_t group, std::int64_t number) const {
  NodeInput node = of(group).node;
  node.name = Name(node.name.str() + "-" + std::to_string(number));
  node.labels.set(Name("kubernetes.io/hostname"), node.name);
  return node;
}

}  // namespace akstwin
