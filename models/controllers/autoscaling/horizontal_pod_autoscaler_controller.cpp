#include "models/controllers/autoscaling/horizontal_pod_autoscaler_controller.hpp"

#include <algorithm>

#include "models/controllers/autoscaling/horizontal_pod_autoscaler_decisions.hpp"

namespace akstwin {
namespace {

const Name kCpuResource("cpu");

// When settled pods are said to have started and become ready: any time long enough ago is the same to the rules, and one time makes one group.
constexpr SimTime kLongAgo{INT64_MIN / 4};

/// Containers whose requests count: all, and restartable init containers.
template <class Visit>
void for_counted(const PodSpec& spec, Visit&& visit) {
  for (const ContainerSpec& container : spec.containers) visit(container);
  for (const ContainerSpec& container : spec.init_containers)
    if (container.restartable_init) visit(container);
}

PodGroup::Ready ready_of(const Pod& pod) {
  if (pod.started == kNever) return PodGroup::Ready::Absent;
  return pod.ready ? PodGroup::Ready::True : PodGroup::Ready::False;
}

}  // namespace

ChangeMask HorizontalPodAutoscalerController::interests() const {
  using enum ChangeKind;
  return mask(MetricsSampled) | mask(PodUpdated) | mask(PodResized) | mask(PodGone) | mask(WorkloadUpdated) | mask(ScaledObjectUpdated);
}

void HorizontalPodAutoscalerController::notice(const ClusterApi& api) {
  const ClusterState& state = api.state();
  const ChangeSpan span = api.changes_since(cursor_);
  cursor_ = span.next;
  sampled_ = claims_changed_ = span.expired;
  if (entries_.size() < state.autoscalers.size()) {
    entries_.resize(state.autoscalers.size());
    claims_changed_ = true;
  }
  bool touched = span.expired;
  touched_.assign(state.workloads.size(), span.expired ? 1 : 0);
  for (const Change& change : span.changes) {
    switch (change.kind) {
      case ChangeKind::PodCreated:
      case ChangeKind::PodUpdated:
      case ChangeKind::PodResized:
      case ChangeKind::PodDeleting:
      case ChangeKind::PodGone:
        touched_[change.owner_row] = 1;
        touched = true;
        break;
      case ChangeKind::WorkloadUpdated:   // an autoscaler comes and goes with its target
        touched_[change.row] = 1;
        touched = claims_changed_ = true;
        break;
      case ChangeKind::MetricsSampled:
      case ChangeKind::ScaledObjectUpdated: sampled_ = true; break;
      default: break;
    }
  }
  if (!touched) return;
  state.autoscalers.for_each([&](AutoscalerId id, const Autoscaler& autoscaler) {
    if (touched_[autoscaler.target.row] != 0) entries_[id.row].touched = true;
  });
}

void HorizontalPodAutoscalerController::read_sources(const Autoscaler& autoscaler, Entry& entry) {
  entry.sources_of = autoscaler.spec;
  entry.requests_of = nullptr;           // the metrics may be others now
  entry.touched = true;
  entry.reads_requests = entry.reads_queues = false;
  for (const MetricSpec& metric : autoscaler.spec->metrics) {
    entry.reads_requests = entry.reads_requests || metric.source == MetricSource::Pods || metric.source == MetricSource::Object;
    entry.reads_queues = entry.reads_queues || (metric.source == MetricSource::External && !autoscaler.scaled_object);
  }
}

// Of pods that are all alike, long ready and measured, only the replicas that their percentages ask for decide: while those stay, so does
// the answer. A percentage moves with each sample of a load that rises or falls; what it asks for seldom does.
std::optional<std::int64_t> HorizontalPodAutoscalerController::settled_proposal(const ClusterState& state, const Autoscaler& autoscaler, const Entry& entry) {
  const PodMetrics& metrics = state.metrics[autoscaler.target.row];
  if (!entry.reads_percent || !entry.settled || entry.settled_spec != entry.requests_of || metrics.at == kNever) return std::nullopt;
  std::int64_t most = 0;
  for (std::size_t i = 0; i < entry.requests.size(); ++i) {
    const Request& request = entry.requests[i];
    const std::int64_t usage = request.is_cpu ? metrics.cpu.value : metrics.memory.value * 1000;
    most = std::max(most, replicas_for_percent(usage * 100 / request.milli, autoscaler.spec->metrics[i].value, entry.settled->count,
                                               state.workloads[autoscaler.target].replicas, entry.calculator));
  }
  return most;
}

void HorizontalPodAutoscalerController::current_values(const ClusterState& state, const Autoscaler& autoscaler, const Entry& entry,
                                                       std::vector<std::int64_t>& out) const {
  out.clear();
  const PodMetrics& metrics = state.metrics[autoscaler.target.row];
  out.insert(out.end(), {metrics.cpu.value, metrics.memory.value, metrics.cpu_idle.value, metrics.at == kNever ? 0 : 1});
  if (entry.reads_requests) out.push_back(metrics.requests_milli);
  if (entry.reads_queues)
    for (const auto& [queue, length] : state.external_metrics) out.push_back(length);
  if (autoscaler.scaled_object)
    for (const std::int64_t value : state.scaled_objects[autoscaler.scaled_object].trigger_values_milli) out.push_back(value);
}

HorizontalPodAutoscalerController::Request HorizontalPodAutoscalerController::request_of(const MetricSpec& metric, const PodSpec& pod) {
  Request request;
  request.is_cpu = metric.name == kCpuResource;
  for_counted(pod, [&](const ContainerSpec& container) {
    if (metric.source == MetricSource::ContainerResource && container.name != metric.container) return;
    request.milli += request.is_cpu ? container.requests.cpu.value : container.requests.memory.value * 1000;
    request.stated = request.stated && (request.is_cpu ? container.states_cpu_request : container.states_memory_request);
  });
  return request;
}

void HorizontalPodAutoscalerController::read_requests(const HorizontalPodAutoscalerSpec& spec, const PodSpec& pod_template, Entry& entry) const {
  entry.requests_of = &pod_template;
  entry.requests.clear();
  entry.calculator = calculator_of(spec, options_);
  entry.reads_percent = true;
  for (const MetricSpec& metric : spec.metrics) {
    const Request& request = entry.requests.emplace_back(request_of(metric, pod_template));
    const bool resource = metric.source == MetricSource::Resource || metric.source == MetricSource::ContainerResource;
    entry.reads_percent = entry.reads_percent && resource && metric.target == MetricTarget::Utilization && request.stated && request.milli > 0;
  }
}

void HorizontalPodAutoscalerController::add_group(const PodGroup& group, Usage usage, const PodSpec* spec) {
  // Pods that nothing tells apart are one group: settled ones make up nearly all of a workload.
  if (!groups_.empty()) {
    const PodGroup& last = groups_.back();
    if (last.phase == group.phase && last.ready == group.ready && last.deleting == group.deleting && last.start == group.start &&
        last.ready_transition == group.ready_transition && usage_.back() == usage && specs_.back() == spec) {
      ++groups_.back().count;
      return;
    }
  }
  groups_.push_back(group);
  usage_.push_back(usage);
  specs_.push_back(spec);
}

void HorizontalPodAutoscalerController::read_pods(const ClusterState& state, WorkloadId target, Entry& entry, SimTime now) {
  groups_.clear();
  usage_.clear();
  specs_.clear();
  if (entry.settled && !entry.touched) {
    groups_.push_back(*entry.settled);
    usage_.push_back(Usage::Serving);
    specs_.push_back(entry.settled_spec);
    entry.awaits_sample = false;
    return;
  }
  bool all_settled = true;
  entry.status_replicas = 0;
  entry.awaits_sample = false;
  const PodMetrics& metrics = state.metrics[target.row];
  const Duration settled = options_.calculator.cpu_initialization_period + metrics.window;
  for (const PodId id : state.workloads[target].pods) {
    const Pod& pod = state.pods[id];
    PodGroup group;
    group.phase = pod.phase == PodPhase::Running ? PodGroup::Phase::Running : PodGroup::Phase::Pending;
    group.ready = ready_of(pod);
    group.deleting = pod.terminating();
    const bool is_settled = pod.ready && pod.started + settled < now && pod.ready_transition + settled < now;
    if (pod.started != kNever) group.start = is_settled ? kLongAgo : pod.started;
    group.ready_transition = is_settled ? kLongAgo : pod.ready_transition == kNever ? SimTime{} : pod.ready_transition;
    Usage usage = Usage::None;
    if (metrics.at != kNever && pod.started <= metrics.at) usage = pod.ready && pod.ready_transition <= metrics.at ? Usage::Serving : Usage::Starting;
    add_group(group, usage, pod.spec);
    const SimTime newest = pod.ready ? std::max(pod.started, pod.ready_transition) : pod.started;
    entry.awaits_sample = entry.awaits_sample || (pod.started != kNever && (metrics.at == kNever || newest > metrics.at));
    all_settled = all_settled && is_settled && !group.deleting && usage == Usage::Serving;
    entry.status_replicas += group.deleting ? 0 : 1;
  }
  entry.settled.reset();
  if (!all_settled || groups_.size() != 1) return;
  entry.settled = groups_.front();
  entry.settled_spec = specs_.front();
}

void HorizontalPodAutoscalerController::fill_readings(std::size_t metric, const MetricSpec& spec, const Entry& entry, const PodMetrics& metrics) {
  if (readings_.size() <= metric) readings_.resize(metric + 1);
  std::vector<PodReading>& out = readings_[metric];
  out.assign(groups_.size(), {});
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    PodReading& reading = out[i];
    const Request request = specs_[i] == entry.requests_of ? entry.requests[metric] : request_of(spec, *specs_[i]);
    reading.request_milli = request.milli;
    reading.request_stated = request.stated;
    if (usage_[i] == Usage::None) continue;
    reading.state = PodReading::State::Present;
    reading.timestamp = metrics.at;
    reading.window = metrics.window;
    const std::int64_t cpu = usage_[i] == Usage::Serving ? metrics.cpu.value : metrics.cpu_idle.value;
    reading.usage_milli = request.is_cpu ? cpu : metrics.memory.value * 1000;
  }
}

