#include "models/fit/pod_templates.hpp"

#include <algorithm>

#include "sim/base/check.hpp"

namespace akstwin {
namespace {

void fill_in_unstated(std::vector<ContainerSpec>& containers) {
  for (ContainerSpec& container : containers) {
    if (!container.states_cpu_request && container.requests.cpu.value == 0) container.requests.cpu = kUnstatedCpu;
    if (!container.states_memory_request && container.requests.memory.value == 0) container.requests.memory = kUnstatedMemory;
  }
}

bool has_pod_affinity(const Affinity& affinity) {
  return !affinity.pod_required.empty() || !affinity.pod_anti_required.empty() || !affinity.pod_preferred.empty() ||
         !affinity.pod_anti_preferred.empty();
}

bool states_all(const std::vector<ContainerSpec>& containers) {
  return std::ranges::all_of(containers, [](const ContainerSpec& c) { return c.states_cpu_request && c.states_memory_request; });
}

}  // namespace

bool stays_in_namespace(const Affinity& affinity) {
  const auto local = [](const PodAffinityTerm& term) { return term.namespaces.empty() && !term.namespace_selector; };
  const auto local_preference = [&](const WeightedPodAffinityTerm& preference) { return local(preference.term); };
  return std::ranges::all_of(affinity.pod_required, local) && std::ranges::all_of(affinity.pod_anti_required, local) &&
         std::ranges::all_of(affinity.pod_preferred, local_preference) && std::ranges::all_of(affinity.pod_anti_preferred, local_preference);
}

Resources scored_request(const PodSpec& spec) {
  if (states_all(spec.containers) && states_all(spec.init_containers)) return spec.effective_request();
  PodSpec filled;
  filled.containers = spec.containers;
  filled.init_containers = spec.init_containers;
  filled.overhead = spec.overhead;
  fill_in_unstated(filled.containers);
  fill_in_unstated(filled.init_containers);
  return filled.effective_request();
}

std::vector<HostPort> host_ports_of(const PodSpec& spec) {
  static constexpr std::string_view kAnyAddress = "0.0.0.0", kDefaultProtocol = "TCP";
  std::vector<HostPort> ports;
  for (const ContainerSpec& container : spec.containers) {
    for (HostPort port : container.host_ports) {
      if (port.port <= 0) continue;
      if (port.protocol.empty()) port.protocol = Name(kDefaultProtocol);
      if (port.host_ip.text() == kAnyAddress) port.host_ip = Name();   // empty stands for every address from here on
      ports.push_back(port);
    }
  }
  return ports;
}

bool host_ports_conflict(const HostPort& a, const HostPort& b) {
  if (a.port != b.port || a.protocol != b.protocol) return false;
  return a.host_ip.empty() || b.host_ip.empty() || a.host_ip == b.host_ip;
}

TemplateIndex PodTemplates::acquire(const PodSpec* spec) {
  const auto [entry, fresh] = by_spec_.try_emplace(spec, 0);
  if (fresh) {
    if (free_.empty()) {
      entry->second = static_cast<TemplateIndex>(templates_.size());
      templates_.emplace_back();
    } else {
      entry->second = free_.back();
      free_.pop_back();
    }
    templates_[entry->second] = {.spec = spec,
                                 .request = spec->effective_request(),
                                 .scored = scored_request(*spec),
                                 .ports = host_ports_of(*spec),
                                 .has_affinity = has_pod_affinity(spec->affinity),
                                 .has_required_anti_affinity = !spec->affinity.pod_anti_required.empty(),
                                 .affinity_is_local = stays_in_namespace(spec->affinity),
                                 .name_space = spec->name_space,
                                 .pods = 0,
                                 .places = {}};
  }
  PodTemplate& pod_template = templates_[entry->second];
  ++pod_template.pods;
  pods_with_affinity_ += pod_template.has_affinity ? 1 : 0;
  pods_with_required_anti_affinity_ += pod_template.has_required_anti_affinity ? 1 : 0;
  return entry->second;
}

void PodTemplates::release(TemplateIndex index) {
  PodTemplate& pod_template = templates_[index];
  AKSTWIN_CHECK(pod_template.pods > 0, "a template is released as often as it was acquired");
  pods_with_affinity_ -= pod_template.has_affinity ? 1 : 0;
  pods_with_required_anti_affinity_ -= pod_template.has_required_anti_affinity ? 1 : 0;
  if (--pod_template.pods > 0) return;
  by_spec_.erase(pod_template.spec);
  pod_template.spec = nullptr;
  free_.push_back(index);
}

std::uint32_t PodTemplates::add_place(TemplateIndex index, NodeIndex node) {
  std::vector<TemplatePlace>& places = templates_[index].places;
  places.push_back({.node = node, .pods = 0, .terminating = 0});
  return static_cast<std::uint32_t>(places.size() - 1);
}

NodeIndex PodTemplates::remove_place(TemplateIndex index, std::uint32_t position) {
  std::vector<TemplatePlace>& places = templates_[index].places;
  places[position] = places.back();
  places.pop_back();
  return position < places.size() ? places[position].node : kNoNode;
}

TemplateIndex PodTemplates::find(const PodSpec* spec) const {
  const auto entry = by_spec_.find(spec);
  AKSTWIN_CHECK(entry != by_spec_.end(), "the pod's template is in use");
  return entry->second;
}

}  // namespace akstwin
