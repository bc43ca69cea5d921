#include "adapters/oracle/pod_codec.hpp"

#include <stdexcept>
#include <string>

namespace akstwin {
namespace {

using Json = nlohmann::json;

using Operator = SelectorRequirement::Operator;

Name name_at(const Json& object, const char* key) { return Name(object.value(key, std::string())); }

/// The member, or an empty value when it is absent or null.
const Json& member(const Json& object, const char* key) {
  static const Json kAbsent;
  const auto found = object.find(key);
  return found == object.end() ? kAbsent : *found;
}

std::vector<Name> names_from(const Json& list) {
  std::vector<Name> names;
  for (const Json& text : list) names.emplace_back(text.get<std::string>());
  return names;
}

Operator operator_from(const std::string& text) {
  if (text == "In") return Operator::In;
  if (text == "NotIn") return Operator::NotIn;
  if (text == "Exists") return Operator::Exists;
  if (text == "DoesNotExist") return Operator::DoesNotExist;
  if (text == "Gt") return Operator::Gt;
  if (text == "Lt") return Operator::Lt;
  throw std::invalid_argument("unknown operator " + text);
}

std::vector<SelectorRequirement> requirements_from(const Json& list) {
  std::vector<SelectorRequirement> requirements;
  for (const Json& item : list)
    requirements.push_back(
        {.key = name_at(item, "key"), .op = operator_from(item.at("operator")), .values = names_from(member(item, "values"))});
  return requirements;
}

NodeSelectorTerm node_term_from(const Json& object) {
  return {.match_expressions = requirements_from(member(object, "matchExpressions")),
          .match_fields = requirements_from(member(object, "matchFields"))};
}

std::optional<LabelSelector> optional_selector(const Json& object, const char* key) {
  const Json& selector = member(object, key);
  if (selector.is_null()) return std::nullopt;
  return selector_from_json(selector);
}

PodAffinityTerm pod_term_from(const Json& object) {
  return {.selector = optional_selector(object, "labelSelector"),
          .namespaces = names_from(member(object, "namespaces")),
          .namespace_selector = optional_selector(object, "namespaceSelector"),
          .match_label_keys = names_from(member(object, "matchLabelKeys")),
          .mismatch_label_keys = names_from(member(object, "mismatchLabelKeys")),
          .topology_key = name_at(object, "topologyKey")};
}

constexpr const char* kRequired = "requiredDuringSchedulingIgnoredDuringExecution";
constexpr const char* kPreferred = "preferredDuringSchedulingIgnoredDuringExecution";

void read_pod_terms(const Json& rules, std::vector<PodAffinityTerm>& required, std::vector<WeightedPodAffinityTerm>& preferred) {
  for (const Json& term : member(rules, kRequired)) required.push_back(pod_term_from(term));
  for (const Json& term : member(rules, kPreferred))
    preferred.push_back({.weight = term.at("weight"), .term = pod_term_from(term.at("podAffinityTerm"))});
}

TaintEffect effect_from(const std::string& text) {
  if (text == "NoSchedule") return TaintEffect::NoSchedule;
  if (text == "PreferNoSchedule") return TaintEffect::PreferNoSchedule;
  if (text == "NoExecute") return TaintEffect::NoExecute;
  throw std::invalid_argument("unknown taint effect " + text);
}

ContainerSpec container_from(const Json& object) {
  ContainerSpec container;
  container.name = name_at(object, "name");
  container.image = name_at(object, "image");
  const Json& requests = member(object, "requests");
  container.requests = resources_from_json(requests);
  container.states_cpu_request = requests.contains("cpu_milli");
  container.states_memory_request = requests.contains("memory_bytes");
  container.restartable_init = object.value("restartable", false);
  for (const Json& port : member(object, "ports"))
    container.host_ports.push_back(
        {.port = port.at("host_port"), .protocol = name_at(port, "protocol"), .host_ip = name_at(port, "host_ip")});
  return container;
}

}  // namespace

Labels labels_from_json(const Json& object) {
  Labels labels;
  for (const auto& [key, value] : object.items()) labels.set(Name(key), Name(value.get<std::string>()));
  return labels;
}

LabelSelector selector_from_labels(const Labels& labels) {
  LabelSelector selector;
  for (const auto& [key, value] : labels.pairs) selector.requirements.push_back({.key = key, .op = Operator::In, .values = {value}});
  return selector;
}

LabelSelector selector_from_json(const Json& object) {
  LabelSelector selector = selector_from_labels(labels_from_json(member(object, "matchLabels")));
  for (SelectorRequirement& requirement : requirements_from(member(object, "matchExpressions")))
    selector.requirements.push_back(std::move(requirement));
  return selector;
}

Resources resources_from_json(const Json& object) {
  Resources resources;
  if (object.is_null()) return resources;
  resources.cpu = {object.value("cpu_milli", std::int64_t{0})};
  resources.memory = {object.value("memory_bytes", std::int64_t{0})};
  resources.ephemeral_storage = {object.value("ephemeral_bytes", std::int64_t{0})};
  resources.gpu = object.value("nvidia.com/gpu", std::int64_t{0});
  return resources;
}

Taint taint_from_json(const Json& object) {
  return {.key = name_at(object, "key"), .value = name_at(object, "value"), .effect = effect_from(object.at("effect"))};
}

Toleration toleration_from_json(const Json& object) {
  Toleration toleration;
  toleration.key = name_at(object, "key");
  toleration.exists = object.value("operator", "Equal") == "Exists";
  toleration.value = name_at(object, "value");
  if (const std::string effect = object.value("effect", ""); !effect.empty()) toleration.effect = effect_from(effect);
  if (const Json& seconds = member(object, "tolerationSeconds"); !seconds.is_null()) toleration.seconds = seconds.get<std::int64_t>();
  return toleration;
}

Affinity affinity_from_json(const Json& object) {
  Affinity affinity;
  const Json& nodes = member(object, "nodeAffinity");
  if (const Json& required = member(nodes, kRequired); !required.is_null()) {
    affinity.node_required.emplace();
    for (const Json& term : member(required, "nodeSelectorTerms")) affinity.node_required->push_back(node_term_from(term));
  }
  for (const Json& term : member(nodes, kPreferred))
    affinity.node_preferred.push_back({.weight = term.at("weight"), .term = node_term_from(term.at("preference"))});
  read_pod_terms(member(object, "podAffinity"), affinity.pod_required, affinity.pod_preferred);
  read_pod_terms(member(object, "podAntiAffinity"), affinity.pod_anti_required, affinity.pod_anti_preferred);
  return affinity;
}

TopologySpreadConstraint spread_from_json(const Json& object) {
  TopologySpreadConstraint constraint;
  constraint.max_skew = object.at("maxSkew");
  constraint.topology_key = name_at(object, "topologyKey");
  constraint.do_not_schedule = object.at("whenUnsatisfiable") == "DoNotSchedule";
  constraint.selector = optional_selector(object, "labelSelector");
  if (const Json& domains = member(object, "minDomains"); !domains.is_null()) constraint.min_domains = domains.get<int>();
  constraint.honor_node_affinity = object.value("nodeAffinityPolicy", "Honor") == "Honor";
  constraint.honor_node_taints = object.value("nodeTaintsPolicy", "Ignore") == "Honor";
  constraint.match_label_keys = names_from(member(object, "matchLabelKeys"));
  return constraint;
}

PodSpec pod_from_json(const Json& object) {
  PodSpec pod;
  pod.name_space = name_at(object, "namespace");
  pod.labels = labels_from_json(member(object, "labels"));
  pod.priority = object.value("priority", 0);
  pod.preempts = object.value("preemption_policy", "PreemptLowerPriority") != "Never";
  for (const Json& container : member(object, "containers")) pod.containers.push_back(container_from(container));
  for (const Json& container : member(object, "init_containers")) pod.init_containers.push_back(container_from(container));
  pod.overhead = resources_from_json(member(object, "overhead"));
  pod.node_selector = labels_from_json(member(object, "nodeSelector"));
  for (const Json& toleration : member(object, "tolerations")) pod.tolerations.push_back(toleration_from_json(toleration));
  pod.affinity = affinity_from_json(member(object, "affinity"));
  for (const Json& constraint : member(object, "topologySpreadConstraints")) pod.topology_spread.push_back(spread_from_json(constraint));
  return pod;
}

NodeInput node_from_json(const Json& object) {
  NodeInput node;
  node.name = name_at(object, "name");
  node.labels = labels_from_json(member(object, "labels"));
  node.unschedulable = object.value("unschedulable", false);
  for (const Json& taint : member(object, "taints")) node.taints.push_back(taint_from_json(taint));
  node.allocatable = resources_from_json(object.at("allocatable"));
  node.pod_capacity = object.at("allocatable").at("pods");
  for (const Json& image : member(object, "images"))
    for (const Json& name : image.at("names"))
      node.images.push_back({.image = Name(name.get<std::string>()), .size = {image.at("size_bytes")}});
  return node;
}

}  // namespace akstwin
