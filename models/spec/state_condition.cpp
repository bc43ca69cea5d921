#include "models/spec/state_condition.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "sim/base/decimal.hpp"

namespace akstwin {
namespace {

using Metric = StateCondition::Metric;
using Comparison = StateCondition::Comparison;

constexpr std::int64_t kOne = 1'000'000;   // a bound is kept in millionths

constexpr std::array<std::pair<std::string_view, Metric>, 6> kConditionMetrics{{{"pods.pending", Metric::PodsPending},
                                                                       {"pods.notReady", Metric::PodsNotReady},
                                                                       {"nodes.ready", Metric::NodesReady},
                                                                       {"nodes.notReady", Metric::NodesNotReady},
                                                                       {"workloads.unready", Metric::WorkloadsUnready},
                                                                       {"workloads.readyShare", Metric::ReadyShare}}};
// Longer signs first, so that "<=" is not read as "<".
constexpr std::array<std::pair<std::string_view, Comparison>, 5> kComparisons{
    {{"<=", Comparison::LessEqual}, {">=", Comparison::GreaterEqual}, {"==", Comparison::Equal}, {"<", Comparison::Less}, {">", Comparison::Greater}}};

}  // namespace

bool StateCondition::holds(std::int64_t value) const {
  switch (comparison) {
    case Comparison::Less: return value < bound;
    case Comparison::LessEqual: return value <= bound;
    case Comparison::Greater: return value > bound;
    case Comparison::GreaterEqual: return value >= bound;
    case Comparison::Equal: return value == bound;
  }
  return false;
}

bool is_about_nodes(StateCondition::Metric metric) { return metric == Metric::NodesReady || metric == Metric::NodesNotReady; }

std::optional<StateCondition> parse_state_condition(std::string_view text) {
  for (const auto& [sign, comparison] : kComparisons) {
    const std::size_t at = text.find(sign);
    if (at == std::string_view::npos) continue;
    std::string_view name = trimmed(text.substr(0, at)), number = trimmed(text.substr(at + sign.size()));
    StateCondition out;
    if (const std::size_t slash = name.find('/'); slash != std::string_view::npos) {
      if (slash == 0) return std::nullopt;
      out.cluster = Name(name.substr(0, slash));
      name.remove_prefix(slash + 1);
    }
    const auto metric = std::ranges::find(kConditionMetrics, name, [](const auto& entry) { return entry.first; });
    const auto digits = take_decimal(number);
    const auto bound = digits ? scale_decimal(*digits, kOne, 1, Rounding::Exact) : std::nullopt;
    if (metric == kConditionMetrics.end() || !bound || !number.empty()) return std::nullopt;
    out.metric = metric->second;
    out.comparison = comparison;
    out.bound = *bound;
    out.text = trimmed(text);
    return out;
  }
  return std::nullopt;
}

std::string known_state_metrics() {
  std::string out;
  for (const auto& [name, metric] : kConditionMetrics) out += (out.empty() ? "" : ", ") + std::string(name);
  return out;
}

}  // namespace akstwin
