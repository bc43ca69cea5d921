#include "models/controllers/provisioning/node_pool_model.hpp"

#include <algorithm>
#include <set>

#include "models/fit/node_selection.hpp"

namespace akstwin {

NodePoolModel::NodePoolModel(NodePoolOffer offer) : offer_(std::move(offer)) {
  for (const MachineSize& size : offer_.sizes) estimates_.push_back(estimate_node(size, offer_.os_disk_gb));
  for (std::uint32_t size = 0; size < offer_.sizes.size(); ++size)
    for (const int zone : offer_.zones) {
      if (offer_.on_demand) choices_.push_back({size, zone, false, offer_.sizes[size].on_demand});
      if (offer_.spot && offer_.sizes[size].spot) choices_.push_back({size, zone, true, *offer_.sizes[size].spot});
    }
  // offering_rank.go: lowest price, spot before on-demand, then the size's name; zones of one price are the launcher's choice.
  std::ranges::stable_sort(choices_, [&](const LaunchChoice& a, const LaunchChoice& b) {
    if (a.price != b.price) return a.price < b.price;
    if (a.spot != b.spot) return a.spot;
    if (a.size != b.size) return offer_.sizes[a.size].name < offer_.sizes[b.size].name;
    return a.zone < b.zone;
  });
  for (std::size_t i = 0; i < choices_.size(); ++i) {
    NodeInput node;
    node.labels = labels(i);
    node.taints = offer_.spec.taints;
    node.allocatable = estimate_of(i).allocatable;
    node.pod_capacity = offer_.max_pods;
    imagined_.push_back(std::move(node));
  }
}

OfferingKey NodePoolModel::offering(std::size_t choice) const {
  const MachineSize& size = size_of(choice);
  return {size.name, size.family, size.vcpus, choices_[choice].zone, choices_[choice].spot};
}

Labels NodePoolModel::labels(std::size_t choice) const {
  Labels labels = size_of(choice).labels;
  const LaunchChoice& chosen = choices_[choice];
  const auto set = [&](std::string_view key, const std::string& value) { labels.set(Name(key), Name(value)); };
  set("kubernetes.azure.com/mode", "user");
  for (const NodeClaimRequirement& requirement : offer_.spec.requirements)   // a requirement on a key of the user's own becomes a label
    if (requirement.rule.op == SelectorRequirement::Operator::In && !requirement.rule.values.empty() && labels.find(requirement.rule.key) == nullptr)
      labels.set(requirement.rule.key, requirement.rule.values.front());
  for (const auto& [key, value] : offer_.spec.labels.pairs) labels.set(key, value);
  set("karpenter.sh/nodepool", offer_.spec.name.str());
  set("karpenter.sh/capacity-type", chosen.spot ? "spot" : "on-demand");
  set("kubernetes.azure.com/scalesetpriority", chosen.spot ? "spot" : "regular");
  set("kubernetes.azure.com/priority", chosen.spot ? "spot" : "regular");
  set("karpenter.azure.com/placement-scope", chosen.zone == 0 ? "regional" : "zonal");
  set("topology.kubernetes.io/region", offer_.location.str());
  set("topology.kubernetes.io/zone", chosen.zone == 0 ? "0" : offer_.location.str() + "-" + std::to_string(chosen.zone));
  return labels;
}

NodeInput NodePoolModel::imagined(std::size_t choice, Name name) const {
  NodeInput node = imagined_[choice];
  node.name = name;
  node.labels.set(Name("kubernetes.io/hostname"), name);
  return node;
}

const std::vector<bool>& NodePoolModel::accepted(const PodSpec& pod) {
  const auto [entry, fresh] = accepted_.try_emplace(&pod);
  if (!fresh) return entry->second;
  entry->second.assign(choices_.size(), true);
  if (pod.node_selector.pairs.empty() && !pod.affinity.node_required) return entry->second;
  Snapshot all;
  for (const NodeInput& node : imagined_) all.add_node(node);
  NodeSelection selection;
  resolve_selection(pod, all.labels(), selection);
  for (std::size_t i = 0; i < choices_.size(); ++i) entry->second[i] = !selection.names_nodes && selection_matches(selection, all, static_cast<NodeIndex>(i));
  return entry->second;
}

bool NodePoolModel::flexible_enough(std::span<const std::uint32_t> choices) const {
  for (const NodeClaimRequirement& requirement : offer_.spec.requirements) {
    if (!requirement.min_values) continue;
    std::set<Name> values;
    for (const std::uint32_t choice : choices)
      if (const Name* value = imagined_[choice].labels.find(requirement.rule.key)) values.insert(*value);
    if (static_cast<std::int64_t>(values.size()) < *requirement.min_values) return false;
  }
  return true;
}

std::size_t NodePoolModel::find(Name size, int zone, bool spot) const {
  for (std::size_t i = 0; i < choices_.size(); ++i)
    if (size_of(i).name == size && choices_[i].zone == zone && choices_[i].spot == spot) return i;
  return choices_.size();
}

}  // namespace akstwin
