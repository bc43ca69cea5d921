#include "models/controllers/autoscaling/horizontal_pod_autoscaler_decisions.hpp"

#include <algorithm>

namespace akstwin {
namespace {

std::string digits(std::int64_t value) { return std::to_string(value); }

/// Thousandths as a decimal without trailing zeros: 1500 is "1.5".
std::string decimal(std::int64_t milli) {
  std::string text = digits(milli / 1000);
  std::string fraction = digits(milli % 1000 + 1000).substr(1);
  while (!fraction.empty() && fraction.back() == '0') fraction.pop_back();
  return fraction.empty() ? text : text + "." + fraction;
}

std::string quantity(const MetricSpec& metric, std::int64_t value) {
  if (metric.target == MetricTarget::Utilization) return digits(value) + " %";
  if (metric.name.text() == "cpu") return digits(value) + "m";
  if (metric.name.text() == "memory") return to_string(Bytes{value / 1000});
  return decimal(value);
}

std::string_view source_name(MetricSource source) {
  switch (source) {
    case MetricSource::Resource: return "Resource";
    case MetricSource::ContainerResource: return "ContainerResource";
    case MetricSource::Pods: return "Pods";
    case MetricSource::Object: return "Object";
    case MetricSource::External: return "External";
  }
  return "";
}

std::string condition(const HpaCondition& c) {
  return c.reason == HpaReason::NotSet ? "Unknown" : std::string(c.status ? "True" : "False") + ", " + std::string(to_string(c.reason));
}

DecisionTable metrics_of(const HpaView& view) {
  DecisionTable table{"metrics", {"metric", "source", "current", "target", "replicas"}, {}};
  for (std::size_t i = 0; i < view.spec.metrics.size(); ++i) {
    const MetricSpec& metric = view.spec.metrics[i];
    const auto current = i < view.result.current_metrics.size() ? view.result.current_metrics[i] : std::nullopt;
    const auto proposal = i < view.result.proposals.size() ? view.result.proposals[i] : std::nullopt;
    const std::string name = metric.container.empty() ? metric.name.str() : metric.name.str() + " of " + metric.container.str();
    table.rows.push_back({name, std::string(source_name(metric.source)), current ? quantity(metric, *current) : "unknown", quantity(metric, metric.value),
                          proposal ? digits(*proposal) : "-"});
  }
  return table;
}

std::int64_t ready_pods(const HpaInputs& inputs) {
  std::int64_t ready = 0;
  for (const PodGroup& group : inputs.pods) ready += group.ready == PodGroup::Ready::True && !group.deleting ? group.count : 0;
  return ready;
}

/// Which of the three steps decided: the metrics, the stabilisation window, or a rate or bound.
std::string reasoning(const HpaView& view) {
  const HpaResult& r = view.result;
  const std::int64_t current = view.inputs.spec_replicas;
  if (!r.raw) {
    if (current > view.spec.max_replicas) return "there were more replicas than maxReplicas";
    if (current < view.spec.min_replicas && current > 0) return "there were fewer replicas than minReplicas";
    if (current == 0) return "the target is scaled to zero, which disables the autoscaler";
    return "no metric could be read: " + std::string(to_string(r.scaling_active.reason));
  }
  std::string text = "the metrics ask for " + digits(*r.raw);
  if (r.stabilized && *r.stabilized != *r.raw) text += "; the stabilisation window holds " + digits(*r.stabilized);
  if (r.stabilized && *r.stabilized != r.desired) text += "; " + std::string(to_string(r.scaling_limited.reason)) + " allows " + digits(r.desired);
  return text;
}

}  // namespace

void tell(Decisions& decisions, const HpaView& view) {
  const HpaResult& r = view.result;
  const std::int64_t current = view.inputs.spec_replicas;
  Decision decision;
  decision.at = view.now;
  decision.kind = SubjectKind::Autoscaler;
  decision.subject = view.subject;
  decision.decider = "horizontal-pod-autoscaler";
  decision.outcome = r.rescale ? "SuccessfulRescale" : r.scaling_limited.status ? std::string(to_string(r.scaling_limited.reason))
                                                                                 : std::string(to_string(r.able_to_scale.reason));
  decision.message = (r.rescale ? "From " + digits(current) + " to " + digits(r.desired) + " replicas" : digits(r.desired) + (r.desired == 1 ? " replica" : " replicas") + " as before") +
                     ": " + reasoning(view);
  decision.facts = {{"replicas", digits(current) + " wanted, " + digits(view.inputs.status_replicas) + " there, " + digits(ready_pods(view.inputs)) + " ready"},
                    {"bounds", digits(view.spec.min_replicas) + " to " + digits(view.spec.max_replicas)},
                    {"metrics ask for", r.raw ? digits(*r.raw) : "-"},
                    {"after stabilisation", r.stabilized ? digits(*r.stabilized) : "-"},
                    {"desired", digits(r.desired)},
                    {"AbleToScale", condition(r.able_to_scale)},
                    {"ScalingActive", condition(r.scaling_active)},
                    {"ScalingLimited", condition(r.scaling_limited)}};
  if (r.fixed_point) decision.facts.emplace_back("until something changes", "every later sync answers the same");
  decision.tables.push_back(metrics_of(view));
  decisions.record(std::move(decision));
}

}  // namespace akstwin
