#include "models/spec/pod_spec.hpp"

#include <algorithm>
#include <charconv>

namespace akstwin {
namespace {

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Gt and Lt need integers on both sides; anything else does not match (apimachinery labels.Requirement).
bool compares(const SelectorRequirement& requirement, const Name* label) {
  if (label == nullptr || requirement.values.size() != 1) return false;
  const auto left = whole_number(label->text());
  const auto right = whole_number(requirement.values.front().text());
  if (!left || !right) return false;
  return requirement.op == SelectorRequirement::Operator::Gt ? *left > *right : *left < *right;
}

bool holds(const SelectorRequirement& requirement, const Labels& labels) {
  using Operator = SelectorRequirement::Operator;
  const Name* label = labels.find(requirement.key);
  const auto listed = [&] { return std::ranges::find(requirement.values, *label) != requirement.values.end(); };
  switch (requirement.op) {
    case Operator::In: return label != nullptr && listed();
    case Operator::NotIn: return label == nullptr || !listed();
    case Operator::Exists: return label != nullptr;
    case Operator::DoesNotExist: return label == nullptr;
    case Operator::Gt:
    case Operator::Lt: return compares(requirement, label);
  }
  return false;
}

Resources larger_of_each(const Resources& a, const Resources& b) {
  return {.cpu = std::max(a.cpu, b.cpu),
          .memory = std::max(a.memory, b.memory),
          .ephemeral_storage = std::max(a.ephemeral_storage, b.ephemeral_storage),
          .gpu = std::max(a.gpu, b.gpu)};
}

}  // namespace

void Labels::set(Name key, Name value) {
  const auto at = std::ranges::lower_bound(pairs, key, {}, &std::pair<Name, Name>::first);
  if (at != pairs.end() && at->first == key) {
    at->second = value;
  } else {
    pairs.insert(at, {key, value});
  }
}

bool LabelSelector::matches(const Labels& labels) const {
  return std::ranges::all_of(requirements, [&](const SelectorRequirement& r) { return holds(r, labels); });
}

// Kubernetes 1.36, staging/src/k8s.io/api/core/v1/toleration.go, ToleratesTaint.
bool Toleration::tolerates(const Taint& taint) const {
  if (effect && *effect != taint.effect) return false;
  if (!key.empty() && key != taint.key) return false;
  return exists || value == taint.value;
}

// Kubernetes 1.36, component-helpers/resource/helpers.go, PodRequests: native sidecars run on, ordinary inits one at a time.
Resources PodSpec::summed_request() const {
  Resources running;
  for (const ContainerSpec& container : containers) running = running + container.requests;
  Resources sidecars, starting;
  for (const ContainerSpec& init : init_containers) {
    if (init.restartable_init) {
      sidecars = sidecars + init.requests;
      running = running + init.requests;
      starting = larger_of_each(starting, sidecars);
    } else {
      starting = larger_of_each(starting, sidecars + init.requests);
    }
  }
  return larger_of_each(running, starting) + overhead;
}

}  // namespace akstwin