// What an adapter for custom metrics would serve of what the twin knows: requests a second for metrics of pods and objects, whatever
// they are called, and the length of the queue that an external metric is named after. Anything else is missing, as upstream says it.
void HorizontalPodAutoscalerController::fill_custom(std::size_t metric, const MetricSpec& spec, const ClusterState& state, WorkloadId target) {
  const PodMetrics& sample = state.metrics[target.row];
  if (spec.source == MetricSource::External) {
    const auto queue = std::ranges::find(state.external_metrics, spec.name, &std::pair<Name, std::int64_t>::first);
    if (queue != state.external_metrics.end()) inputs_[metric].values_milli = std::span(&queue->second, 1);
    return;
  }
  if (spec.source == MetricSource::Object) {
    if (sample.requests_milli >= 0) inputs_[metric].values_milli = std::span(&sample.requests_milli, 1);
    return;
  }
  if (readings_.size() <= metric) readings_.resize(metric + 1);
  std::vector<PodReading>& out = readings_[metric];
  out.assign(groups_.size(), {});
  const std::int64_t each = sample.requests_milli / std::max<std::int64_t>(state.workloads[target].ready, 1);
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    if (sample.requests_milli < 0 || usage_[i] == Usage::None) continue;
    out[i].state = PodReading::State::Present;
    out[i].timestamp = sample.at;
    out[i].window = sample.window;
    out[i].usage_milli = usage_[i] == Usage::Serving ? each : 0;
  }
  inputs_[metric].readings = out;
}

