#include "adapters/drive/drive_action.hpp"

#include <algorithm>

#include "models/gameday/script.hpp"
#include "scenarios/action_text.hpp"

namespace akstwin {
namespace {

DriveAction from(const ActionSpec& spec) {
  DriveAction out;
  out.name = to_string(spec.kind);
  out.target = spec.target.str();
  out.zone = spec.zone;
  out.count = spec.count;
  out.lasts = spec.duration;
  return out;
}

/// What a real cluster shows of a condition. Whether the edge finds its origins healthy is not seen from inside.
std::optional<StateCondition> observable(const StepSpec& step) {
  if (step.condition) return step.condition;
  return step.when == Name("regionLost") ? parse_state_condition("nodes.ready == 0") : std::nullopt;
}

}  // namespace

std::optional<DriveAction> parse_drive_action(std::string_view text, Name cluster) {
  const auto spec = parse_action(text, cluster);
  return spec ? std::optional(from(*spec)) : std::nullopt;
}

std::vector<DriveAction> actions_of(const Scenario& scenario) {
  struct Placed { const StepSpec* step; SimTime at; };
  std::vector<Placed> order;
  SimTime last{0};
  for (const StepSpec& step : scenario.steps) order.push_back({&step, last = step.at.value_or(last)});
  std::ranges::stable_sort(order, {}, &Placed::at);
  std::vector<DriveAction> out;
  last = SimTime{0};
  for (const auto& [step, at] : order) {
    DriveAction first;
    if (step->at) {
      first.after = *step->at - last;
      last = *step->at;
    } else {
      first.when = step->condition ? step->condition->text : step->when.str();
      first.condition = observable(*step);
      first.timeout = step->timeout;
    }
    for (const ActionSpec& spec : step->actions) {
      DriveAction action = from(spec);
      action.step = step->name;
      action.after = first.after;
      action.when = first.when;
      action.condition = first.condition;
      action.timeout = first.timeout;
      first = DriveAction{};
      out.push_back(std::move(action));
    }
  }
  return out;
}

}  // namespace akstwin
