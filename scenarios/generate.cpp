#include "scenarios/generate.hpp"

#include <algorithm>

namespace akstwin {
namespace {

WorkloadSpec generated_deployment(const GenerateDraft& draft, Name name) {
  const Name app("app");
  WorkloadSpec workload;
  workload.name = name;
  workload.name_space = draft.team;
  workload.replicas = draft.min_replicas;
  workload.replicas_stated = false;
  workload.selector.requirements.push_back({app, SelectorRequirement::Operator::In, {name}});
  workload.pod.name_space = draft.team;
  workload.pod.labels.set(app, name);
  ContainerSpec container;
  container.name = name;
  container.image = Name(draft.team.str() + "/" + name.str());
  container.requests = draft.requests;
  container.limits = draft.limits;
  container.states_cpu_request = container.states_memory_request = true;
  workload.pod.containers.push_back(std::move(container));
  workload.pod.readiness_probe = ProbeTiming{};
  return workload;
}

}  // namespace

void generate_workloads(const GenerateDraft& draft, ManifestSet& set, std::vector<ImageSpec>& images) {
  for (std::int64_t i = 1; i <= draft.services; ++i) {
    const std::string number = std::to_string(i);
    const Name name(draft.team.str() + "-" + (number.size() < 2 ? "0" : "") + number);
    set.workloads.push_back(generated_deployment(draft, name));
    HorizontalPodAutoscalerSpec autoscaler;
    autoscaler.name = autoscaler.target = name;
    autoscaler.name_space = draft.team;
    autoscaler.min_replicas = draft.min_replicas;
    autoscaler.max_replicas = draft.max_replicas;
    MetricSpec cpu;
    cpu.name = Name("cpu");
    cpu.value = draft.target_utilization;
    autoscaler.metrics.push_back(cpu);
    set.autoscalers.push_back(std::move(autoscaler));
    ImageSpec image = draft.image;
    image.workload = Name(draft.team.str() + "/" + name.str());
    if (std::ranges::find(images, image.workload, &ImageSpec::workload) == images.end()) images.push_back(image);
  }
}

}  // namespace akstwin
