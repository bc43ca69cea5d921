#include "models/controllers/autoscaling/vpa_updater_decisions.hpp"

#include <algorithm>

namespace akstwin {
namespace {

std::string_view mode_name(VpaUpdateMode mode) {
  switch (mode) {
    case VpaUpdateMode::Off: return "Off";
    case VpaUpdateMode::Initial: return "Initial";
    case VpaUpdateMode::Recreate: return "Recreate";
    case VpaUpdateMode::Auto: return "Auto";
    case VpaUpdateMode::InPlaceOrRecreate: return "InPlaceOrRecreate";
  }
  return "";
}

DecisionTable bounds_of(const VerticalAutoscaler& autoscaler, const PodSpec& pod) {
  DecisionTable table{"containers", {"container", "resource", "requested", "lower bound", "target", "upper bound"}, {}};
  for (const ContainerRecommendation& entry : for_pod(*autoscaler.spec, autoscaler.recommendation, pod)) {
    const ContainerSpec& container = *std::ranges::find(pod.containers, entry.container, &ContainerSpec::name);
    const auto row = [&](const char* resource, auto requested, auto lower, auto target, auto upper) {
      table.rows.push_back({entry.container.str(), resource, to_string(requested), to_string(lower), to_string(target), to_string(upper)});
    };
    if (entry.controls_cpu) row("cpu", container.requests.cpu, entry.lower_bound.cpu, entry.target.cpu, entry.upper_bound.cpu);
    if (entry.controls_memory)
      row("memory", container.requests.memory, entry.lower_bound.memory, entry.target.memory, entry.upper_bound.memory);
  }
  return table;
}

}  // namespace

void tell(ControllerContext& context, const VpaPodView& view, std::string_view outcome, std::string_view message) {
  const Pod& pod = context.cluster.state().pods[view.pod];
  if (context.decisions == nullptr || !context.decisions->wants(SubjectKind::Pod, pod.name)) return;
  Decision decision;
  decision.at = context.now;
  decision.kind = SubjectKind::Pod;
  decision.subject = pod.name;
  decision.decider = "vpa-updater";
  decision.outcome = outcome;
  decision.message = message;
  decision.facts = {{"autoscaler", view.autoscaler.spec->name_space.str() + "/" + view.autoscaler.spec->name.str()},
                    {"mode", std::string(mode_name(view.autoscaler.spec->mode))},
                    {"difference", std::to_string(view.change.difference_ppb / 10'000'000) + " %"},
                    {"outside of its bounds", view.change.outside ? "yes" : "no"}};
  if (pod.started != kNever) decision.facts.emplace_back("started", to_string(context.now - pod.started) + " ago");
  decision.tables.push_back(bounds_of(view.autoscaler, *pod.spec));
  context.decisions->record(std::move(decision));
}

}  // namespace akstwin