void HorizontalPodAutoscalerController::sync(ControllerContext& context, AutoscalerId id, Entry& entry) {
  const ClusterState& state = context.cluster.state();
  const Autoscaler& autoscaler = state.autoscalers[id];
  const Workload& target = state.workloads[autoscaler.target];
  const HorizontalPodAutoscalerSpec& spec = *autoscaler.spec;
  if (entry.requests_of != target.pod_template) read_requests(spec, *target.pod_template, entry);
  read_pods(state, autoscaler.target, entry, context.now);
  entry.touched = false;
  inputs_.assign(spec.metrics.size(), {});
  for (std::size_t i = 0; i < spec.metrics.size(); ++i) {
    const MetricSpec& metric = spec.metrics[i];
    if (entry.contested) {
      if (readings_.size() <= i) readings_.resize(i + 1);
      readings_[i].assign(groups_.size(), {});
      inputs_[i].readings = readings_[i];
      continue;
    }
    if (metric.source == MetricSource::Resource || metric.source == MetricSource::ContainerResource) {
      fill_readings(i, metric, entry, state.metrics[autoscaler.target.row]);
      inputs_[i].readings = readings_[i];
    } else if (metric.source == MetricSource::External && autoscaler.scaled_object) {
      const auto& values = state.scaled_objects[autoscaler.scaled_object].trigger_values_milli;
      if (i < values.size()) inputs_[i].values_milli = std::span(values).subspan(i, 1);
    } else {
      fill_custom(i, metric, state, autoscaler.target);
    }
  }
  const HpaInputs inputs{target.replicas, entry.status_replicas, groups_, inputs_};
  const HpaResult result = entry.core.reconcile(spec, options_, inputs, context.now);
  // A pod's first sample changes what is known of it although no value moves.
  entry.at_fixed_point = result.fixed_point && !entry.awaits_sample;
  entry.holds_until = entry.awaits_sample ? SimTime{} : result.holds_until;
  if (context.decisions != nullptr) {
    const Name subject(state.spec->name.str() + "/" + spec.name_space.str() + "/" + spec.name.str());
    if (context.decisions->wants(SubjectKind::Autoscaler, subject)) tell(*context.decisions, {subject, spec, inputs, result, context.now});
  }
  if (result.rescale) context.cluster.submit(ScaleWorkload{autoscaler.target, result.desired, spec.name, Name(to_string(result.able_to_scale.reason))});
}

