#include "adapters/export/export_source.hpp"

namespace akstwin {

ThreeParts three_parts(Name name) {
  const std::string text = name.str();
  const std::size_t first = text.find('/');
  if (first == std::string::npos) return {text, {}, {}};
  const std::size_t second = text.find('/', first + 1);
  if (second == std::string::npos) return {text.substr(0, first), {}, text.substr(first + 1)};
  return {text.substr(0, first), text.substr(first + 1, second - first - 1), text.substr(second + 1)};
}

const WorkloadSpec* workload_spec(const Scenario& scenario, Name full_name) {
  const ThreeParts parts = three_parts(full_name);
  for (const ClusterWorkloads& cluster : scenario.workloads) {
    if (cluster.cluster.text() != parts.cluster) continue;
    for (const WorkloadSpec& workload : cluster.manifests.workloads)
      if (workload.name.text() == parts.name && workload.name_space.text() == parts.name_space) return &workload;
  }
  return nullptr;
}

}  // namespace akstwin
