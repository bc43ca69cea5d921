#include "models/fit/context.hpp"

#include <algorithm>

namespace akstwin {
namespace {

const Name kHash{kPodTemplateHash};

bool selects(const Labels& selector, const Labels& labels) {
  return std::ranges::all_of(selector.pairs, [&](const auto& pair) {
    const Name* value = labels.find(pair.first);
    return value != nullptr && *value == pair.second;
  });
}

}  // namespace

PendingPod pod_of(const WorkloadSpec& owner, const PodSpec& spec, std::span<const Name> volume_zones) {
  PendingPod out{.spec = &spec, .owner_selector = nullptr, .volume_zones = volume_zones, .template_hash = {}};
  if (owner.kind == WorkloadKind::Deployment || owner.kind == WorkloadKind::StatefulSet) out.owner_selector = &owner.selector;
  const Name* hash = owner.kind == WorkloadKind::Deployment ? spec.labels.find(kHash) : nullptr;
  if (hash != nullptr) out.template_hash = *hash;
  return out;
}

std::optional<LabelSelector> default_spread_selector(const PendingPod& pod, const FitContext& context) {
  Labels merged;
  for (const ServiceSelector& service : context.services)
    if (service.name_space == pod.spec->name_space && selects(service.selector, pod.spec->labels))
      for (const auto& [key, value] : service.selector.pairs) merged.set(key, value);
  LabelSelector selector;
  for (const auto& [key, value] : merged.pairs)
    selector.requirements.push_back({.key = key, .op = SelectorRequirement::Operator::In, .values = {value}});
  if (pod.owner_selector != nullptr)
    selector.requirements.insert(selector.requirements.end(), pod.owner_selector->requirements.begin(),
                                 pod.owner_selector->requirements.end());
  if (!pod.template_hash.empty())
    selector.requirements.push_back({.key = kHash, .op = SelectorRequirement::Operator::In, .values = {pod.template_hash}});
  if (selector.requirements.empty()) return std::nullopt;
  return selector;
}

}  // namespace akstwin
