#include "adapters/drive/drive_action.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "models/gameday/script.hpp"
#include "scenarios/action_text.hpp"

namespace akstwin {
namespace {

struct Form {
  std::string_view name, words;
  bool counted;                          // the second argument is a number
};

constexpr std::array<Form, 9> kForms{{{"workload.scale", "workload.scale(NAMESPACE/NAME, REPLICAS)", true},
                                      {"workload.restart", "workload.restart(NAMESPACE/NAME)", false},
                                      {"pods.evict", "pods.evict(NAMESPACE/NAME, COUNT)", true},
                                      {"pods.delete", "pods.delete(NAMESPACE/NAME, COUNT)", true},
                                      {"pool.cordon", "pool.cordon(POOL, NODES)", true},
                                      {"pool.uncordon", "pool.uncordon(POOL)", false},
                                      {"flux.reconcile", "flux.reconcile(NAMESPACE/NAME)", false},
                                      {"argo.sync", "argo.sync(NAMESPACE/NAME)", false},
                                      {"argo.refresh", "argo.refresh(NAMESPACE/NAME)", false}}};

std::string trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return std::string(text);
}

DriveAction from(const ActionSpec& spec) {
  DriveAction out;
  out.name = to_string(spec.kind);
  out.target = spec.target.str();
  out.zone = spec.zone;
  out.count = spec.count;
  out.lasts = spec.duration;
  return out;
}

}  // namespace

std::string known_drive_actions() {
  std::string out;
  for (const Form& form : kForms) out += (out.empty() ? "" : ", ") + std::string(form.words);
  return out;
}

std::optional<DriveAction> parse_drive_action(std::string_view text) {
  const std::size_t open = text.find('(');
  if (open == std::string_view::npos || !text.ends_with(')')) return std::nullopt;
  const std::string name = trimmed(text.substr(0, open));
  const auto form = std::ranges::find(kForms, name, &Form::name);
  if (form == kForms.end()) {
    if (const auto spec = parse_action(text)) return from(*spec);
    return std::nullopt;
  }
  const std::string_view inside = text.substr(open + 1, text.size() - open - 2);
  const std::size_t comma = inside.find(',');
  DriveAction out;
  out.name = name;
  out.target = trimmed(inside.substr(0, comma));
  if (out.target.empty() || (comma != std::string_view::npos) != form->counted) return std::nullopt;
  if (!form->counted) return out;
  const std::string number = trimmed(inside.substr(comma + 1));
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), out.count);
  if (number.empty() || error != std::errc{} || end != number.data() + number.size() || out.count < 0) return std::nullopt;
  return out;
}

std::vector<DriveAction> actions_of(const Scenario& scenario) {
  std::vector<const StepSpec*> order;
  for (const StepSpec& step : scenario.steps) order.push_back(&step);
  // Steps with a time by that time; those that wait for a condition come behind, as they are written.
  std::ranges::stable_sort(order, [](const StepSpec* a, const StepSpec* b) { return a->at.value_or(kNever) < b->at.value_or(kNever); });
  std::vector<DriveAction> out;
  SimTime last{0};
  for (const StepSpec* step : order) {
    Duration after = step->at ? *step->at - last : step->after.p50;
    if (step->at) last = *step->at;
    for (const ActionSpec& spec : step->actions) {
      DriveAction action = from(spec);
      action.step = step->name;
      action.after = after;
      after = Duration{0};
      out.push_back(std::move(action));
    }
  }
  return out;
}

}  // namespace akstwin
