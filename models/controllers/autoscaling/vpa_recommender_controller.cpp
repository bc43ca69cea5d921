#include <algorithm>

#include "models/controllers/autoscaling/vertical_pod_autoscaler_controller.hpp"

namespace akstwin {
namespace {

// What a container beside the first one is taken to use: a fifth of its CPU request and half of its memory request, as workloads without
// a load do (docs/models/service-load.md). Assumption; the template's requests count, so that a recommendation does not feed back.
constexpr std::int64_t kOtherCpuDivisor = 5, kOtherMemoryDivisor = 2;

ContainerAmounts taken_to_use(const ContainerSpec& container) {
  return {container.requests.cpu / kOtherCpuDivisor, container.requests.memory / kOtherMemoryDivisor};
}

/// The sample of a pod, shared out: what the other containers are taken to use, and the rest for the first.
ContainerAmounts usage_of(const PodSpec& pod_template, std::size_t container, ContainerAmounts of_pod) {
  if (container > 0) {
    const ContainerAmounts other = taken_to_use(pod_template.containers[container]);
    return {std::min(other.cpu, of_pod.cpu), std::min(other.memory, of_pod.memory)};
  }
  for (std::size_t i = 1; i < pod_template.containers.size(); ++i) {
    const ContainerAmounts other = taken_to_use(pod_template.containers[i]);
    of_pod.cpu = std::max(of_pod.cpu - other.cpu, Millicores{});
    of_pod.memory = std::max(of_pod.memory - other.memory, Bytes{});
  }
  return of_pod;
}

/// Whether some container of the pods may have that resource changed.
bool controls(const VerticalPodAutoscalerSpec& spec, const PodSpec& pod, bool cpu) {
  return std::ranges::any_of(pod.containers, [&](const ContainerSpec& container) {
    const VpaContainerPolicySpec* const policy = policy_of(spec, container.name);
    return policy == nullptr || (!policy->off && (cpu ? policy->controls_cpu : policy->controls_memory));
  });
}

/// The vertical autoscaler changes what the utilisation of the horizontal one is measured by: said once, and simulated as it is.
void note_shared_metrics(const ClusterState& state, const VerticalAutoscaler& vertical, Notes& notes) {
  if (vertical.spec->mode == VpaUpdateMode::Off) return;
  const Workload& target = state.workloads[vertical.target];
  state.autoscalers.for_each([&](AutoscalerId, const Autoscaler& horizontal) {
    if (horizontal.target != vertical.target) return;
    for (const MetricSpec& metric : horizontal.spec->metrics) {
      const bool cpu = metric.name == Name("cpu"), of_pods = metric.source == MetricSource::Resource || metric.source == MetricSource::ContainerResource;
      if (!of_pods || (!cpu && metric.name != Name("memory")) || !controls(*vertical.spec, *target.pod_template, cpu)) continue;
      notes.note({NoteKind::Finding, target.key, vertical.spec->name,
                  Name("VerticalPodAutoscaler '" + vertical.spec->name.str() + "' and HorizontalPodAutoscaler '" + horizontal.spec->name.str() +
                       "' both act on " + metric.name.str() + ": each changes what the other one measures"),
                  0});
    }
  });
}

bool is_measured(const Pod& pod, SimTime at) { return pod.phase == PodPhase::Running && pod.started <= at; }
bool is_serving(const Pod& pod, SimTime at) { return pod.ready && pod.ready_transition <= at; }

}  // namespace

void VpaRecommenderController::open(Entry& entry, const Workload& target) const {
  for (const ContainerSpec& container : target.pod_template->containers) entry.containers.push_back({container.name, VpaContainerHistory(options_), {}});
}

void VpaRecommenderController::follow_pods(Entry& entry, const Workload& target) const {
  if (entry.pods == target.pods) return;
  for (Container& container : entry.containers) {
    std::vector<VpaContainerUsage> next;
    for (const PodId pod : target.pods) {
      const auto known = std::ranges::find(entry.pods, pod);
      next.push_back(known == entry.pods.end() ? VpaContainerUsage(options_) : container.memory[static_cast<std::size_t>(known - entry.pods.begin())]);
    }
    container.memory = std::move(next);
  }
  entry.pods = target.pods;
}

void VpaRecommenderController::sample(Entry& entry, const ClusterState& state, const VerticalAutoscaler& autoscaler) const {
  const PodMetrics& metrics = state.metrics[autoscaler.target.row];
  if (metrics.at == kNever || metrics.at == entry.sampled) return;
  const PodSpec& pod_template = *state.workloads[autoscaler.target].pod_template;
  entry.sampled = metrics.at;
  std::int64_t serving = 0, idle = 0;
  for (const PodId id : entry.pods)
    if (const Pod& pod = state.pods[id]; is_measured(pod, metrics.at)) ++(is_serving(pod, metrics.at) ? serving : idle);
  for (std::size_t i = 0; i < entry.containers.size(); ++i) {
    Container& container = entry.containers[i];
    // Upstream's garbage collection: what nothing was added to for eight days is forgotten.
    if (container.history.samples() > 0 && metrics.at - container.history.last_sample() >= options_.memory_kept)
      container.history = VpaContainerHistory(options_);
    const ContainerAmounts busy = usage_of(pod_template, i, {metrics.cpu, metrics.memory});
    const ContainerAmounts waiting = usage_of(pod_template, i, {metrics.cpu_idle, metrics.memory});
    // Upstream's feeder leaves the request at zero, so that every sample has the smallest weight.
    if (serving > 0) container.history.add_cpu(busy.cpu, {}, metrics.at, serving);
    if (idle > 0) container.history.add_cpu(waiting.cpu, {}, metrics.at, idle);
    for (std::size_t pod = 0; pod < entry.pods.size(); ++pod)
      if (is_measured(state.pods[entry.pods[pod]], metrics.at)) container.memory[pod].sample_memory(container.history, busy.memory, metrics.at);
  }
}

std::vector<ContainerRecommendation> VpaRecommenderController::recommendation(const Entry& entry, const VerticalPodAutoscalerSpec& spec) const {
  std::vector<const VpaContainerHistory*> histories;
  std::vector<ContainerRecommendation> result;
  for (const Container& container : entry.containers) {
    const VpaContainerPolicySpec* const policy = policy_of(spec, container.name);
    if (container.history.samples() == 0 || (policy != nullptr && policy->off)) continue;
    histories.push_back(&container.history);
    result.push_back({container.name, policy == nullptr || policy->controls_cpu, policy == nullptr || policy->controls_memory, {}, {}, {}});
  }
  const std::vector<VpaEstimate> estimates = estimate(histories, options_);
  for (std::size_t i = 0; i < result.size(); ++i) {
    result[i].target = estimates[i].target;
    result[i].lower_bound = estimates[i].lower_bound;
    result[i].upper_bound = estimates[i].upper_bound;
  }
  return within_policy(spec, std::move(result));
}

SimTime VpaRecommenderController::reconcile(ControllerContext& context) {
  const ClusterState& state = context.cluster.state();
  if (state.vertical_autoscalers.empty()) return kNever;
  entries_.resize(state.vertical_autoscalers.size());
  for (std::uint32_t i = 0; i < entries_.size(); ++i) {
    const VerticalAutoscaler& autoscaler = state.vertical_autoscalers[i];
    if (!autoscaler.applied) continue;
    Entry& entry = entries_[i];
    const Workload& target = state.workloads[autoscaler.target];
    if (entry.containers.empty()) {
      note_shared_metrics(state, autoscaler, context.notes);
      open(entry, target);
    }
    follow_pods(entry, target);
    sample(entry, state, autoscaler);
    std::vector<ContainerRecommendation> containers = recommendation(entry, *autoscaler.spec);
    if (!containers.empty()) context.cluster.submit(RecommendResources{i, std::move(containers)});
  }
  return context.now + kVpaInterval;
}

}  // namespace akstwin