void HorizontalPodAutoscalerController::find_contested(const ClusterState& state) {
  claims_.assign(state.workloads.size(), 0);
  state.autoscalers.for_each([&](AutoscalerId, const Autoscaler& autoscaler) { claims_[autoscaler.target.row] += autoscaler.applied ? 1 : 0; });
  state.autoscalers.for_each([&](AutoscalerId id, const Autoscaler& autoscaler) {
    const bool contested = claims_[autoscaler.target.row] > 1;
    Entry& entry = entries_[id.row];
    entry.touched = entry.touched || contested != entry.contested;
    entry.contested = contested;
  });
}

void HorizontalPodAutoscalerController::read_values(const ControllerContext& context, const Autoscaler& autoscaler, const Entry& entry,
                                                    std::vector<std::int64_t>& out) const {
  std::optional<std::int64_t> proposal;
  if (context.decisions == nullptr) proposal = settled_proposal(context.cluster.state(), autoscaler, entry);   // who asks why is told the newest percentages
  if (proposal) out.assign(1, *proposal);
  else current_values(context.cluster.state(), autoscaler, entry, out);
}

bool HorizontalPodAutoscalerController::still_holds(const ControllerContext& context, const Autoscaler& autoscaler, const Entry& entry) {
  if (entry.touched) return false;
  if (sampled_) {
    read_values(context, autoscaler, entry, values_);
    if (values_ != entry.last_values) return false;
  }
  return entry.holds_until >= context.now;
}

SimTime HorizontalPodAutoscalerController::reconcile(ControllerContext& context) {
  const ClusterState& state = context.cluster.state();
  const Duration into = context.now.since_start() % kHpaSyncPeriod;
  if (into != Duration{0}) return context.now + (kHpaSyncPeriod - into);   // woken by a change: it is looked at on the grid
  notice(context.cluster);
  if (claims_changed_) find_contested(state);
  bool all_fixed = true;
  for (std::uint32_t row = 0; row < state.autoscalers.size(); ++row) {
    const AutoscalerId id = state.autoscalers.at(row);
    const Autoscaler& autoscaler = state.autoscalers[id];
    Entry& entry = entries_[row];
    if (!autoscaler.applied) {
      entry.at_fixed_point = true;
      entry.holds_until = {};
      continue;
    }
    if (entry.sources_of != autoscaler.spec) read_sources(autoscaler, entry);
    if (!still_holds(context, autoscaler, entry)) {
      if (entry.holds_until > entry.last_sync) entry.core.skipped_until(context.now - kHpaSyncPeriod);
      entry.last_sync = context.now;
      sync(context, id, entry);
      read_values(context, autoscaler, entry, entry.last_values);   // of the pods as that sync found them
    }
    all_fixed = all_fixed && entry.at_fixed_point;
  }
  return all_fixed ? kNever : context.now + kHpaSyncPeriod;
}

}  // namespace akstwin
